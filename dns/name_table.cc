#include "dns/name_table.h"

#include <algorithm>

#include "dns/record.h"

namespace pointsman::dns {

bool NameTable::add_zone(const Name& apex) {
  const auto index = static_cast<std::uint32_t>(contents_.zones.size());
  if (!contents_.zone_by_apex.try_emplace(std::string(apex.wire()), index).second) return false;
  contents_.zones.push_back({apex, {}, false});
  auto& counts = contents_.apex_label_counts;
  const auto place =
      std::lower_bound(counts.begin(), counts.end(), apex.label_count(), std::greater<>());
  if (place == counts.end() || *place != apex.label_count()) {
    counts.insert(place, apex.label_count());
  }
  return true;
}

SetRange NameTable::range() const {
  return {static_cast<std::uint32_t>(range_start_),
          static_cast<std::uint32_t>(sets_.size() - range_start_)};
}

void NameTable::begin_set(std::uint16_t type) {
  sets_.push_back({{type, 0, {}, {}}, contents_.records.size(), 0, contents_.glue.size(), 0});
}

void NameTable::add_glue(std::uint32_t target, std::uint32_t ttl, const IpAddress& address) {
  glue_record_.clear();
  append_address(glue_record_, ttl, address);
  Glue glue{target, address.is_v4()};
  constexpr std::ptrdiff_t kOwnerBytes = 2;
  std::copy(glue_record_.begin() + kOwnerBytes, glue_record_.end(), glue.bytes.begin());
  contents_.glue.push_back(glue);
}

void NameTable::end_set() {
  OpenSet& open = sets_.back();
  if (open.set.count == 0) {
    sets_.pop_back();
    return;
  }
  open.size = contents_.records.size() - open.offset;
  open.glue_count = contents_.glue.size() - open.first_glue;
  std::stable_partition(contents_.glue.begin() + static_cast<std::ptrdiff_t>(open.first_glue),
                        contents_.glue.end(), [](const Glue& glue) { return glue.v4; });
}

bool NameTable::add_name(const Name& name, SetRange sets) {
  const Zones::Zone* const zone = closest_zone(name);
  const auto zone_index = static_cast<std::uint32_t>(zone - contents_.zones.data());
  if (contents_.nodes.add(name.wire(), {zone_index, sets.first, sets.count})) {
    if (name.wire().starts_with(std::string_view("\1*", 2))) {
      contents_.zones[zone_index].has_wildcards = true;
    }
    add_names_above(name, *zone);
    return true;
  }
  Node node = contents_.nodes.find(name.wire())->node;
  const SetRange present{node.first_set, node.set_count};
  if (!are_compatible(present, sets)) return false;
  const SetRange both = joined(present, sets);
  node.first_set = both.first;
  node.set_count = both.count;
  contents_.nodes.replace(name.wire(), node);
  return true;
}

bool NameTable::are_compatible(SetRange one, SetRange other) const {
  for (std::uint32_t i = 0; i < one.count; ++i) {
    for (std::uint32_t j = 0; j < other.count; ++j) {
      const std::uint16_t left = sets_[one.first + i].set.type;
      const std::uint16_t right = sets_[other.first + j].set.type;
      if (left == right || left == type::kCname || right == type::kCname) return false;
    }
  }
  return true;
}

SetRange NameTable::joined(SetRange one, SetRange other) {
  if (other.count == 0) return one;
  if (one.count == 0) return other;
  const SetRange both{static_cast<std::uint32_t>(sets_.size()), one.count + other.count};
  for (const SetRange part : {one, other}) {
    for (std::uint32_t i = 0; i < part.count; ++i) {
      const OpenSet copy = sets_[part.first + i];
      sets_.push_back(copy);
    }
  }
  return both;
}

// So that each of them exists. Those above an apex do in the zone that it lies in, if there is one.
void NameTable::add_names_above(const Name& name, const Zones::Zone& own) {
  if (name.label_count() == 0) return;
  const Zones::Zone* zone = &own;
  if (name == own.apex) zone = closest_zone(*Name::read(as_bytes(parent_of(name.wire()))));
  if (zone == nullptr) return;
  const Node empty{static_cast<std::uint32_t>(zone - contents_.zones.data()), 0, 0};
  std::string_view above = parent_of(name.wire());
  for (; above.size() > zone->apex.wire().size(); above = parent_of(above)) {
    if (!contents_.nodes.add(above, empty)) return;
  }
}

Zones::Contents NameTable::finish() {
  contents_.sets.reserve(sets_.size());
  for (OpenSet& open : sets_) {
    open.set.records = Bytes(contents_.records).subspan(open.offset, open.size);
    open.set.glue = std::span<const Glue>(contents_.glue).subspan(open.first_glue, open.glue_count);
    contents_.sets.push_back(open.set);
  }
  for (Zones::Zone& zone : contents_.zones) {
    zone.soa = contents_.sets[contents_.nodes.find(zone.apex.wire())->node.first_set];
  }
  return std::move(contents_);
}

}  // namespace pointsman::dns
