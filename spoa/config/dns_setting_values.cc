#include "config/dns_setting_values.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "config/listen_values.h"
#include "config/setting_lists.h"
#include "config/value_syntax.h"
#include "routing/header_block.h"

namespace pointsman::config {
namespace {

constexpr std::uint64_t kRateMax = 1000000;

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
