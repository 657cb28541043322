#include "table/table_reader.h"

#include <fmt/format.h>

#include <string>

#include "base/limits.h"
#include "routing/compile.h"
#include "table/format_words.h"
#include "table/packed_reader.h"
#include "table/record.h"

namespace pointsman::table {
namespace {

using routing::GatewaySpec;
using routing::RouteSpec;
using routing::SpecText;
using routing::StickySpec;

constexpr std::uint64_t kU32Max = UINT32_MAX;
constexpr std::uint64_t kSecondsMax = UINT32_MAX;

// What a route's record says besides its spec.
struct Tags {
  std::uint32_t route = 0;
  std::uint32_t condition = 0;
};

SpecText spec_text(std::string text) { return {std::move(text), {}, {}}; }

std::string any_text(PackedReader& in) { return in.text(limits::kTableRecordBytes); }

std::uint32_t u32(PackedReader& in) { return static_cast<std::uint32_t>(in.number(kU32Max)); }

std::uint32_t share(PackedReader& in) {
  return static_cast<std::uint32_t>(in.number(routing::kWhole));
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

void read_condition(PackedReader& in, RouteSpec& route, Tags& tags) {
  in.each_entry([&](std::string_view key) {
    if (key == "text") {
      route.condition = spec_text(any_text(in));
    } else if (key == "strength") {
      route.strength = routing::StrengthSpec{share(in), {}};
    } else if (key == "tag") {
      tags.condition = u32(in);
    } else {
      return false;
    }
    return true;
  });
  if (!route.condition || !route.strength) in.fail();
}

void read_rewrite(PackedReader& in, RouteSpec& route) {
  const std::size_t before = route.rewrites.size();
  in.each_entry([&](std::string_view key) {
    if (key != "text") return false;
    route.rewrites.push_back(spec_text(any_text(in)));
    return true;
  });
  if (route.rewrites.size() != before + 1) in.fail();
}

void read_route(PackedReader& in, RouteSpec& route, Tags& tags) {
  route.weight.form = routing::WeightSpec::Form::kPercent;
  in.each_entry([&](std::string_view key) {
    if (key == "name") {
      route.name = any_text(in);
    } else if (key == "backend") {
      route.backend = spec_text(any_text(in));
    } else if (key == "next") {
      route.gateway = spec_text(any_text(in));
    } else if (key == "share") {
      route.weight.share = share(in);
    } else if (key == "tag") {
      tags.route = u32(in);
    } else if (key == "epoch") {
      route.epoch = any_text(in);
    } else if (key == "condition") {
      read_condition(in, route, tags);
    } else if (key == "rewrites") {
      in.each_item([&] { read_rewrite(in, route); });
    } else {
      return false;
    }
    return true;
  });
  if (!route.backend && !route.gateway) in.fail();
}

bool read_sticky_entry(PackedReader& in, std::string_view key, StickySpec& sticky) {
  using By = StickySpec::By;
  using Secure = StickySpec::Secure;
  if (key == "cookie") {
    sticky.cookie = any_text(in);
  } else if (key == "sticky") {
    sticky.by = one_of<By>(in, {{"route", By::kRoute}, {"instance", By::kInstance}});
  } else if (key == "ttl") {
    sticky.ttl = std::chrono::seconds(in.number(kSecondsMax));
  } else if (key == "idle") {
    sticky.idle = std::chrono::seconds(in.number(kSecondsMax));
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

// A gateway whose records are being read.
struct Expected {
  GatewaySpec spec;
  std::uint64_t hosts = 0;   // that have not come yet
  std::uint64_t routes = 0;  // likewise
};

void read_gateway(PackedReader& in, Expected& gateway) {
  GatewaySpec& spec = gateway.spec;
  spec.sticky.same_site.clear();
  in.each_entry([&](std::string_view key) {
    if (key == "name") {
      spec.name = any_text(in);
    } else if (key == "hosts") {
      gateway.hosts = in.number();
    } else if (key == "routes") {
      gateway.routes = in.number();
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
  });
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
  keys.push_back(std::move(key));
}

// The kind of a record, which a look at it alone tells.
std::string kind_of(Bytes payload) {
  std::string kind;
  PackedReader in(payload);
  in.each_entry([&](std::string_view key) {
    if (key != "kind") return false;
    kind = any_text(in);
    return true;
  });
  return in.ended_well() ? kind : "";
}

class Reader {
 public:
  Result<StoredTable> read(Bytes document) {
    const auto records = split_records(document);
    if (!records) return records.error();
    if (auto header = read_header(records->front(), records->size() - 1); !header) {
      return header.error();
    }
    for (std::size_t i = 1; i < records->size(); ++i) {
      if (const auto fault = read_record((*records)[i]); !fault.empty()) {
        return record_error(i, fault);
      }
    }
    if (const auto fault = finish_gateway(); !fault.empty()) return Error{fault};
    return std::move(stored_);
  }

 private:
  Outcome read_header(Bytes payload, std::size_t records) {
    std::string format;
    std::uint64_t version = 0;
    std::uint64_t announced = 0;
    PackedReader in(payload);
    in.each_entry([&](std::string_view key) {
      if (key == "format") {
        format = any_text(in);
      } else if (key == "version") {
        version = in.number();
      } else if (key == "generation") {
        stored_.generation = in.number(INT64_MAX);
      } else if (key == "records") {
        announced = in.number();
      } else if (key == "keys" && version == kFormatVersion) {
        in.each_item([&] { read_key(in, stored_.keys); });
      } else {
        return false;
      }
      return true;
    });
    if (format != kFormatName) return Error{"this is no table of Pointsman"};
    if (version != kFormatVersion) {
      return Error{fmt::format("the table's version is {}, this program knows version {}", version,
                               kFormatVersion)};
    }
    if (!in.ended_well() || stored_.generation == 0) return record_error(0, "is malformed");
    if (announced != records) {
      return Error{
          fmt::format("{} records follow the header, it announces {}", records, announced)};
    }
    return Done{};
  }

  // What is wrong; empty: nothing.
  std::string read_record(Bytes payload) {
    const std::string kind = kind_of(payload);
    if (kind == "gateway") return read_gateway_record(payload);
    if (kind != "hosts" && kind != "route") return "is malformed or of an unknown kind";
    if (!gateway_) return "comes before any gateway";
    return kind == "hosts" ? read_hosts_record(payload) : read_route_record(payload);
  }

  std::string finish_gateway() {
    if (!gateway_) return "";
    if (gateway_->hosts > 0 || gateway_->routes > 0) {
      return fmt::format("gateway {} lacks hosts or routes that it announces", gateway_->spec.name);
    }
    stored_.gateways.push_back(std::move(gateway_->spec));
    return "";
  }

  std::string read_gateway_record(Bytes payload) {
    if (auto fault = finish_gateway(); !fault.empty()) return fault;
    gateway_.emplace();
    PackedReader in(payload);
    read_gateway(in, *gateway_);
    return in.ended_well() ? "" : "a malformed gateway";
  }

  std::string read_hosts_record(Bytes payload) {
    PackedReader in(payload);
    std::vector<SpecText>& hosts = gateway_->spec.virtual_hosts;
    const std::size_t before = hosts.size();
    in.each_entry([&](std::string_view key) {
      if (key != "hosts") return false;
      in.each_item([&] { hosts.push_back(spec_text(any_text(in))); });
      return true;
    });
    const std::size_t count = hosts.size() - before;
    if (!in.ended_well() || count == 0 || count > limits::kTableHostsPerRecord) {
      return "malformed hosts";
    }
    if (count > gateway_->hosts) return "more hosts than the gateway announces";
    gateway_->hosts -= count;
    return "";
  }

  std::string read_route_record(Bytes payload) {
    if (gateway_->routes == 0) return "more routes than the gateway announces";
    --gateway_->routes;
    PackedReader in(payload);
    RouteSpec& route = gateway_->spec.routes.emplace_back();
    Tags tags;
    read_route(in, route, tags);
    if (!in.ended_well()) return "a malformed route";
    const std::string& gateway = gateway_->spec.name;
    const bool same = tags.route == routing::route_tag(gateway, route.name, route.epoch) &&
                      (!route.condition ||
                       tags.condition == routing::condition_tag(gateway, route.name, route.epoch));
    return same ? "" : fmt::format("route {} does not have its tag", route.name);
  }

  StoredTable stored_;
  std::optional<Expected> gateway_;
};

Error first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& item : diagnostics.items()) {
    if (item.severity != Severity::kError) continue;
    return Error{fmt::format("gateway {}: {}", item.gateway, to_text(item))};
  }
  return Error{"unknown"};
}

}  // namespace

Result<StoredTable> read_table(Bytes document) { return Reader().read(document); }

Result<std::shared_ptr<const routing::RouteTable>> link_table(const StoredTable& stored) {
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const routing::Gateway>> gateways;
  for (const GatewaySpec& spec : stored.gateways) {
    auto gateway = routing::compile(spec, diagnostics);
    if (gateway == nullptr) return first_error(diagnostics);
    gateways.push_back(std::move(gateway));
  }
  auto table = routing::RouteTable::link(std::move(gateways), "", stored.generation, diagnostics);
  if (table == nullptr) return first_error(diagnostics);
  return table;
}

}  // namespace pointsman::table
