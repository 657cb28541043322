#include "render/check_options.h"

#include <string_view>
#include <utility>

#include "render/safe_text.h"

namespace pointsman::render {

Outcome check_options(const Options& options) {
  const std::pair<std::string_view, std::string_view> words[] = {
      {options.spoe_file, "SPOE file"},     {options.whitelist_file, "map file"},
      {options.bridge_file, "bridge file"}, {options.table_file, "table file"},
      {options.nameserver, "nameserver"},   {options.zone, "zone"}};
  for (const auto& [text, what] : words) {
    if (auto safe = check_word(text, what); !safe) return safe;
  }
  const std::pair<std::string_view, std::string_view> optional_words[] = {
      {options.chroot, "chroot"},
      {options.user, "user"},
      {options.group, "group"},
      {options.stats_socket, "stats socket"},
      {options.instance_cookie_key, "instance cookie key"}};
  for (const auto& [text, what] : optional_words) {
    if (text.empty()) continue;
    if (auto safe = check_word(text, what); !safe) return safe;
  }
  for (const std::string& header : options.headers.value_or(std::vector<std::string>())) {
    if (auto safe = check_word(header, "header"); !safe) return safe;
  }
  if (options.log_target.empty()) return Done{};
  return check_arguments(options.log_target, "log target");
}

}  // namespace pointsman::render
