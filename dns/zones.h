// The names of all zones with their records, as bytes that replies copy. Immutable: built whole by
// zone_builder.h for each revision, read by any number of threads. A name without records exists if
// names below it do (an empty non-terminal, RFC 8020); wildcards are found as RFC 4592 says.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/wire_cursor.h"
#include "dns/name.h"
#include "dns/node_index.h"

namespace pointsman::dns {

// An address record for the additional section. Its owner's name stands in a record of the answer.
struct Glue {
  std::uint32_t target = 0;  // where that name begins, counted from the set's first byte
  bool v4 = false;
  std::array<std::uint8_t, 26> bytes = {};  // the record without its owner; 14 of them for IPv4

  Bytes record() const { return Bytes(bytes).first(v4 ? 14 : 26); }
};

// The records of one type and name.
struct RecordSet {
  std::uint16_t type = 0;
  std::uint32_t count = 0;
  Bytes records;               // see record.h
  std::span<const Glue> glue;  // IPv4 first, since some HAProxy stop at the first AAAA
};

class Zones {
 public:
  struct Zone {
    Name apex;
    RecordSet soa;
    bool has_wildcards = false;
  };

  struct Contents {
    ByteBuffer records;      // what all sets point into
    std::vector<Glue> glue;  // likewise
    std::vector<RecordSet> sets;
    std::vector<Zone> zones;
    std::map<std::string, std::uint32_t, std::less<>> zone_by_apex;
    std::vector<std::size_t> apex_label_counts;  // descending, each once
    NodeIndex nodes;                             // their sets are ranges of `sets`
  };

  struct Found {
    const Zone* zone = nullptr;  // null: the name is outside of all zones
    std::optional<Node> node;    // null: the name does not exist in its zone
    std::string_view owner;      // the node's name, the wildcard's too; the zone's without a node
  };

  explicit Zones(Contents contents) : contents_(std::move(contents)) {}
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;

  Found find(const Name& name) const;
  std::span<const RecordSet> sets(const Node& node) const {
    return std::span(contents_.sets).subspan(node.first_set, node.set_count);
  }
  const RecordSet* find_set(const Node& node, std::uint16_t type) const;
  std::size_t name_count() const { return contents_.nodes.size(); }

 private:
  Contents contents_;
};

// The zone with the longest apex that the name is at or below; null: none.
const Zones::Zone* closest_zone(const Zones::Contents& contents, const Name& name);

}  // namespace pointsman::dns
