#include "config/dns_setting_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "config/listen_values.h"
#include "config/value_syntax.h"
#include "routing/header_block.h"

namespace pointsman::config {
namespace {

constexpr std::string_view kNetwork = "a network like 10.0.0.0/8 or fd00::/8, or an address";
constexpr std::uint64_t kRateMax = 1000000;

// One value, or a list of at most `max`, each once.
template <class T, class Read>
std::vector<T> read_list(const YamlField& field, std::size_t max, Read&& read) {
  std::vector<T> values;
  const auto add = [&](const YamlField& item) {
    std::optional<T> value = read(item);
    if (!value) return;
    if (std::find(values.begin(), values.end(), *value) != values.end()) {
      item.error("stands here twice");
    } else {
      values.push_back(std::move(*value));
    }
  };
  if (field.node->kind != YamlNode::Kind::kSequence) {
    add(field);
  } else if (field.node->items.size() > max) {
    field.error(
        fmt::format("found {} values, at most {} are allowed", field.node->items.size(), max));
  } else {
    for (std::size_t i = 0; i < field.node->items.size(); ++i) add(field.item(i));
  }
  return values;
}

std::vector<IpNetwork> read_networks(const YamlField& field, std::size_t max) {
  return read_list<IpNetwork>(field, max, [](const YamlField& item) {
    return read_parsed(item, kNetwork, IpNetwork::parse);
  });
}

// Names of hosts have no port, and a socket is none of DNS's.
void refuse_sockets(const YamlField& field, const std::vector<ListenAddress>& addresses) {
  for (const ListenAddress& address : addresses) {
    if (address.kind != ListenAddress::Kind::kUnix) continue;
    field.error(fmt::format("found {}, wanted an address with a port", address.to_text()));
  }
}

bool is_nsid(std::string_view text) {
  return text.size() <= limits::kDnsIdentityBytes && !has_control_character(text);
}

}  // namespace

std::vector<ListenAddress> default_dns_listen() {
  ListenAddress loopback;
  loopback.host = "127.0.0.1";
  loopback.port = 8600;
  return {loopback};
}

void read_dns_listen(const YamlField& field, Settings& settings) {
  settings.dns.listen = read_addresses(field, settings);
  settings.dns.listen_given = true;
  refuse_sockets(field, settings.dns.listen);
}

void read_dns_workers(const YamlField& field, Settings& settings) {
  const auto number = read_number(field, 1, limits::kWorkers);
  if (number) settings.dns.workers = static_cast<unsigned>(*number);
}

void read_dns_zones(const YamlField& field, Settings& settings) {
  auto zones = read_list<std::string>(field, limits::kDnsZones, [](const YamlField& item) {
    auto name = read_text_if(item, "a domain like pointsman.internal", is_host_name);
    if (name) *name = routing::to_lower(*name);
    return name;
  });
  if (zones.empty()) {
    if (field.node->kind == YamlNode::Kind::kSequence && field.node->items.empty()) {
      field.error("found an empty list, wanted a domain like pointsman.internal");
    }
    return;
  }
  settings.dns.zones = std::move(zones);
}

void read_dns_ttl(const YamlField& field, Settings& settings) {
  const auto ttl = read_parsed(field, "a duration like 5s", parse_duration);
  if (ttl) settings.dns.ttl = *ttl;
}

void read_dns_reverse(const YamlField& field, Settings& settings) {
  settings.dns.reverse = read_networks(field, limits::kDnsReverseNetworks);
}

void read_dns_rate_limit(const YamlField& field, Settings& settings) {
  const auto number = read_number(field, 0, kRateMax);
  if (number) settings.dns.rate_limit = static_cast<std::uint32_t>(*number);
}

void read_dns_nsid(const YamlField& field, Settings& settings) {
  const auto text = read_text_if(field, "a short name of this agent", is_nsid);
  if (text) settings.dns.nsid = *text;
}

void read_forward_allow(const YamlField& field, Settings& settings) {
  settings.forward.allow = read_networks(field, limits::kForwardNetworks);
}

void read_forward_to(const YamlField& field, Settings& settings) {
  settings.forward.to = read_addresses(field, settings);
  refuse_sockets(field, settings.forward.to);
  if (settings.forward.to.size() > limits::kForwardServers) {
    field.error(fmt::format("found {} resolvers, at most {} are allowed",
                            settings.forward.to.size(), limits::kForwardServers));
  }
}

}  // namespace pointsman::config
