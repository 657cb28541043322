// Settings that are one value or a list of values. Used by readers of settings alone.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/ip_address.h"
#include "config/yaml_fields.h"

namespace pointsman::config {

// One value, or a list of at most `max`, each once. `read` makes an optional value of a field, and
// reports what is wrong with it.
template <class T, class Read>
std::vector<T> read_list(const YamlField& field, std::size_t max, Read&& read) {
  std::vector<T> values;
  const auto add = [&](const YamlField& item) {
    std::optional<T> value = read(item);
    if (!value) return;
    if (std::find(values.begin(), values.end(), *value) != values.end()) {
      item.error("stands here twice");
    } else {
      values.push_back(std::move(*value));
    }
  };
  if (field.node->kind != YamlNode::Kind::kSequence) {
    add(field);
  } else if (field.node->items.size() > max) {
    field.error(
        fmt::format("found {} values, at most {} are allowed", field.node->items.size(), max));
  } else {
    for (std::size_t i = 0; i < field.node->items.size(); ++i) add(field.item(i));
  }
  return values;
}

std::vector<IpNetwork> read_networks(const YamlField& field, std::size_t max);

}  // namespace pointsman::config
