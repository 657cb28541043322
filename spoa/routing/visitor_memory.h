// What a request's signed tokens say to one gateway: a forced override, and what the visitor's
// sticky token remembers. A decision reads it, notes what is to be remembered from now on, and asks
// in the end whether the visitor needs a new token. Rules: docs/decisions.md, "Sticky visitors".
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "routing/decision.h"
#include "routing/request.h"
#include "routing/route_table.h"
#include "routing/token_view.h"

namespace pointsman::routing {

class VisitorMemory {
 public:
  VisitorMemory() = default;

  // Looks for an override in the header, then the query parameter (both where the gateway allows
  // it), then the cookie; for a sticky token in the cookie. Tokens that don't hold are counted.
  VisitorMemory(const Gateway& gateway, const Request& request, const DecideContext& context);

  const Route* forced_route() const { return forced_route_; }

  // The route of the weight tier that the visitor came with, if it still keeps visitors.
  const Route* weight_route() const { return weight_route_; }

  // The condition's last outcome for this visitor; null when there is none.
  const ConditionMemory* condition(const Route& route) const;

  // These do nothing where the gateway is not sticky.
  void remember_condition(const ConditionMemory& memory);
  void remember_weight_route(const Route& route);

  // The token to be set as a cookie: when it remembers something new, or was last refreshed more
  // than a quarter of `idle` ago.
  std::optional<Token> token_to_set(UnixSeconds now) const;

 private:
  class Search;

  const Gateway* gateway_ = nullptr;
  const Route* forced_route_ = nullptr;
  const Route* weight_route_ = nullptr;
  std::optional<Token> known_;  // as the visitor sent it
  Token token_;                 // as it is after this decision
};

}  // namespace pointsman::routing
