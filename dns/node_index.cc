#include "dns/node_index.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "base/limits.h"

namespace pointsman::dns {
namespace {

constexpr std::size_t kSlotsMin = 16;
constexpr std::size_t kNameBytesUsual = 32;
constexpr std::size_t kHeadBytes = sizeof(Node) + 1;

// A quarter of them stays free, so that a search ends soon.
std::size_t slots_for(std::size_t names) { return names + names / 3 + 1; }

}  // namespace

void NodeIndex::reserve(std::size_t names) {
  grow(std::bit_ceil(std::max(slots_for(names), kSlotsMin)));
  entries_.reserve(names * (kHeadBytes + kNameBytesUsual));
}

bool NodeIndex::add(std::string_view wire, const Node& node) {
  if (slots_for(size_ + 1) > slots_.size()) grow(std::max(2 * slots_.size(), kSlotsMin));
  const std::uint64_t own = hash(wire);
  Slot& slot = slots_[slot_of(wire, own)];
  if (slot.entry != kFree) return false;
  assert(wire.size() <= limits::kDnsNameBytes && entries_.size() < kFree);
  slot = {static_cast<std::uint32_t>(own >> 32), static_cast<std::uint32_t>(entries_.size())};
  entries_.resize(entries_.size() + kHeadBytes);
  std::memcpy(&entries_[slot.entry], &node, sizeof node);
  entries_.back() = static_cast<std::uint8_t>(wire.size());
  const Bytes name = as_bytes(wire);
  entries_.insert(entries_.end(), name.begin(), name.end());
  ++size_;
  return true;
}

void NodeIndex::replace(std::string_view wire, const Node& node) {
  const Slot& slot = slots_[slot_of(wire, hash(wire))];
  assert(slot.entry != kFree);
  std::memcpy(&entries_[slot.entry], &node, sizeof node);
}

std::optional<NodeIndex::Found> NodeIndex::find(std::string_view wire) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(wire, hash(wire))];
  if (slot.entry == kFree) return std::nullopt;
  return entry_at(slot.entry);
}

void NodeIndex::grow(std::size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.entry == kFree) continue;
    const std::string_view name = entry_at(slot.entry).name;
    slots_[slot_of(name, hash(name))] = slot;
  }
}

std::size_t NodeIndex::slot_of(std::string_view wire, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t index = hash & mask;
  for (;; index = (index + 1) & mask) {
    const Slot& slot = slots_[index];
    if (slot.entry == kFree) return index;
    if (slot.hash == hash >> 32 && entry_at(slot.entry).name == wire) return index;
  }
}

NodeIndex::Found NodeIndex::entry_at(std::uint32_t place) const {
  Found found;
  const std::uint8_t* const entry = &entries_[place];
  std::memcpy(&found.node, entry, sizeof found.node);
  found.name = as_text({entry + kHeadBytes, entry[kHeadBytes - 1]});
  return found;
}

}  // namespace pointsman::dns
