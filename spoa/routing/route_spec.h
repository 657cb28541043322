// Gateways and routes as written in YAML: what config reads, compile() turns into a RouteTable and
// render turns into HAProxy configuration. Values are copied, compared, and keep their source
// places for errors. Nothing here is checked beyond its type: that is compile's work.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"

namespace pointsman::routing {

inline constexpr std::uint32_t kWhole = 10000;  // 100 %: shares and strengths are 1/10,000

// From byte `offset` of a text on, its characters stand from this place on, until the next mark.
struct TextMark {
  std::size_t offset = 0;
  int line = 0;
  int column = 0;
};

// A text as it is meant. In the file it may be folded, indented or have escapes: marks tell where
// its parts stand. It has none when it stands there as it is, in one line.
struct SpecText {
  std::string text;
  SourcePlace place;
  std::vector<TextMark> marks = {};  // by offset

  SourcePlace place_of(std::size_t offset) const;  // of the character at a byte of the text
};

struct WeightSpec {
  enum class Form : unsigned char { kMissing, kPercent, kRelative };
  Form form = Form::kMissing;
  std::uint32_t share = 0;  // kPercent: 1/10,000
  double relative = 0;      // kRelative: ≥ 0
  SourcePlace place;
};

struct InstanceSpec {
  std::string address;  // literal address or host name
  std::uint16_t port = 0;
  std::uint16_t weight = 100;  // 0 to 256
  bool backup = false;         // serves when no other instance does
  SourcePlace place;
};

// How HAProxy finds out whether an instance works.
struct CheckSpec {
  enum class Kind : unsigned char { kNone, kTcp, kHttp };
  Kind kind = Kind::kTcp;
  std::string path;  // this and the next three: kHttp
  std::string method = "GET";
  std::string host;                // empty: none is sent
  std::string status = "200-399";  // codes and ranges, separated by commas
  std::uint16_t port = 0;          // 0: the instance's own
  std::chrono::seconds every{1};
  std::chrono::seconds timeout{0};  // 0: as long as `every`
  std::uint32_t fall = 2;
  std::uint32_t rise = 1;
};

struct DiscoverSpec {
  std::string dns;
  std::uint16_t port = 0;
  std::chrono::seconds every{2};
};

struct StrengthSpec {
  std::uint32_t share = 0;  // 1/10,000
  SourcePlace place;
};

struct RouteSpec {
  std::string name;
  SourcePlace place;
  WeightSpec weight;
  std::optional<SpecText> condition;
  std::optional<StrengthSpec> strength;
  std::optional<SpecText> backend;  // an existing backend of the user's own configuration
  std::optional<SpecText> gateway;  // reference to another gateway
  std::optional<SpecText> service;
  std::optional<DiscoverSpec> discover;
  std::vector<InstanceSpec> instances;
  std::string balance;  // empty: the default
  SourcePlace balance_place;
  std::optional<CheckSpec> check;  // null: the default
  std::optional<std::chrono::seconds> slow_start;
  std::optional<bool> redispatch;  // null: yes
  std::vector<SpecText> rewrites;  // "NEW if CONDITION"
  std::string epoch = "0";
  std::string metadata_json;  // for templates; empty: none
};

struct StickySpec {
  enum class By : unsigned char { kNone, kRoute, kInstance };
  enum class Secure : unsigned char { kAuto, kAlways, kNever };
  By by = By::kNone;
  std::string cookie;  // empty: pm_ + gateway
  std::chrono::seconds ttl = std::chrono::hours(24 * 30);
  std::chrono::seconds idle = std::chrono::hours(24);
  std::string path = "/";
  std::string same_site = "Lax";
  Secure secure = Secure::kAuto;
  std::string domain;
  SourcePlace place;
};

struct SplitBySpec {
  enum class Kind : unsigned char { kNone, kHeader, kCookie, kQuery, kSource };
  Kind kind = Kind::kNone;
  std::string name;
  SourcePlace place;
};

struct GatewaySpec {
  enum class Protocol : unsigned char { kHttp, kTcp };
  std::string name;
  SourcePlace place;
  std::optional<std::uint16_t> port;
  SourcePlace port_place;
  Protocol protocol = Protocol::kHttp;
  std::vector<SpecText> virtual_hosts;
  StickySpec sticky;
  SplitBySpec split_by;
  bool evict_at_zero = false;
  bool strict_on_unhealthy = false;  // on_unhealthy: strict
  bool allow_forced = false;
  std::vector<RouteSpec> routes;
  std::string metadata_json;  // for templates; empty: none
  std::string document;       // its YAML; empty where it was not read from a file

  bool is_tcp() const { return protocol == Protocol::kTcp; }
};

// What a route without instances, backend and gateway goes to: the service that it names, or else
// the one of its own name. Null: it has some, or it is called by an address.
const std::string* service_of(const RouteSpec& route);

// <gateway>__<route>, every character outside [A-Za-z0-9_.-] as '-'; or the route's own `backend`.
std::string backend_name(const GatewaySpec& gateway, const RouteSpec& route);

}  // namespace pointsman::routing
