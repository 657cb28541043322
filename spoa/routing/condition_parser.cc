// Recursive descent over the grammar of docs/conditions.md. Each method returns false after the
// first error, which stays in error_.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/limits.h"
#include "base/near_match.h"
#include "routing/condition.h"
#include "routing/condition_lexer.h"
#include "routing/condition_values.h"
#include "routing/condition_words.h"
#include "routing/header_block.h"
#include "routing/raw_acl.h"

namespace pointsman::routing {
namespace {

using Kind = ConditionNode::Kind;

constexpr std::string_view kTestWanted = "a test such as path starts with /api";
constexpr std::string_view kOperatorWanted =
    "an operator (==, !=, has, misses, starts with, ends with, matches, in)";
constexpr std::string_view kNeverBehindValue = "('\"<>";
constexpr std::array<std::string_view, 3> kKinds{"header", "cookie", "query"};
constexpr std::array<std::string_view, 4> kConnectives{"and", "or", "&&", "||"};

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text) {}

  bool parse(ConditionNode& root) {
    if (lexer_.at_end())
      return fail_at(0, fmt::format("the condition is empty, wanted {}", kTestWanted));
    return disjunction(root) && end_of_condition();
  }

  ConditionError take_error() { return std::move(error_); }

 private:
  bool disjunction(ConditionNode& node);
  bool conjunction(ConditionNode& node);
  bool unary(ConditionNode& node);
  bool negation(ConditionNode& node, std::size_t at);
  bool parentheses(ConditionNode& node, std::size_t at);
  bool end_of_condition();

  bool test(ConditionNode& node);
  bool presence(ConditionNode& node, Operator op);
  bool comparison(ConditionNode& node, Field field);
  bool name(Test& test);
  bool value(std::vector<Literal>& values);
  bool value_list(std::vector<Literal>& values);
  bool script(ConditionNode& node);
  bool raw_acl(ConditionNode& node);

  bool take_or();
  bool take_and();
  std::optional<Operator> take_operator();
  bool operator_is_next() const;
  bool test_ends_here() const;

  bool enter(std::size_t at);  // one level deeper
  bool fail_at(std::size_t offset, std::string message);
  bool fail_here(std::string_view wanted, std::span<const std::string_view> near_words = {});

  ConditionLexer lexer_;
  std::size_t depth_ = 0;
  ConditionError error_;
};

bool Parser::disjunction(ConditionNode& node) {
  if (!conjunction(node)) return false;
  if (!take_or()) return true;
  ConditionNode chain;
  chain.kind = Kind::kOr;
  chain.children.push_back(std::move(node));
  do {
    if (!conjunction(chain.children.emplace_back())) return false;
  } while (take_or());
  node = std::move(chain);
  return true;
}

bool Parser::conjunction(ConditionNode& node) {
  if (!unary(node)) return false;
  if (!take_and()) return true;
  ConditionNode chain;
  chain.kind = Kind::kAnd;
  chain.children.push_back(std::move(node));
  do {
    if (!unary(chain.children.emplace_back())) return false;
  } while (take_and());
  node = std::move(chain);
  return true;
}

bool Parser::unary(ConditionNode& node) {
  const std::size_t at = lexer_.offset();
  if (lexer_.take_keyword("not") || lexer_.take_symbol("!")) return negation(node, at);
  if (lexer_.take_symbol("(")) return parentheses(node, at);
  return test(node);
}

bool Parser::negation(ConditionNode& node, std::size_t at) {
  if (!enter(at)) return false;
  node.kind = Kind::kNot;
  const bool good = unary(node.children.emplace_back());
  --depth_;
  return good;
}

bool Parser::parentheses(ConditionNode& node, std::size_t at) {
  if (!enter(at) || !disjunction(node)) return false;
  --depth_;
  if (lexer_.take_symbol(")")) return true;
  if (lexer_.at_end()) return fail_here(fmt::format("')' for the '(' at column {}", at + 1));
  return fail_here("'and', 'or' or ')'", kConnectives);
}

bool Parser::end_of_condition() {
  if (lexer_.at_end()) return true;
  if (lexer_.peek() == ')') return fail_at(lexer_.offset(), "found ')', which closes no '('");
  return fail_here("'and', 'or' or the end", kConnectives);
}

bool Parser::test(ConditionNode& node) {
  if (lexer_.peek() == '<') return raw_acl(node);
  if (lexer_.take_keyword("true")) return node.kind = Kind::kTrue, true;
  if (lexer_.take_keyword("false")) return node.kind = Kind::kFalse, true;
  if (lexer_.take_keyword("script")) return script(node);
  if (lexer_.take_keyword("has") || lexer_.take_keyword("contains")) {
    return presence(node, Operator::kPresent);
  }
  if (lexer_.take_keyword("misses")) return presence(node, Operator::kAbsent);
  const std::string_view word = lexer_.keyword_here();
  const std::optional<Field> field = field_named(word);
  if (!field) return fail_here(kTestWanted, words_that_begin_a_test());
  lexer_.take_keyword(word);
  return comparison(node, *field);
}

bool Parser::presence(ConditionNode& node, Operator op) {
  const std::optional<Field> field = field_named(lexer_.keyword_here());
  const bool is_kind = field == Field::kHeader || field == Field::kCookie || field == Field::kQuery;
  if (!is_kind) return fail_here("header, cookie or query, and a name", kKinds);
  lexer_.take_keyword(lexer_.keyword_here());
  node.kind = Kind::kTest;
  node.test.field = *field == Field::kQuery ? Field::kQueryParameter : *field;
  node.test.op = op;
  if (!name(node.test)) return false;
  if (!operator_is_next()) return true;
  return fail_here(
      fmt::format("'and', 'or' or the end (to compare the value, leave out '{}')", to_text(op)));
}

bool Parser::comparison(ConditionNode& node, Field field) {
  node.kind = Kind::kTest;
  Test& test = node.test;
  if (field == Field::kQuery && !operator_is_next()) field = Field::kQueryParameter;
  test.field = field;
  const bool named =
      field == Field::kHeader || field == Field::kCookie || field == Field::kQueryParameter;
  if (named && !name(test)) return false;
  const std::size_t operator_offset = lexer_.offset();
  const std::optional<Operator> op = take_operator();
  if (!op) {
    const std::string hint =
        named ? fmt::format(", or 'has' before {}", to_text(field)) : std::string();
    return fail_here(fmt::format("{}{}", kOperatorWanted, hint), words_that_are_operators());
  }
  test.op = *op;
  if (auto error = check_operator(field, *op, operator_offset)) {
    return fail_at(error->offset, std::move(error->message));
  }
  const ConditionLexer behind_operator = lexer_;
  const bool parameter_like_operator = field == Field::kQuery && operator_is_next();
  std::vector<Literal> values;
  if (!(*op == Operator::kIn ? value_list(values) : value(values))) return false;
  if (parameter_like_operator && !test_ends_here()) {
    return fail_at(behind_operator.offset(),
                   fmt::format("found {}, wanted a value; a parameter that is spelled like an "
                               "operator stands in quotes",
                               behind_operator.found()));
  }
  if (auto error = set_values(test, std::move(values))) {
    return fail_at(error->offset, std::move(error->message));
  }
  return true;
}

bool Parser::name(Test& test) {
  const std::size_t at = lexer_.offset();
  if (lexer_.quote_is_open()) return fail_at(at, "this quote is not closed");
  const std::string_view kind = to_text(test.field);
  std::optional<Literal> literal = lexer_.take_name();
  if (!literal) return fail_here(fmt::format("the name of the {}", kind));
  if (literal->text.empty()) return fail_at(at, fmt::format("the name of the {} is empty", kind));
  if (literal->quote == '\0' && is_operator_word(literal->text)) {
    return fail_at(at, fmt::format("found {}, wanted the name of the {}; a name that is spelled "
                                   "like an operator stands in quotes",
                                   shown(literal->text), kind));
  }
  test.name = std::move(literal->text);
  return true;
}

bool Parser::value(std::vector<Literal>& values) {
  const std::size_t at = lexer_.offset();
  if (lexer_.quote_is_open()) return fail_at(at, "this quote is not closed");
  std::optional<Literal> literal = lexer_.take_value();
  if (!literal) return fail_here("a value");
  const bool bare = literal->quote == '\0';
  if (bare && lexer_.peek() == '(' && equal_ignoring_case(literal->text, "in")) {
    return fail_at(at, "found 'in' behind another operator; write: not FIELD in (VALUE, ...)");
  }
  const bool cut_short = lexer_.offset() == at + literal->text.size() &&
                         kNeverBehindValue.find(lexer_.peek()) != std::string_view::npos;
  if (bare && cut_short) {
    return fail_here("the end of the value (one that holds such characters stands in quotes)");
  }
  values.push_back(std::move(*literal));
  return true;
}

bool Parser::value_list(std::vector<Literal>& values) {
  const std::size_t at = lexer_.offset();
  if (!lexer_.take_symbol("(")) return fail_here("'(' and a list of values");
  if (lexer_.peek() == ')') return fail_at(lexer_.offset(), "the list of values is empty");
  do {
    if (!value(values)) return false;
  } while (lexer_.take_symbol(","));
  if (lexer_.take_symbol(")")) return true;
  return fail_here(fmt::format("',' or ')' in the list that begins at column {}", at + 1));
}

bool Parser::script(ConditionNode& node) {
  node.kind = Kind::kScript;
  if (!lexer_.take_symbol("(")) return fail_here("'(' and the script's name");
  const std::size_t at = lexer_.offset();
  if (lexer_.quote_is_open()) return fail_at(at, "this quote is not closed");
  std::optional<Literal> literal = lexer_.take_name();
  if (!literal || literal->text.empty()) return fail_at(at, "wanted the script's name");
  node.text = std::move(literal->text);
  return lexer_.take_symbol(")") || fail_here("')' behind the script's name");
}

// The ACL becomes a line of HAProxy's configuration, hence no line breaks.
bool Parser::raw_acl(ConditionNode& node) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t at = lexer_.offset();
  const std::optional<std::string_view> inside = lexer_.take_raw_acl();
  if (!inside) return fail_at(at, "no '>' outside quotes closes this '<'");
  const std::size_t begin = inside->find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return fail_at(at, "the HAProxy ACL is empty");
  node.kind = Kind::kRawAcl;
  node.text = inside->substr(begin, inside->find_last_not_of(kBlanks) - begin + 1);
  if (auto fault = fault_in_raw_acl(node.text)) {
    return fail_at(at + 1 + begin + fault->offset, std::move(fault->message));
  }
  node.test.field = Field::kRawAcl;
  node.test.op = Operator::kPresent;
  node.test.name = raw_acl_name(node.text);
  return true;
}

bool Parser::take_or() {
  return lexer_.take_symbol("||") || lexer_.take_symbol("|") || lexer_.take_keyword("or");
}

bool Parser::take_and() {
  return lexer_.take_symbol("&&") || lexer_.take_symbol("&") || lexer_.take_keyword("and");
}

std::optional<Operator> Parser::take_operator() {
  for (const OperatorSpelling& symbol : operator_symbols()) {
    if (lexer_.take_symbol(symbol.first)) return symbol.op;
  }
  for (const OperatorSpelling& words : operator_words()) {
    const ConditionLexer before = lexer_;
    if (!lexer_.take_operator_word(words.first)) continue;
    if (words.second.empty() || lexer_.take_operator_word(words.second)) return words.op;
    lexer_ = before;
  }
  return std::nullopt;
}

bool Parser::operator_is_next() const {
  Parser ahead = *this;
  return ahead.take_operator().has_value();
}

bool Parser::test_ends_here() const {
  Parser ahead = *this;
  return lexer_.at_end() || lexer_.peek() == ')' || ahead.take_and() || ahead.take_or();
}

bool Parser::enter(std::size_t at) {
  if (++depth_ <= limits::kConditionDepth) return true;
  return fail_at(
      at, fmt::format("more than {} levels of 'not' and parentheses", limits::kConditionDepth));
}

bool Parser::fail_at(std::size_t offset, std::string message) {
  error_ = ConditionError{offset, std::move(message)};
  return false;
}

bool Parser::fail_here(std::string_view wanted, std::span<const std::string_view> near_words) {
  std::string message = fmt::format("found {}, wanted {}", lexer_.found(), wanted);
  if (const auto near_word = near_match(lexer_.keyword_here(), near_words)) {
    message += fmt::format(" (did you mean '{}'?)", *near_word);
  }
  return fail_at(lexer_.offset(), std::move(message));
}

}  // namespace

Result<Condition, ConditionError> Condition::parse(std::string_view text) {
  if (text.size() > limits::kConditionBytes) {
    return ConditionError{
        limits::kConditionBytes,
        fmt::format("the condition is longer than {} bytes", limits::kConditionBytes)};
  }
  Condition condition;
  Parser parser(text);
  if (!parser.parse(condition.root_)) return parser.take_error();
  return condition;
}

}  // namespace pointsman::routing
