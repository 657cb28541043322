#include "manage/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/printable.h"

namespace pointsman::manage {
namespace {

using Kind = Reload::Kind;

// Whoever's template wrote it.
bool has_backend_of(const routing::Gateway& gateway, const std::string& text) {
  std::set<std::string, std::less<>> backends;
  for (const routing::RouteSpec& route : gateway.spec.routes) {
    if (route.backend || route.gateway) continue;
    backends.insert(routing::backend_name(gateway.spec, route));
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string section;
    std::string name;
    words >> section >> name;
    if ((section == "backend" || section == "listen") && backends.contains(name)) return true;
  }
  return false;
}

}  // namespace

Deployment::Deployment(DeploymentOptions options, Host& host)
    : options_(std::move(options)), host_(host) {}

bool Deployment::bring_to(const routing::RouteTable& table, const std::set<std::string>& bare) {
  if (!has_files_ && !take_over_files()) return false;
  if (restore_owed_ && !restore()) return false;
  if (!reload_owed_ && !is_kept_) {
    if (!keep()) return false;
    facts_.fault.clear();
  }
  if (std::string wanted = wanted_text(table); wanted != wanted_) {
    wanted_ = std::move(wanted);
    settled_ = false;
    failed_reloads_ = 0;
  } else if (facts_.haproxy_away) {
    const Reload found = host_.find_haproxy();
    if (found.kind == Kind::kNotRunning) return wait_for_haproxy(found);
  }
  if (settled_) return !owes_last_good() || catch_up();
  // As an earlier process left it, or back from a change that failed.
  if (wanted_ == current_ && bare.empty() && !reload_owed_) {
    take_all_forms(table);
    settled_ = true;
    facts_.fault.clear();
    return keep();
  }
  const bool done = deploy(table, bare);
  host_.sweep(current_, last_good_);  // also what was tried and refused
  return done;
}

// What a process before this one left.
bool Deployment::take_over_files() {
  if (const Outcome locked = host_.lock(); !locked) return get_stuck(locked.error().message);
  auto current = host_.read(kCurrentFile);
  if (!current) return get_stuck(current.error().message);
  auto last_good = host_.read(kLastGoodFile);
  if (!last_good) return get_stuck(last_good.error().message);
  auto forms = host_.read(kFormsFile);
  if (!forms) return get_stuck(forms.error().message);
  kept_forms_ = forms->value_or("");
  forms_ = options_.read_forms(kept_forms_);
  current_ = current->value_or("");
  if (!current_.empty() && !current_.starts_with(kOwnLine)) {
    return get_stuck(fmt::format(
        "{}/{} is not Pointsman's (its first line tells): move it away, or name another folder",
        options_.folder, kCurrentFile));
  }
  last_good_ = last_good->value_or("");
  if (!last_good_.starts_with(kOwnLine)) last_good_.clear();
  reload_owed_ = current_ != last_good_;
  has_files_ = true;
  return true;
}

// Also where nothing can be rendered: that is one state, too, which a change ends.
std::string Deployment::wanted_text(const routing::RouteTable& table) const {
  const auto wanted =
      render_configuration(options_.render, table, options_.options, options_.folder);
  return wanted ? wanted->text : "error: " + wanted.error().message;
}

void Deployment::take_all_forms(const routing::RouteTable& table) {
  forms_.clear();
  for (const auto& gateway : table.gateways()) forms_.emplace(gateway->name, gateway);
  tell_refused({});
}

Outcome Deployment::keep_forms() {
  std::string text = options_.write_forms(forms_);
  if (text == kept_forms_) return Done{};
  Outcome written = host_.write(kFormsFile, text);
  if (written) kept_forms_ = std::move(text);
  return written;
}

Outcome Deployment::keep_last_good() {
  if (is_kept_ || last_good_.empty()) return Done{};
  Outcome written = host_.write(kLastGoodFile, last_good_);
  is_kept_ = bool(written);
  return written;
}

// Nothing is made current before this is done.
bool Deployment::keep() {
  Outcome done = keep_forms();
  if (done) done = keep_last_good();
  if (done) return true;
  is_kept_ = false;
  return get_stuck(done.error().message +
                   "; should the agent end now, the next one reloads once more");
}

Result<std::string> Deployment::check(const Configuration& configuration) {
  for (const render::RenderedFile& part : configuration.parts) {
    const Outcome written = host_.write(configuration.folder + "/" + part.name, part.text);
    if (!written) return written.error();
  }
  const Outcome written = host_.write(kCandidateFile, configuration.text);
  if (!written) return written.error();
  const auto result = host_.check(kCandidateFile);
  if (!result) return result.error();
  if (result->exit_code == 0) return std::string();
  return result->output.empty() ? fmt::format("exit code {}", result->exit_code) : result->output;
}

bool Deployment::deploy(const routing::RouteTable& table, const std::set<std::string>& bare) {
  const SelectionMeans means{
      [&](const routing::RouteTable& candidates) {
        return render_configuration(options_.render, candidates, options_.options, options_.folder);
      },
      [&](const Configuration& configuration) { return check(configuration); },
      options_.folder + "/" + kCandidateFile, options_.virtual_host_domain, bare};
  std::vector<Refusal> held;
  for (std::size_t tries = 1;; ++tries) {
    auto selection = select_forms(table, forms_, held, means);
    if (host_.is_stopping()) return true;
    if (!selection) return get_stuck(selection.error().message);
    tell_refused(selection->refused);
    if (const auto unknown = find_unknown(table, selection->forms)) {
      settled_ = !reload_owed_ || catch_up();
      get_stuck(*unknown);
      return settled_;
    }
    if (!make_current(*selection)) return false;
    const Reload reload =
        reload_owed_ ? host_.reload() : Reload{Kind::kTaken, {}};  // nothing has changed
    if (host_.is_stopping()) return true;
    if (reload.kind == Kind::kTaken) {
      forms_ = std::move(selection->forms);
      settled_ = true;
      facts_.fault.clear();
      return settle(reload);
    }
    if (!put_back(reload)) return false;
    if (reload.kind == Kind::kNotRunning || reload.kind == Kind::kBarred) {
      return wait_for_haproxy(reload);
    }
    const std::size_t known = selection->refused.size();
    held = std::move(selection->refused);
    for (Refusal& refusal : find_refused(reload.detail, options_.folder + "/" + kCurrentFile,
                                         selection->configuration.text, table)) {
      const auto is_it = [&](const Refusal& other) { return other.gateway == refusal.gateway; };
      if (std::none_of(held.begin(), held.end(), is_it)) held.push_back(std::move(refusal));
    }
    if (held.size() > known && tries < limits::kManagedReloads) continue;
    return give_up(reload);
  }
}

// A gateway would be left out though HAProxy serves a form of it, which is not known (somebody
// removed the file of forms): then nothing changes until it is mended.
std::optional<std::string> Deployment::find_unknown(const routing::RouteTable& table,
                                                    const Forms& forms) const {
  for (const auto& gateway : table.gateways()) {
    if (forms.contains(gateway->name) || !has_backend_of(*gateway, current_)) continue;
    return fmt::format(
        "gateway {} is not taken as it is, and the form of it that HAProxy serves is not known: "
        "HAProxy's configuration stays as it is until the gateway is mended or removed",
        gateway->name);
  }
  return std::nullopt;
}

// Where there is a last good text, no other one takes its place unless HAProxy is there to run it.
bool Deployment::make_current(const Selection& selection) {
  const std::string& text = selection.configuration.text;
  if (text == current_) return true;
  if (last_good_.empty()) {
    forms_ = selection.forms;
  } else if (const Reload found = host_.find_haproxy(); found.kind != Kind::kTaken) {
    return wait_for_haproxy(found);
  }
  Outcome done = keep_forms();
  if (done) done = keep_last_good();
  // Of several candidates, the one that is taken need not be the last one that was written.
  if (done) done = host_.write(kCandidateFile, text);
  if (done) done = find_foreign_text();
  if (done) done = host_.rename(kCandidateFile, kCurrentFile);
  if (!done) return get_stuck(done.error().message);
  current_ = text;
  reload_owed_ = true;
  return true;
}

// What somebody else wrote is not replaced; whoever moved a file away meant that.
Outcome Deployment::find_foreign_text() {
  const auto found = host_.read(kCurrentFile);
  if (!found) return found.error();
  if (found->value_or(current_) == current_) return Done{};
  return Error{fmt::format(
      "{}/{} is not what the agent wrote: somebody else changed it. Move it away, and the agent "
      "writes it anew",
      options_.folder, kCurrentFile)};
}

// No other text is to be current: the reload of this one is made up for.
bool Deployment::catch_up() {
  const Reload reload = host_.reload();
  if (host_.is_stopping()) return true;
  if (reload.kind == Kind::kTaken) return settle(reload);
  if (!put_back(reload)) return false;
  if (reload.kind == Kind::kNotRunning || reload.kind == Kind::kBarred) {
    return wait_for_haproxy(reload);
  }
  return give_up(reload);
}

bool Deployment::settle(const Reload& taken) {
  reload_owed_ = false;
  facts_.haproxy_away = false;
  if (current_ != last_good_) {
    ++facts_.takeovers;
    spdlog::info("HAProxy runs its new configuration{}",
                 taken.detail.empty() ? "" : fmt::format(" (workers {})", taken.detail));
    last_good_ = current_;
    is_kept_ = false;
  }
  return keep();
}

// Nobody took the request for a reload.
bool Deployment::wait_for_haproxy(const Reload& reload) {
  settled_ = false;
  if (reload.kind != Kind::kNotRunning) return get_stuck(reload.detail);
  if (!facts_.haproxy_away) {
    spdlog::warn("HAProxy is not running ({}); its new configuration waits for it",
                 printable(reload.detail));
  }
  facts_.haproxy_away = true;
  facts_.fault = "HAProxy is not running: " + reload.detail;
  return false;
}

// False: that failed, and is tried again. HAProxy may be starting with the text that is replaced,
// unless it has said that it did not.
bool Deployment::put_back(const Reload& failed) {
  facts_.haproxy_away = false;
  if (last_good_.empty() || current_ == last_good_) return true;
  reload_owed_ = failed.kind != Kind::kRefused;
  restore_owed_ = true;
  if (!restore()) return false;
  if (failed.kind == Kind::kRefused) return keep();
  if (failed.kind != Kind::kSilent && failed.kind != Kind::kUnclear) return true;
  const Reload back = host_.reload();
  return back.kind != Kind::kTaken || settle(back);
}

// By a rename, so that as long as HAProxy is not seen to run it there is no last good file, and a
// new process makes up for the reload.
bool Deployment::restore() {
  Outcome done = find_foreign_text();
  const auto kept = host_.read(kLastGoodFile);
  if (done && (!kept || *kept != last_good_)) done = host_.write(kLastGoodFile, last_good_);
  if (done) done = host_.rename(kLastGoodFile, kCurrentFile);
  if (!done) {
    return get_stuck(done.error().message +
                     "; HAProxy would start with a configuration that it did not take");
  }
  restore_owed_ = false;
  is_kept_ = false;
  current_ = last_good_;
  spdlog::warn("HAProxy's last good configuration is in place again");
  return true;
}

// Whether HAProxy runs its last good text again is still to be seen.
bool Deployment::owes_last_good() const {
  return reload_owed_ && current_ == last_good_ && failed_reloads_ < limits::kManagedReloads;
}

// True: nothing more is done for this table. A reload that fails disturbs what runs, so one that
// HAProxy could not start with is not tried again, and an unclear one only so often.
bool Deployment::give_up(const Reload& failed) {
  get_stuck("HAProxy did not take the new configuration: " + summary(failed.detail));
  ++failed_reloads_;
  settled_ =
      settled_ || failed.kind != Kind::kUnclear || failed_reloads_ >= limits::kManagedReloads;
  return settled_ && !owes_last_good();
}

// Returns false, for it is to be tried again. Told once while it stands.
bool Deployment::get_stuck(const std::string& fault) {
  if (host_.is_stopping()) return false;
  ++facts_.failures;
  if (fault != facts_.fault) spdlog::error("HAProxy's configuration: {}", printable(fault));
  facts_.fault = fault;
  return false;
}

void Deployment::tell_refused(const std::vector<Refusal>& refused) {
  std::size_t shown = 0;
  for (const Refusal& refusal : refused) {
    const auto& known = facts_.refused;
    if (std::find(known.begin(), known.end(), refusal) != known.end()) continue;
    if (++shown > limits::kManagedRefused) continue;
    spdlog::error("HAProxy refuses gateway {} and goes on without its change: {}",
                  printable(refusal.gateway), printable(refusal.message));
  }
  if (shown > limits::kManagedRefused) {
    spdlog::error("... and {} gateways more", shown - limits::kManagedRefused);
  }
  if (refused.empty() && !facts_.refused.empty()) {
    spdlog::info("HAProxy takes all gateways again");
  }
  facts_.refused = refused;
}

}  // namespace pointsman::manage
