#include "dns/zone_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "dns/name_table.h"
#include "dns/record.h"
#include "dns/reverse.h"

namespace pointsman::dns {
namespace {

using registry::Instance;
using Instances = std::vector<const Instance*>;  // of one name, in the order of answers

constexpr std::string_view kContact = "hostmaster";
constexpr unsigned kSrvWeightScale = 256;  // HAProxy divides by it, and rounds up

std::uint16_t srv_weight(std::uint16_t weight) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(weight * kSrvWeightScale, 65535));
}

// Puts a label in front; an asterisk would make it a wildcard, which only virtual hosts may be.
bool put_before(Name& name, std::string_view label) { return label != "*" && name.prepend(label); }

// Labels in front of a name; nullopt if they do not fit.
std::optional<Name> below(Name name, std::initializer_list<std::string_view> labels) {
  for (auto label = labels.end(); label != labels.begin();) {
    if (!put_before(name, *--label)) return std::nullopt;
  }
  return name;
}

bool is_below(const Name& name, const std::optional<Name>& above) {
  return above && name.label_count() >= above->label_count() &&
         name.last_labels(above->label_count()) == above->wire();
}

void append_hex(std::string& text, unsigned byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  text += kDigits[byte >> 4];
  text += kDigits[byte & 15];
}

// "0a000001-1f90" is 10.0.0.1:8080.
std::string address_label(const IpAddress& address, std::uint16_t port) {
  std::string label;
  for (std::size_t i = address.is_v4() ? 12 : 0; i < address.bytes.size(); ++i) {
    append_hex(label, address.bytes[i]);
  }
  label += '-';
  append_hex(label, port >> 8);
  append_hex(label, port & 0xff);
  return label;
}

// Each instance has a name for its address, perhaps one in reverse; some are for services and
// hosts.
std::size_t expected_names(const registry::Revision& revision) {
  std::size_t count = 1000;
  for (const auto& [name, service] : revision.services) count += 2 * service.instances.size() + 2;
  return count;
}

class ZoneBuilder {
 public:
  ZoneBuilder(const ZoneSpec& spec, const registry::Revision& revision)
      : spec_(spec),
        revision_(revision),
        ttl_(static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(spec.ttl.count(), 0, 0x7fffffff))),  // RFC 2181 section 8
        table_(expected_names(revision)) {}

  BuiltZones build() {
    add_zones();
    if (home_) {
      for (const std::string_view label : {"service", "addr", "gateway"}) {
        claim(below(*home_, {label}), {}, label);
      }
      claim(below(*home_, {"_tcp", "service"}), {}, "_tcp");
      for (const auto& [name, service] : revision_.services) add_service(name, service);
      for (const GatewayNames& gateway : spec_.gateways) add_gateway(gateway);
      add_pointers();
    }
    auto zones = std::make_unique<const Zones>(table_.finish());
    return {std::move(zones), std::move(left_out_)};
  }

 private:
  void leave_out(std::string_view name, std::string_view why) {
    left_out_.push_back(fmt::format("{}: {}", name, why));
  }

  // Gives records to a name; `shown` is what a note calls it.
  void claim(const std::optional<Name>& name, SetRange sets, std::string_view shown) {
    if (!name) {
      leave_out(shown, "is not a name in DNS: labels have 1 to 63 bytes, names 255 at most");
    } else if (!table_.add_name(*name, sets)) {
      leave_out(shown, "has other records already, as " + name->to_text());
    }
  }

  void add_zones() {
    for (const std::string& text : first(spec_.zones, limits::kDnsZones, "zones")) {
      const std::optional<Name> apex = Name::parse(text);
      if (!apex || apex->label_count() == 0) {
        leave_out(text, "is not the name of a zone");
      } else if (!table_.add_zone(*apex)) {
        leave_out(text, "is listed twice");
      } else {
        apexes_.push_back(*apex);
      }
    }
    if (apexes_.empty()) return;
    home_ = apexes_.front();
    for (const IpNetwork& network :
         first(spec_.reverse, limits::kDnsReverseNetworks, "reverse networks")) {
      for (const Name& apex : reverse_apexes(network)) {
        if (table_.add_zone(apex)) apexes_.push_back(apex);
      }
    }
    add_apex_records();
  }

  void add_apex_records() {
    const std::vector<Nameserver> fallback{{fmt::format("ns.{}", home_->to_text())}};
    const auto servers = first(spec_.nameservers.empty() ? fallback : spec_.nameservers,
                               limits::kDnsNameservers, "nameservers");
    std::vector<std::pair<Name, const Nameserver*>> named;
    for (const Nameserver& server : servers) {
      const std::optional<Name> name = Name::parse(server.name);
      if (name) named.emplace_back(*name, &server);
      if (!name) leave_out(server.name, "is not the name of a nameserver");
    }
    for (const Name& apex : apexes_) {
      table_.begin_range();
      add_soa(apex, named.empty() ? *home_ : named.front().first);
      add_nameserver_set(named);
      claim(apex, table_.range(), apex.to_text());
    }
    for (const auto& [name, server] : named) {
      if (table_.closest_zone(name) == nullptr) continue;
      table_.begin_range();
      add_address_sets(server->addresses);
      claim(name, table_.range(), server->name);
    }
  }

  void add_soa(const Name& apex, const Name& primary) {
    Soa soa{primary, below(apex, {kContact}).value_or(apex), revision_.number, ttl_};
    table_.begin_set(type::kSoa);
    append_soa(table_.records(), ttl_, soa);
    table_.end_record();
    table_.end_set();
  }

  void add_nameserver_set(const std::vector<std::pair<Name, const Nameserver*>>& named) {
    table_.begin_set(type::kNs);
    for (const auto& [name, server] : named) {
      const auto target = static_cast<std::uint32_t>(table_.set_size() + kRecordHeadBytes);
      append_name(table_.records(), type::kNs, ttl_, name);
      table_.end_record();
      if (table_.closest_zone(name) == nullptr) continue;
      for (const IpAddress& address : server->addresses) table_.add_glue(target, ttl_, address);
    }
    table_.end_set();
  }

  // A and AAAA, each address once.
  void add_address_sets(const std::vector<IpAddress>& addresses) {
    for (const std::uint16_t type : {type::kA, type::kAaaa}) {
      std::set<IpAddress> seen;
      table_.begin_set(type);
      for (const IpAddress& address : addresses) {
        if (address.is_v4() != (type == type::kA) || !seen.insert(address).second) continue;
        append_address(table_.records(), ttl_, address);
        table_.end_record();
      }
      table_.end_set();
    }
  }

  void add_srv_set(const Instances& instances) {
    table_.begin_set(type::kSrv);
    for (const Instance* const instance : instances) {
      const std::optional<Name> target = endpoint(instance->address, instance->port);
      if (!target) continue;  // noted by endpoint()
      const auto place = static_cast<std::uint32_t>(table_.set_size() + kSrvTargetOffset);
      append_srv(table_.records(), ttl_, srv_weight(instance->weight), instance->port, *target);
      table_.end_record();
      table_.add_glue(place, ttl_, instance->address);
    }
    table_.end_set();
  }

  void add_text_set(const Instances& instances) {
    table_.begin_set(type::kTxt);
    for (const Instance* const instance : instances) {
      const char* const address = instance->address.is_v4() ? "address={}:{}" : "address=[{}]:{}";
      std::vector<std::string> strings{
          "id=" + instance->id,
          fmt::format(fmt::runtime(address), instance->address.to_text(), instance->port),
          fmt::format("weight={}", instance->weight)};
      for (const std::string& tag : instance->tags) strings.push_back("tag=" + tag);
      append_txt(table_.records(), ttl_, strings);
      table_.end_record();
    }
    table_.end_set();
  }

  SetRange service_sets(const Instances& instances) {
    table_.begin_range();
    std::vector<IpAddress> addresses;  // of those that get new visitors
    for (const Instance* const instance : instances) {
      if (instance->weight > 0) addresses.push_back(instance->address);
    }
    add_address_sets(addresses);
    add_srv_set(instances);
    add_text_set(instances);
    return table_.range();
  }

  void add_service(const std::string& name, const registry::Service& service) {
    Instances all;
    std::map<std::string, Instances> tagged;
    for (const Instance& instance : service.instances) {
      add_endpoint(instance.address, instance.port);
      all.push_back(&instance);
      for (const std::string& tag : instance.tags) tagged[tag].push_back(&instance);
    }
    const SetRange sets = service_sets(all);
    claim(below(*home_, {name, "service"}), sets, name);
    claim(below(*home_, {"_" + name, "_tcp", "service"}), sets, "_" + name);
    for (const auto& [tag, instances] : tagged) {
      const SetRange some = service_sets(instances);
      claim(below(*home_, {tag, name, "service"}), some, fmt::format("{}.{}", tag, name));
      claim(below(*home_, {"_" + tag, "_" + name, "_tcp", "service"}), some,
            fmt::format("_{}._{}", tag, name));
    }
  }

  std::optional<Name> endpoint(const IpAddress& address, std::uint16_t port) const {
    return below(*home_, {address_label(address, port), "addr"});
  }

  // An address and port by its own name; many services may have it.
  void add_endpoint(const IpAddress& address, std::uint16_t port) {
    const std::optional<Name> name = endpoint(address, port);
    if (!name || table_.contains(*name)) {
      if (!name) leave_out(address.to_text(), "has no name: the zone's is too long");
      return;
    }
    table_.begin_range();
    add_address_sets({address});
    claim(name, table_.range(), name->to_text());
    if (!spec_.reverse.empty()) ports_[address].push_back(port);
  }

  void add_pointers() {
    for (const auto& [address, ports] : ports_) {
      const Name owner = reverse_name(address);
      if (table_.closest_zone(owner) == nullptr) continue;
      table_.begin_range();
      table_.begin_set(type::kPtr);
      for (const std::uint16_t port : ports) {
        append_name(table_.records(), type::kPtr, ttl_, endpoint(address, port).value());
        table_.end_record();
      }
      table_.end_set();
      claim(owner, table_.range(), address.to_text());
    }
  }

  SetRange gateway_sets(const GatewayNames& gateway) {
    std::vector<Instance> nodes;
    std::set<IpAddress> seen;
    for (const IpAddress& address : gateway.addresses) {
      if (gateway.port == 0 || !seen.insert(address).second) continue;
      nodes.push_back({"", address, gateway.port});
      add_endpoint(address, gateway.port);
    }
    Instances pointers;
    for (const Instance& node : nodes) pointers.push_back(&node);
    table_.begin_range();
    add_address_sets(gateway.addresses);
    add_srv_set(pointers);
    return table_.range();
  }

  std::optional<Name> gateway_name(std::string_view name) const {
    std::optional<Name> owner = below(*home_, {"gateway"});
    while (owner) {
      const std::size_t slash = name.find('/');
      if (!put_before(*owner, name.substr(0, slash))) return std::nullopt;
      if (slash == std::string_view::npos) return owner;
      name.remove_prefix(slash + 1);
    }
    return owner;
  }

  SetRange alias_set(const Name& target) {
    table_.begin_range();
    table_.begin_set(type::kCname);
    append_name(table_.records(), type::kCname, ttl_, target);
    table_.end_record();
    table_.end_set();
    return table_.range();
  }

  void add_gateway(const GatewayNames& gateway) {
    const std::optional<Name> name = gateway_name(gateway.name);
    if (!name) return claim(name, {}, gateway.name);  // notes it
    const std::optional<Name> target =
        gateway.alias.empty() ? std::nullopt : Name::parse(gateway.alias);
    if (!gateway.alias.empty() && !target) leave_out(gateway.alias, "is not a name in DNS");
    const SetRange sets = target ? alias_set(*target) : gateway_sets(gateway);
    claim(name, sets, gateway.name);
    const SetRange alias = gateway.hosts.empty() ? SetRange() : alias_set(*name);
    for (const std::string& host : gateway.hosts) add_host(host, target ? SetRange() : sets, alias);
  }

  // At an apex, where no CNAME can be, a host has its gateway's own records.
  void add_host(const std::string& host, SetRange flattened, SetRange alias) {
    if (host == "*") return;
    const std::optional<Name> name = Name::parse(host);
    const Zones::Zone* const zone = name ? table_.closest_zone(*name) : nullptr;
    if (zone == nullptr) return;  // resolved by others
    for (const std::string_view label : {"service", "addr", "gateway"}) {
      if (is_below(*name, below(*home_, {label}))) {
        return leave_out(host, "is among the names that Pointsman makes");
      }
    }
    claim(name, *name == zone->apex ? flattened : alias, host);
  }

  template <class Value>
  std::span<const Value> first(const std::vector<Value>& all, std::size_t most,
                               std::string_view what) {
    if (all.size() <= most) return all;
    leave_out(what, fmt::format("there are {}, at most {} are used", all.size(), most));
    return std::span(all).first(most);
  }

  const ZoneSpec& spec_;
  const registry::Revision& revision_;
  std::uint32_t ttl_;
  NameTable table_;
  std::vector<Name> apexes_;
  std::optional<Name> home_;
  std::map<IpAddress, std::vector<std::uint16_t>> ports_;  // of those that have names
  std::vector<std::string> left_out_;
};

}  // namespace

BuiltZones build_zones(const ZoneSpec& spec, const registry::Revision& revision) {
  return ZoneBuilder(spec, revision).build();
}

}  // namespace pointsman::dns
