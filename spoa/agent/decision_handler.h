// Where protocol and routing meet: reads the arguments of the SPOE message that asks for a decision
// into a Request, decides by the current table, and answers with variables of the transaction. One
// for each worker, shared by its sessions.
//
// Variables: gen (the table's generation), by ("agent"), reason, gateway, route, backend, path
// (when rewritten), cookie (a whole Set-Cookie value, when one must be set), and alternate,
// alternate_route, alternate_path, alternate_cookie for when no server of the backend is up. All of
// a decision are set or none: HAProxy takes gen for the sign of a decision, and where it is absent
// decides by itself. It is absent for a message of another name, before the first table, and when
// the variables do not fit the frame.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/counters.h"
#include "agent/key_ring.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/published.h"
#include "routing/decision.h"
#include "routing/rolls.h"
#include "routing/route_table.h"
#include "spop/session.h"

namespace pointsman::agent {

// What a Request borrows from besides its message; reused, so that requests don't allocate.
struct RequestScratch {
  ByteBuffer lean_headers;
  std::vector<routing::RawAclFact> raw_acls;
};

class DecisionHandler : public spop::MessageHandler {
 public:
  // `random_start` starts the sequences of rolls, `now` is asked once for each message. Table and
  // keys outlive the handler.
  DecisionHandler(std::string message, const Published<routing::RouteTable>& table,
                  const Published<KeyRing>& keys, std::function<std::uint64_t()> random_start,
                  std::function<UnixSeconds()> now);

  void on_message(const spop::Message& message, spop::ActionList& actions) override;

  // Puts what this handler counts into `counters`.
  void report(AgentCounters& counters) const;

 private:
  void complain_of_missing_acl();

  const std::string message_;
  Subscriber<routing::RouteTable> table_;
  Subscriber<KeyRing> keys_;
  routing::SequenceRolls rolls_;
  const std::function<UnixSeconds()> now_;
  routing::ConditionScratch scratch_;
  RequestScratch request_scratch_;  // of the current request
  routing::DecisionCounters decision_counters_;
  std::uint64_t table_generation_ = 0;
  LogLimiter missing_acl_log_{std::chrono::minutes(1)};
  std::uint64_t decisions_ = 0;
  std::uint64_t decisions_by_reason_[5] = {};
  std::uint64_t unknown_messages_ = 0;
  std::uint64_t answers_too_large_ = 0;
};

// Arguments that are unknown, NULL or of an unexpected type count as absent; so does an empty
// gateway. Headers come as one block (`headers`) or, in the lean profile, as arguments
// `header_NAME` that are put together in the scratch. An argument `acl_NAME` is an ACL that HAProxy
// evaluates: it holds where it is true, and is NULL where it does not. The request borrows from
// message and scratch.
routing::Request to_request(const spop::Message& message, RequestScratch& scratch);

}  // namespace pointsman::agent
