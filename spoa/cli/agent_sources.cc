#include "cli/agent_sources.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

#include "base/limits.h"
#include "base/log.h"
#include "cli/console.h"
#include "cli/table_keeper.h"
#include "table/table_file.h"

namespace pointsman::cli {
namespace {

// Only to tell a change; KeyRing::load does the reading that counts.
std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(limits::kKeyFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

AgentSources::AgentSources(const config::Settings& settings)
    : gateways_path_(settings.gateways),
      keys_path_(settings.sticky_keys),
      table_path_(table_file(settings)),
      store_(settings.virtual_host_domain, settings.spoe_headers) {}

void AgentSources::remember_table() {
  struct stat file {};
  if (::stat(table_path_.c_str(), &file) != 0 && errno == ENOENT) return;
  const auto stored = table::read_table_file(table_path_);
  if (!stored) {
    spdlog::warn("{}; the agent starts without the table of before",
                 printable(stored.error().message));
    return;
  }
  store_.remember(stored->gateways, stored->generation);
  remembered_keys_ = stored->keys;
  remembered_from_ = fmt::format("{}, generation {} of {:%Y-%m-%dT%H:%M:%SZ}", table_path_,
                                 stored->generation, fmt::gmtime(file.st_mtim.tv_sec));
}

Outcome AgentSources::start_keys() {
  bool created = false;
  auto ring = agent::KeyRing::load_or_create(keys_path_, created);
  if (!ring) {
    if (remembered_keys_.empty()) return ring.error();
    spdlog::error("{}; sticky tokens go by the keys that an earlier agent had last ({})",
                  printable(ring.error().message), printable(remembered_from_));
    keys_.publish(std::make_shared<agent::KeyRing>(remembered_keys_));
    return Done{};
  }
  if (created) {
    spdlog::warn(
        "{}: made a new key for sticky tokens; where several agents serve the same "
        "visitors, give all of them this file",
        printable(keys_path_));
  }
  key_text_ = read_text(keys_path_);
  keys_.publish(*ring);
  return Done{};
}

bool AgentSources::reload_keys(const config::IsUnfinished& is_unfinished) {
  std::string text = read_text(keys_path_);
  return (!is_unfinished || !is_unfinished(keys_path_)) && load_keys(std::move(text));
}

bool AgentSources::reload_keys_if_changed(const config::IsUnfinished& is_unfinished) {
  std::string text = read_text(keys_path_);
  if (is_unfinished && is_unfinished(keys_path_)) return false;
  return text != key_text_ && load_keys(std::move(text));
}

bool AgentSources::load_keys(std::string text) {
  const auto ring = agent::KeyRing::load(keys_path_);
  if (!ring) {
    spdlog::error("{}; the sticky keys read before stay in use", printable(ring.error().message));
    return false;
  }
  key_text_ = std::move(text);
  keys_.publish(*ring);
  spdlog::info("sticky keys reloaded from {}", printable(keys_path_));
  return true;
}

bool AgentSources::reload_gateways(const config::IsUnfinished& is_unfinished) {
  Diagnostics diagnostics;
  const auto files = config::read_gateway_files(gateways_path_, diagnostics, is_unfinished);
  const config::Load load = store_.load(files, diagnostics);
  diagnostics.sort_by_place();
  log_diagnostics(diagnostics);
  log_load(load);
  const bool had_table = has_table_;
  const bool lacks_all =
      load.table->gateways().empty() && (load.unreadable || !load.missing.empty());
  has_table_ = had_table || !lacks_all;
  remembered_ = {load.remembered.begin(), load.remembered.end()};
  const bool first = table_.generation() == 0;
  if (!load.changed && !first) return has_table_ && !had_table;
  superseded_.keep(table_.current());
  table_.publish(load.table);
  superseded_.free_unread();
  if (!first) {
    spdlog::info("published generation {} with {}", load.table->generation(),
                 counted(load.table->gateways().size(), "gateway"));
  }
  return true;
}

void AgentSources::log_load(const config::Load& load) const {
  if (!load.remembered.empty() && table_.generation() == 0) {
    spdlog::warn(
        "served as an earlier agent had them last ({}), since they are faulty now or "
        "can't be read: {}",
        printable(remembered_from_),
        printable(fmt::format("{}", fmt::join(load.remembered, ", "))));
  } else if (!load.held.empty()) {
    spdlog::error("the last good form stays live: {}",
                  printable(fmt::format("{}", fmt::join(load.held, ", "))));
  }
  if (!load.missing.empty()) {
    spdlog::error("not served: {}", printable(fmt::format("{}", fmt::join(load.missing, ", "))));
  }
}

bool AgentSources::free_superseded() {
  superseded_.free_unread();
  return superseded_.size() > 0;
}

void AgentSources::log_diagnostics(const Diagnostics& diagnostics) {
  std::set<std::string> warnings;
  std::size_t hidden = 0;
  std::size_t shown = 0;
  for (const Diagnostic& item : diagnostics.items()) {
    std::string text = printable(to_text(item));
    if (item.severity == Severity::kNote) {
      spdlog::debug("{}", text);
      continue;
    }
    const bool is_error = item.severity == Severity::kError;
    if (!is_error) {
      warnings.insert(text);
      if (warnings_.contains(text)) continue;
    }
    if (shown == limits::kDiagnosticsShown) {
      ++hidden;
      continue;
    }
    ++shown;
    spdlog::log(is_error ? spdlog::level::err : spdlog::level::warn, "{}", text);
  }
  if (hidden > 0) spdlog::error("... and {} more; `pointsman check` shows them", hidden);
  warnings_ = std::move(warnings);
}

}  // namespace pointsman::cli
