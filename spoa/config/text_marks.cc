#include "config/text_marks.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/limits.h"

namespace pointsman::config {
namespace {

constexpr std::string_view kBlanks = " \t\n";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

// The bytes of a character in UTF-8.
std::size_t utf8_size(std::uint32_t code) {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

class Walk {
 public:
  Walk(SourceText& source, std::size_t at, std::string_view text)
      : source_(source), file_(source.text()), at_(at), text_(text) {}

  // YAML 1.2 section 8.1: no escapes, so apart from blanks both have the same characters.
  std::vector<routing::TextMark> block() {
    at_ = std::min(file_.find('\n', at_), file_.size());
    align_blanks();
    while (more() && text_[offset_] == file_[at_]) {
      ++offset_;
      ++at_;
      if (at_ < file_.size() && file_[at_] == '\n') align_blanks();
    }
    return std::move(marks_);
  }

  // YAML 1.2 section 7.3: plain where `quote` is 0.
  std::vector<routing::TextMark> flow(char quote) {
    while (more()) {
      const std::string_view rest = file_.substr(at_);
      if (is_blank(rest.front())) {
        blanks();
      } else if (quote == '\'' && rest.starts_with("''")) {
        step(1, 2);
      } else if (quote == '"' && rest.starts_with("\\\n")) {
        joined_lines();
      } else if (quote == '"' && rest.front() == '\\') {
        escape(rest);
      } else if (rest.front() == text_[offset_]) {
        ++offset_;
        ++at_;
      } else {
        break;
      }
    }
    return std::move(marks_);
  }

 private:
  bool more() const {
    return offset_ < text_.size() && at_ < file_.size() && marks_.size() < limits::kTextMarks;
  }

  // Both go on behind what is there differently.
  void step(std::size_t in_text, std::size_t in_file) {
    offset_ += in_text;
    at_ += in_file;
    const SourcePlace place = source_.place_at(at_);
    marks_.push_back({offset_, place.line, place.column});
  }

  void align_blanks() {
    const std::size_t next = skip_blanks(text_, offset_);
    if (next == text_.size()) {
      offset_ = next;  // what comes next in the file is no part of the scalar
    } else {
      step(next - offset_, skip_blanks(file_, at_) - at_);
    }
  }

  // Blanks in a line stay. One line break with the blanks around it is a blank, of more each but
  // the first is a line break.
  void blanks() {
    const std::size_t end = skip_blanks(file_, at_);
    const std::size_t breaks = breaks_before(end);
    if (breaks == 0) {
      offset_ += end - at_;
      at_ = end;
    } else {
      step(std::max(breaks - 1, std::size_t{1}), end - at_);
    }
  }

  std::size_t breaks_before(std::size_t end) const {
    const std::string_view run = file_.substr(at_, end - at_);
    return static_cast<std::size_t>(std::count(run.begin(), run.end(), '\n'));
  }

  // A backslash at the end of a line takes its line break away.
  void joined_lines() {
    const std::size_t end = skip_blanks(file_, at_ + 1);
    step(breaks_before(end) - 1, end - at_);
  }

  // YAML 1.2 section 5.7.
  void escape(std::string_view rest) {
    const char kind = rest.size() > 1 ? rest[1] : '\0';
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    std::uint32_t code = 0;
    if (kind == 'N' || kind == '_') code = 0xa0;
    if (kind == 'L' || kind == 'P') code = 0x2028;
    const std::string_view number = rest.substr(std::min<std::size_t>(2, rest.size()), digits);
    std::from_chars(number.data(), number.data() + number.size(), code, 16);
    step(utf8_size(code), 2 + digits);
  }

  SourceText& source_;
  const std::string_view file_;
  std::size_t at_;
  const std::string_view text_;
  std::size_t offset_ = 0;
  std::vector<routing::TextMark> marks_;
};

}  // namespace

std::vector<routing::TextMark> text_marks(SourceText& source, std::size_t at,
                                          std::string_view text) {
  const std::string_view file = source.text();
  if (text.empty() || at >= file.size()) return {};
  const char before = at == 0 ? '\0' : file[at - 1];
  const char quote = before == '\'' || before == '"' ? before : '\0';
  Walk walk(source, at, text);
  if (quote == '\0' && (file[at] == '|' || file[at] == '>')) return walk.block();
  if (file.substr(at).starts_with(text) && text.find('\n') == std::string_view::npos) return {};
  return walk.flow(quote);
}

}  // namespace pointsman::config
