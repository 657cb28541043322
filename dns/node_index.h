// The names that exist and what each has: the one search that every query needs, made so that it
// waits for memory twice: once for the slot that the name's hash leads to, once for the entry, in
// which node and name lie side by side. Open addressing with linear probing; names are only added.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "base/wire_cursor.h"

namespace pointsman::dns {

// Which of a zone's sets a name has: a range, so that names may share their records.
struct Node {
  std::uint32_t zone = 0;
  std::uint32_t first_set = 0;
  std::uint32_t set_count = 0;
};

class NodeIndex {
 public:
  struct Found {
    Node node;
    std::string_view name;  // valid until the next name is added
  };

  static std::uint64_t hash(std::string_view wire) { return std::hash<std::string_view>{}(wire); }

  // Makes room for about so many names at once.
  void reserve(std::size_t names);
  std::size_t size() const { return size_; }

  // False, and nothing changes, if the name is there. Names are in wire form (name.h).
  bool add(std::string_view wire, const Node& node);
  // Of a name that is there.
  void replace(std::string_view wire, const Node& node);

  std::optional<Found> find(std::string_view wire) const;
  bool contains(std::string_view wire) const { return find(wire).has_value(); }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;

  struct Slot {
    std::uint32_t hash = 0;  // the upper half
    std::uint32_t entry = kFree;
  };

  void grow(std::size_t slots);
  // Where the name is, or would be.
  std::size_t slot_of(std::string_view wire, std::uint64_t hash) const;
  Found entry_at(std::uint32_t place) const;

  std::vector<Slot> slots_;  // as many as a power of two, a quarter of them free
  ByteBuffer entries_;       // node, the name's size, the name; then the next
  std::size_t size_ = 0;
};

}  // namespace pointsman::dns
