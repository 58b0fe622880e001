#include "tests/support/write_watch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <pthread.h>
#include <signal.h>
#include <stdexcept>
#include <sys/mman.h>
#include <thread>
#include <ucontext.h>
#include <unistd.h>
#include <vector>

namespace vipswitch::testing {
namespace {

constexpr std::uintptr_t kPageBytes = 4096;
constexpr greg_t kTrapFlag = 0x100;

struct Region {
  std::uintptr_t begin, end;
  int protection;

  std::size_t bytes() const noexcept { return end - begin; }
  bool contains(std::uintptr_t address) const noexcept { return begin <= address && address < end; }
};

struct Store {
  std::uintptr_t line, instruction;
};

// What the signal handlers use; in memory of its own, which is not watched.
struct Notes {
  static constexpr std::size_t kStores = 1 << 20, kRegions = 4096, kPages = 16;

  alignas(kPageBytes) std::array<std::uint8_t, kPageBytes> trial;  // a page that is written to for a trial
  std::array<std::uint8_t, 64 * 1024> handler_stack;
  std::array<Region, kRegions> regions;
  std::size_t region_count;
  std::array<Store, kStores> stores;
  std::size_t store_count;
  // Of the store that is being made: pages that are open for it, and what stood behind its first line.
  std::array<std::uintptr_t, kPages> open_pages;
  std::size_t open_count;
  std::uintptr_t instruction;
  std::uintptr_t behind;
  std::array<std::uint8_t, kLineBytes> behind_before;

  void note(std::uintptr_t line) noexcept {
    if (store_count < kStores) stores[store_count] = {line, instruction};
    ++store_count;
  }
  bool is_watched(std::uintptr_t address) const noexcept {
    return std::any_of(regions.begin(), regions.begin() + region_count,
                       [address](const Region& region) { return region.contains(address); });
  }
};

Notes* notes = nullptr;

void protect(std::uintptr_t begin, std::uintptr_t bytes, int protection) noexcept {
  mprotect(reinterpret_cast<void*>(begin), bytes, protection);
}

const void* at(std::uintptr_t address) noexcept {
  return reinterpret_cast<const void*>(address);
}

void begin_store(int, siginfo_t* info, void* context) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  greg_t* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  if (!notes->is_watched(address) || notes->open_count == Notes::kPages) {
    signal(SIGSEGV, SIG_DFL);  // the program's own fault: it faults again
    return;
  }
  notes->instruction = static_cast<std::uintptr_t>(registers[REG_RIP]);
  const std::uintptr_t line = address / kLineBytes * kLineBytes, page = address / kPageBytes * kPageBytes;
  notes->note(line);
  // A store that lies across two lines faults at its first byte only.
  notes->behind = line + kLineBytes < page + kPageBytes ? line + kLineBytes : 0;
  if (notes->behind != 0) std::memcpy(notes->behind_before.data(), at(notes->behind), kLineBytes);
  protect(page, kPageBytes, PROT_READ | PROT_WRITE);
  notes->open_pages[notes->open_count++] = page;
  registers[REG_EFL] |= kTrapFlag;
}

void end_store(int, siginfo_t*, void* context) noexcept {
  if (notes->behind != 0 && std::memcmp(notes->behind_before.data(), at(notes->behind), kLineBytes) != 0) {
    notes->note(notes->behind);
  }
  for (std::size_t i = 0; i < notes->open_count; ++i) protect(notes->open_pages[i], kPageBytes, PROT_READ);
  notes->open_count = 0;
  static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~kTrapFlag;
}

// The stack of this thread, with its thread-local variables.
Region own_stack() {
  pthread_attr_t attributes;
  pthread_getattr_np(pthread_self(), &attributes);
  void* begin = nullptr;
  std::size_t bytes = 0;
  pthread_attr_getstack(&attributes, &begin, &bytes);
  pthread_attr_destroy(&attributes);
  const auto first = reinterpret_cast<std::uintptr_t>(begin);
  return {first, first + bytes, 0};
}

std::vector<Region> without(const std::vector<Region>& regions, const Region& hole) {
  std::vector<Region> rest;
  for (const Region& each : regions) {
    const Region before{each.begin, std::min(each.end, hole.begin), each.protection};
    const Region behind{std::max(each.begin, hole.end), each.end, each.protection};
    if (before.begin < before.end) rest.push_back(before);
    if (behind.begin < behind.end) rest.push_back(behind);
  }
  return rest;
}

// All that the process may write, but for the stack and the notes.
std::vector<Region> watched_regions() {
  std::vector<Region> regions;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Region region{};
    char mode[5] = "";
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &region.begin, &region.end, mode) != 3) continue;
    if (mode[0] != 'r' || mode[1] != 'w') continue;
    region.protection = PROT_READ | PROT_WRITE | (mode[2] == 'x' ? PROT_EXEC : 0);
    regions.push_back(region);
  }
  regions = without(regions, own_stack());
  const auto own = reinterpret_cast<std::uintptr_t>(notes);
  regions = without(regions, {own, own + sizeof(Notes), 0});
  return regions;
}

// By proc(5): behind the name in parentheses stands the state.
bool is_asleep(const std::filesystem::path& thread) {
  std::ifstream file(thread / "stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  return name_end == std::string::npos || text.compare(name_end, 3, ") S") == 0;  // or it is gone
}

void wait_until_others_sleep() {
  const std::string own = std::to_string(gettid());
  const auto all_sleep = [&own] {
    const std::filesystem::directory_iterator threads("/proc/self/task");
    return std::all_of(begin(threads), end(threads),
                       [&own](const auto& each) { return each.path().filename() == own || is_asleep(each); });
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!all_sleep()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("other threads do not sleep");
    std::this_thread::yield();
  }
}

class Handlers {
 public:
  Handlers() {
    const stack_t stack{notes->handler_stack.data(), 0, notes->handler_stack.size()};
    sigaltstack(&stack, &stack_before_);
    install(SIGSEGV, begin_store, segv_before_);
    install(SIGTRAP, end_store, trap_before_);
  }
  ~Handlers() {
    sigaction(SIGSEGV, &segv_before_, nullptr);
    sigaction(SIGTRAP, &trap_before_, nullptr);
    sigaltstack(&stack_before_, nullptr);
  }

 private:
  static void install(int number, void (*handler)(int, siginfo_t*, void*), struct sigaction& before) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(number, &action, &before);
  }

  stack_t stack_before_{};
  struct sigaction segv_before_ {
  }, trap_before_{};
};

struct Mapping {
  Mapping() {
    void* memory = mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no memory for the notes");
    notes = static_cast<Notes*>(memory);
  }
  ~Mapping() { munmap(notes, sizeof(Notes)); }
};

void watch(const std::vector<Region>& regions, const std::function<void()>& work) {
  if (regions.size() > Notes::kRegions) throw std::runtime_error("too many regions to watch");
  std::copy(regions.begin(), regions.end(), notes->regions.begin());
  notes->region_count = regions.size();
  const Handlers handlers;
  for (std::size_t i = 0; i < notes->region_count; ++i)
    protect(notes->regions[i].begin, notes->regions[i].bytes(), PROT_READ);
  work();
  for (std::size_t i = 0; i < notes->region_count; ++i)
    protect(notes->regions[i].begin, notes->regions[i].bytes(), notes->regions[i].protection);
}

WrittenLines noted_lines() {
  if (notes->store_count > Notes::kStores) throw std::runtime_error("too many stores to note");
  WrittenLines lines;
  for (std::size_t i = 0; i < notes->store_count; ++i)
    lines[notes->stores[i].line] = notes->stores[i].instruction;
  return lines;
}

Dl_info object_of(std::uintptr_t instruction) {
  Dl_info info{};
  dladdr(at(instruction), &info);
  return info;
}

}  // namespace

WrittenLines lines_written_by(const std::function<void()>& work) {
  const Mapping mapping;
  const auto trial = reinterpret_cast<std::uintptr_t>(notes->trial.data());
  // The first call of a library's function writes down where it is: the handlers must have made theirs.
  watch({{trial, trial + kPageBytes, PROT_READ | PROT_WRITE}}, [] { ++notes->trial.front(); });
  notes->store_count = 0;
  const std::vector<Region> regions = watched_regions();
  wait_until_others_sleep();
  watch(regions, work);
  return noted_lines();
}

std::string place_of_instruction(std::uintptr_t instruction) {
  const Dl_info info = object_of(instruction);
  return fmt::format("{}+{:#x}", info.dli_fname == nullptr ? "?" : info.dli_fname,
                     instruction - reinterpret_cast<std::uintptr_t>(info.dli_fbase));
}

std::string file_of_instruction(std::uintptr_t instruction) {
  const Dl_info info = object_of(instruction);
  return info.dli_fname == nullptr ? "" : info.dli_fname;
}

}  // namespace vipswitch::testing
