#include "table/record_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "routing/names.h"
#include "routing/route_table.h"
#include "table/condition_reader.h"
#include "table/format_words.h"
#include "table/packed_reader.h"

namespace pointsman::table {
namespace {

using routing::GatewaySpec;
using routing::RouteSpec;
using routing::SpecText;
using routing::StickySpec;

constexpr std::uint64_t kSecondsMax = UINT32_MAX;

struct Tags {
  std::uint32_t route = 0;
  std::uint32_t condition = 0;
};

std::string any_text(PackedReader& in) { return in.text(limits::kTableRecordBytes); }

SpecText spec_text(PackedReader& in) { return {any_text(in), {}, {}}; }

std::uint32_t u32(PackedReader& in) { return static_cast<std::uint32_t>(in.number(UINT32_MAX)); }

std::uint32_t share(PackedReader& in) {
  return static_cast<std::uint32_t>(in.number(routing::kWhole));
}

std::chrono::seconds seconds(PackedReader& in) {
  return std::chrono::seconds(in.number(kSecondsMax));
}

// One of the words, or a failure and the first one's meaning.
template <class Meaning>
Meaning one_of(PackedReader& in,
               std::initializer_list<std::pair<std::string_view, Meaning>> words) {
  const std::string found = any_text(in);
  for (const auto& [word, meaning] : words) {
    if (word == found) return meaning;
  }
  in.fail();
  return words.begin()->second;
}

Error malformed(const PackedReader& in, std::string_view what) {
  if (in.failed_key().empty()) return Error{fmt::format("malformed {}", what)};
  return Error{fmt::format("malformed {}, at '{}'", what, in.failed_key())};
}

Error lacking(std::string_view what, std::string_view key) {
  return Error{fmt::format("{} without '{}'", what, key)};
}

void read_condition(PackedReader& in, RouteSpec& route, Tags& tags, Patterns& patterns) {
  ProgramCheck program(patterns);
  in.each_entry([&](std::string_view key) {
    if (key == "text") {
      route.condition = spec_text(in);
    } else if (key == "strength") {
      route.strength = routing::StrengthSpec{share(in), {}};
    } else if (key == "tag") {
      tags.condition = u32(in);
    } else {
      return program.read_entry(in, key);
    }
    return true;
  });
  program.finish(in);
  if (!route.condition || !route.strength) in.fail();
}

void read_piece(PackedReader& in) {
  if (in.text_is_next()) {
    any_text(in);
  } else {
    in.number(9);  // the path, or a capture group
  }
}

void read_rewrite(PackedReader& in, RouteSpec& route, Patterns& patterns) {
  const std::size_t before = route.rewrites.size();
  bool has_pieces = false;
  in.each_entry([&](std::string_view key) {
    if (key == "text") {
      route.rewrites.push_back(spec_text(in));
    } else if (key == "pieces") {
      in.each_item([&] { read_piece(in); });
      has_pieces = true;
    } else if (key == "condition") {
      ProgramCheck program(patterns);
      in.each_entry([&](std::string_view entry) { return program.read_entry(in, entry); });
      program.finish(in);
    } else {
      return false;
    }
    return true;
  });
  if (!has_pieces || route.rewrites.size() != before + 1) in.fail();
}

void read_route_entries(PackedReader& in, RouteSpec& route, Tags& tags, Patterns& patterns) {
  in.each_entry([&](std::string_view key) {
    if (key == "name") {
      route.name = any_text(in);
    } else if (key == "backend") {
      route.backend = spec_text(in);
    } else if (key == "next") {
      route.gateway = spec_text(in);
    } else if (key == "share") {
      route.weight.share = share(in);
    } else if (key == "tag") {
      tags.route = u32(in);
    } else if (key == "epoch") {
      route.epoch = any_text(in);
    } else if (key == "condition") {
      read_condition(in, route, tags, patterns);
    } else if (key == "rewrites") {
      in.each_item([&] { read_rewrite(in, route, patterns); });
    } else {
      return false;
    }
    return true;
  });
}

bool has_its_tags(const RouteSpec& route, const std::string& gateway, const Tags& tags) {
  return tags.route == routing::route_tag(gateway, route.name, route.epoch) &&
         (!route.condition ||
          tags.condition == routing::condition_tag(gateway, route.name, route.epoch));
}

// Pointsman's own names may be longer than those that one may write: then the route is again one
// that gets its name by itself.
void leave_out_own_backend(const GatewaySpec& gateway, RouteSpec& route) {
  if (!route.backend || route.backend->text.size() <= limits::kNameBytes) return;
  const SpecText written = std::move(*route.backend);
  route.backend.reset();
  if (routing::backend_name(gateway, route) != written.text) route.backend = written;
}

bool read_sticky_entry(PackedReader& in, std::string_view key, StickySpec& sticky) {
  using By = StickySpec::By;
  using Secure = StickySpec::Secure;
  if (key == "cookie") {
    sticky.cookie = any_text(in);
  } else if (key == "sticky") {
    sticky.by = one_of<By>(in, {{"route", By::kRoute}, {"instance", By::kInstance}});
  } else if (key == "ttl") {
    sticky.ttl = seconds(in);
  } else if (key == "idle") {
    sticky.idle = seconds(in);
  } else if (key == "path") {
    sticky.path = any_text(in);
  } else if (key == "same_site") {
    sticky.same_site = any_text(in);
  } else if (key == "domain") {
    sticky.domain = any_text(in);
  } else if (key == "secure") {
    sticky.secure = one_of<Secure>(in, {{"always", Secure::kAlways}, {"never", Secure::kNever}});
  } else {
    return false;
  }
  return true;
}

void read_split(PackedReader& in, routing::SplitBySpec& split) {
  const std::uint64_t items = in.array();
  const auto kind = split_of(any_text(in));
  if (!kind || items != (*kind == routing::SplitBySpec::Kind::kSource ? 1U : 2U)) {
    in.fail();
    return;
  }
  split.kind = *kind;
  if (items == 2) split.name = any_text(in);
}

bool read_gateway_entry(PackedReader& in, std::string_view key, GatewayHead& gateway) {
  GatewaySpec& spec = gateway.spec;
  if (key == "name") {
    spec.name = any_text(in);
  } else if (key == "hosts") {
    gateway.hosts = in.number(limits::kVirtualHosts);
  } else if (key == "routes") {
    gateway.routes = in.number(limits::kRoutesPerGateway);
  } else if (key == "split") {
    read_split(in, spec.split_by);
  } else if (key == "evict_at_zero") {
    spec.evict_at_zero = in.boolean();
  } else if (key == "strict") {
    spec.strict_on_unhealthy = in.boolean();
  } else if (key == "allow_forced") {
    spec.allow_forced = in.boolean();
  } else {
    return read_sticky_entry(in, key, spec.sticky);
  }
  return true;
}

void read_key(PackedReader& in, std::vector<routing::StickyKey>& keys) {
  if (in.array() != 2 || keys.size() == limits::kStickyKeys) {
    in.fail();
    return;
  }
  routing::StickyKey key;
  key.id = static_cast<std::uint8_t>(in.number(UINT8_MAX));
  const Bytes secret = in.binary(limits::kStickyKeyBytesMax);
  if (secret.size() < limits::kStickyKeyBytesMin) in.fail();
  key.secret.assign(secret.begin(), secret.end());
  const bool again = std::any_of(keys.begin(), keys.end(), [&](const routing::StickyKey& other) {
    return other.id == key.id;
  });
  if (again) in.fail();
  keys.push_back(std::move(key));
}

// Of another version only the version is known.
Outcome check_version(Bytes payload) {
  std::string format;
  std::uint64_t version = 0;
  PackedReader in(payload);
  in.each_entry([&](std::string_view key) {
    if (key == "format") {
      format = any_text(in);
    } else if (key == "version") {
      version = in.number();
    } else {
      return false;
    }
    return true;
  });
  if (!in.ended_well() || format != kFormatName) return Error{"this is no table of Pointsman"};
  if (version == kFormatVersion) return Done{};
  return Error{fmt::format("the table's version is {}, this program knows version {}", version,
                           kFormatVersion)};
}

}  // namespace

RecordKind kind_of(Bytes payload) {
  if (!is_packed_map(payload)) return RecordKind::kUnknown;
  RecordKind kind = RecordKind::kUnknown;
  PackedReader in(payload);
  in.each_entry([&](std::string_view key) {
    if (key != "kind") return false;
    kind = one_of<RecordKind>(in, {{"gateway", RecordKind::kGateway},
                                   {"hosts", RecordKind::kHosts},
                                   {"route", RecordKind::kRoute}});
    return true;
  });
  return in.ended_well() ? kind : RecordKind::kUnknown;
}

Result<Header> read_header(Bytes payload) {
  if (auto known = check_version(payload); !known) return known.error();
  Header header;
  bool has_records = false;
  PackedReader in(payload);
  in.each_entry([&](std::string_view key) {
    if (key == "generation") {
      header.generation = in.number(INT64_MAX);
    } else if (key == "records") {
      header.records = in.number();
      has_records = true;
    } else if (key == "keys") {
      in.each_item([&] { read_key(in, header.keys); });
      if (header.keys.empty()) in.fail();
    } else {
      return false;
    }
    return true;
  });
  if (!in.ended_well()) return malformed(in, "header");
  if (header.generation == 0) return lacking("a header", "generation");
  if (!has_records) return lacking("a header", "records");
  return header;
}

Result<GatewayHead> read_gateway(Bytes payload) {
  GatewayHead gateway;
  StickySpec& sticky = gateway.spec.sticky;
  sticky.ttl = sticky.idle = std::chrono::seconds(0);
  sticky.path.clear();
  sticky.same_site.clear();
  PackedReader in(payload);
  in.each_entry([&](std::string_view key) { return read_gateway_entry(in, key, gateway); });
  if (!in.ended_well()) return malformed(in, "gateway");
  if (gateway.spec.name.empty()) return lacking("a gateway", "name");
  if (sticky.cookie.empty()) return lacking("a gateway", "cookie");
  if (sticky.by == StickySpec::By::kNone) {
    StickySpec none;  // what a gateway that is not sticky has
    none.cookie = std::move(sticky.cookie);
    sticky = std::move(none);
    return gateway;
  }
  if (sticky.ttl.count() == 0) return lacking("a sticky gateway", "ttl");
  if (sticky.idle.count() == 0) return lacking("a sticky gateway", "idle");
  if (sticky.path.empty()) return lacking("a sticky gateway", "path");
  return gateway;
}

Result<std::vector<std::string>> read_hosts(Bytes payload) {
  std::vector<std::string> hosts;
  PackedReader in(payload);
  in.each_entry([&](std::string_view key) {
    if (key != "hosts") return false;
    in.each_item([&] { hosts.push_back(any_text(in)); });
    return true;
  });
  if (!in.ended_well()) return malformed(in, "hosts");
  if (hosts.empty() || hosts.size() > limits::kTableHostsPerRecord) {
    return Error{
        fmt::format("{} hosts, wanted 1 to {}", hosts.size(), limits::kTableHostsPerRecord)};
  }
  for (const std::string& host : hosts) {
    std::string normalized;
    if (routing::fault_in_virtual_host(host, normalized) || normalized != host) {
      return Error{"a host that is none, or not in the form in which hosts are compared"};
    }
  }
  return hosts;
}

Result<RouteSpec> read_route(Bytes payload, const GatewaySpec& gateway, Patterns& patterns) {
  RouteSpec route;
  route.weight.form = routing::WeightSpec::Form::kPercent;
  Tags tags;
  PackedReader in(payload);
  read_route_entries(in, route, tags, patterns);
  if (!in.ended_well()) return malformed(in, "route");
  if (route.name.empty()) return lacking("a route", "name");
  if (route.backend.has_value() == route.gateway.has_value()) {
    return Error{"a route has either 'backend' or 'next'"};
  }
  if (!has_its_tags(route, gateway.name, tags)) {
    return Error{fmt::format("route {} does not have its tag", route.name)};
  }
  leave_out_own_backend(gateway, route);
  return route;
}

}  // namespace pointsman::table
