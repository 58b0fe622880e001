#pragma once

// Which cache lines a piece of code writes, whatever it writes to them, and which instructions do. While it
// runs, the memory of the process is write-protected: each store faults, is noted, and is made by itself
// (single step). That takes some microseconds a store.
//
// Not watched: the stack of the thread that runs it, thread-local variables included, and what the kernel
// writes. It begins once all other threads of the process sleep, and they must go on sleeping. Linux on
// x86-64; not for code that a sanitizer has instrumented, which writes notes of its own.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace vipswitch::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCanWatchWrites = false;
#elif defined(__has_feature)
inline constexpr bool kCanWatchWrites = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
inline constexpr bool kCanWatchWrites = true;
#endif

inline constexpr std::uintptr_t kLineBytes = 64;

inline std::uintptr_t line_of(const void* address) noexcept {
  return reinterpret_cast<std::uintptr_t>(address) / kLineBytes * kLineBytes;
}

// Line -> an instruction that wrote to it, the last one.
using WrittenLines = std::map<std::uintptr_t, std::uintptr_t>;

// Throws std::runtime_error if there were more stores than are noted, or if the others do not sleep. One at a
// time in the process.
WrittenLines lines_written_by(const std::function<void()>& work);

// "PATH+0xOFFSET", as addr2line wants it.
std::string place_of_instruction(std::uintptr_t instruction);
// Of the program or library that it is in.
std::string file_of_instruction(std::uintptr_t instruction);

}  // namespace vipswitch::testing
