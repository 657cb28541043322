// The place that the condition parser has reached in its text. Which characters make up a word
// depends on where it stands (a value may hold '=', a field may not), so there is no stream of
// tokens: the parser asks for what it wants next. Blanks before the place are always skipped.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pointsman::routing {

// A value or a name as it was written.
struct Literal {
  std::string text;        // without its quotes
  std::size_t offset = 0;  // of its first byte, the quote included
  char quote = '\0';       // '\'' or '"'; '\0': bare

  // Where the text's byte `index` stands in the source, in which quotes inside are doubled.
  std::size_t offset_of(std::size_t index) const;
};

class ConditionLexer {
 public:
  explicit ConditionLexer(std::string_view source) : source_(source) { skip_blanks(); }

  std::size_t offset() const { return offset_; }
  bool at_end() const { return offset_ == source_.size(); }
  char peek() const { return at_end() ? '\0' : source_[offset_]; }

  // These consume only what they take, and the blanks after it.
  bool take_symbol(std::string_view symbol);
  bool take_keyword(std::string_view word);        // in any case; `=`, `!`, `&` and `|` end it
  bool take_operator_word(std::string_view word);  // in any case; only a blank or ( ) , ' " end it
  std::optional<Literal> take_value();             // empty: nothing there that can be a value
  std::optional<Literal> take_name();              // the same, but a comparison ends a bare one
  std::optional<std::string_view> take_raw_acl();  // from < to >; empty: it doesn't end

  std::string_view keyword_here() const;  // the word that take_keyword compares; may be empty

  // True where a quote opens here and is not closed.
  bool quote_is_open() const;

  // What stands here, for messages: "the end of the condition", or the text in quotes, shortened
  // and without control characters.
  std::string found() const;

 private:
  // What ends a bare word, besides blanks, ( ) , ' " < > and the connectives && and ||.
  enum class End { kNothingElse, kComparison, kAnySymbol };

  std::string_view bare_word(End end) const;
  std::optional<Literal> take_literal(End end);
  std::optional<Literal> quoted_literal(std::size_t& end) const;
  void advance(std::size_t bytes);
  void skip_blanks();

  std::string_view source_;
  std::size_t offset_ = 0;
};

// A text as messages show it: in quotes, cut at 40 bytes, control characters as \xNN.
std::string shown(std::string_view text);

}  // namespace pointsman::routing
