// What workers count. Each worker owns one set and writes it without sharing cache lines; reading
// sums them. Values only grow.
#pragma once

#include <cstdint>

#include "routing/decision.h"
#include "spop/session.h"

namespace pointsman::agent {

struct AgentCounters {
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_open = 0;  // a gauge
  std::uint64_t connections_refused = 0;
  std::uint64_t hello_timeouts = 0;
  std::uint64_t write_timeouts = 0;
  std::uint64_t decisions = 0;
  std::uint64_t decisions_by_reason[5] = {};  // by routing::Reason
  std::uint64_t unknown_messages = 0;
  std::uint64_t answers_too_large = 0;  // did not fit the frame: left to HAProxy
  std::uint64_t regex_limits_hit = 0;
  std::uint64_t raw_acls_missing = 0;  // not handed over by HAProxy: it needs a reload
  routing::DecisionCounters decision;
  spop::SessionCounters spop;

  AgentCounters& operator+=(const AgentCounters& other);
};

}  // namespace pointsman::agent
