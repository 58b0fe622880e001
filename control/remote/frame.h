#pragma once

// What the control socket carries, for both of its ends: frames of a type and a payload.
//
//   length of the payload: 4 bytes, big endian | type: 1 byte | payload
//
// A client begins with kHello; then it sends kKeys (terminal mode) or kCommand (command mode), and kEnd when
// nothing follows. The switch answers each kCommand with its kOutput, kError if it failed, and kStatus; in
// terminal mode there is only kOutput. Its last frame is kBye. Either side may close at any time; what was
// received and not executed by then is dropped.
//
// Written by the make_ functions, read by FrameReader, which takes bytes cut anywhere. No payload is larger
// than kMaxPayload; whoever has more to send splits it. Errors: usage, for what is no frame; nothing can be
// read after it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vipswitch/result.h"

namespace vipswitch::remote {

// Counts up with every change that an older other side would not understand.
inline constexpr std::uint16_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxPayload = std::size_t{1} << 20;
inline constexpr std::size_t kFrameHeaderSize = 5;

enum class FrameType : std::uint8_t {
  // From the client.
  kHello = 1,    // see Hello
  kKeys = 2,     // bytes of a terminal
  kCommand = 3,  // one line
  kEnd = 4,      // empty: nothing follows
  // From the switch.
  kOutput = 16,  // text for standard output
  kError = 17,   // why a command failed, without "error: " and newline
  kStatus = 18,  // 4 bytes, big endian: the number of the error (docs/errors.md), 0 for success
  kBye = 19,     // empty: the session is over as asked; else why, in a line
};

struct Frame {
  FrameType type;
  std::string payload;
};

// `payload` holds at most kMaxPayload bytes.
std::string make_frame(FrameType type, std::string_view payload);
// Output of any size, in as many frames as it takes.
void append_output(std::string& bytes, std::string_view text);
std::string make_status_frame(std::uint32_t number);
// Nothing for a payload that is no status.
std::optional<std::uint32_t> parse_status(std::string_view payload);

enum class SessionMode : std::uint8_t { kTerminal = 1, kCommands = 2 };

struct Hello {
  SessionMode mode;
  std::string directory;  // where relative file names of the client start
};

std::string make_hello_frame(const Hello& hello);
// Errors: usage, for another version or mode.
Result<Hello> parse_hello(std::string_view payload);

class FrameReader {
 public:
  // Bytes as they came.
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next whole frame, taken out; nothing while it is incomplete. Errors: usage, once the beginning of
  // what is no frame is there, and ever after.
  Result<std::optional<Frame>> next();
  // Whether next() would give a frame or an error.
  bool has_next() const noexcept;
  // Bytes that wait.
  std::size_t size() const noexcept { return buffer_.size() - begin_; }

 private:
  struct Header {
    std::size_t payload_size;
    std::uint8_t type;
    bool is_valid() const noexcept;
  };
  std::optional<Header> header() const noexcept;

  std::string buffer_;
  std::size_t begin_ = 0;  // of what was not taken yet
};

}  // namespace vipswitch::remote
