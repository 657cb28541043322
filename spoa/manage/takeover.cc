#include "manage/takeover.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "manage/refusal.h"

namespace pointsman::manage {
namespace {

using Kind = Reload::Kind;
using Answer = MasterAnswer::Kind;

std::string listed(const std::vector<long>& pids) {
  return fmt::format("{}", fmt::join(pids, ", "));
}

// A new one: after a failure of 3.1 and later the workers from before count as old.
const long* new_worker(const Workers& before, const Workers& now) {
  const auto is_new = [&](long pid) {
    const auto is_in = [pid](const std::vector<long>& pids) {
      return std::find(pids.begin(), pids.end(), pid) != pids.end();
    };
    return !is_in(before.current) && !is_in(before.old);
  };
  const auto found = std::find_if(now.current.begin(), now.current.end(), is_new);
  return found == now.current.end() ? nullptr : &*found;
}

// Null: somebody is there.
std::optional<Reload> unasked(const MasterAnswer& answer) {
  if (answer.kind == Answer::kUnreachable) return Reload{Kind::kNotRunning, answer.text};
  if (answer.kind == Answer::kBarred) return Reload{Kind::kBarred, answer.text};
  return std::nullopt;
}

MasterAnswer ask_for_workers(const ReloadMeans& means) {
  return means.ask("show proc", limits::kMasterAnswerTime);
}

// Null: it is on its way.
std::optional<Reload> ask_for_reload(const ReloadMeans& means) {
  if (means.run_command) {
    const auto result = means.run_command();
    if (!result) return Reload{Kind::kUnclear, result.error().message};
    if (result->exit_code == 0) return std::nullopt;
    return Reload{Kind::kUnclear, fmt::format("the reload command ended with {}: {}",
                                              result->exit_code, summary(result->output))};
  }
  const MasterAnswer answer = means.ask("reload", limits::kMasterReloadTime);
  if (auto reload = unasked(answer)) return reload;
  // 2.6 starts itself anew and may break the connection on the way.
  if (answer.kind == Answer::kSilent) return std::nullopt;
  if (parse_success(answer.text) == false) return Reload{Kind::kRefused, answer.text};
  return std::nullopt;
}

Reload watch_for_worker(const ReloadMeans& means, const Workers& before) {
  MasterAnswer answer;
  while (means.pause()) {
    answer = ask_for_workers(means);
    const auto workers = parse_workers(answer.text);
    if (!workers) continue;
    if (const long* const pid = new_worker(before, *workers)) {
      return {Kind::kTaken, fmt::format("{} -> {}", listed(before.current), *pid)};
    }
  }
  if (unasked(answer)) {
    return {Kind::kUnclear, "HAProxy's master is gone after the reload: " + answer.text};
  }
  if (answer.kind == Answer::kAnswered && parse_workers(answer.text)) {
    return {Kind::kUnclear, "no new worker of HAProxy came after the reload"};
  }
  return {Kind::kSilent, "HAProxy did not start with it, as its own log tells"};
}

}  // namespace

Reload find_haproxy(const ReloadMeans& means) {
  std::optional<Reload> reload;
  if (means.ask) reload = unasked(ask_for_workers(means));
  return reload.value_or(Reload{Kind::kTaken, {}});
}

Reload reload_haproxy(const ReloadMeans& means) {
  if (!means.ask) return ask_for_reload(means).value_or(Reload{Kind::kTaken, "by the command"});
  const MasterAnswer answer = ask_for_workers(means);
  if (const auto reload = unasked(answer)) return *reload;
  // A master of 2.6 that failed before is silent, but reloads: then any worker is a new one.
  const Workers before = parse_workers(answer.text).value_or(Workers{});
  if (auto outcome = ask_for_reload(means)) return *outcome;
  return watch_for_worker(means, before);
}

}  // namespace pointsman::manage
