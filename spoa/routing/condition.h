// Boolean conditions over a request: parse → tree → evaluate. The tree is plain data, so that an
// index can be built over it and a twin can print, walk or send it. Grammar and meaning: see
// docs/conditions.md. Parsing never passes a malformed text through: it is an error with a column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "routing/regex.h"
#include "routing/request.h"

namespace pointsman::routing {

enum class Field : std::uint8_t {
  kHost,
  kPath,
  kMethod,
  kScheme,
  kQuery,
  kUrl,
  kUserAgent,
  kSrc,
  kSni,
  kPort,
  kHeader,          // by name
  kCookie,          // by name
  kQueryParameter,  // by name
  kRawAcl,          // by name, see raw_acl.h; present where HAProxy says that it holds
};

enum class Operator : std::uint8_t {
  kIs,
  kIsNot,
  kContains,
  kMisses,
  kStartsWith,
  kEndsWith,
  kMatches,
  kIn,
  kPresent,  // prefix `has kind NAME`
  kAbsent,   // prefix `misses kind NAME`
};

enum class Browser : std::uint8_t { kNone, kChrome, kFirefox, kSafari, kEdge, kIe };

struct TestValue {
  std::string text;                   // host and sni: as normalised for the comparison
  Browser browser = Browser::kNone;   // user-agent with ==, !=, in
  std::optional<IpNetwork> network;   // src
  std::optional<std::uint32_t> port;  // port

  bool operator==(const TestValue&) const = default;
};

struct Test {
  Field field = Field::kHost;
  Operator op = Operator::kIs;
  std::string name;                    // of the header, cookie or query parameter
  std::vector<TestValue> values;       // one; several with `in`; none with kPresent and kAbsent
  std::shared_ptr<const Regex> regex;  // kMatches: of the value's text

  bool operator==(const Test& other) const {
    return field == other.field && op == other.op && name == other.name && values == other.values;
  }
};

struct ConditionNode {
  enum class Kind : std::uint8_t { kAnd, kOr, kNot, kTest, kTrue, kFalse, kScript, kRawAcl };
  Kind kind = Kind::kTrue;
  std::vector<ConditionNode> children;  // kAnd, kOr: two or more; kNot: one
  Test test;                            // kTest; kRawAcl: that HAProxy says it holds
  std::string text;                     // kScript: its name; kRawAcl: the ACL

  bool operator==(const ConditionNode&) const = default;
};

struct ConditionError {
  std::size_t offset = 0;  // bytes from the start of the condition's text
  std::string message;     // what was found, what was wanted
};

// What evaluation needs besides the request; one for each worker, reused.
struct ConditionScratch {
  std::string host;  // buffer of normalize_host, for host and sni
  std::string url;   // buffer of path?query
  RegexScratch regex;
  std::uint64_t regex_limits_hit = 0;
  std::uint64_t raw_acls_missing = 0;  // how often HAProxy had not been told to evaluate one,
  std::string missing_raw_acl;         // and the last one's name
};

// The capture groups of the first `matches` that held, left to right as far as evaluation went
// before the outcome was known; [0] is the whole match.
struct Captures {
  bool set = false;
  std::vector<std::string> groups;
};

class Condition {
 public:
  static Result<Condition, ConditionError> parse(std::string_view text);

  // Total: every condition is true or false for every request. Scripts, which nothing evaluates
  // yet, and raw ACLs that HAProxy does not hand over are false. `captures` may be null.
  bool evaluate(const Request& request, ConditionScratch& scratch,
                Captures* captures = nullptr) const;

  // Canonical text; parse(to_text()) gives an equal tree, unless quotes that a text close to the
  // size limit went without make it too long.
  std::string to_text() const;

  const ConditionNode& root() const { return root_; }

 private:
  ConditionNode root_;
};

}  // namespace pointsman::routing
