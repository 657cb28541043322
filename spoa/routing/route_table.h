// All gateways, compiled and immutable: what decisions are taken from. Made by compile() and
// RouteTable::link() off the workers, published whole, shared by all workers. A Gateway does not
// depend on others, so an unchanged one is shared between successive tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "routing/condition.h"
#include "routing/rewrite.h"
#include "routing/rolls.h"
#include "routing/route_spec.h"

namespace pointsman::routing {

struct Route {
  std::string name;
  std::string backend;       // empty where next_gateway is set
  std::string next_gateway;  // reference; else empty
  std::uint32_t share = 0;   // 1/10,000 of the gateway's weights
  std::optional<Condition> condition;
  std::uint32_t strength = 0;  // 1/10,000; 0 without a condition
  std::uint32_t route_tag = 0;
  std::uint32_t condition_tag = 0;
  Tier strength_tier;
  Tier alternate_strength_tier;  // rolls while an alternate is sought
  std::vector<Rewrite> rewrites;
};

struct Gateway {
  std::string name;
  std::vector<std::string> virtual_hosts;  // normalised; "*.suffix" and "*" as written
  StickySpec sticky;                       // cookie name filled in
  SplitBySpec split_by;
  bool evict_at_zero = false;
  bool strict_on_unhealthy = false;
  bool allow_forced = false;
  std::vector<Route> routes;
  Tier weight_tier;
  Tier alternate_tier;  // rolls of alternates have a sequence of their own (see docs/adr)
  GatewaySpec spec;     // as written, for render, check and API

  bool is_sticky() const { return sticky.by != StickySpec::By::kNone; }
  const Route* find_route(std::string_view route_name) const;
  const Route* find_route_by_tag(std::uint32_t tag) const;
};

struct TransparentHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
template <class T>
using NameMap = std::unordered_map<std::string, T, TransparentHash, std::equal_to<>>;

class RouteTable {
 public:
  // Joins gateways into a table: unique names, virtual hosts, cookie names and backend names;
  // references that exist, have no cycle, at most kReferenceSteps steps and one sticky gateway on a
  // path. Each violation is an error that names the *later* gateway of the two (or the referring
  // one); null when there is any error. Default virtual hosts are added where `virtual_host_domain`
  // is not empty.
  static std::shared_ptr<const RouteTable> link(
      std::vector<std::shared_ptr<const Gateway>> gateways, std::string_view virtual_host_domain,
      std::uint64_t generation, Diagnostics& diagnostics);

  std::uint64_t generation() const { return generation_; }
  std::span<const std::shared_ptr<const Gateway>> gateways() const { return gateways_; }
  const Gateway* find_gateway(std::string_view name) const;
  // By a host in normalised form: exact name, longest "*.suffix", "*".
  const Gateway* find_by_host(std::string_view normalized_host) const;
  std::size_t tier_count() const { return tier_count_; }
  // Each once, in normalised form: its own in their order, then the default one.
  std::vector<std::string> virtual_hosts_of(const Gateway& gateway) const;

 private:
  bool add_name(const Gateway& gateway, Diagnostics& diagnostics);
  void add_hosts(const Gateway& gateway, Diagnostics& diagnostics);
  void add_host(const std::string& host, const Gateway& gateway, const SourcePlace& place,
                Diagnostics& diagnostics);

  std::uint64_t generation_ = 0;
  std::string virtual_host_domain_;
  std::vector<std::shared_ptr<const Gateway>> gateways_;
  NameMap<const Gateway*> by_name_;
  NameMap<const Gateway*> by_host_;    // exact
  NameMap<const Gateway*> by_suffix_;  // key: ".shop.example.com" for "*.shop.example.com"
  const Gateway* any_host_ = nullptr;
  std::size_t host_count_ = 0;
  std::size_t tier_count_ = 0;
};

// `pm_` and the gateway's name, every character but letters and digits as '-'.
std::string default_cookie_name(std::string_view gateway);
// What tokens remember routes and conditions by: low 32 bits of xxh64 (seed 0) of gateway, route
// and epoch, separated by NUL; for a condition another NUL and "c" follow. Never 0 in a table.
std::uint32_t route_tag(std::string_view gateway, std::string_view route, std::string_view epoch);
std::uint32_t condition_tag(std::string_view gateway, std::string_view route,
                            std::string_view epoch);

}  // namespace pointsman::routing
