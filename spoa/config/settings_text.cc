// Settings as the YAML that reads the same.
#include <fmt/format.h>

#include "base/limits.h"
#include "config/settings.h"

namespace pointsman::config {
namespace {

// JSON strings are YAML strings, and paths hold no control characters.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string listener(const ListenAddress& address) {
  const std::string text = quoted(address.to_text());
  if (!address.tls) return text;
  const TlsFiles& files = *address.tls;
  std::string yaml = fmt::format("{{address: {}, tls: {{cert: {}, key: {}", text,
                                 quoted(files.certificate.path), quoted(files.key.path));
  if (!files.client_ca.path.empty()) {
    yaml += fmt::format(", client_ca: {}", quoted(files.client_ca.path));
  }
  if (!files.client_names.empty()) {
    yaml += fmt::format(", client_names: [\"{}\"]", fmt::join(files.client_names, "\", \""));
  }
  return yaml + "}}";
}

std::string listeners(const std::vector<ListenAddress>& addresses) {
  if (addresses.empty()) return "  listen: []\n";
  std::string yaml = "  listen:\n";
  for (const ListenAddress& address : addresses) {
    yaml += fmt::format("    - {}\n", listener(address));
  }
  return yaml;
}

std::string socket_lines(unsigned mode, const std::string& owner) {
  std::string yaml = fmt::format("  socket_mode: \"{:04o}\"\n", mode);
  if (!owner.empty()) yaml += fmt::format("  socket_owner: {}\n", quoted(owner));
  return yaml;
}

std::string network_list(const std::vector<IpNetwork>& networks) {
  std::string yaml = "[";
  for (const IpNetwork& network : networks) {
    yaml += (yaml.size() > 1 ? ", " : "") + quoted(network.to_text());
  }
  return yaml + "]";
}

std::string dns_lines(const DnsSettings& dns, const ForwardSettings& forward) {
  std::string yaml = "dns:\n" + listeners(dns.listen);
  yaml += fmt::format("  workers: {}\n  zones: [\"{}\"]\n  ttl: {}s\n", dns.workers,
                      fmt::join(dns.zones, "\", \""), dns.ttl.count());
  yaml += fmt::format("  reverse: {}\n", network_list(dns.reverse));
  yaml += fmt::format("  rate_limit: {}\n", dns.rate_limit);
  if (!dns.nsid.empty()) yaml += fmt::format("  nsid: {}\n", quoted(dns.nsid));
  if (!dns.cookie_secret.empty()) {
    yaml += fmt::format("  cookie_secret: {}\n", quoted(dns.cookie_secret));
  }
  std::string to = "[";
  for (const ListenAddress& address : forward.to) {
    to += (to.size() > 1 ? ", " : "") + quoted(address.to_text());
  }
  yaml += fmt::format("forward:\n  allow: {}\n  to: {}]\n", network_list(forward.allow), to);
  return yaml;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string yaml = "[";
  for (const std::string& text : texts) yaml += (yaml.size() > 1 ? ", " : "") + quoted(text);
  return yaml + "]";
}

std::string manage_lines(const ManageHaproxySettings& managed) {
  std::string yaml = fmt::format("manage_haproxy:\n  check: {}\n", quoted_list(managed.check));
  if (!managed.folder.empty()) yaml += fmt::format("  folder: {}\n", quoted(managed.folder));
  if (!managed.template_file.empty()) {
    yaml += fmt::format("  template: {}\n", quoted(managed.template_file));
  }
  if (!managed.master.empty()) yaml += fmt::format("  master: {}\n", quoted(managed.master));
  if (!managed.reload.empty()) yaml += fmt::format("  reload: {}\n", quoted_list(managed.reload));
  yaml += fmt::format("  chroot: {}\n  user: {}\n  group: {}\n", quoted(managed.chroot),
                      quoted(managed.user), quoted(managed.group));
  if (!managed.stats_socket.empty()) {
    yaml += fmt::format("  stats_socket: {}\n", quoted(managed.stats_socket));
  }
  if (!managed.log.empty()) yaml += fmt::format("  log: {}\n", quoted(managed.log));
  std::vector<std::string> binds;
  for (const auto& [port, bind] : managed.port_binds) {
    binds.push_back(fmt::format("{}={}", port, bind));
  }
  return yaml + fmt::format("  port_bind: {}\n  demo: {}\n", quoted_list(binds), managed.demo);
}

std::string edge_lines(const EdgeSettings& edge) {
  std::string yaml = "edge:\n  listen: " + quoted_list(edge.listen) + "\n";
  yaml += "  tls_listen: " + quoted_list(edge.tls_listen) + "\n";
  if (!edge.certificates.empty()) {
    yaml += fmt::format("  certificates: {}\n", quoted(edge.certificates));
  }
  yaml += fmt::format("  redirect_to_https: {}\n", edge.redirect_to_https);
  if (edge.hsts.count() > 0) yaml += fmt::format("  hsts: {}s\n", edge.hsts.count());
  yaml += fmt::format("  proxy_protocol: {}\n", network_list(edge.proxy_protocol));
  yaml += fmt::format("  trust_forwarded: {}\n", network_list(edge.trust_forwarded));
  return yaml;
}

}  // namespace

std::string to_yaml(const Settings& settings) {
  const SpopSettings& spop = settings.spop;
  std::string yaml;
  yaml += fmt::format("gateways: {}\n", quoted(settings.gateways));
  yaml += fmt::format("services: {}\n", quoted(settings.services));
  yaml += fmt::format("scripts: {}\n", quoted(settings.scripts));
  yaml += fmt::format("state: {}\n", quoted(settings.state));
  yaml += "spop:\n" + listeners(spop.listen);
  const std::string workers = spop.workers == 0 ? "auto" : std::to_string(spop.workers);
  const std::uint32_t frame_size =
      spop.max_frame_size == 0 ? limits::kFrameSizeMax : spop.max_frame_size;
  yaml += fmt::format("  workers: {}\n  message: {}\n", workers, quoted(spop.message));
  yaml += fmt::format("  max_frame_size: {}\n", frame_size);
  yaml += socket_lines(spop.socket_mode, spop.socket_owner);
  const TableSettings& table = settings.table;
  yaml +=
      "table:\n" + listeners(table.listen) + socket_lines(table.socket_mode, table.socket_owner);
  const AdminSettings& admin = settings.admin;
  yaml +=
      "admin:\n" + listeners(admin.listen) + socket_lines(admin.socket_mode, admin.socket_owner);
  if (!admin.tokens.empty()) yaml += fmt::format("  tokens: {}\n", quoted(admin.tokens));
  yaml += fmt::format("registry:\n  keep_last: {}s\n", settings.registry_keep_last.count());
  yaml += dns_lines(settings.dns, settings.forward);
  yaml += edge_lines(settings.edge);
  if (!settings.advertise.empty()) {
    yaml += fmt::format("advertise: [\"{}\"]\n", fmt::join(settings.advertise, "\", \""));
  }
  if (settings.spoe_headers) {
    yaml += fmt::format("spoe:\n  headers: [{}]\n", fmt::join(*settings.spoe_headers, ", "));
  }
  yaml += manage_lines(settings.manage_haproxy);
  yaml += fmt::format("sticky:\n  keys: {}\n", quoted(settings.sticky_keys));
  yaml += fmt::format("virtual_host_domain: {}\n", quoted(settings.virtual_host_domain));
  const std::string_view format = settings.log_format == LogFormat::kJson ? "json" : "text";
  yaml += fmt::format("log:\n  level: {}\n  format: {}\n", quoted(settings.log_level), format);
  return yaml;
}

}  // namespace pointsman::config
