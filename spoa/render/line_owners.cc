#include "render/line_owners.h"

#include <algorithm>

#include "routing/raw_acl.h"

namespace pointsman::render {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Takes the next word off a line.
std::string_view take_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(kBlanks), line.size());
  const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

bool begins_section(std::string_view word) {
  constexpr std::string_view kSections[] = {
      "global",   "defaults", "frontend", "backend", "listen",      "resolvers", "peers",
      "userlist", "mailers",  "cache",    "program", "http-errors", "ring",      "log-forward"};
  return std::find(std::begin(kSections), std::end(kSections), word) != std::end(kSections);
}

// The key of a route that a line says something of, by the line's keyword; empty: the whole route.
std::string_view key_of(std::string_view keyword) {
  constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
      {"balance", ".balance"},
      {"http-check", ".check"},
      {"server", ".instances"},
  };
  const auto* const found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                         [&](const auto& entry) { return entry.first == keyword; });
  return found == std::end(kKeys) ? std::string_view() : found->second;
}

}  // namespace

LineOwners::LineOwners(std::string_view configuration, const routing::RouteTable& table) {
  for (const auto& gateway : table.gateways()) {
    for (const routing::RouteSpec& route : gateway->spec.routes) {
      if (route.backend || route.gateway) continue;
      by_backend_.emplace(routing::backend_name(gateway->spec, route),
                          Owned{gateway.get(), &route});
    }
    for (const routing::RawAcl& acl : routing::raw_acls_of(*gateway)) {
      by_acl_.emplace(acl.name, LineOwner{gateway->name, acl.key, acl.place});
    }
  }
  const Owned* section = nullptr;
  for (int number = 1; !configuration.empty(); ++number) {
    const std::size_t end = std::min(configuration.find('\n'), configuration.size());
    std::string_view line = configuration.substr(0, end);
    configuration.remove_prefix(std::min(end + 1, configuration.size()));
    const std::string_view keyword = take_word(line);
    if (begins_section(keyword)) {
      const auto found = by_backend_.find(std::string(take_word(line)));
      const bool is_backend = keyword == "backend" || keyword == "listen";
      section = is_backend && found != by_backend_.end() ? &found->second : nullptr;
    }
    if (const LineOwner* owner = owner_of_acl(line)) {
      by_line_.emplace(number, *owner);
    } else if (section != nullptr) {
      by_line_.emplace(number, owner_of(*section, keyword));
    }
  }
}

// A rule that evaluates one for a condition.
const LineOwner* LineOwners::owner_of_acl(std::string_view line) const {
  constexpr std::string_view kVariable = "set-var(txn.pm_acl_";
  const std::size_t at = line.find(kVariable);
  if (at == std::string_view::npos) return nullptr;
  line.remove_prefix(at + kVariable.size());
  const auto found = by_acl_.find(std::string(line.substr(0, line.find(')'))));
  return found == by_acl_.end() ? nullptr : &found->second;
}

LineOwner LineOwners::owner_of(const Owned& owned, std::string_view keyword) {
  const routing::RouteSpec& route = *owned.route;
  const std::string_view key = key_of(keyword);
  const bool has_own_place = keyword == "balance" && !route.balance.empty();
  return {owned.gateway->name, "routes." + route.name + std::string(key),
          has_own_place ? route.balance_place : route.place};
}

std::optional<LineOwner> LineOwners::of_line(int line) const {
  const auto found = by_line_.find(line);
  if (found == by_line_.end()) return std::nullopt;
  return found->second;
}

std::optional<LineOwner> LineOwners::of_backend(std::string_view name) const {
  const auto found = by_backend_.find(std::string(name));
  if (found == by_backend_.end()) return std::nullopt;
  return owner_of(found->second, "");
}

}  // namespace pointsman::render
