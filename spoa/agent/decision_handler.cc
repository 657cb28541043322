#include "agent/decision_handler.h"

#include <utility>

#include "agent/set_cookie.h"
#include "routing/gone_tiers.h"

namespace pointsman::agent {
namespace {

using routing::Choice;
using routing::Decision;
using routing::Request;
using spop::TypedValue;

constexpr std::uint64_t kPortMax = 65535;
constexpr std::string_view kLeanHeader = "header_";  // and the name: an argument of its own
constexpr std::string_view kRawAcl = "acl_";         // likewise

// Before the first key file: no token is known, and none is made.
class NoKeys : public routing::TokenMac {
 public:
  Verdict check(std::string_view /*gateway*/, std::uint8_t /*key_id*/, Bytes /*signed_bytes*/,
                std::span<const std::uint8_t, routing::kTokenMacBytes> /*mac*/) const override {
    return Verdict::kUnknownKey;
  }
};

// Sets variables of the transaction until one does not fit; then nothing more.
class Answer {
 public:
  explicit Answer(spop::ActionList& actions) : actions_(actions), start_(actions.mark()) {}

  void set(std::string_view name, const TypedValue& value) {
    complete_ = complete_ && actions_.set(spop::Scope::kTransaction, name, value);
  }
  void set(std::string_view name, std::string_view text) { set(name, TypedValue::of_text(text)); }

  // False: it did not fit, and nothing of it is left.
  bool finish() {
    if (!complete_) actions_.rewind(start_);
    return complete_;
  }

 private:
  spop::ActionList& actions_;
  const std::size_t start_;
  bool complete_ = true;
};

struct CookieMaker {
  const KeyRing* keys;  // may be null
  UnixSeconds now;
  bool over_tls;

  bool has_cookie(const Choice& choice) const { return keys != nullptr && choice.token; }
  std::string cookie(const Choice& choice) const {
    const routing::Gateway& gateway = *choice.token_gateway;
    return set_cookie(gateway, *choice.token, keys->sign(gateway.name, *choice.token), now,
                      over_tls);
  }
};

void answer_first(Answer& answer, const Choice& first, const CookieMaker& cookies) {
  if (first.gateway != nullptr) answer.set("gateway", first.gateway->name);
  // A visitor may have something to remember although no route serves.
  if (cookies.has_cookie(first)) answer.set("cookie", cookies.cookie(first));
  if (!first) return;
  answer.set("route", first.route->name);
  answer.set("backend", first.route->backend);
  if (first.path) answer.set("path", *first.path);
}

void answer_alternate(Answer& answer, const Choice& alternate, const CookieMaker& cookies) {
  if (!alternate) return;
  answer.set("alternate", alternate.route->backend);
  answer.set("alternate_route", alternate.route->name);
  if (alternate.path) answer.set("alternate_path", *alternate.path);
  if (cookies.has_cookie(alternate)) answer.set("alternate_cookie", cookies.cookie(alternate));
}

}  // namespace

Request to_request(const spop::Message& message, RequestScratch& scratch) {
  constexpr std::pair<std::string_view, std::string_view Request::*> kTexts[] = {
      {"method", &Request::method}, {"scheme", &Request::scheme}, {"host", &Request::host},
      {"path", &Request::path},     {"query", &Request::query},   {"sni", &Request::sni},
  };
  Request request;
  bool has_block = false;
  scratch.lean_headers.clear();
  scratch.raw_acls.clear();
  message.for_each_argument([&](const spop::Argument& argument) {
    const TypedValue& value = argument.value;
    const bool is_text =
        value.type == spop::ValueType::kText || value.type == spop::ValueType::kBinary;
    for (const auto& [name, member] : kTexts) {
      if (argument.name == name) {
        request.*member = value.text();
        return;
      }
    }
    if (argument.name == "gateway") {
      if (!value.text().empty()) request.gateway = value.text();
    } else if (argument.name == "headers") {
      has_block = is_text;
      if (is_text) request.headers = routing::HeaderBlock(value.bytes);
    } else if (argument.name.size() > kLeanHeader.size() &&
               argument.name.starts_with(kLeanHeader)) {
      const std::string_view header = argument.name.substr(kLeanHeader.size());
      if (is_text) routing::append_header(scratch.lean_headers, header, value.text());
    } else if (argument.name.starts_with(kRawAcl)) {
      const bool holds = value.type == spop::ValueType::kBool && value.boolean;
      scratch.raw_acls.push_back({argument.name.substr(kRawAcl.size()), holds});
    } else if (argument.name == "src") {
      const bool is_address =
          value.type == spop::ValueType::kIpv4 || value.type == spop::ValueType::kIpv6;
      if (is_address) request.src = IpAddress::from_bytes(value.bytes);
    } else if (argument.name == "dst_port") {
      const bool is_port = value.is_integer() && value.integer <= kPortMax;
      if (is_port) request.port = static_cast<std::uint32_t>(value.integer);
    }
  });
  // The block ends with the buffer. Whoever sends all headers needs no single ones.
  if (!has_block) request.headers = routing::HeaderBlock(scratch.lean_headers);
  request.raw_acls = scratch.raw_acls;
  return request;
}

DecisionHandler::DecisionHandler(std::string message, const Published<routing::RouteTable>& table,
                                 const Published<KeyRing>& keys,
                                 std::function<std::uint64_t()> random_start,
                                 std::function<UnixSeconds()> now)
    : message_(std::move(message)),
      table_(table),
      keys_(keys),
      rolls_(std::move(random_start)),
      now_(std::move(now)) {}

void DecisionHandler::on_message(const spop::Message& message, spop::ActionList& actions) {
  if (message.name != message_) {
    ++unknown_messages_;
    return;
  }
  const auto& table = table_.get();
  if (table == nullptr) return;
  if (table->generation() != table_generation_) {
    table_generation_ = table->generation();
    routing::forget_gone_tiers(rolls_, *table);
  }
  static const NoKeys kNoKeys;
  const KeyRing* const keys = keys_.get().get();
  const routing::TokenMac& mac =
      keys != nullptr ? *keys : static_cast<const routing::TokenMac&>(kNoKeys);
  const UnixSeconds now = now_();
  const Request request = to_request(message, request_scratch_);
  const Decision decision = routing::decide(*table, request,
                                            {.rolls = rolls_,
                                             .mac = mac,
                                             .now = now,
                                             .scratch = scratch_,
                                             .counters = decision_counters_});

  complain_of_missing_acl();

  const CookieMaker cookies{keys, now, request.scheme == "https"};
  Answer answer(actions);
  answer.set("gen", TypedValue::of_int64(static_cast<std::int64_t>(table->generation())));
  answer.set("by", "agent");
  answer.set("reason", to_text(decision.reason));
  answer_first(answer, decision.first, cookies);
  answer_alternate(answer, decision.alternate, cookies);
  if (!answer.finish()) ++answers_too_large_;
  ++decisions_;
  ++decisions_by_reason_[static_cast<std::size_t>(decision.reason)];
}

// The table has been changed, and HAProxy not yet reloaded.
void DecisionHandler::complain_of_missing_acl() {
  if (scratch_.missing_raw_acl.empty()) return;
  if (missing_acl_log_.allow(std::chrono::steady_clock::now())) {
    spdlog::warn(
        "HAProxy does not hand over acl_{}: conditions with this ACL need 'render' and a reload of "
        "HAProxy, and count it as false until then",
        scratch_.missing_raw_acl);
  }
  scratch_.missing_raw_acl.clear();
}

void DecisionHandler::report(AgentCounters& counters) const {
  counters.decisions = decisions_;
  for (std::size_t i = 0; i < std::size(decisions_by_reason_); ++i) {
    counters.decisions_by_reason[i] = decisions_by_reason_[i];
  }
  counters.unknown_messages = unknown_messages_;
  counters.answers_too_large = answers_too_large_;
  counters.regex_limits_hit = scratch_.regex_limits_hit;
  counters.raw_acls_missing = scratch_.raw_acls_missing;
  counters.decision = decision_counters_;
}

}  // namespace pointsman::agent
