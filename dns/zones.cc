#include "dns/zones.h"

namespace pointsman::dns {
namespace {

// "*." and the closest name above that exists. Goes down from the apex, so that a name with many
// labels costs no more than the names that are there.
std::optional<NodeIndex::Found> find_wildcard(const Zones::Contents& contents,
                                              const Zones::Zone& zone, const Name& name) {
  std::size_t labels = zone.apex.label_count();
  while (contents.nodes.contains(name.last_labels(labels + 1))) ++labels;
  const std::string_view encloser = name.last_labels(labels);
  std::array<char, limits::kDnsNameBytes> wire{};
  constexpr std::string_view kAsterisk("\1*", 2);
  std::copy(kAsterisk.begin(), kAsterisk.end(), wire.begin());
  std::copy(encloser.begin(), encloser.end(), wire.begin() + kAsterisk.size());
  return contents.nodes.find({wire.data(), kAsterisk.size() + encloser.size()});
}

}  // namespace

const Zones::Zone* closest_zone(const Zones::Contents& contents, const Name& name) {
  for (const std::size_t labels : contents.apex_label_counts) {
    if (labels > name.label_count()) continue;
    const auto found = contents.zone_by_apex.find(name.last_labels(labels));
    if (found != contents.zone_by_apex.end()) return &contents.zones[found->second];
  }
  return nullptr;
}

Zones::Found Zones::find(const Name& name) const {
  if (const auto exact = contents_.nodes.find(name.wire())) {
    return {&contents_.zones[exact->node.zone], exact->node, exact->name};
  }
  const Zone* const zone = closest_zone(contents_, name);
  if (zone == nullptr) return {};
  if (zone->has_wildcards) {
    if (const auto wildcard = find_wildcard(contents_, *zone, name)) {
      return {zone, wildcard->node, wildcard->name};
    }
  }
  return {zone, std::nullopt, zone->apex.wire()};
}

const RecordSet* Zones::find_set(const Node& node, std::uint16_t type) const {
  for (const RecordSet& set : sets(node)) {
    if (set.type == type) return &set;
  }
  return nullptr;
}

}  // namespace pointsman::dns
