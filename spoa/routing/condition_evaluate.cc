#include <algorithm>

#include "routing/condition.h"

namespace pointsman::routing {
namespace {

using Kind = ConditionNode::Kind;

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Chrome's texts name Safari, Edge's name Chrome and Safari: hence the exclusions.
bool is_browser(std::string_view user_agent, Browser browser) {
  switch (browser) {
    case Browser::kNone:
      return false;
    case Browser::kChrome:
      return has(user_agent, "Chrome") && !has(user_agent, "Edg");
    case Browser::kFirefox:
      return has(user_agent, "Firefox");
    case Browser::kSafari:
      return has(user_agent, "Safari") && has(user_agent, "Version") && !has(user_agent, "Chrome");
    case Browser::kEdge:
      return has(user_agent, "Edg");
    case Browser::kIe:
      return has(user_agent, "MSIE") || has(user_agent, "Trident");
  }
  return false;
}

class Evaluation {
 public:
  Evaluation(const Request& request, ConditionScratch& scratch, Captures* captures)
      : request_(request), scratch_(scratch), captures_(captures) {}

  bool holds(const ConditionNode& node) {
    const auto child_holds = [this](const ConditionNode& child) { return holds(child); };
    switch (node.kind) {
      case Kind::kAnd:
        return std::all_of(node.children.begin(), node.children.end(), child_holds);
      case Kind::kOr:
        return std::any_of(node.children.begin(), node.children.end(), child_holds);
      case Kind::kNot:
        return !holds(node.children.front());
      case Kind::kTest:
      case Kind::kRawAcl:
        return holds(node.test);
      case Kind::kTrue:
        return true;
      case Kind::kFalse:
      case Kind::kScript:
        return false;
    }
    return false;
  }

 private:
  bool holds(const Test& test) {
    switch (test.op) {
      case Operator::kPresent:
        return is_present(test);
      case Operator::kAbsent:
        return !is_present(test);
      case Operator::kIsNot:
      case Operator::kMisses:
        return !any_occurrence_satisfies(test);
      default:
        return any_occurrence_satisfies(test);
    }
  }

  // A header or parameter that is there counts even when empty, a cookie only with a value.
  bool is_present(const Test& test) {
    const auto there = [](std::string_view) { return true; };
    switch (test.field) {
      case Field::kHeader:
        return request_.headers.any_value(test.name, there);
      case Field::kCookie:
        return request_.headers.any_cookie(test.name,
                                           [](std::string_view value) { return !value.empty(); });
      case Field::kQueryParameter:
        return any_query_parameter(request_.query, test.name, there);
      case Field::kRawAcl:
        return raw_acl_holds(test.name);
      default:
        return false;
    }
  }

  bool raw_acl_holds(const std::string& name) {
    for (const RawAclFact& fact : request_.raw_acls) {
      if (fact.name == name) return fact.holds;
    }
    ++scratch_.raw_acls_missing;
    scratch_.missing_raw_acl = name;
    return false;
  }

  bool any_occurrence_satisfies(const Test& test) {
    const auto satisfied = [&](std::string_view text) { return satisfies(test, text); };
    switch (test.field) {
      case Field::kHost:
        return satisfied(normalize_host(request_.host, scratch_.host));
      case Field::kSni:
        return satisfied(normalize_host(request_.sni, scratch_.host));
      case Field::kPath:
        return satisfied(request_.path);
      case Field::kMethod:
        return satisfied(request_.method);
      case Field::kScheme:
        return satisfied(request_.scheme);
      case Field::kQuery:
        return satisfied(request_.query);
      case Field::kUrl:
        return satisfied(url());
      case Field::kUserAgent:
        return request_.headers.any_value("user-agent", satisfied);
      case Field::kHeader:
        return request_.headers.any_value(test.name, satisfied);
      case Field::kCookie:
        return request_.headers.any_cookie(test.name, satisfied);
      case Field::kQueryParameter:
        return any_query_parameter(request_.query, test.name, satisfied);
      case Field::kSrc:
        return request_.src && any_value(test, [&](const TestValue& value) {
                 return value.network && value.network->contains(*request_.src);
               });
      case Field::kRawAcl:
        return false;
      case Field::kPort:
        return request_.port &&
               any_value(test, [&](const TestValue& value) { return value.port == request_.port; });
    }
    return false;
  }

  // The operator without its negation.
  bool satisfies(const Test& test, std::string_view text) {
    switch (test.op) {
      case Operator::kIs:
      case Operator::kIsNot:
      case Operator::kIn:
        return any_value(test, [&](const TestValue& value) {
          if (test.field != Field::kUserAgent) return text == value.text;
          return value.browser == Browser::kNone ? has(text, value.text)
                                                 : is_browser(text, value.browser);
        });
      case Operator::kContains:
      case Operator::kMisses:
        return has(text, test.values.front().text);
      case Operator::kStartsWith:
        return text.starts_with(test.values.front().text);
      case Operator::kEndsWith:
        return text.ends_with(test.values.front().text);
      case Operator::kMatches:
        return matches(*test.regex, text);
      case Operator::kPresent:
      case Operator::kAbsent:
        return false;
    }
    return false;
  }

  bool matches(const Regex& regex, std::string_view text) {
    const bool capture = captures_ != nullptr && !captures_->set;
    switch (regex.match(text, scratch_.regex, capture ? &captures_->groups : nullptr)) {
      case Regex::Match::kYes:
        if (capture) captures_->set = true;
        return true;
      case Regex::Match::kLimit:
        ++scratch_.regex_limits_hit;
        return false;
      case Regex::Match::kNo:
        return false;
    }
    return false;
  }

  template <class Predicate>  // bool(const TestValue&)
  static bool any_value(const Test& test, Predicate&& predicate) {
    return std::any_of(test.values.begin(), test.values.end(), predicate);
  }

  std::string_view url() {
    scratch_.url.assign(request_.path);
    if (!request_.query.empty()) (scratch_.url += '?') += request_.query;
    return scratch_.url;
  }

  const Request& request_;
  ConditionScratch& scratch_;
  Captures* captures_;
};

}  // namespace

bool Condition::evaluate(const Request& request, ConditionScratch& scratch,
                         Captures* captures) const {
  return Evaluation(request, scratch, captures).holds(root_);
}

}  // namespace pointsman::routing
