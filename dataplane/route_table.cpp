#include "dataplane/route_table.h"

#include <algorithm>
#include <utility>

namespace vipswitch {

// Walks over the prefixes in order of their first addresses, with those that cover the place on a stack.
template <class Address>
class RouteTable<Address>::Builder {
 public:
  explicit Builder(RouteTable& table) : table_(table) { begin_interval(0, RouteRef(RouteKind::kInternet)); }

  void add(const Route& route) {
    close_before(key_of(route.prefix.first()));
    const RouteRef ref = ref_of(route);
    begin_interval(key_of(route.prefix.first()), ref);
    open_.push_back({key_of(route.prefix.last()), ref});
  }
  void finish() {
    while (!open_.empty()) close();
    table_.starts_.insert(table_.starts_.end(), kLast - 1, static_cast<Key>(~Key{0}));
    table_.refs_.insert(table_.refs_.end(), kLast - 1, table_.refs_.back());
    table_.starts_.shrink_to_fit();
    table_.refs_.shrink_to_fit();
    table_.rows_.shrink_to_fit();
  }

 private:
  struct Open {
    Key last;
    RouteRef ref;
  };

  RouteRef covering() const { return open_.empty() ? RouteRef(RouteKind::kInternet) : open_.back().ref; }

  RouteRef ref_of(const Route& route) {
    if (route.kind != RouteKind::kEndpoint) return RouteRef(route.kind);
    table_.rows_.push_back({route.endpoint, covering()});
    return RouteRef::endpoint(static_cast<std::uint32_t>(table_.rows_.size() - 1));
  }
  void close_before(Key start) {
    while (!open_.empty() && open_.back().last < start) close();
  }
  void close() {
    const Key last = open_.back().last;
    open_.pop_back();
    if (last != static_cast<Key>(~Key{0})) begin_interval(last + 1, covering());
  }
  // A more specific prefix that begins, or a covering one that ends, at the same address has the last word.
  void begin_interval(Key start, RouteRef ref) {
    auto& starts = table_.starts_;
    auto& refs = table_.refs_;
    if (!starts.empty() && starts.back() == start) {
      starts.pop_back();
      refs.pop_back();
    }
    if (!refs.empty() && refs.back() == ref) return;
    starts.push_back(start);
    refs.push_back(ref);
  }

  RouteTable& table_;
  std::vector<Open> open_;  // the most specific last
};

template <class Address>
RouteTable<Address>::RouteTable(std::vector<Route> routes) {
  std::sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) {
    return std::pair(a.prefix.first(), a.prefix.length) < std::pair(b.prefix.first(), b.prefix.length);
  });
  Builder builder(*this);
  for (const Route& route : routes) builder.add(route);
  builder.finish();
}

template class RouteTable<Ipv4>;
template class RouteTable<Ipv6>;

}  // namespace vipswitch
