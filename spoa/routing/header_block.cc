#include "routing/header_block.h"

namespace pointsman::routing {
namespace {

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view without_blanks_around(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out) letter = lower(letter);
  return out;
}

// A pair without '=' names no cookie: its name is empty.
std::pair<std::string_view, std::string_view> HeaderBlock::take_cookie(std::string_view& line) {
  const std::size_t end = line.find(';');
  const std::string_view pair = line.substr(0, end);
  line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  const std::size_t equals = pair.find('=');
  if (equals == std::string_view::npos) return {};
  return {without_blanks_around(pair.substr(0, equals)),
          without_blanks_around(pair.substr(equals + 1))};
}

void append_header(ByteBuffer& out, std::string_view name, std::string_view value) {
  append_text(out, name);
  append_text(out, value);
}

void end_headers(ByteBuffer& out) { append_header(out, {}, {}); }

}  // namespace pointsman::routing
