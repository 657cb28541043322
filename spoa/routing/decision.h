// The decision: a pure function of table, request, rolls, token key and time. Order: gateway,
// forced override, first matching condition and its strength, then weights with stickiness; a route
// that is a reference to another gateway is followed. Meaning in docs/decisions.md. Does not
// allocate in steady state but for a rewritten path.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "routing/condition.h"
#include "routing/request.h"
#include "routing/rolls.h"
#include "routing/route_table.h"
#include "routing/token_view.h"

namespace pointsman::routing {

enum class Reason : std::uint8_t { kNone, kForced, kCondition, kSticky, kWeight };
std::string_view to_text(Reason reason);  // "none", "forced", …

// One route that may serve, and all that belongs to serving by it. The first choice may have a
// token without a route.
struct Choice {
  const Gateway* gateway = nullptr;        // the one that the route stands in (after references),
                                           // or that decided nothing
  const Route* route = nullptr;            // null: none
  std::optional<std::string> path;         // rewritten
  const Gateway* token_gateway = nullptr;  // the sticky gateway on the way, whose cookie `token` is
  std::optional<Token> token;              // to be set as a cookie; key id and MAC are the signer's

  explicit operator bool() const { return route != nullptr; }
};

struct Decision {
  Reason reason = Reason::kNone;  // of the last gateway on the way
  Choice first;
  Choice alternate;  // used when no server of the first one's backend is up
};

// Told each step and why, for `explain`. Null on the way of real requests.
class DecisionTrace {
 public:
  virtual ~DecisionTrace() = default;
  virtual void step(std::string text) = 0;
  // On the way to the first choice: in this gateway the request's key settles all shares, no roll.
  virtual void splits_by_key(const Gateway& /*gateway*/) {}
};

struct DecisionCounters {
  std::array<std::uint64_t, kTokenRejections> token_rejected{};
};

struct DecideContext {
  Rolls& rolls;
  const TokenMac& mac;
  UnixSeconds now = 0;
  ConditionScratch& scratch;
  DecisionCounters& counters;
  DecisionTrace* trace = nullptr;
};

Decision decide(const RouteTable& table, const Request& request, const DecideContext& context);

// The first route, in order, whose condition holds; null when there is none. A linear scan.
const Route* first_matching_condition(const Gateway& gateway, const Request& request,
                                      ConditionScratch& scratch);

inline constexpr std::string_view kForceParameter = "pm_force";
inline constexpr std::string_view kForceHeader = "x-pointsman-force";

}  // namespace pointsman::routing
