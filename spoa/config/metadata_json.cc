#include "config/metadata_json.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace pointsman::config {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
bool parse_whole(std::string_view text, T& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && stop == text.data() + text.size();
}

Json scalar(const YamlNode& node) {
  if (is_boolean(node)) return node.text.front() == 't' || node.text.front() == 'T';
  if (!is_number(node)) return node.text;
  std::int64_t whole = 0;
  if (parse_whole(node.text, whole)) return whole;
  double number = 0;
  if (parse_whole(node.text, number) && std::isfinite(number)) return number;
  return node.text;
}

// The reader has bounded the depth, and the number of nodes with aliases written out.
Json convert(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return nullptr;
    case YamlNode::Kind::kScalar:
      return scalar(node);
    case YamlNode::Kind::kSequence: {
      Json list = Json::array();
      for (const YamlNode* item : node.items) list.push_back(convert(*item));
      return list;
    }
    case YamlNode::Kind::kMapping:
      break;
  }
  Json::object_t object;
  object.reserve(node.entries.size());
  // Keys are unique already, and operator[] would search for each of them.
  for (const YamlNode::Entry& entry : node.entries) {
    object.Container::emplace_back(entry.key->text, convert(*entry.value));
  }
  return object;
}

}  // namespace

std::string to_json(const YamlNode& node) {
  return convert(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pointsman::config
