// Zones in the making: sets of records, and the names that have them. Used by zone_builder.cc
// alone.
#pragma once

#include <string>
#include <vector>

#include "base/ip_address.h"
#include "dns/zones.h"

namespace pointsman::dns {

// Some neighbouring sets, which several names may have.
struct SetRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

class NameTable {
 public:
  // `names` is about how many there will be.
  explicit NameTable(std::size_t names) { contents_.nodes.reserve(names); }

  // False: there is such a zone already.
  bool add_zone(const Name& apex);
  const Zones::Zone* closest_zone(const Name& name) const {
    return dns::closest_zone(contents_, name);
  }
  bool contains(const Name& name) const { return contents_.nodes.contains(name.wire()); }

  // Begins a range; what follows goes into it, until the next.
  void begin_range() { range_start_ = sets_.size(); }
  SetRange range() const;

  // One set is written at a time: its records are appended to records(), each followed by
  // end_record(), then end_set(), which without a record makes no set.
  ByteBuffer& records() { return contents_.records; }
  void begin_set(std::uint16_t type);
  void end_record() { ++sets_.back().set.count; }
  void add_glue(std::uint32_t target, std::uint32_t ttl, const IpAddress& address);
  std::size_t set_size() const { return contents_.records.size() - sets_.back().offset; }
  void end_set();

  // Gives sets to a name; an empty range lets it exist. What it has already stays: false if both
  // have records of one type, or one is a CNAME beside others. The name is in one of the zones.
  [[nodiscard]] bool add_name(const Name& name, SetRange sets);

  Zones::Contents finish();

 private:
  struct OpenSet {
    RecordSet set;
    std::size_t offset = 0;
    std::size_t size = 0;
    std::size_t first_glue = 0;
    std::size_t glue_count = 0;
  };

  bool are_compatible(SetRange one, SetRange other) const;
  SetRange joined(SetRange one, SetRange other);
  void add_names_above(const Name& name, const Zones::Zone& own);

  Zones::Contents contents_;  // without `sets`, whose spans would not survive
  std::vector<OpenSet> sets_;
  std::size_t range_start_ = 0;
  ByteBuffer glue_record_;  // being made
};

}  // namespace pointsman::dns
