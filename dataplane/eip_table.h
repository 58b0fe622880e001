#pragma once

// The EIPs of one family: public address -> EipRow, laid out as entry_table.h says; the row is the entry, so
// that an EIP costs one cache line beside that of its bucket.
//
// Rows never change while workers may read them: a change puts a new row in the place of the old one, which
// control frees after a grace period. Beside a row for each EIP there are spare ones, a sixteenth of these:
// so many change in one grace period, even if the table is full.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "dataplane/entry_table.h"
#include "dataplane/rows.h"

namespace vipswitch {

template <class Address>
class EipTable {
 public:
  using Row = EipRow<Address>;
  using Entry = Row;
  static constexpr std::uint32_t kLeastSpareRows = 64;

  // Fails (is_valid() is false) when memory is short.
  EipTable(const char* name, std::uint32_t capacity) noexcept
      : rows_(name, capacity, spare_rows_of(capacity)) {}
  // The same rows, for reading alone and by control, as long as `running` lives.
  EipTable(const EipTable& running, DryRun dry) noexcept : rows_(running.rows_, dry) {}

  bool is_valid() const noexcept { return rows_.is_valid(); }
  std::uint32_t capacity() const noexcept { return rows_.capacity(); }
  std::uint32_t size() const noexcept { return rows_.size(); }
  std::size_t bytes() const noexcept { return rows_.bytes(); }
  // Of new EIPs. Rows that were replaced or erased and are not free yet count too.
  std::uint32_t room() const noexcept { return rows_.room(); }
  // That put() can write.
  std::uint32_t free_rows() const noexcept { return rows_.free_entries(); }
  std::uint32_t all_rows() const noexcept { return rows_.capacity() + spare_rows_of(rows_.capacity()); }

  // Workers. Null: it is no EIP.
  const Row* lookup(const Address& address) const noexcept { return known(rows_.find(address)); }
  // Workers. The steps of a bulk of lookups (entry_table.h).
  using Probe = typename EntryTable<Row>::Probe;
  [[gnu::always_inline]] Probe probe(const Address& address) const noexcept { return rows_.probe(address); }
  [[gnu::always_inline]] const Row* candidate(const Probe& probe) const noexcept {
    return rows_.candidate(probe);
  }
  // Null: it is no EIP.
  [[gnu::always_inline]] const Row* row(const Address& address, const Row& candidate) const noexcept {
    return known(rows_.confirm(address, candidate));
  }

  // Control, while there are free_rows(), and for an address that is not there while there is room(): the row
  // of its address from now on. The row that it replaces, which free() needs after a grace period.
  std::optional<std::uint32_t> put(const Row& row) noexcept {
    const auto fill = [&row](Row& place) { place = row; };
    const std::uint32_t number = rows_.search(row.address);
    if (number == 0) {
      rows_.add(row.address, fill);
      return std::nullopt;
    }
    rows_.replace(row.address, number, fill);
    return number;
  }
  // Control. As put(); nothing if the address is not there.
  std::optional<std::uint32_t> erase(const Address& address) noexcept {
    const std::uint32_t number = rows_.search(address);
    if (number == 0) return std::nullopt;
    rows_.remove(address, number);
    return number;
  }
  void free(std::uint32_t number) noexcept { rows_.free(number); }

 private:
  static constexpr std::uint32_t spare_rows_of(std::uint32_t capacity) noexcept {
    return std::max(kLeastSpareRows, capacity / 16);
  }
  const Row* known(const Row& row) const noexcept { return &row == &rows_.nobodys() ? nullptr : &row; }

  EntryTable<Row> rows_;
};

}  // namespace vipswitch
