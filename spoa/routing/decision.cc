#include "routing/decision.h"

#include <cassert>
#include <cstdio>
#include <span>

#include "base/limits.h"
#include "routing/shares.h"
#include "routing/split.h"
#include "routing/visitor_memory.h"

namespace pointsman::routing {
namespace {

// Whether a gateway is decided in for the first choice or while an alternate is sought, which rolls
// in tiers of its own (docs/adr/0004-alternates-roll-in-their-own-tier.md).
enum class Purpose : unsigned char { kFirst, kAlternate };

// One gateway on the way of a decision, and what was settled there.
struct Stop {
  const Gateway* gateway = nullptr;
  VisitorMemory memory;
  std::optional<std::uint64_t> key;  // of a keyed split, where the request has it
  const Route* route = nullptr;      // null: the gateway decides nothing
  Reason reason = Reason::kNone;
  std::optional<double> position;  // of the weight roll, inside the route's interval
};

// From the gateway that the request came to along references to the one whose route serves.
struct Way {
  std::array<Stop, limits::kReferenceSteps + 1> stops;
  std::size_t count = 0;

  void add(Stop stop) {
    assert(count < stops.size());
    stops[count++] = stop;
  }
  void remove_last() { --count; }
  Stop& last() { return stops[count - 1]; }
  const Stop& last() const { return stops[count - 1]; }
  std::span<const Stop> all() const { return {stops.data(), count}; }
};

class Decider {
 public:
  Decider(const RouteTable& table, const Request& request, const DecideContext& context)
      : table_(table), request_(request), context_(context) {}

  Decision decide() {
    const Gateway* gateway = choose_gateway();
    if (gateway == nullptr) return {};
    Way way;
    way.add(decide_in(*gateway, Purpose::kFirst));
    follow(way, Purpose::kFirst);

    Decision decision;
    decision.first = choice_at_end_of(way);
    if (!decision.first) return decision;
    decision.reason = way.last().reason;
    decision.alternate = seek_alternate(way);
    return decision;
  }

 private:
  // Step 1: the gateway that the frontend names, or else the one of the host.
  const Gateway* choose_gateway() {
    if (request_.gateway) {
      const Gateway* named = table_.find_gateway(*request_.gateway);
      trace([&] {
        const std::string name(*request_.gateway);
        return named != nullptr ? "gateway " + name + ": named by the frontend"
                                : "no gateway has the name " + name;
      });
      return named;
    }
    const std::string_view host = normalize_host(request_.host, context_.scratch.host);
    const Gateway* gateway = table_.find_by_host(host);
    trace([&] {
      const std::string text(host);
      return gateway != nullptr ? "gateway " + gateway->name + ": by host " + text
                                : "no gateway has the host " + text;
    });
    return gateway;
  }

  // Goes on along references until a route serves or a gateway decides nothing.
  void follow(Way& way, Purpose purpose) {
    while (const Gateway* gateway = next_after(way.last())) way.add(decide_in(*gateway, purpose));
  }

  const Gateway* next_after(const Stop& stop) {
    if (stop.route == nullptr || stop.route->next_gateway.empty()) return nullptr;
    const Gateway* next = table_.find_gateway(stop.route->next_gateway);
    assert(next != nullptr);  // RouteTable::link refuses tables in which it is
    trace([&] { return "route " + stop.route->name + " leads to gateway " + next->name; });
    return next;
  }

  // Steps 2 to 5.
  Stop decide_in(const Gateway& gateway, Purpose purpose) {
    Stop stop;
    stop.gateway = &gateway;
    stop.memory = VisitorMemory(gateway, request_, context_);
    stop.key = split_key_of(gateway, request_);
    if (stop.key && purpose == Purpose::kFirst && context_.trace != nullptr) {
      context_.trace->splits_by_key(gateway);
    }
    if (decide_by_override(stop)) return stop;
    if (decide_by_condition(stop, purpose)) return stop;
    if (decide_by_weights(stop, purpose)) return stop;
    trace([] { return "no route has a weight: no decision"; });
    return stop;
  }

  // Step 2: a signed override names the route.
  bool decide_by_override(Stop& stop) const {
    const Route* forced = stop.memory.forced_route();
    if (forced == nullptr || left_out_.has(*forced)) return false;
    stop.route = forced;
    stop.reason = Reason::kForced;
    return true;
  }

  // Step 3: only the first condition that holds counts. Lost, it leaves the request to the weights.
  bool decide_by_condition(Stop& stop, Purpose purpose) {
    const Route* route = first_matching_condition(*stop.gateway, request_, context_.scratch);
    if (route == nullptr) {
      trace([] { return "no condition holds"; });
      return false;
    }
    trace([&] { return "condition of " + route->name + " holds: " + route->condition->to_text(); });
    if (!strength_takes(stop, *route, purpose) || left_out_.has(*route)) return false;
    stop.route = route;
    stop.reason = Reason::kCondition;
    return true;
  }

  // What a visitor's token remembers of the condition stands, but for a lost one whose roll the
  // strength has passed since, and a taken one that is evicted.
  bool strength_takes(Stop& stop, const Route& route, Purpose purpose) {
    if (const ConditionMemory* known = stop.memory.condition(route)) {
      ConditionMemory memory = *known;
      if (memory.taken && route.strength == 0 && stop.gateway->evict_at_zero) memory.taken = false;
      if (!memory.taken) memory.taken = memory.roll < route.strength;
      trace([&] {
        return "strength " + percent_text(route.strength) + ": remembered roll " +
               number(memory.roll / double{kWhole}) + (memory.taken ? ", taken" : ", lost");
      });
      stop.memory.remember_condition(memory);
      return memory.taken;
    }
    const double roll = roll_strength(stop, route, purpose);
    const bool taken = roll < route.strength / double{kWhole};
    trace([&] {
      return "strength " + percent_text(route.strength) + ": " + (stop.key ? "the key's " : "") +
             "roll " + number(roll) + (taken ? ", taken" : ", lost");
    });
    stop.memory.remember_condition({route.condition_tag, taken, step_of_roll(roll)});
    return taken;
  }

  double roll_strength(const Stop& stop, const Route& route, Purpose purpose) {
    if (stop.key) return keyed_strength_roll(*stop.key, route.condition_tag);
    return context_.rolls.strength(purpose == Purpose::kFirst ? route.strength_tier
                                                              : route.alternate_strength_tier);
  }

  // Step 4: weights over all routes, those with a condition included; a sticky visitor stays.
  bool decide_by_weights(Stop& stop, Purpose purpose) {
    const Route* kept = stop.memory.weight_route();
    if (kept != nullptr && !left_out_.has(*kept)) {
      stay(stop, *kept);
      return true;
    }
    if (!place_by_weights(stop, purpose)) return false;
    // A visitor whose own route is down keeps it in the token and comes back; one without a route
    // is pinned to the one that serves.
    if (kept == nullptr) stop.memory.remember_weight_route(*stop.route);
    return true;
  }

  void stay(Stop& stop, const Route& kept) {
    stop.route = &kept;
    stop.reason = Reason::kSticky;
    stop.position.reset();
    trace([&] { return "sticky: the visitor's token remembers " + kept.name; });
  }

  // By key or by roll, over all routes that are not left out. Rolls only where there is a share to
  // settle. Decided again, a gateway's roll is the position of its last one, where there is one.
  bool place_by_weights(Stop& stop, Purpose purpose) {
    const std::vector<Route>& routes = stop.gateway->routes;
    stop.route = nullptr;
    if (!has_share(routes, left_out_)) return false;
    stop.reason = Reason::kWeight;
    if (stop.key) {
      stop.route = place_by_key(routes, left_out_, *stop.key);
      stop.position.reset();
      trace([&] { return "weights: the key falls to " + with_share(*stop.route); });
      return true;
    }
    const double roll = stop.position ? *stop.position
                                      : context_.rolls.weight(purpose == Purpose::kFirst
                                                                  ? stop.gateway->weight_tier
                                                                  : stop.gateway->alternate_tier);
    const Placement placement = place_by_roll(routes, left_out_, roll);
    stop.route = placement.route;
    stop.position = placement.position;
    trace(
        [&] { return "weights: roll " + number(roll) + " falls into " + with_share(*stop.route); });
    return true;
  }

  // Another route that could serve where the first one's backend has no server: step 4 again in the
  // deepest gateway without that backend. A gateway that has nothing is a dead end; it is left out
  // in the one above, which is decided again, and so on. So no gateway is entered twice.
  Choice seek_alternate(Way& way) {
    left_out_ = LeftOut(way.last().route->backend);
    while (way.count > 0) {
      if (way.last().gateway->strict_on_unhealthy) return {};
      if (decide_again(way.last())) {
        follow(way, Purpose::kAlternate);
        if (way.last().route != nullptr) return choice_at_end_of(way);
      }
      if (!left_out_.add_dead_end(*way.last().gateway)) return {};
      way.remove_last();
    }
    return {};
  }

  bool decide_again(Stop& stop) {
    trace([&] { return "alternate without " + stop.route->name + ":"; });
    if (decide_by_weights(stop, Purpose::kAlternate)) return true;
    trace([] { return "no other route has a weight"; });
    return false;
  }

  // The way's last route, with its rewritten path and the token of the sticky gateway on the way.
  // The token also where no route serves, or a visitor whom a condition let go would try again with
  // each request until it takes.
  Choice choice_at_end_of(const Way& way) {
    Choice choice;
    choice.gateway = way.last().gateway;
    choice.route = way.last().route;
    if (choice) choice.path = rewritten_path(*choice.route);
    for (const Stop& stop : way.all()) {
      // A tester's override leaves no trace in the browser, not even by its alternate.
      if (stop.memory.forced_route() != nullptr) {
        choice.token_gateway = nullptr;
        choice.token.reset();
        break;
      }
      if (!stop.gateway->is_sticky()) continue;
      choice.token = stop.memory.token_to_set(context_.now);
      if (choice.token) choice.token_gateway = stop.gateway;
    }
    return choice;
  }

  std::optional<std::string> rewritten_path(const Route& route) {
    for (const Rewrite& rewrite : route.rewrites) {
      std::string path;
      if (!rewrite.apply(request_, context_.scratch, path)) continue;
      trace([&] { return "path rewritten to " + path + ": " + rewrite.to_text(); });
      return path;
    }
    return std::nullopt;
  }

  // Takes the text's maker, so that nothing is built where nobody listens.
  template <class MakeText>
  void trace(MakeText&& make_text) {
    if (context_.trace != nullptr) context_.trace->step(make_text());
  }

  static std::string number(double roll) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", roll);
    return text;
  }

  static std::string with_share(const Route& route) {
    return route.name + " (" + percent_text(route.share) + ")";
  }

  const RouteTable& table_;
  const Request& request_;
  const DecideContext& context_;
  LeftOut left_out_;  // nothing until an alternate is sought
};

}  // namespace

const Route* first_matching_condition(const Gateway& gateway, const Request& request,
                                      ConditionScratch& scratch) {
  for (const Route& route : gateway.routes) {
    if (route.condition && route.condition->evaluate(request, scratch)) return &route;
  }
  return nullptr;
}

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "none";
    case Reason::kForced:
      return "forced";
    case Reason::kCondition:
      return "condition";
    case Reason::kSticky:
      return "sticky";
    case Reason::kWeight:
      return "weight";
  }
  return "none";
}

Decision decide(const RouteTable& table, const Request& request, const DecideContext& context) {
  return Decider(table, request, context).decide();
}

}  // namespace pointsman::routing
