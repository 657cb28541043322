#include "cli/env.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "config/value_syntax.h"

namespace pointsman::cli {
namespace {

constexpr std::uint16_t kHttpPort = 80;  // where `render` serves virtual hosts

struct Variable {
  std::string name;
  std::string value;
};

std::string variable_prefix(std::string_view gateway) {
  std::string prefix;
  for (char c : gateway) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    prefix += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
  }
  // A name does not begin with a digit (POSIX, section 8.1 of the base definitions).
  return prefix.front() >= '0' && prefix.front() <= '9' ? "_" + prefix : prefix;
}

// A host that a client can ask for: no wildcard.
std::optional<std::string> plain_host(const routing::Gateway& gateway,
                                      const routing::RouteTable& table) {
  for (const std::string& host : table.virtual_hosts_of(gateway)) {
    if (host.find('*') == std::string::npos) return host;
  }
  return std::nullopt;
}

// A gateway with a port is found at HAProxy's address; one with virtual hosts alone by its host.
std::vector<Variable> variables_of(const routing::Gateway& gateway,
                                   const routing::RouteTable& table, const std::string& address) {
  const auto own_host = plain_host(gateway, table);
  const bool by_port = gateway.spec.port.has_value();
  if (!by_port && !own_host) return {};
  const std::string host = by_port || !own_host ? address : *own_host;
  if (host.empty()) return {};
  const std::uint16_t port = gateway.spec.port.value_or(kHttpPort);
  const bool is_tcp = gateway.spec.is_tcp();
  const std::string in_url = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const std::string prefix = variable_prefix(gateway.name);
  return {{prefix + "_HOST", host},
          {prefix + "_PORT", std::to_string(port)},
          {prefix + "_URL", fmt::format("{}://{}:{}", is_tcp ? "tcp" : "http", in_url, port)}};
}

// Values are hosts, numbers and URLs of both: nothing in them needs more than the quotes.
std::string line_of(const Variable& variable, std::string_view format) {
  if (format == "dotenv") return fmt::format("{}={}\n", variable.name, variable.value);
  if (format == "compose") return fmt::format("  {}: \"{}\"\n", variable.name, variable.value);
  return fmt::format("export {}='{}'\n", variable.name, variable.value);
}

}  // namespace

ExitCode run_env(const EnvOptions& options, Console& console) {
  const Loaded loaded = load(options.sources, console);
  const std::string given = options.address;
  if (!given.empty() && !config::is_address(given) && !config::is_host_name(given)) {
    print_error(fmt::format("env: --address '{}': wanted an address or a host name", given),
                console);
    return kUsage;
  }
  if (loaded.diagnostics.has_errors() || !loaded.table) {
    print_diagnostics(loaded.diagnostics, console);
    return kInvalid;
  }
  const auto& advertised = loaded.settings.advertise;
  const std::string address = !given.empty() ? given : advertised.empty() ? "" : advertised.front();
  std::map<std::string, std::string> gateways;  // by prefix
  std::string text = options.format == "compose" ? "environment:\n" : "";
  for (const auto& gateway : loaded.table->gateways()) {
    const auto [first, is_new] = gateways.emplace(variable_prefix(gateway->name), gateway->name);
    if (!is_new) {
      print_error(fmt::format("env: gateways '{}' and '{}' would both be {}_HOST", first->second,
                              gateway->name, first->first),
                  console);
      return kInvalid;
    }
    if (gateway->spec.port && address.empty()) {
      print_error(
          fmt::format("env: where does gateway '{}' listen? --address, or 'advertise' in the "
                      "settings, names HAProxy's address",
                      gateway->name),
          console);
      return kInvalid;
    }
    for (const Variable& variable : variables_of(*gateway, *loaded.table, address)) {
      text += line_of(variable, options.format);
    }
  }
  console.out << text;
  return kGood;
}

}  // namespace pointsman::cli
