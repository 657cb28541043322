#include "routing/compile.h"

#include <xxhash.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/limits.h"
#include "routing/balance.h"
#include "routing/names.h"
#include "routing/raw_acl.h"
#include "routing/shares.h"
#include "routing/tcp_rules.h"
#include "routing/unbuilt_features.h"

namespace pointsman::routing {
namespace {

Tier tier_of(std::string_view gateway, std::string_view route, std::string_view kind) {
  std::string text;
  text.append(gateway).append(1, '\0').append(route).append(1, '\0').append(kind);
  return Tier{XXH64(text.data(), text.size(), 0)};
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

// Fills one Gateway from its spec. Every step runs, whatever the others found.
class Compiler {
 public:
  Compiler(const GatewaySpec& spec, Diagnostics& diagnostics)
      : spec_(spec), diagnostics_(diagnostics), gateway_(std::make_shared<Gateway>()) {}

  std::shared_ptr<const Gateway> compile() {
    gateway_->name = spec_.name;
    gateway_->split_by = spec_.split_by;
    gateway_->evict_at_zero = spec_.evict_at_zero;
    gateway_->strict_on_unhealthy = spec_.strict_on_unhealthy;
    gateway_->allow_forced = spec_.allow_forced;
    gateway_->weight_tier = tier_of(spec_.name, "", "weights");
    gateway_->alternate_tier = tier_of(spec_.name, "", "alternates");
    if (auto fault = fault_in_name(spec_.name)) error(spec_.place, "name", *fault);
    add_virtual_hosts();
    add_sticky();
    check_split_by();
    if (within_route_limit()) {
      add_routes();
      add_shares();
      check_tags();
    }
    if (spec_.is_tcp() && !check_tcp_rules(spec_, gateway_->routes, diagnostics_)) failed_ = true;
    if (failed_) return nullptr;
    gateway_->spec = spec_;
    warn_of_unbuilt_features(*gateway_, diagnostics_);
    note_raw_acls(*gateway_, diagnostics_);
    return gateway_;
  }

 private:
  void add_virtual_hosts() {
    std::set<std::string> seen;
    for (const SpecText& host : spec_.virtual_hosts) {
      std::string normalized;
      if (auto fault = fault_in_virtual_host(host.text, normalized)) {
        error(host.place, "virtual_hosts", "'" + host.text + "': " + *fault);
        continue;
      }
      if (!seen.insert(normalized).second) {
        warning(host.place, "virtual_hosts",
                "the virtual host " + normalized + " stands here twice");
      }
      gateway_->virtual_hosts.push_back(std::move(normalized));
    }
  }

  void add_sticky() {
    StickySpec& sticky = gateway_->sticky;
    sticky = spec_.sticky;
    const bool has_default_cookie = sticky.cookie.empty();
    if (has_default_cookie) sticky.cookie = default_cookie_name(spec_.name);
    const auto fault = [&](std::string_view key, const std::string& message) {
      error(sticky.place, "sticky." + std::string(key), message);
    };
    if (!has_default_cookie) {
      if (auto wrong = fault_in_token(sticky.cookie)) fault("cookie", *wrong);
    } else if (sticky.cookie.size() > limits::kNameBytes &&
               spec_.name.size() <= limits::kNameBytes) {
      const std::size_t prefix = sticky.cookie.size() - spec_.name.size();
      error(spec_.place, "name",
            "a name has at most " + std::to_string(limits::kNameBytes - prefix) +
                " bytes, or there is another name for the cookie in sticky.cookie");
    }
    if (auto wrong = fault_in_cookie_path(sticky.path)) fault("path", *wrong);
    if (!sticky.domain.empty()) {
      if (auto wrong = fault_in_host_name(sticky.domain)) fault("domain", *wrong);
    }
    if (sticky.ttl.count() <= 0) fault("ttl", "must be longer than 0");
    if (sticky.idle.count() <= 0) fault("idle", "must be longer than 0");
    if (!is_one_of(sticky.same_site, {"Strict", "Lax", "None"})) {
      fault("same_site", "'" + sticky.same_site + "': wanted Strict, Lax or None");
    }
    if (sticky.same_site == "None" && sticky.secure == StickySpec::Secure::kNever) {
      warning(sticky.place, "sticky.same_site", "browsers drop cookies with None and not Secure");
    }
    // Without cookies there are no tokens: the split by source and HAProxy's stick table do it.
    if (spec_.is_tcp()) sticky.by = StickySpec::By::kNone;
  }

  void check_split_by() {
    const SplitBySpec& split = spec_.split_by;
    std::optional<std::string> fault;
    if (split.kind == SplitBySpec::Kind::kHeader || split.kind == SplitBySpec::Kind::kCookie) {
      fault = fault_in_token(split.name);
    } else if (split.kind == SplitBySpec::Kind::kQuery) {
      fault = fault_in_query_name(split.name);
    }
    if (fault) error(split.place, "split_by", "'" + split.name + "': " + *fault);
  }

  bool within_route_limit() {
    const std::size_t count = spec_.routes.size();
    if (count == 0) warning(spec_.place, "routes", "the gateway has no routes: it decides nothing");
    if (count <= limits::kRoutesPerGateway) return true;
    error(spec_.place, "routes",
          "the gateway has " + std::to_string(count) + " routes, at most " +
              std::to_string(limits::kRoutesPerGateway) + " are allowed");
    return false;
  }

  void add_routes() {
    std::set<std::string_view> names;
    gateway_->routes.reserve(spec_.routes.size());
    for (const RouteSpec& spec : spec_.routes) {
      const std::string key = key_of(spec);
      if (auto fault = fault_in_route_name(spec.name)) error(spec.place, key, *fault);
      if (!names.insert(spec.name).second) {
        error(spec.place, key, "there is another route of this name in the gateway");
      }
      if (auto fault = fault_in_epoch(spec.epoch)) error(spec.place, key + ".epoch", *fault);
      check_destination(spec);
      check_balance(spec);
      warn_of_settings_without_effect(spec);
      Route& route = gateway_->routes.emplace_back();
      route.name = spec.name;
      if (spec.gateway) {
        route.next_gateway = spec.gateway->text;
      } else {
        route.backend = backend_name(spec_, spec);
      }
      route.route_tag = route_tag(spec_.name, spec.name, spec.epoch);
      add_condition(spec, route);
      add_rewrites(spec, route);
    }
  }

  // A route leads to one place.
  void check_destination(const RouteSpec& spec) {
    const bool has_own_servers = spec.service || spec.discover || !spec.instances.empty();
    if (spec.gateway && (spec.backend || has_own_servers)) {
      error(spec.gateway->place, key_of(spec) + ".gateway",
            "a route to another gateway has no backend, service, discover or instances");
    }
    if (spec.backend && has_own_servers) {
      error(spec.backend->place, key_of(spec) + ".backend",
            "names a backend of your own HAProxy configuration, which has its servers there: "
            "drop this, or service, discover and instances");
    }
    if (!spec.backend) return;
    if (auto fault = fault_in_backend_name(spec.backend->text)) {
      error(spec.backend->place, key_of(spec) + ".backend", *fault);
    }
  }

  // What is told to HAProxy of a backend that is not rendered.
  void warn_of_settings_without_effect(const RouteSpec& spec) {
    if (!spec.backend && !spec.gateway) return;
    const std::pair<bool, std::string_view> given[] = {{spec.check.has_value(), "check"},
                                                       {spec.slow_start.has_value(), "slow_start"},
                                                       {spec.redispatch.has_value(), "redispatch"}};
    for (const auto& [is_given, key] : given) {
      if (!is_given) continue;
      warning(spec.place, key_of(spec) + "." + std::string(key),
              spec.backend ? "has no effect: the backend " + spec.backend->text +
                                 " is of your own HAProxy configuration"
                           : "has no effect: the routes of " + spec.gateway->text + " serve");
    }
  }

  void check_balance(const RouteSpec& spec) {
    if (spec.balance.empty()) return;
    if (auto fault = fault_in_balance(spec.balance)) {
      error(spec.balance_place, key_of(spec) + ".balance", *fault);
    } else if (auto doubt = doubt_about_balance(spec.balance)) {
      warning(spec.balance_place, key_of(spec) + ".balance", *doubt);
    }
  }

  void add_condition(const RouteSpec& spec, Route& route) {
    const std::string key = key_of(spec);
    if (spec.strength && spec.strength->share > kWhole) {
      error(spec.strength->place, key + ".condition_strength", "must be from 0 % to 100 %");
    }
    if (!spec.condition) {
      if (spec.strength && spec.strength->share != 0) {
        error(spec.strength->place, key + ".condition_strength",
              "the route has no condition that could have a strength");
      }
      return;
    }
    route.strength = spec.strength ? spec.strength->share : kWhole;
    route.condition_tag = condition_tag(spec_.name, spec.name, spec.epoch);
    route.strength_tier = tier_of(spec_.name, spec.name, "strength");
    route.alternate_strength_tier = tier_of(spec_.name, spec.name, "alternate strength");
    auto parsed = Condition::parse(spec.condition->text);
    if (parsed) {
      route.condition = std::move(*parsed);
    } else {
      error(spec.condition->place_of(parsed.error().offset), key + ".condition",
            parsed.error().message);
    }
  }

  void add_rewrites(const RouteSpec& spec, Route& route) {
    if (spec.rewrites.empty()) return;
    const std::string key = key_of(spec) + ".rewrites";
    if (spec.gateway) {
      error(spec.rewrites.front().place, key,
            "a route to another gateway rewrites nothing: give the rewrites to the routes of " +
                spec.gateway->text);
    }
    if (spec.rewrites.size() > limits::kRewritesPerRoute) {
      error(spec.rewrites[limits::kRewritesPerRoute].place, key,
            "the route has " + std::to_string(spec.rewrites.size()) + " rewrites, at most " +
                std::to_string(limits::kRewritesPerRoute) + " are allowed");
      return;
    }
    for (const SpecText& text : spec.rewrites) {
      auto parsed = Rewrite::parse(text.text);
      if (parsed) {
        route.rewrites.push_back(std::move(*parsed));
      } else {
        error(text.place_of(parsed.error().offset), key, parsed.error().message);
      }
    }
  }

  void add_shares() {
    std::vector<WeightSpec> weights;
    weights.reserve(spec_.routes.size());
    for (const RouteSpec& route : spec_.routes) weights.push_back(route.weight);
    const auto shares = settle_shares(weights);
    if (!shares) {
      const RouteSpec& route = spec_.routes[shares.error().route];
      const bool missing = route.weight.form == WeightSpec::Form::kMissing;
      error(missing ? route.place : route.weight.place, key_of(route) + ".weight",
            shares.error().message);
      return;
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
      gateway_->routes[i].share = (*shares)[i];
      if (weights[i].relative > 0 && (*shares)[i] == 0) {
        warning(weights[i].place, key_of(spec_.routes[i]) + ".weight",
                "is less than 0.01 % of all weights: the route gets no share");
      }
    }
  }

  // Tags are what tokens know routes and conditions by, so two must not be the same; 0 means none.
  void check_tags() {
    std::unordered_map<std::uint32_t, std::string> owners{{0, "no route"}};
    const auto check = [&](std::uint32_t tag, std::size_t index, const std::string& owner) {
      const auto [entry, is_new] = owners.try_emplace(tag, owner);
      if (is_new) return;
      error(spec_.routes[index].place, key_of(spec_.routes[index]),
            "in tokens its tag would be that of " + entry->second +
                ": give the route another epoch or name");
    };
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < gateway_->routes.size(); ++i) {
      const Route& route = gateway_->routes[i];
      if (!names.insert(route.name).second) continue;  // an error already
      check(route.route_tag, i, "route " + route.name);
      if (route.condition) check(route.condition_tag, i, "the condition of " + route.name);
    }
  }

  static std::string key_of(const RouteSpec& route) { return "routes." + route.name; }

  void error(const SourcePlace& place, std::string key, std::string message) {
    failed_ = true;
    diagnostics_.error(place, spec_.name, std::move(key), std::move(message));
  }
  void warning(const SourcePlace& place, std::string key, std::string message) {
    diagnostics_.warning(place, spec_.name, std::move(key), std::move(message));
  }

  const GatewaySpec& spec_;
  Diagnostics& diagnostics_;
  std::shared_ptr<Gateway> gateway_;
  bool failed_ = false;
};

}  // namespace

std::shared_ptr<const Gateway> compile(const GatewaySpec& spec, Diagnostics& diagnostics) {
  return Compiler(spec, diagnostics).compile();
}

}  // namespace pointsman::routing
