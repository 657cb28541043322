#include "cli/gateway_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pointsman::cli {
namespace {

using nlohmann::ordered_json;

// 1/10,000 as a percentage: "95 %", "33.33 %", "0.5 %".
std::string percent(std::uint32_t share) { return fmt::format("{} %", share / 100.0); }

std::string_view sticky_text(routing::StickySpec::By by) {
  switch (by) {
    case routing::StickySpec::By::kNone:
      return "none";
    case routing::StickySpec::By::kRoute:
      return "route";
    case routing::StickySpec::By::kInstance:
      return "instance";
  }
  return "none";
}

std::string split_text(const routing::SplitBySpec& split) {
  switch (split.kind) {
    case routing::SplitBySpec::Kind::kNone:
      return "";
    case routing::SplitBySpec::Kind::kHeader:
      return "header " + split.name;
    case routing::SplitBySpec::Kind::kCookie:
      return "cookie " + split.name;
    case routing::SplitBySpec::Kind::kQuery:
      return "query " + split.name;
    case routing::SplitBySpec::Kind::kSource:
      return "src";
  }
  return "";
}

std::string port_text(const routing::GatewaySpec& spec) {
  if (!spec.port) return "";
  return fmt::format("{}/{}", *spec.port, spec.is_tcp() ? "tcp" : "http");
}

std::string destination(const routing::Route& route) {
  return route.next_gateway.empty() ? route.backend : "gateway " + route.next_gateway;
}

std::string strength_text(const routing::Route& route) {
  return route.condition ? percent(route.strength) : "";
}

}  // namespace

void print_gateway(const routing::Gateway& gateway, Console& console) {
  console.out << bold(printable(gateway.name), console.colour_out);
  const std::string port = port_text(gateway.spec);
  if (!port.empty()) console.out << "  port " << port;
  if (!gateway.virtual_hosts.empty()) {
    console.out << "  hosts "
                << printable(fmt::format("{}", fmt::join(gateway.virtual_hosts, ", ")));
  }
  if (gateway.is_sticky()) {
    console.out << "  sticky by " << sticky_text(gateway.sticky.by) << " (cookie "
                << printable(gateway.sticky.cookie) << ')';
  } else if (gateway.spec.sticky.by != routing::StickySpec::By::kNone) {
    console.out << "  sticky by " << sticky_text(gateway.spec.sticky.by) << " (source address)";
  }
  const std::string split = split_text(gateway.split_by);
  if (!split.empty()) console.out << "  split by " << printable(split);
  console.out << '\n';

  std::size_t name_width = 5;
  std::size_t destination_width = 7;
  for (const routing::Route& route : gateway.routes) {
    name_width = std::max(name_width, printable(route.name).size());
    destination_width = std::max(destination_width, printable(destination(route)).size());
  }
  const auto row = [&](std::string_view name, std::string_view share, std::string_view to,
                       std::string_view strength, std::string_view condition) {
    std::string line = fmt::format("  {:<{}}  {:>8}  {:<{}}  {:>8}  {}", name, name_width, share,
                                   to, destination_width, strength, condition);
    line.erase(line.find_last_not_of(' ') + 1);
    console.out << line << '\n';
  };
  row("ROUTE", "WEIGHT", "BACKEND", "STRENGTH", "CONDITION");
  for (const routing::Route& route : gateway.routes) {
    row(printable(route.name), percent(route.share), printable(destination(route)),
        strength_text(route), route.condition ? printable(route.condition->to_text()) : "");
  }
  console.out << '\n';
}

ordered_json optional_text(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json gateway_json(const routing::Gateway& gateway) {
  ordered_json routes = ordered_json::array();
  for (const routing::Route& route : gateway.routes) {
    routes.push_back(
        {{"name", route.name},
         {"share_percent", route.share / 100.0},
         {"backend", optional_text(route.backend)},
         {"gateway", optional_text(route.next_gateway)},
         {"condition", route.condition ? ordered_json(route.condition->to_text()) : nullptr},
         {"strength_percent", route.condition ? ordered_json(route.strength / 100.0) : nullptr}});
  }
  const auto& file = gateway.spec.place.file;
  return {{"name", gateway.name},
          {"file", file ? ordered_json(*file) : nullptr},
          {"port", optional_text(port_text(gateway.spec))},
          {"virtual_hosts", gateway.virtual_hosts},
          {"sticky", sticky_text(gateway.spec.sticky.by)},
          {"cookie", gateway.is_sticky() ? ordered_json(gateway.sticky.cookie) : nullptr},
          {"split_by", optional_text(split_text(gateway.split_by))},
          {"routes", std::move(routes)}};
}

}  // namespace pointsman::cli
