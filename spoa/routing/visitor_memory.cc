#include "routing/visitor_memory.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>

#include "base/limits.h"

namespace pointsman::routing {
namespace {

// Age beyond which a visitor's token is refreshed, as a part of `idle`.
constexpr int kRefreshPart = 4;

std::uint32_t clamp_to_u32(UnixSeconds seconds) {
  constexpr UnixSeconds kMax = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<UnixSeconds>(seconds, 0, kMax));
}

// The order of memories says which one to drop first, nothing else: it is no reason for a new
// token.
bool remember_the_same(const Token& a, const Token& b) {
  return a.route_tag == b.route_tag && a.condition_count == b.condition_count &&
         std::all_of(a.memories().begin(), a.memories().end(), [&](const ConditionMemory& memory) {
           const ConditionMemory* other = b.find(memory.tag);
           return other != nullptr && *other == memory;
         });
}

}  // namespace

// Goes through the places where a token may stand, and fills the memory.
class VisitorMemory::Search {
 public:
  Search(VisitorMemory& memory, const DecideContext& context)
      : memory_(memory), gateway_(*memory.gateway_), context_(context) {}

  void in_header(const Request& request) {
    begin("header x-pointsman-force");
    request.headers.any_value(kForceHeader, [this](std::string_view text) { return force(text); });
  }

  void in_query(const Request& request) {
    begin("query parameter pm_force");
    any_query_parameter(request.query, kForceParameter,
                        [this](std::string_view text) { return force(text); });
  }

  // Occurrences of the cookie are bounded together: a browser sends one for each path and domain.
  void in_cookie(const Request& request) {
    begin("cookie");
    request.headers.any_cookie(gateway_.sticky.cookie, [this](std::string_view text) {
      if (occurrences_++ == limits::kTokenOccurrences) return true;
      if (const auto token = read(text)) {
        if (token->forced) {
          use_forced(*token);
        } else if (gateway_.is_sticky() && !memory_.known_) {
          use_sticky(*token);
        }
      }
      return false;
    });
  }

 private:
  void begin(std::string_view place) {
    place_ = place;
    occurrences_ = 0;
  }

  // True when the search in this place is over.
  bool force(std::string_view text) {
    if (occurrences_++ == limits::kTokenOccurrences) return true;
    const auto token = read(text);
    if (!token) return false;
    if (token->forced) {
      use_forced(*token);
    } else {
      reject(TokenRejection::kMalformed);
    }
    return memory_.forced_route_ != nullptr;
  }

  std::optional<Token> read(std::string_view text) {
    TokenRejection rejection{};
    auto token = read_token(text, gateway_.name, context_.mac, context_.now, rejection);
    if (!token) reject(rejection);
    return token;
  }

  void use_forced(const Token& token) {
    if (memory_.forced_route_ != nullptr) return;
    memory_.forced_route_ = gateway_.find_route_by_tag(token.route_tag);
    if (memory_.forced_route_ == nullptr) {
      reject(TokenRejection::kUnknownTag);
    } else if (context_.trace != nullptr) {
      context_.trace->step("forced to " + memory_.forced_route_->name + " by the token in the " +
                           std::string(place_));
    }
  }

  void use_sticky(const Token& token) {
    if (context_.now - token.issued >= gateway_.sticky.ttl.count()) {
      return reject(TokenRejection::kExpired);
    }
    if (context_.now - token.seen >= gateway_.sticky.idle.count()) {
      return reject(TokenRejection::kIdle);
    }
    memory_.known_ = token;
    memory_.token_ = token;
    if (token.route_tag == 0) return;
    const Route* route = gateway_.find_route_by_tag(token.route_tag);
    if (route == nullptr) return reject(TokenRejection::kUnknownTag);
    if (gateway_.evict_at_zero && route->share == 0) return;
    memory_.weight_route_ = route;
  }

  void reject(TokenRejection rejection) {
    ++context_.counters.token_rejected[static_cast<std::size_t>(rejection)];
    if (context_.trace != nullptr) {
      context_.trace->step("a token in the " + std::string(place_) +
                           " is not used: " + std::string(to_text(rejection)));
    }
  }

  VisitorMemory& memory_;
  const Gateway& gateway_;
  const DecideContext& context_;
  std::string_view place_;
  std::size_t occurrences_ = 0;
};

VisitorMemory::VisitorMemory(const Gateway& gateway, const Request& request,
                             const DecideContext& context)
    : gateway_(&gateway) {
  Search search(*this, context);
  if (gateway.allow_forced) search.in_header(request);
  if (gateway.allow_forced && forced_route_ == nullptr) search.in_query(request);
  search.in_cookie(request);
}

const ConditionMemory* VisitorMemory::condition(const Route& route) const {
  return token_.find(route.condition_tag);
}

void VisitorMemory::remember_condition(const ConditionMemory& memory) {
  assert(gateway_ != nullptr);
  if (gateway_->is_sticky()) token_.remember(memory);
}

void VisitorMemory::remember_weight_route(const Route& route) {
  assert(gateway_ != nullptr);
  if (gateway_->is_sticky()) token_.route_tag = route.route_tag;
}

std::optional<Token> VisitorMemory::token_to_set(UnixSeconds now) const {
  if (token_.route_tag == 0 && token_.condition_count == 0) return std::nullopt;
  const bool due = !known_ || now - known_->seen > gateway_->sticky.idle.count() / kRefreshPart;
  if (!due && remember_the_same(*known_, token_)) return std::nullopt;
  Token token = token_;
  token.forced = false;
  token.issued = known_ ? known_->issued : clamp_to_u32(now);
  token.seen = clamp_to_u32(now);
  return token;
}

}  // namespace pointsman::routing
