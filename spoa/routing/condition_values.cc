#include "routing/condition_values.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "routing/condition_words.h"

namespace pointsman::routing {
namespace {

constexpr std::uint32_t kPortMax = 65535;

bool is_equality(Operator op) {
  return op == Operator::kIs || op == Operator::kIsNot || op == Operator::kIn;
}

bool is_host_name(Field field) { return field == Field::kHost || field == Field::kSni; }

std::optional<ConditionError> set_network(TestValue& value, std::size_t offset) {
  value.network = IpNetwork::parse(value.text);
  if (value.network) return std::nullopt;
  const std::string_view text = value.text;
  const bool has_address = IpAddress::parse(text.substr(0, text.find('/'))).has_value();
  const char* const hint =
      has_address ? "; the prefix must fit and the bits behind it must be 0" : "";
  return ConditionError{offset,
                        fmt::format("found {}, wanted an address or a network such as 10.0.0.0/8{}",
                                    shown(text), hint)};
}

std::optional<ConditionError> set_port(TestValue& value, std::size_t offset) {
  std::uint32_t port = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [stop, failure] = std::from_chars(value.text.data(), end, port);
  if (failure != std::errc() || stop != end || port > kPortMax) {
    return ConditionError{
        offset, fmt::format("found {}, wanted a port, 0 to {}", shown(value.text), kPortMax)};
  }
  value.port = port;
  return std::nullopt;
}

// Parts of a name only lose their case: a lone "." or ":80" is no port and no trailing dot there.
void normalize_host_value(TestValue& value, Operator op) {
  std::string normal;
  if (is_equality(op)) {
    normalize_host(value.text, normal);
  } else {
    normal = to_lower(value.text);
  }
  value.text = std::move(normal);
}

std::optional<ConditionError> set_regex(Test& test, const Literal& literal) {
  const auto letters = is_host_name(test.field) ? Regex::Case::kIgnored : Regex::Case::kSensitive;
  auto regex = Regex::compile(literal.text, letters);
  if (!regex) {
    return ConditionError{
        literal.offset_of(regex.error().offset),
        fmt::format("not a regular expression (PCRE2): {}", regex.error().message)};
  }
  test.regex = std::move(*regex);
  return std::nullopt;
}

std::optional<ConditionError> set_value(const Test& test, TestValue& value, std::size_t offset) {
  switch (test.field) {
    case Field::kSrc:
      return set_network(value, offset);
    case Field::kPort:
      return set_port(value, offset);
    case Field::kUserAgent:
      if (is_equality(test.op)) value.browser = browser_named(value.text);
      return std::nullopt;
    case Field::kHost:
    case Field::kSni:
      if (test.op != Operator::kMatches) normalize_host_value(value, test.op);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<ConditionError> check_operator(Field field, Operator op,
                                             std::size_t operator_offset) {
  const bool only_equality = field == Field::kSrc || field == Field::kPort;
  if (!only_equality || is_equality(op)) return std::nullopt;
  return ConditionError{operator_offset, fmt::format("found '{}', but {} allows only ==, != and in",
                                                     to_text(op), to_text(field))};
}

std::optional<ConditionError> set_values(Test& test, std::vector<Literal> literals) {
  if (test.op == Operator::kMatches) {
    if (auto error = set_regex(test, literals.front())) return error;
  }
  for (Literal& literal : literals) {
    TestValue value;
    value.text = std::move(literal.text);
    if (auto error = set_value(test, value, literal.offset)) return error;
    test.values.push_back(std::move(value));
  }
  return std::nullopt;
}

}  // namespace pointsman::routing
