#include "manage/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/log.h"

namespace pointsman::manage {
namespace {

using Kind = Reload::Kind;

std::string on_one_line(const std::string& text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}

bool has_backend_of(const routing::Gateway& gateway, const std::string& text) {
  const auto has = [&](const routing::RouteSpec& route) {
    if (route.backend || route.gateway) return false;
    return text.find("\nbackend " + routing::backend_name(gateway.spec, route) + "\n") !=
           std::string::npos;
  };
  return std::any_of(gateway.spec.routes.begin(), gateway.spec.routes.end(), has);
}

}  // namespace

Deployment::Deployment(DeploymentOptions options, Host& host)
    : options_(std::move(options)), host_(host) {}

bool Deployment::bring_to(const routing::RouteTable& table, const std::set<std::string>& bare) {
  if (!has_files_ && !take_over_files()) return false;
  const std::string wanted = wanted_text(table);
  if (wanted == settled_) return !reload_owed_ || catch_up();
  // As an earlier process left it, or back from a change that failed.
  if (wanted == current_ && bare.empty()) {
    take_all_forms(table);
    settled_ = wanted;
    return catch_up();
  }
  const bool done = deploy(table, bare, wanted);
  host_.sweep(current_, last_good_);  // also what was tried and refused
  return done;
}

// What a process before this one left.
bool Deployment::take_over_files() {
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
  if (const Outcome written = write_forms(forms_); !written) {
    spdlog::warn("{}; a new agent would not know the forms of gateways that HAProxy has",
                 on_one_line(written.error().message));
  }
}

// Before the text that is made from them is the current one: HAProxy's check took them.
Outcome Deployment::write_forms(const Forms& forms) {
  std::string text = options_.write_forms(forms);
  if (text == kept_forms_) return Done{};
  Outcome written = host_.write(kFormsFile, text);
  if (written) kept_forms_ = std::move(text);
  return written;
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

bool Deployment::deploy(const routing::RouteTable& table, const std::set<std::string>& bare,
                        const std::string& wanted) {
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
      settled_ = wanted;
      const bool done = !reload_owed_ || catch_up();
      get_stuck(*unknown);
      return done;
    }
    if (!make_current(*selection)) return false;
    const Reload reload =
        reload_owed_ ? host_.reload() : Reload{Kind::kTaken, {}};  // nothing has changed
    if (host_.is_stopping()) return true;
    if (reload.kind == Kind::kTaken || reload.kind == Kind::kNotRunning) {
      forms_ = std::move(selection->forms);
      settled_ = wanted;
      if (reload.kind == Kind::kNotRunning) return wait_for_haproxy(reload);
      settle(reload);
      return true;
    }
    put_back(reload);
    const std::size_t known = selection->refused.size();
    held = std::move(selection->refused);
    for (Refusal& refusal : find_refused(reload.detail, options_.folder + "/" + kCurrentFile,
                                         selection->configuration.text, table)) {
      const auto is_it = [&](const Refusal& other) { return other.gateway == refusal.gateway; };
      if (std::none_of(held.begin(), held.end(), is_it)) held.push_back(std::move(refusal));
    }
    if (held.size() > known && tries < limits::kManagedReloads) continue;
    get_stuck("HAProxy did not take the new configuration: " + summary(reload.detail));
    if (reload.kind == Kind::kUnclear) return false;
    // A reload that fails disturbs what runs, so the same text is not tried again.
    settled_ = wanted;
    return !reload_owed_;
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

bool Deployment::make_current(const Selection& selection) {
  const std::string& text = selection.configuration.text;
  const bool changes = text != current_;
  Outcome done = write_forms(selection.forms);
  // Of several candidates, the one that is taken need not be the last one that was written.
  if (done && changes) done = host_.write(kCandidateFile, text);
  if (done && changes) done = host_.rename(kCandidateFile, kCurrentFile);
  if (!done) return get_stuck(done.error().message);
  current_ = text;
  reload_owed_ = reload_owed_ || changes;
  return true;
}

// The current text is the one that is wanted; its reload may be missing.
bool Deployment::catch_up() {
  const Reload reload = reload_owed_ ? host_.reload() : Reload{Kind::kTaken, {}};
  if (host_.is_stopping()) return true;
  if (reload.kind == Kind::kTaken) {
    settle(reload);
    return true;
  }
  if (reload.kind == Kind::kNotRunning) return wait_for_haproxy(reload);
  put_back(reload);
  get_stuck("HAProxy did not take the new configuration: " + summary(reload.detail));
  return !reload_owed_;
}

void Deployment::settle(const Reload& taken) {
  if (reload_owed_) {
    reload_owed_ = false;
    ++facts_.takeovers;
    spdlog::info("HAProxy runs its new configuration{}",
                 taken.detail.empty() ? "" : fmt::format(" (workers {})", taken.detail));
    if (const Outcome written = host_.write(kLastGoodFile, current_); written) {
      last_good_ = current_;
    } else {
      spdlog::warn("{}; should the agent end now, the next one reloads once more",
                   on_one_line(written.error().message));
    }
  }
  facts_.haproxy_away = false;
  facts_.fault.clear();
}

bool Deployment::wait_for_haproxy(const Reload& reload) {
  if (!facts_.haproxy_away) {
    spdlog::warn("HAProxy is not running ({}); its new configuration is in {} and waits for it",
                 on_one_line(reload.detail), on_one_line(options_.folder));
  }
  facts_.haproxy_away = true;
  facts_.fault = "HAProxy is not running: " + reload.detail;
  return false;
}

void Deployment::put_back(const Reload& failed) {
  facts_.haproxy_away = false;
  reload_owed_ = failed.kind == Kind::kUnclear;
  if (last_good_.empty() || last_good_ == current_) return;
  Outcome written = write_forms(forms_);
  if (written) written = host_.write(kCurrentFile, last_good_);
  if (!written) {
    spdlog::error("{}; HAProxy would start with a configuration that it does not run",
                  on_one_line(written.error().message));
    return;
  }
  current_ = last_good_;
  // Where it is not known what runs now, the last good text is to run again.
  reload_owed_ = failed.kind != Kind::kRefused && host_.reload().kind != Kind::kTaken;
  spdlog::warn("HAProxy's last good configuration is in place again");
}

// Returns false, for it is to be tried again. Told once while it stands.
bool Deployment::get_stuck(const std::string& fault) {
  if (host_.is_stopping()) return false;
  ++facts_.failures;
  if (fault != facts_.fault) spdlog::error("HAProxy's configuration: {}", on_one_line(fault));
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
                  on_one_line(refusal.gateway), on_one_line(refusal.message));
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
