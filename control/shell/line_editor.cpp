#include "control/shell/line_editor.h"

#include <algorithm>
#include <cmdline_rdline.h>
#include <new>
#include <utility>

namespace vipswitch::shell {

// What rdline calls back; its opaque pointer is the editor.
struct RdlineCallbacks {
  static LineEditor& editor(rdline* line) { return *static_cast<LineEditor*>(rdline_get_opaque(line)); }

  static int write_char(rdline* line, char c) {
    editor(line).echo_ += c;
    return 0;
  }
  // The buffer is the whole line with a newline and a zero; the size it comes with counts only up to the
  // cursor.
  static void validate(rdline* line, const char* buffer, unsigned) {
    std::string_view text(buffer);
    editor(line).enter(text.substr(0, text.find('\n')));
  }
  static int complete(rdline* line, const char* buffer, char* into, unsigned size, int* state) {
    return editor(line).next_offer(buffer, into, size, *state);
  }
};

namespace {

// What complete() tells rdline.
constexpr int kNothingMore = 0;
constexpr int kListed = 1;
constexpr int kInserted = RDLINE_RES_COMPLETE;

// States in which rdline asks: Tab, '?', and, for each further line of a list, what complete() left there.
constexpr int kTabPressed = 0;

constexpr std::size_t kMaxListed = 100;

int copy(std::string_view text, char* into, std::size_t size, int result) {
  const auto count = std::min(text.size(), size - 1);
  text.copy(into, count);
  into[count] = '\0';
  return result;
}

std::string_view last_word(std::string_view left) {
  const auto blank = left.find_last_of(" \t");
  return blank == std::string_view::npos ? left : left.substr(blank + 1);
}

// The longest text that all words begin with.
std::string common_start(const std::vector<LineEditor::Offer>& offers) {
  std::string start = offers.front().word;
  for (const auto& offer : offers) {
    const auto end = std::mismatch(start.begin(), start.end(), offer.word.begin(), offer.word.end()).first;
    start.erase(end, start.end());
  }
  return start;
}

}  // namespace

LineEditor::LineEditor(std::string prompt, Callbacks callbacks)
    : prompt_(std::move(prompt)),
      callbacks_(std::move(callbacks)),
      rdline_(
          rdline_new(RdlineCallbacks::write_char, RdlineCallbacks::validate, RdlineCallbacks::complete, this),
          rdline_free) {
  if (!rdline_) throw std::bad_alloc();
}

LineEditor::~LineEditor() = default;

void LineEditor::start() {
  rdline_newline(rdline_.get(), prompt_.c_str());
  flush();
}

LineEditor::State LineEditor::feed(std::string_view bytes) {
  for (const char byte : bytes) {
    const int result = rdline_char_in(rdline_.get(), byte);
    if (result == RDLINE_RES_EOF) stop();
    if (is_stopped_) break;
    if (result == RDLINE_RES_VALIDATED) rdline_newline(rdline_.get(), prompt_.c_str());
  }
  if (is_stopped_) echo_ += "\r\n";
  flush();
  return is_stopped_ ? State::kEnded : State::kReading;
}

void LineEditor::stop() {
  is_stopped_ = true;
}

void LineEditor::interject(std::string_view lines) {
  callbacks_.write("\r\x1b[K");
  callbacks_.write(lines);
  rdline_redisplay(rdline_.get());
  flush();
}

void LineEditor::flush() {
  if (!echo_.empty()) callbacks_.write(std::exchange(echo_, {}));
}

void LineEditor::enter(std::string_view line) {
  flush();
  if (line.size() > kMaxLineSize) {
    callbacks_.write("error: line is too long for the terminal, expected at most 511 characters\n");
    return;
  }
  const std::string entered(line);
  const char* last = rdline_get_history_item(rdline_.get(), 0);
  if (!entered.empty() && !(last && entered == last)) rdline_add_history(rdline_.get(), entered.c_str());
  callbacks_.execute(entered);
}

int LineEditor::next_offer(std::string_view left, char* into, std::size_t size, int& state) {
  if (state > 0) {
    const auto next = static_cast<std::size_t>(state++);
    if (next >= offers_.size() || next > kMaxListed) return kNothingMore;
    return copy(next < kMaxListed ? offers_[next].line : "...", into, size, kListed);
  }
  offers_ = callbacks_.complete(left);
  if (offers_.empty()) return kNothingMore;
  if (state == kTabPressed) {
    auto start = common_start(offers_);
    const auto partial = last_word(left);
    if (offers_.size() == 1 && !start.empty()) start += ' ';
    if (start.size() > partial.size()) return copy(start.substr(partial.size()), into, size, kInserted);
  }
  state = 1;
  return copy(offers_.front().line, into, size, kListed);
}

}  // namespace vipswitch::shell
