#include "render/line_owners.h"

#include <algorithm>
#include <vector>

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

bool begins_section(std::string_view line) {
  const std::string_view word = take_word(line);
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

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What stands between `before` and the next ')'; empty: nothing does.
std::string_view argument_behind(std::string_view before, std::string_view line) {
  const std::size_t at = line.find(before);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + before.size());
  return line.substr(0, line.find(')'));
}

// The gateway that a frontend is the port of; null: it is none's alone.
const routing::Gateway* gateway_of_port(std::span<const std::string_view> section,
                                        const routing::RouteTable& table) {
  for (const std::string_view line : section) {
    const std::string_view name = argument_behind("set-var(txn.pm_gateway) str(", line);
    if (name.empty()) continue;
    const routing::Gateway* const gateway = table.find_gateway(name);
    return gateway != nullptr && gateway->spec.port ? gateway : nullptr;
  }
  return nullptr;
}

bool is_of_names(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
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
  const std::vector<std::string_view> lines = lines_of(configuration);
  for (std::size_t first = 0; first < lines.size();) {
    std::size_t last = first + 1;
    while (last < lines.size() && !begins_section(lines[last])) ++last;
    add_section({&lines[first], last - first}, static_cast<int>(first) + 1, table);
    first = last;
  }
}

// `number`: of the first of the lines.
void LineOwners::add_section(std::span<const std::string_view> lines, int number,
                             const routing::RouteTable& table) {
  std::string_view heading = lines.front();
  const std::string_view kind = take_word(heading);
  const bool is_backend = kind == "backend" || kind == "listen";
  const Owned* const backend = is_backend ? find_backend(take_word(heading)) : nullptr;
  const routing::Gateway* const port = gateway_of_port(lines, table);
  for (const std::string_view line : lines) {
    std::string_view rest = line;
    const std::string_view keyword = take_word(rest);
    if (const LineOwner* const acl = owner_of_acl(line)) {
      by_line_.emplace(number, *acl);
    } else if (backend != nullptr) {
      by_line_.emplace(number, owner_of(*backend, keyword));
    } else if (port != nullptr && keyword == "bind") {
      by_line_.emplace(number, LineOwner{port->name, "port", port->spec.port_place});
    } else if (const auto named = of_text(rest); named && !begins_section(line)) {
      by_line_.emplace(number, *named);
    }
    ++number;
  }
}

const LineOwners::Owned* LineOwners::find_backend(std::string_view name) const {
  const auto found = by_backend_.find(name);
  return found == by_backend_.end() ? nullptr : &found->second;
}

// A rule that evaluates one for a condition.
const LineOwner* LineOwners::owner_of_acl(std::string_view line) const {
  const auto found = by_acl_.find(argument_behind("set-var(txn.pm_acl_", line));
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

std::optional<LineOwner> LineOwners::of_text(std::string_view text) const {
  const Owned* first = nullptr;
  bool is_one_route = true;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_of_names(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    const Owned* found = find_backend(word);
    if (found == nullptr && word.ends_with('.')) {  // the end of a sentence
      found = find_backend(word.substr(0, word.size() - 1));
    }
    if (found == nullptr) continue;
    if (first != nullptr && found->gateway != first->gateway) return std::nullopt;
    is_one_route = is_one_route && (first == nullptr || found == first);
    if (first == nullptr) first = found;
  }
  if (first == nullptr) return std::nullopt;
  if (is_one_route) return owner_of(*first, "");
  return LineOwner{first->gateway->name, "", first->gateway->spec.place};
}

}  // namespace pointsman::render
