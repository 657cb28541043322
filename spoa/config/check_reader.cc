#include "config/check_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "base/limits.h"
#include "config/value_syntax.h"

namespace pointsman::config {
namespace {

using routing::CheckSpec;

constexpr std::string_view kWanted =
    "none, tcp, a path like /health, or a mapping like {path: /health, every: 5s}";
constexpr std::string_view kPath = "a path like /health, without blanks, quotes, '\\', '#' and '$'";
constexpr std::string_view kStatus = "codes like 200-399 or 200,204";
constexpr std::string_view kDuration = "a duration like 5s";
constexpr std::uint64_t kChecksInARow = 1000;

bool is_check_path(std::string_view text) {
  constexpr std::string_view kForbidden = "\"'\\#$";
  return text.starts_with('/') && text.size() <= limits::kNameBytes &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return c > ' ' && c < 0x7f && kForbidden.find(c) == std::string_view::npos;
         });
}

bool is_code(std::string_view text) {
  const auto number = parse_whole_number(text, 599);
  return text.size() == 3 && number && *number >= 100;
}

// 200-399, 200,204, or 200-299,304.
bool is_status(std::string_view text) {
  if (text.size() > limits::kNameBytes) return false;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    const std::size_t dash = range.find('-');
    if (!is_code(range.substr(0, dash))) return false;
    if (dash != std::string_view::npos &&
        (!is_code(range.substr(dash + 1)) || range.substr(0, dash) > range.substr(dash + 1))) {
      return false;
    }
    if (comma == std::string_view::npos) return true;
    text = text.substr(comma + 1);
  }
}

std::optional<CheckSpec> read_short_check(const YamlField& field) {
  CheckSpec check;
  const auto text = read_text(field, kWanted);
  if (!text) return std::nullopt;
  if (*text == "none") {
    check.kind = CheckSpec::Kind::kNone;
  } else if (is_check_path(*text)) {
    check.kind = CheckSpec::Kind::kHttp;
    check.path = *text;
  } else if (*text != "tcp") {
    field.wanted(kWanted);
    return std::nullopt;
  }
  return check;
}

// What only a check by HTTP has.
void read_http(MappingReader& reader, const YamlField& field, CheckSpec& check) {
  constexpr std::array<std::string_view, 4> kMethods{"GET", "HEAD", "OPTIONS", "POST"};
  const YamlField path = reader.take("path");
  if (path) check.kind = CheckSpec::Kind::kHttp;
  check.path = read_text_if(path, kPath, is_check_path).value_or("");
  const YamlField method = reader.take("method");
  const YamlField host = reader.take("host");
  const YamlField status = reader.take("status");
  check.method = kMethods[read_choice(method, kMethods).value_or(0)];
  check.host = read_text_if(host, "a host name like shop.example.com", is_host_name).value_or("");
  check.status = read_text_if(status, kStatus, is_status).value_or(check.status);
  if (!path && (method || host || status)) {
    field.error("path is missing, which a check by HTTP asks for");
  }
}

}  // namespace

std::optional<CheckSpec> read_check(const YamlField& field) {
  if (!field) return std::nullopt;
  if (field.node->kind != YamlNode::Kind::kMapping) return read_short_check(field);
  CheckSpec check;
  MappingReader reader(field, kWanted);
  read_http(reader, field, check);
  check.port = static_cast<std::uint16_t>(read_number(reader.take("port"), 1, 65535).value_or(0));
  check.every = read_parsed(reader.take("every"), kDuration, parse_duration).value_or(check.every);
  check.timeout =
      read_parsed(reader.take("timeout"), kDuration, parse_duration).value_or(check.timeout);
  check.fall = static_cast<std::uint32_t>(
      read_number(reader.take("fall"), 1, kChecksInARow).value_or(check.fall));
  check.rise = static_cast<std::uint32_t>(
      read_number(reader.take("rise"), 1, kChecksInARow).value_or(check.rise));
  reader.refuse_unknown_keys();
  return check;
}

}  // namespace pointsman::config
