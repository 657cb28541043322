#include "manage/blame.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/limits.h"

namespace pointsman::manage {
namespace {

using routing::Gateway;
using routing::RouteTable;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_of_names(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// Calls `use` with each run of characters that a backend's name may have.
template <class Use>
void for_each_word(std::string_view text, Use&& use) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_of_names(text[end])) ++end;
    if (end > at) use(text.substr(at, end - at));
    at = end + 1;
  }
}

using Owners = routing::NameMap<const Gateway*>;

// Backends of the user's own say nothing: several gateways may have them.
Owners owners_of(const RouteTable& table) {
  Owners owners;
  for (const auto& gateway : table.gateways()) {
    for (const routing::RouteSpec& route : gateway->spec.routes) {
      if (route.backend || route.gateway) continue;
      owners.emplace(routing::backend_name(gateway->spec, route), gateway.get());
    }
  }
  return owners;
}

void collect(std::string_view text, const Owners& owners, std::set<const Gateway*>& found) {
  for_each_word(text, [&](std::string_view word) {
    auto owner = owners.find(word);
    if (owner == owners.end() && word.ends_with('.')) {  // the end of a sentence
      owner = owners.find(word.substr(0, word.size() - 1));
    }
    if (owner != owners.end()) found.insert(owner->second);
  });
}

bool opens_section(std::string_view line) {
  return !line.empty() && line[0] != ' ' && line[0] != '\t' && line[0] != '#' && line[0] != '.';
}

// Whom a line of the configuration is about: whose backend it stands in or names, or else the only
// one that its section names.
const Gateway* owner_of_line(const std::vector<std::string_view>& lines, std::size_t index,
                             const Owners& owners) {
  std::size_t first = index;
  while (first > 0 && !opens_section(lines[first])) --first;
  std::size_t last = index + 1;
  while (last < lines.size() && !opens_section(lines[last])) ++last;
  std::set<const Gateway*> found;
  collect(lines[first], owners, found);
  if (found.empty()) collect(lines[index], owners, found);
  if (found.empty()) {
    for (std::size_t i = first; i < last; ++i) collect(lines[i], owners, found);
  }
  return found.size() == 1 ? *found.begin() : nullptr;
}

// "…/haproxy.cfg.new:12]" → 12; 0: the message names no line of it.
std::size_t line_in(std::string_view message, std::string_view file) {
  const std::string wanted = fmt::format("{}:", file);
  for (std::size_t at = message.find(wanted); at != std::string_view::npos;
       at = message.find(wanted, at + 1)) {
    const char* const digits = message.data() + at + wanted.size();
    const char* const end = message.data() + message.size();
    std::size_t line = 0;
    const auto [stop, failure] = std::from_chars(digits, end, line);
    if (failure == std::errc() && stop != end && *stop == ']') return line;
  }
  return 0;
}

// "[ALERT]    (123) : config : text" → "config : text".
std::string_view without_head(std::string_view message) {
  const std::size_t colon = message.find(" : ");
  return message.substr(colon == std::string_view::npos ? 0 : colon + 3);
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string cut(std::string_view text) {
  if (text.size() <= limits::kRefusalBytes) return std::string(text);
  return std::string(text.substr(0, limits::kRefusalBytes)) + "...";
}

bool is_alert(std::string_view line) { return line.find("[ALERT]") != std::string_view::npos; }

}  // namespace

std::vector<Refusal> find_blamed(std::string_view messages, std::string_view file,
                                 std::string_view text, const RouteTable& table) {
  const std::vector<std::string_view> lines = lines_of(text);
  const Owners owners = owners_of(table);
  std::vector<Refusal> refusals;
  for (const std::string_view message : lines_of(messages)) {
    if (!is_alert(message)) continue;
    const std::size_t line = line_in(message, file);
    const bool has_line = line > 0 && line <= lines.size();
    const Gateway* owner = has_line ? owner_of_line(lines, line - 1, owners) : nullptr;
    if (owner == nullptr) {
      std::set<const Gateway*> named;
      collect(without_head(message), owners, named);
      if (named.size() == 1) owner = *named.begin();
    }
    const auto is_known = [&](const Refusal& known) { return known.gateway == owner->name; };
    if (owner == nullptr || std::any_of(refusals.begin(), refusals.end(), is_known)) continue;
    std::string what(without_head(message));
    if (has_line) what += fmt::format(" The line: {}", without_blanks(lines[line - 1]));
    refusals.push_back({owner->name, cut(what)});
  }
  return refusals;
}

bool has_backend_of(const Gateway& gateway, std::string_view text) {
  std::set<std::string, std::less<>> backends;
  for (const routing::RouteSpec& route : gateway.spec.routes) {
    if (!route.backend && !route.gateway) {
      backends.insert(routing::backend_name(gateway.spec, route));
    }
  }
  bool found = false;
  for_each_word(text, [&](std::string_view word) { found = found || backends.contains(word); });
  return found;
}

std::string summary(std::string_view messages) {
  std::string all;
  for (const std::string_view line : lines_of(messages)) {
    if (!is_alert(line)) continue;
    all += (all.empty() ? "" : "; ") + std::string(without_head(line));
  }
  if (all.empty()) {
    for (const std::string_view line : lines_of(messages)) {
      if (!line.empty()) all += (all.empty() ? "" : "; ") + std::string(line);
    }
  }
  return cut(all);
}

}  // namespace pointsman::manage
