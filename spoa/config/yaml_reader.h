// YAML text as a tree whose nodes know their place. A thin layer over yaml-cpp's events instead of
// its own tree: it keeps the order of keys and how a scalar was quoted, sees duplicate keys, and
// stops at the limits on depth, nodes and aliases before anything is built from them. The only user
// of yaml-cpp.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "routing/route_spec.h"

namespace pointsman::config {

struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMapping };
  struct Entry {
    const YamlNode* key;  // a scalar, unique in its mapping
    const YamlNode* value;
  };

  Kind kind = Kind::kNull;
  bool quoted = false;  // quoted, block or !!str: a text, though it may look like a number
  SourcePlace place;    // a scalar: of its first character, behind the quote
  std::string text;
  std::vector<routing::TextMark> marks;  // none where the text stands in the file as it is
  std::vector<const YamlNode*> items;
  std::vector<Entry> entries;  // as written

  // With aliases written out. An alias is one node in several places of the tree.
  std::size_t all_nodes = 1;
  std::size_t all_bytes = 0;
  std::size_t height = 0;  // collections on the longest way down, itself included
};

struct YamlDocument {
  const YamlNode* root = nullptr;  // never null in a parsed file
  std::string text;                // all of it, with its first line '---' where it has one
  Diagnostics faults;              // duplicate and odd keys, unknown tags: left out of the tree
};

struct YamlFile {
  std::deque<YamlNode> nodes;  // owns all nodes; moving it keeps their addresses
  std::vector<YamlDocument> documents;
};

// The error, a syntax error or an exceeded limit, makes the file as a whole unreadable.
Result<YamlFile, Diagnostic> parse_yaml(const std::string& path, const std::string& text);

// "a list", "the number 5", "the text 'abc'", "nothing" … for messages of the form "found …".
std::string describe(const YamlNode& node);

// A key as part of a dotted path: on one line, and not too long.
std::string shown_key(const std::string& key);

// YAML 1.2 core schema: a scalar without quotes that looks like a number, or true or false.
bool is_number(const YamlNode& node);
bool is_boolean(const YamlNode& node);

}  // namespace pointsman::config
