#include "cli/render_settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "base/write_file.h"
#include "config/value_syntax.h"
#include "routing/token_view.h"

namespace pointsman::cli {
namespace {

// Where HAProxy reaches a listener: one on all addresses is dialled on the loopback one; a relative
// path means this folder here and another one there.
std::string dial_address(ListenAddress address) {
  if (address.host == "::" || address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.kind == ListenAddress::Kind::kUnix) {
    address.path = absolute_path(address.path);
  }
  return address.to_text();
}

// Listeners with TLS are for HAProxys elsewhere, which know them by other addresses.
std::vector<std::string> dial_addresses(const std::vector<ListenAddress>& addresses) {
  std::vector<std::string> texts;
  for (const ListenAddress& address : addresses) {
    if (!address.tls) texts.push_back(dial_address(address));
  }
  return texts;
}

render::Edge edge_of(const config::EdgeSettings& settings) {
  render::Edge edge{settings.listen,
                    settings.tls_listen,
                    settings.certificates,
                    settings.redirect_to_https,
                    settings.hsts,
                    {},
                    {}};
  for (const IpNetwork& network : settings.proxy_protocol) {
    edge.proxy_protocol.push_back(network.to_text());
  }
  for (const IpNetwork& network : settings.trust_forwarded) {
    edge.trust_forwarded.push_back(network.to_text());
  }
  return edge;
}

}  // namespace

std::string absolute_path(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().string();
}

std::string absolute_or_empty(const std::string& path) {
  return path.empty() ? path : absolute_path(path);
}

render::Options render_options(const config::Settings& settings) {
  render::Options options;
  options.agents = dial_addresses(settings.spop.listen);
  options.headers = settings.spoe_headers;
  options.table_file = absolute_path(settings.state + "/table");
  options.table_agents = dial_addresses(settings.table.listen);
  if (!settings.dns.listen.empty()) options.nameserver = dial_address(settings.dns.listen.front());
  options.zone = settings.dns.zones.front();
  options.edge = edge_of(settings.edge);
  return options;
}

Result<std::map<std::uint16_t, std::string>> parse_port_binds(
    const std::vector<std::string>& texts) {
  std::map<std::uint16_t, std::string> binds;
  for (const std::string& text : texts) {
    auto bind = config::parse_port_bind(text);
    if (!bind) return Error{fmt::format("'{}': wanted {}", text, config::kPortBindWanted)};
    if (!binds.insert(std::move(*bind)).second) {
      return Error{fmt::format("'{}': the port stands there twice", text)};
    }
  }
  return binds;
}

bool needs_instance_key(const routing::RouteTable& table) {
  for (const auto& gateway : table.gateways()) {
    if (gateway->sticky.by == routing::StickySpec::By::kInstance) return true;
  }
  return false;
}

std::string instance_key_file(const config::Settings& settings) {
  return settings.state + "/instance.key";
}

Result<InstanceKey> instance_key(const std::string& path) {
  std::ifstream file(path);
  InstanceKey key;
  if (file >> key.text && !key.text.empty()) return key;
  if (::access(path.c_str(), F_OK) == 0) {
    return Error{path + ": wanted one word, the secret of the instance cookies"};
  }
  std::array<std::uint8_t, 24> secret{};
  fill_random(secret);
  key = {routing::to_base64url(secret), true};
  if (const Outcome written = write_file(path, key.text + "\n", 0600); !written) {
    return written.error();
  }
  return key;
}

std::string made_instance_key(const std::string& path) {
  return path + ": made a secret for instance cookies; give it to every HAProxy's renderer";
}

}  // namespace pointsman::cli
