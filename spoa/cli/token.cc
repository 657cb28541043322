#include "cli/token.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "agent/key_ring.h"
#include "base/near_match.h"

namespace pointsman::cli {
namespace {

using nlohmann::ordered_json;
using routing::Token;
using routing::TokenRejection;

ExitCode fail(const std::string& message, Console& console) {
  print_error("token: " + message, console);
  return kInvalid;
}

// "90s", "30m", "1h", "1d".
Result<std::chrono::seconds> parse_ttl(const std::string& text) {
  const Error wanted{
      fmt::format("--ttl '{}': wanted a time from 1s to 24h, as 90s, 30m or 12h", text)};
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped + 1 != end) return wanted;
  constexpr std::string_view kUnits = "smhd";
  constexpr std::array<std::int64_t, 4> kSeconds = {1, 60, 3600, 86400};
  const std::size_t unit = kUnits.find(*stopped);
  if (unit == std::string_view::npos) return wanted;
  const std::chrono::seconds ttl(number * kSeconds[unit]);
  if (ttl.count() == 0 || ttl > limits::kForcedTokenLifetime) return wanted;
  return ttl;
}

std::string near_hint(std::string_view word, const std::vector<std::string_view>& known) {
  const auto near = near_match(word, known);
  return near ? fmt::format("; did you mean '{}'?", *near) : "";
}

std::string unknown_gateway(const Loaded& loaded, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& gateway : loaded.table->gateways()) known.emplace_back(gateway->name);
  return fmt::format("there is no valid gateway '{}'{}", name, near_hint(name, known));
}

std::string unknown_route(const routing::Gateway& gateway, const std::string& name) {
  std::vector<std::string_view> known;
  for (const routing::Route& route : gateway.routes) known.emplace_back(route.name);
  return fmt::format("gateway '{}' has no route '{}'{}", gateway.name, name,
                     near_hint(name, known));
}

Result<std::shared_ptr<const agent::KeyRing>> load_keys(const Loaded& loaded) {
  auto keys = agent::KeyRing::load(loaded.settings.sticky_keys);
  if (keys) return keys;
  return Error{keys.error().message +
               "; the agent makes this file at its first start, so does `pointsman keygen --add`; "
               "-c names the settings that name it"};
}

std::string time_text(std::uint32_t unix_seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

struct Inspected {
  Token token;
  const routing::Gateway* gateway = nullptr;  // null: not in the table
  std::optional<TokenRejection> cause;        // none: the token counts
};

// By the rules of a decision: signature, clock, route, then the gateway's ttl and idle.
std::optional<TokenRejection> find_cause(const TokenInspectOptions& options,
                                         const Inspected& inspected, const agent::KeyRing& keys,
                                         UnixSeconds now) {
  TokenRejection rejection{};
  if (!routing::read_token(options.token, options.gateway, keys, now, rejection)) return rejection;
  const routing::Gateway* gateway = inspected.gateway;
  if (gateway == nullptr) return std::nullopt;
  const Token& token = inspected.token;
  if (!token.forced) {
    if (now - token.issued >= gateway->sticky.ttl.count()) return TokenRejection::kExpired;
    if (now - token.seen >= gateway->sticky.idle.count()) return TokenRejection::kIdle;
  }
  const bool known = token.route_tag == 0 || gateway->find_route_by_tag(token.route_tag) != nullptr;
  if (!known) return TokenRejection::kUnknownTag;
  return std::nullopt;
}

ordered_json condition_json(const routing::ConditionMemory& memory,
                            const routing::Gateway* gateway) {
  ordered_json route = nullptr;
  ordered_json condition = nullptr;
  if (gateway != nullptr) {
    for (const routing::Route& candidate : gateway->routes) {
      if (!candidate.condition || candidate.condition_tag != memory.tag) continue;
      route = candidate.name;
      condition = candidate.condition->to_text();
    }
  }
  return {{"tag", fmt::format("{:08x}", memory.tag)},
          {"route", std::move(route)},
          {"condition", std::move(condition)},
          {"outcome", memory.taken ? "taken" : "lost"},
          {"roll", memory.roll / 10000.0}};
}

ordered_json to_json(const TokenInspectOptions& options, const Inspected& inspected) {
  const Token& token = inspected.token;
  const routing::Route* route = inspected.gateway != nullptr && token.route_tag != 0
                                    ? inspected.gateway->find_route_by_tag(token.route_tag)
                                    : nullptr;
  ordered_json conditions = ordered_json::array();
  for (const routing::ConditionMemory& memory : token.memories()) {
    conditions.push_back(condition_json(memory, inspected.gateway));
  }
  return {{"valid", !inspected.cause},
          {"cause", inspected.cause ? ordered_json(to_text(*inspected.cause)) : nullptr},
          {"gateway", options.gateway},
          {"kind", token.forced ? "forced" : "sticky"},
          {"key", token.key_id},
          {"issued", time_text(token.issued)},
          {token.forced ? "expires" : "seen", time_text(token.seen)},
          {"route_tag",
           token.route_tag != 0 ? ordered_json(fmt::format("{:08x}", token.route_tag)) : nullptr},
          {"route", route != nullptr ? ordered_json(route->name) : nullptr},
          {"conditions", std::move(conditions)}};
}

std::string field_text(const ordered_json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return value.is_string() ? printable(value.get<std::string>()) : value.dump();
}

void print_text(const ordered_json& document, Console& console) {
  for (const auto& [key, value] : document.items()) {
    if (!value.is_array()) {
      console.out << fmt::format("{:<9}  {}\n", key, field_text(value));
      continue;
    }
    for (const ordered_json& memory : value) {
      console.out << fmt::format("{:<9}  {} {} roll {}, route {}: {}\n", "condition",
                                 field_text(memory["tag"]), field_text(memory["outcome"]),
                                 field_text(memory["roll"]), field_text(memory["route"]),
                                 field_text(memory["condition"]));
    }
  }
}

}  // namespace

ExitCode run_token_mint(const TokenMintOptions& options, Console& console) {
  const auto ttl = parse_ttl(options.ttl);
  if (!ttl) {
    print_error("token: " + ttl.error().message, console);
    return kUsage;
  }
  const Loaded loaded = load(options.sources, console);
  const routing::Gateway* gateway =
      loaded.table ? loaded.table->find_gateway(options.gateway) : nullptr;
  if (!loaded.settings_usable || gateway == nullptr) {
    print_diagnostics(loaded.diagnostics, console);
    if (!loaded.settings_usable) return kInvalid;
    return fail(unknown_gateway(loaded, options.gateway), console);
  }
  const routing::Route* route = gateway->find_route(options.route);
  if (route == nullptr) return fail(unknown_route(*gateway, options.route), console);
  const auto keys = load_keys(loaded);
  if (!keys) return fail(keys.error().message, console);

  const UnixSeconds now = unix_now();
  Token token;
  token.forced = true;
  token.issued = static_cast<std::uint32_t>(now);
  token.seen = static_cast<std::uint32_t>(now + ttl->count());
  token.route_tag = route->route_tag;
  console.out << (*keys)->sign(gateway->name, token) << '\n';
  return kGood;
}

ExitCode run_token_inspect(const TokenInspectOptions& options, Console& console) {
  const Loaded loaded = load(options.sources, console);
  if (!loaded.settings_usable) {
    print_diagnostics(loaded.diagnostics, console);
    return kInvalid;
  }
  const auto token = routing::decode_token(options.token);
  if (!token) return fail("this is no token: malformed", console);
  const auto keys = load_keys(loaded);
  if (!keys) return fail(keys.error().message, console);
  Inspected inspected{*token, loaded.table ? loaded.table->find_gateway(options.gateway) : nullptr,
                      std::nullopt};
  if (inspected.gateway == nullptr) {
    print_error(unknown_gateway(loaded, options.gateway) +
                    ": names are not known, ttl and idle are not checked",
                console);
  }
  inspected.cause = find_cause(options, inspected, **keys, unix_now());
  const ordered_json document = to_json(options, inspected);
  if (options.json) {
    print_json(document, console);
  } else {
    print_text(document, console);
  }
  return inspected.cause ? kInvalid : kGood;
}

}  // namespace pointsman::cli
