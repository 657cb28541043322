#include "routing/condition_lexer.h"

#include <fmt/format.h>

#include <algorithm>

#include "routing/header_block.h"

namespace pointsman::routing {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kShownBytes = 40;

bool ends_every_bare_word(char byte) {
  constexpr std::string_view kReserved = "(),'\"<>";
  const auto code = static_cast<unsigned char>(byte);
  return code <= 0x20 || code == 0x7f || kReserved.find(byte) != std::string_view::npos;
}

bool is_quote(char byte) { return byte == '\'' || byte == '"'; }

}  // namespace

std::size_t Literal::offset_of(std::size_t index) const {
  if (quote == '\0') return offset + index;
  const std::string_view before = std::string_view(text).substr(0, index);
  const auto doubled = static_cast<std::size_t>(std::count(before.begin(), before.end(), quote));
  return offset + 1 + before.size() + doubled;
}

std::string_view ConditionLexer::bare_word(End end) const {
  const std::string_view rest = source_.substr(offset_);
  std::size_t size = 0;
  for (; size < rest.size(); ++size) {
    const char byte = rest[size];
    const char next = size + 1 < rest.size() ? rest[size + 1] : '\0';
    if (ends_every_bare_word(byte)) break;
    if ((byte == '&' || byte == '|') && (end == End::kAnySymbol || next == byte)) break;
    if (byte == '=' && end != End::kNothingElse) break;
    if (byte == '!' && (end == End::kAnySymbol || (end == End::kComparison && next == '='))) break;
  }
  return rest.substr(0, size);
}

bool ConditionLexer::take_symbol(std::string_view symbol) {
  if (!source_.substr(offset_).starts_with(symbol)) return false;
  advance(symbol.size());
  return true;
}

std::string_view ConditionLexer::keyword_here() const { return bare_word(End::kAnySymbol); }

bool ConditionLexer::take_keyword(std::string_view word) {
  if (!equal_ignoring_case(keyword_here(), word)) return false;
  advance(word.size());
  return true;
}

bool ConditionLexer::take_operator_word(std::string_view word) {
  if (!equal_ignoring_case(bare_word(End::kNothingElse), word)) return false;
  advance(word.size());
  return true;
}

std::optional<Literal> ConditionLexer::take_value() { return take_literal(End::kNothingElse); }
std::optional<Literal> ConditionLexer::take_name() { return take_literal(End::kComparison); }

std::optional<Literal> ConditionLexer::take_literal(End end) {
  if (is_quote(peek())) {
    std::size_t after = offset_;
    std::optional<Literal> literal = quoted_literal(after);
    if (literal) advance(after - offset_);
    return literal;
  }
  const std::string_view word = bare_word(end);
  if (word.empty()) return std::nullopt;
  Literal literal{std::string(word), offset_, '\0'};
  advance(word.size());
  return literal;
}

// Sets `end` behind the closing quote.
std::optional<Literal> ConditionLexer::quoted_literal(std::size_t& end) const {
  Literal literal{{}, offset_, source_[offset_]};
  for (std::size_t i = offset_ + 1; i < source_.size(); ++i) {
    if (source_[i] == literal.quote) {
      const bool doubled = i + 1 < source_.size() && source_[i + 1] == literal.quote;
      if (!doubled) {
        end = i + 1;
        return literal;
      }
      ++i;
    }
    literal.text.push_back(source_[i]);
  }
  return std::nullopt;
}

bool ConditionLexer::quote_is_open() const {
  std::size_t end = 0;
  return is_quote(peek()) && !quoted_literal(end);
}

std::optional<std::string_view> ConditionLexer::take_raw_acl() {
  char open_quote = '\0';
  for (std::size_t i = offset_ + 1; i < source_.size(); ++i) {
    const char byte = source_[i];
    if (open_quote != '\0') {
      if (byte == open_quote) open_quote = '\0';
    } else if (is_quote(byte)) {
      open_quote = byte;
    } else if (byte == '>') {
      const std::string_view inside = source_.substr(offset_ + 1, i - offset_ - 1);
      advance(i + 1 - offset_);
      return inside;
    }
  }
  return std::nullopt;
}

std::string ConditionLexer::found() const {
  if (at_end()) return "the end of the condition";
  const std::string_view word = bare_word(End::kNothingElse);
  if (!word.empty()) return shown(word);
  const std::string_view two = source_.substr(offset_, 2);
  return shown(two == "&&" || two == "||" ? two : two.substr(0, 1));
}

void ConditionLexer::advance(std::size_t bytes) {
  offset_ += bytes;
  skip_blanks();
}

void ConditionLexer::skip_blanks() {
  offset_ = std::min(source_.find_first_not_of(kBlanks, offset_), source_.size());
}

std::string shown(std::string_view text) {
  std::size_t size = std::min(text.size(), kShownBytes);
  const auto continues = [&](std::size_t i) { return (text[i] & 0xc0) == 0x80; };  // of UTF-8
  while (size > 0 && size < text.size() && continues(size)) --size;
  std::string out = "'";
  for (const char byte : text.substr(0, size)) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x20 || code == 0x7f) {
      out += fmt::format("\\x{:02x}", code);
    } else {
      out.push_back(byte);
    }
  }
  if (size < text.size()) out += "…";
  return out + "'";
}

}  // namespace pointsman::routing
