// Typed reading of YAML mappings. A reader takes the keys that it knows from a MappingReader; what
// nobody took is an unknown key, with a suggestion among those that were asked for. Every fault
// goes to the ReadContext with the value's place and dotted key, and reading goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "config/yaml_reader.h"
#include "routing/route_spec.h"

namespace pointsman::config {

// Where the faults of one document go. Errors beyond limits::kDiagnosticsShown are only counted.
class ReadContext {
 public:
  explicit ReadContext(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  std::string gateway;  // whose document this is, once known

  void error(const SourcePlace& place, const std::string& key, std::string message);
  void warning(const SourcePlace& place, const std::string& key, std::string message);
  void note(const SourcePlace& place, const std::string& key, std::string message);
  bool has_errors() const { return errors_ > 0; }

 private:
  Diagnostics& diagnostics_;
  std::size_t errors_ = 0;
  std::size_t remarks_ = 0;  // warnings and notes
};

// A value, its dotted key, and where its faults go. Valid as long as the YamlFile.
struct YamlField {
  const YamlNode* node = nullptr;  // null: the key is absent
  std::string key;
  ReadContext* context = nullptr;

  explicit operator bool() const { return node != nullptr; }
  void error(std::string message) const { context->error(node->place, key, std::move(message)); }
  void wanted(std::string_view what) const;  // "found a list, wanted a percentage like 5%"
  YamlField item(std::size_t index) const;   // of a list
  routing::SpecText with_place(std::string text) const {
    return {std::move(text), node->place, node->marks};
  }
};

class MappingReader {
 public:
  // A value that is no mapping is reported as such and counts as an empty one, as does `key:`
  // without a value.
  MappingReader(YamlField field, std::string_view wanted);

  YamlField take(std::string_view key);
  YamlField field_of(const YamlNode::Entry& entry) const;  // for mappings with free keys
  std::span<const YamlNode::Entry> entries() const;
  void refuse_unknown_keys();

 private:
  YamlField field_;
  std::vector<std::string_view> known_;
};

// Each reports what is wrong and yields null then; null too, without a report, for an absent field.
std::optional<std::string> read_text(const YamlField& field, std::string_view wanted);
std::optional<std::string> read_text_if(const YamlField& field, std::string_view wanted,
                                        bool (*accepts)(std::string_view));
std::optional<bool> read_boolean(const YamlField& field);
std::optional<std::uint64_t> read_number(const YamlField& field, std::uint64_t min,
                                         std::uint64_t max);
std::optional<std::string> read_name(const YamlField& field, std::string_view wanted);
std::optional<std::size_t> read_choice(const YamlField& field,
                                       std::span<const std::string_view> choices);

template <class T>
std::optional<T> read_parsed(const YamlField& field, std::string_view wanted,
                             std::optional<T> (*parse)(std::string_view)) {
  const std::optional<std::string> text = read_text(field, wanted);
  if (!text) return std::nullopt;
  std::optional<T> value = parse(*text);
  if (!value) field.wanted(wanted);
  return value;
}

}  // namespace pointsman::config
