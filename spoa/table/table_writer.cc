#include "table/table_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "table/condition_program.h"
#include "table/format_words.h"
#include "table/map_packer.h"
#include "table/record.h"

namespace pointsman::table {
namespace {

using routing::Browser;
using routing::Field;
using routing::Gateway;
using routing::Operator;
using routing::Rewrite;
using routing::Route;
using routing::RouteSpec;

void pack_value(Packer& out, const routing::TestValue& value) {
  if (value.network) {
    out.array(2);
    out.binary(value.network->address.bytes);
    out.integer(value.network->bits);
  } else if (value.port) {
    out.integer(*value.port);
  } else if (value.browser != Browser::kNone) {
    out.integer(browser_number(value.browser));
  } else {
    out.text(value.text);
  }
}

void pack_step(Packer& out, const ConditionStep& step) {
  const routing::Test& test = *step.test;
  out.array(kStepSize);
  out.text(field_word(test.field));
  out.text(operator_word(test.op));
  out.text(test.field == Field::kHeader ? routing::to_lower(test.name) : test.name);
  out.array(test.values.size());
  for (const routing::TestValue& value : test.values) pack_value(out, value);
  out.integer(step.on_true);
  out.integer(step.on_false);
}

void pack_program(MapPacker& map, const routing::Condition& condition, Patterns& patterns) {
  const ConditionProgram program = compile_condition(condition, patterns);
  map.key("start").integer(program.start);
  if (program.steps.empty()) return;
  Packer& steps = map.key("steps");
  steps.array(program.steps.size());
  for (const ConditionStep& step : program.steps) pack_step(steps, step);
}

void pack_nested(Packer& out, const MapPacker& map) {
  ByteBuffer bytes;
  map.append_to(bytes);
  out.packed(bytes);
}

void pack_text(MapPacker& map, std::string_view key, std::string_view value) {
  if (!value.empty()) map.key(key).text(value);
}

void pack_true(MapPacker& map, std::string_view key, bool value) {
  if (value) map.key(key).boolean(true);
}

void pack_count(MapPacker& map, std::string_view key, std::size_t count) {
  if (count > 0) map.key(key).integer(static_cast<std::int64_t>(count));
}

void pack_piece(Packer& out, const Rewrite::Piece& piece) {
  switch (piece.kind) {
    case Rewrite::Piece::Kind::kText:
      return out.text(piece.text);
    case Rewrite::Piece::Kind::kPath:
      return out.integer(0);
    case Rewrite::Piece::Kind::kGroup:
      return out.integer(static_cast<std::int64_t>(piece.group));
  }
}

void pack_rewrite(Packer& out, std::string_view text, const Rewrite& rewrite, Patterns& patterns) {
  MapPacker map;
  map.key("text").text(text);
  Packer& pieces = map.key("pieces");
  pieces.array(rewrite.pieces().size());
  for (const Rewrite::Piece& piece : rewrite.pieces()) pack_piece(pieces, piece);
  if (rewrite.condition()) {
    MapPacker condition;
    pack_program(condition, *rewrite.condition(), patterns);
    pack_nested(map.key("condition"), condition);
  }
  pack_nested(out, map);
}

void pack_condition(Packer& out, std::string_view text, const Route& route, Patterns& patterns) {
  MapPacker map;
  map.key("text").text(text);
  map.key("strength").integer(route.strength);
  map.key("tag").integer(route.condition_tag);
  pack_program(map, *route.condition, patterns);
  pack_nested(out, map);
}

void pack_route(MapPacker& map, const Route& route, const RouteSpec& spec, Patterns& patterns) {
  map.key("kind").text("route");
  map.key("name").text(route.name);
  if (route.next_gateway.empty()) {
    map.key("backend").text(route.backend);
  } else {
    map.key("next").text(route.next_gateway);
  }
  pack_count(map, "share", route.share);
  map.key("tag").integer(route.route_tag);
  if (spec.epoch != kDefaultEpoch) map.key("epoch").text(spec.epoch);
  if (route.condition) {
    pack_condition(map.key("condition"), spec.condition->text, route, patterns);
  }
  if (route.rewrites.empty()) return;
  Packer& rewrites = map.key("rewrites");
  rewrites.array(route.rewrites.size());
  for (std::size_t i = 0; i < route.rewrites.size(); ++i) {
    pack_rewrite(rewrites, spec.rewrites[i].text, route.rewrites[i], patterns);
  }
}

void pack_sticky(MapPacker& map, const routing::StickySpec& sticky) {
  using By = routing::StickySpec::By;
  using Secure = routing::StickySpec::Secure;
  map.key("cookie").text(sticky.cookie);
  if (sticky.by == By::kNone) return;
  map.key("sticky").text(sticky.by == By::kRoute ? "route" : "instance");
  map.key("ttl").integer(sticky.ttl.count());
  map.key("idle").integer(sticky.idle.count());
  map.key("path").text(sticky.path);
  pack_text(map, "same_site", sticky.same_site);
  pack_text(map, "domain", sticky.domain);
  if (sticky.secure != Secure::kAuto) {
    map.key("secure").text(sticky.secure == Secure::kAlways ? "always" : "never");
  }
}

void pack_split(MapPacker& map, const routing::SplitBySpec& split) {
  if (split.kind == routing::SplitBySpec::Kind::kNone) return;
  Packer& out = map.key("split");
  out.array(split.kind == routing::SplitBySpec::Kind::kSource ? 1 : 2);
  out.text(split_word(split.kind));
  if (split.kind != routing::SplitBySpec::Kind::kSource) out.text(split.name);
}

void pack_gateway(MapPacker& map, const Gateway& gateway, std::size_t hosts) {
  map.key("kind").text("gateway");
  map.key("name").text(gateway.name);
  pack_count(map, "hosts", hosts);
  pack_count(map, "routes", gateway.routes.size());
  pack_sticky(map, gateway.sticky);
  pack_split(map, gateway.split_by);
  pack_true(map, "evict_at_zero", gateway.evict_at_zero);
  pack_true(map, "strict", gateway.strict_on_unhealthy);
  pack_true(map, "allow_forced", gateway.allow_forced);
}

using Hosts = std::span<const std::string>;

void pack_hosts(MapPacker& map, Hosts hosts) {
  map.key("kind").text("hosts");
  Packer& out = map.key("hosts");
  out.array(hosts.size());
  for (const std::string& host : hosts) out.text(host);
}

// Takes a record's worth off the front.
Hosts take_hosts(Hosts& hosts) {
  const Hosts taken = hosts.first(std::min(hosts.size(), limits::kTableHostsPerRecord));
  hosts = hosts.subspan(taken.size());
  return taken;
}

void pack_keys(Packer& out, std::span<const routing::StickyKey> keys) {
  out.array(keys.size());
  for (const routing::StickyKey& key : keys) {
    out.array(2);
    out.integer(key.id);
    out.binary(key.secret);
  }
}

// Gathers the records behind the header, which says how many they are.
class Writer {
 public:
  explicit Writer(const routing::RouteTable& table) : table_(table) {}

  Result<ByteBuffer> write(std::span<const routing::StickyKey> keys) {
    for (const auto& gateway : table_.gateways()) add_gateway(*gateway);
    MapPacker header;
    header.key("format").text(kFormatName);
    header.key("version").integer(kFormatVersion);
    header.key("generation").integer(static_cast<std::int64_t>(table_.generation()));
    header.key("records").integer(static_cast<std::int64_t>(count_));
    if (!keys.empty()) pack_keys(header.key("keys"), keys);
    ByteBuffer document;
    append_map(document, 0, header);
    if (document.size() + records_.size() > limits::kTableBytes) {
      return Error{fmt::format("the table would have more than {} bytes", limits::kTableBytes)};
    }
    append_bytes(document, records_);
    return document;
  }

 private:
  void add_gateway(const Gateway& gateway) {
    const std::vector<std::string> hosts = table_.virtual_hosts_of(gateway);
    MapPacker map;
    pack_gateway(map, gateway, hosts.size());
    add(map);
    for (Hosts left = hosts; !left.empty();) {
      MapPacker some;
      pack_hosts(some, take_hosts(left));
      add(some);
    }
    Patterns patterns;
    for (std::size_t i = 0; i < gateway.routes.size(); ++i) {
      MapPacker route;
      pack_route(route, gateway.routes[i], gateway.spec.routes[i], patterns);
      add(route);
    }
  }

  void add(const MapPacker& map) {
    if (records_.size() <= limits::kTableBytes) append_map(records_, ++count_, map);
  }

  static void append_map(ByteBuffer& out, std::size_t index, const MapPacker& map) {
    ByteBuffer payload;
    map.append_to(payload);
    append_record(out, index, payload);
  }

  const routing::RouteTable& table_;
  ByteBuffer records_;
  std::size_t count_ = 0;
};

}  // namespace

Result<ByteBuffer> write_table(const routing::RouteTable& table,
                               std::span<const routing::StickyKey> keys) {
  assert(table.generation() > 0 && keys.size() <= limits::kStickyKeys);
  return Writer(table).write(keys);
}

}  // namespace pointsman::table
