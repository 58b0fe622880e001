#include "control/remote/frame.h"

#include <algorithm>

#include "control/text/make_error.h"

namespace vipswitch::remote {
namespace {

template <class T>
std::string to_bytes(T number) {
  std::string bytes(sizeof(T), '\0');
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    *byte = static_cast<char>(number & 0xff);
    number = static_cast<T>(number >> 8);
  }
  return bytes;
}

template <class T>
T from_bytes(std::string_view bytes) noexcept {
  T number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    number = static_cast<T>(number << 8 | static_cast<unsigned char>(bytes[i]));
  }
  return number;
}

constexpr bool is_known(std::uint8_t type) {
  switch (static_cast<FrameType>(type)) {
    case FrameType::kHello:
    case FrameType::kKeys:
    case FrameType::kCommand:
    case FrameType::kEnd:
    case FrameType::kOutput:
    case FrameType::kError:
    case FrameType::kStatus:
    case FrameType::kBye:
      return true;
  }
  return false;
}

// What tells a hello from anything else that may knock on the socket.
constexpr std::string_view kMagic = "vipswitch";

}  // namespace

std::string make_frame(FrameType type, std::string_view payload) {
  std::string frame = to_bytes(static_cast<std::uint32_t>(payload.size()));
  frame += static_cast<char>(type);
  frame += payload;
  return frame;
}

void append_output(std::string& bytes, std::string_view text) {
  while (!text.empty()) {
    const auto piece = text.substr(0, kMaxPayload);
    bytes += make_frame(FrameType::kOutput, piece);
    text.remove_prefix(piece.size());
  }
}

std::string make_status_frame(std::uint32_t number) {
  return make_frame(FrameType::kStatus, to_bytes(number));
}

std::optional<std::uint32_t> parse_status(std::string_view payload) {
  if (payload.size() != sizeof(std::uint32_t)) return std::nullopt;
  return from_bytes<std::uint32_t>(payload);
}

std::string make_hello_frame(const Hello& hello) {
  std::string payload(kMagic);
  payload += to_bytes(kProtocolVersion);
  payload += static_cast<char>(hello.mode);
  payload += hello.directory;
  return make_frame(FrameType::kHello, payload);
}

Result<Hello> parse_hello(std::string_view payload) {
  constexpr auto kModeAt = kMagic.size() + sizeof(kProtocolVersion);
  if (!payload.starts_with(kMagic) || payload.size() <= kModeAt) {
    return make_error(ErrorCode::usage, "hello: not one of vipswitch-ctl");
  }
  const auto version = from_bytes<std::uint16_t>(payload.substr(kMagic.size()));
  if (version != kProtocolVersion) {
    return make_error(
        ErrorCode::usage,
        "hello: protocol version {}, expected {}: use the vipswitch-ctl that came with the switch", version,
        kProtocolVersion);
  }
  const auto mode = static_cast<SessionMode>(payload[kModeAt]);
  if (mode != SessionMode::kTerminal && mode != SessionMode::kCommands) {
    return make_error(ErrorCode::usage, "hello: mode {}, expected 1 (terminal) or 2 (commands)",
                      static_cast<unsigned>(mode));
  }
  return Hello{mode, std::string(payload.substr(kModeAt + 1))};
}

bool FrameReader::Header::is_valid() const noexcept {
  return payload_size <= kMaxPayload && is_known(type);
}

std::optional<FrameReader::Header> FrameReader::header() const noexcept {
  if (size() < kFrameHeaderSize) return std::nullopt;
  const auto bytes = std::string_view(buffer_).substr(begin_);
  return Header{from_bytes<std::uint32_t>(bytes), static_cast<std::uint8_t>(bytes[kFrameHeaderSize - 1])};
}

bool FrameReader::has_next() const noexcept {
  const auto head = header();
  return head && (!head->is_valid() || size() >= kFrameHeaderSize + head->payload_size);
}

Result<std::optional<Frame>> FrameReader::next() {
  const auto head = header();
  if (head && head->payload_size > kMaxPayload) {
    return make_error(ErrorCode::usage, "frame: {} bytes, expected at most {}", head->payload_size,
                      kMaxPayload);
  }
  if (head && !head->is_valid()) return make_error(ErrorCode::usage, "frame: unknown type {}", head->type);
  if (!has_next()) return std::optional<Frame>();
  Frame frame{static_cast<FrameType>(head->type),
              buffer_.substr(begin_ + kFrameHeaderSize, head->payload_size)};
  begin_ += kFrameHeaderSize + head->payload_size;
  // Moving the rest costs once for what has been taken, not once a frame.
  if (begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  return std::optional(std::move(frame));
}

}  // namespace vipswitch::remote
