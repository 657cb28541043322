#include "config/yaml_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/near_match.h"
#include "config/value_syntax.h"
#include "routing/names.h"

namespace pointsman::config {

void ReadContext::error(const SourcePlace& place, const std::string& key, std::string message) {
  ++errors_;
  if (errors_ > limits::kDiagnosticsShown + 1) return;
  if (errors_ > limits::kDiagnosticsShown) message += " (further errors are not listed)";
  diagnostics_.error(place, gateway, key, std::move(message));
}

void ReadContext::warning(const SourcePlace& place, const std::string& key, std::string message) {
  if (++remarks_ > limits::kDiagnosticsShown) return;
  diagnostics_.warning(place, gateway, key, std::move(message));
}

void ReadContext::note(const SourcePlace& place, const std::string& key, std::string message) {
  if (++remarks_ > limits::kDiagnosticsShown) return;
  diagnostics_.note(place, gateway, key, std::move(message));
}

void YamlField::wanted(std::string_view what) const {
  error(fmt::format("found {}, wanted {}", describe(*node), what));
}

YamlField YamlField::item(std::size_t index) const {
  return {node->items[index], fmt::format("{}[{}]", key, index), context};
}

MappingReader::MappingReader(YamlField field, std::string_view wanted) : field_(std::move(field)) {
  if (!field_ || field_.node->kind == YamlNode::Kind::kMapping) return;
  if (field_.node->kind != YamlNode::Kind::kNull) field_.wanted(wanted);
  field_.node = nullptr;
}

std::span<const YamlNode::Entry> MappingReader::entries() const {
  if (!field_) return {};
  return field_.node->entries;
}

YamlField MappingReader::field_of(const YamlNode::Entry& entry) const {
  const std::string name = shown_key(entry.key->text);
  return {entry.value, field_.key.empty() ? name : field_.key + "." + name, field_.context};
}

YamlField MappingReader::take(std::string_view key) {
  known_.push_back(key);
  for (const YamlNode::Entry& entry : entries()) {
    if (entry.key->text == key) return field_of(entry);
  }
  return {nullptr, std::string(key), field_.context};
}

void MappingReader::refuse_unknown_keys() {
  for (const YamlNode::Entry& entry : entries()) {
    const std::string& name = entry.key->text;
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::string message = "unknown key";
    if (name == "<<") {
      message = "merge keys are not supported; use an alias for the whole value";
    } else if (const auto near = near_match(name, known_)) {
      message += fmt::format("; did you mean '{}'?", *near);
    }
    field_.context->error(entry.key->place, field_of(entry).key, std::move(message));
  }
}

std::optional<std::string> read_text(const YamlField& field, std::string_view wanted) {
  if (!field) return std::nullopt;
  if (field.node->kind != YamlNode::Kind::kScalar) {
    field.wanted(wanted);
    return std::nullopt;
  }
  if (has_control_character(field.node->text)) {
    field.error(fmt::format("found a line break or control character, wanted {}", wanted));
    return std::nullopt;
  }
  return field.node->text;
}

std::optional<std::string> read_text_if(const YamlField& field, std::string_view wanted,
                                        bool (*accepts)(std::string_view)) {
  std::optional<std::string> text = read_text(field, wanted);
  if (text && !accepts(*text)) {
    field.wanted(wanted);
    return std::nullopt;
  }
  return text;
}

std::optional<bool> read_boolean(const YamlField& field) {
  if (!field) return std::nullopt;
  if (!is_boolean(*field.node)) {
    field.wanted("true or false");
    return std::nullopt;
  }
  return field.node->text.front() == 't' || field.node->text.front() == 'T';
}

std::optional<std::uint64_t> read_number(const YamlField& field, std::uint64_t min,
                                         std::uint64_t max) {
  const std::string wanted = fmt::format("a number from {} to {}", min, max);
  const std::optional<std::string> text = read_text(field, wanted);
  if (!text) return std::nullopt;
  const auto number = field.node->quoted ? std::nullopt : parse_whole_number(*text, max);
  if (!number || *number < min) {
    field.wanted(wanted);
    return std::nullopt;
  }
  return number;
}

std::optional<std::string> read_name(const YamlField& field, std::string_view wanted) {
  std::optional<std::string> text = read_text(field, wanted);
  if (!text) return std::nullopt;
  if (const auto fault = routing::fault_in_name(*text)) {
    field.error(fmt::format("found {}: {}", describe(*field.node), *fault));
    return std::nullopt;
  }
  return text;
}

std::optional<std::size_t> read_choice(const YamlField& field,
                                       std::span<const std::string_view> choices) {
  const std::string wanted = fmt::format("one of {}", fmt::join(choices, ", "));
  const std::optional<std::string> text = read_text(field, wanted);
  if (!text) return std::nullopt;
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  const auto near = near_match(*text, choices);
  field.wanted(near ? fmt::format("{}; did you mean '{}'?", wanted, *near) : wanted);
  return std::nullopt;
}

}  // namespace pointsman::config
