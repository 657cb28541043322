#include "agent/counters.h"

#include <cstddef>

namespace pointsman::agent {
namespace {

template <class Counts>
void add(Counts& sum, const Counts& other) {
  for (std::size_t i = 0; i < std::size(sum); ++i) sum[i] += other[i];
}

void add(spop::SessionCounters& sum, const spop::SessionCounters& other) {
  sum.frames_received += other.frames_received;
  sum.notifies += other.notifies;
  sum.aborted_fragments += other.aborted_fragments;
  sum.health_checks += other.health_checks;
  sum.slow_readers_closed += other.slow_readers_closed;
  sum.handler_failures += other.handler_failures;
  sum.disconnects_received += other.disconnects_received;
  add(sum.disconnects_sent, other.disconnects_sent);
}

}  // namespace

AgentCounters& AgentCounters::operator+=(const AgentCounters& other) {
  connections_accepted += other.connections_accepted;
  connections_open += other.connections_open;
  connections_refused += other.connections_refused;
  hello_timeouts += other.hello_timeouts;
  write_timeouts += other.write_timeouts;
  decisions += other.decisions;
  add(decisions_by_reason, other.decisions_by_reason);
  unknown_messages += other.unknown_messages;
  answers_too_large += other.answers_too_large;
  regex_limits_hit += other.regex_limits_hit;
  raw_acls_missing += other.raw_acls_missing;
  add(decision.token_rejected, other.decision.token_rejected);
  add(spop, other.spop);
  return *this;
}

}  // namespace pointsman::agent
