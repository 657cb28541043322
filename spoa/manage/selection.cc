#include "manage/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/limits.h"

namespace pointsman::manage {
namespace {

using routing::Gateway;
using routing::RouteTable;
using Names = std::set<std::string, std::less<>>;

class Search {
 public:
  Search(const RouteTable& table, const Forms& last, const SelectionMeans& means)
      : table_(table), last_(last), means_(means), held_(means.bare.begin(), means.bare.end()) {
    for (const auto& gateway : table.gateways()) {
      const auto known = last.find(gateway->name);
      if (known == last.end() || known->second != gateway) changed_.push_back(gateway->name);
    }
  }

  Result<Selection> run(const std::vector<Refusal>& held) {
    for (const Refusal& refusal : held) hold(refusal);
    const Names held_before = held_;
    const std::vector<Refusal> refused_before = refused_;
    // Each round holds one more at least; half of the trials are kept for the halves.
    while (trials_ < limits::kManagedTrials / 2) {
      const Trial trial = try_without(held_);
      if (fault_) return *fault_;
      if (best_) return take(held_);
      if (!hold_blamed(trial)) break;
    }
    blamed_ = std::exchange(refused_, refused_before);
    held_ = held_before;
    return by_halves();
  }

 private:
  struct Trial {
    std::string messages;  // why it is refused
    std::vector<Refusal> blamed;
  };

  bool hold(const Refusal& refusal) {
    const bool has_changed =
        std::find(changed_.begin(), changed_.end(), refusal.gateway) != changed_.end();
    if (!has_changed || !held_.insert(refusal.gateway).second) return false;
    refused_.push_back(refusal);
    return true;
  }

  bool hold_blamed(const Trial& trial) {
    bool holds_more = false;
    for (const Refusal& refusal : trial.blamed) holds_more = hold(refusal) || holds_more;
    return holds_more;
  }

  Forms forms_without(const Names& held) const {
    Forms forms;
    for (const auto& gateway : table_.gateways()) {
      if (!held.contains(gateway->name)) {
        forms.emplace(gateway->name, gateway);
      } else if (const auto known = last_.find(gateway->name); known != last_.end()) {
        forms.emplace(*known);
      }
    }
    return forms;
  }

  // Null, and why: they don't fit together. In the table's order, which the text keeps to.
  std::shared_ptr<const RouteTable> link(const Names& held, Trial& trial) const {
    const Forms forms = forms_without(held);
    std::vector<std::shared_ptr<const Gateway>> gateways;
    for (const auto& gateway : table_.gateways()) {
      const auto form = forms.find(gateway->name);
      if (form != forms.end()) gateways.push_back(form->second);
    }
    Diagnostics diagnostics;
    auto linked = RouteTable::link(std::move(gateways), means_.virtual_host_domain,
                                   table_.generation(), diagnostics);
    for (const Diagnostic& item : diagnostics.items()) {
      if (linked || item.severity != Severity::kError) continue;
      trial.messages = to_text(item);
      trial.blamed.push_back(to_refusal(item));
    }
    return linked;
  }

  // Sets best_ where HAProxy takes it, fault_ where it can't be asked.
  Trial try_without(const Names& held) {
    Trial trial;
    best_.reset();
    ++trials_;
    const auto linked = link(held, trial);
    if (linked == nullptr) return trial;
    auto configuration = means_.render(*linked);
    if (!configuration) {
      trial.messages = configuration.error().message;
      trial.blamed = blamed_by_render(trial.messages);
      return trial;
    }
    auto messages = means_.check(*configuration);
    if (!messages) {
      fault_ = messages.error();
      return trial;
    }
    if (messages->empty()) {
      best_ = std::make_unique<Configuration>(std::move(*configuration));
    } else {
      trial.messages = summary(*messages);
      trial.blamed = find_refused(*messages, means_.checked_file, configuration->text, *linked);
    }
    return trial;
  }

  // "gateway shop, route shop/v1: …" or "gateway shop: …"
  std::vector<Refusal> blamed_by_render(const std::string& message) const {
    for (const std::string& name : changed_) {
      const std::string begin = "gateway " + name;
      if (message.starts_with(begin + ",") || message.starts_with(begin + ":")) {
        return {refuse(*table_.find_gateway(name), message)};
      }
    }
    return {};
  }

  const Refusal* blame_of(const std::string& name) const {
    const auto is_it = [&](const Refusal& refusal) { return refusal.gateway == name; };
    const auto found = std::find_if(blamed_.begin(), blamed_.end(), is_it);
    return found == blamed_.end() ? nullptr : &*found;
  }

  // The messages name nobody more who changed, or may have named the wrong ones: first nothing of
  // what changed, then more and more of it, those at last who were named.
  Result<Selection> by_halves() {
    std::vector<std::string> open;
    for (const std::string& name : changed_) {
      if (held_.insert(name).second) open.push_back(name);
    }
    std::stable_partition(open.begin(), open.end(),
                          [&](const std::string& name) { return blame_of(name) == nullptr; });
    const Trial trial = try_without(held_);
    if (fault_) return *fault_;
    if (!best_) {
      return Error{"HAProxy refuses the configuration whatever changed in gateways: " +
                   trial.messages};
    }
    std::unique_ptr<Configuration> good = std::move(best_);
    release_half(open, good);
    if (fault_) return *fault_;
    best_ = std::move(good);
    return take(held_);
  }

  // `names` are held, and not all of them can be released at once, as far as is known.
  void release_half(std::span<const std::string> names, std::unique_ptr<Configuration>& good) {
    const std::size_t half = (names.size() + 1) / 2;
    for (const auto part : {names.first(half), names.subspan(half)}) {
      if (!part.empty()) release(part, good);
    }
  }

  void refuse_named(const std::string& name, const std::string& message) {
    const Refusal* const blame = blame_of(name);
    refused_.push_back(blame != nullptr ? *blame : refuse(*table_.find_gateway(name), message));
  }

  // What is still open when the trials are used up is refused, and what is known good goes on.
  void release(std::span<const std::string> names, std::unique_ptr<Configuration>& good) {
    if (trials_ >= limits::kManagedTrials) {
      const std::string message = fmt::format(
          "HAProxy refuses it or another gateway that changed; after {} trials it is "
          "not found which one",
          limits::kManagedTrials);
      for (const std::string& name : names) refuse_named(name, message);
      return;
    }
    Names held = held_;
    for (const std::string& name : names) held.erase(name);
    const Trial trial = try_without(held);
    if (fault_) return;
    if (best_) {
      good = std::move(best_);
      held_ = std::move(held);
    } else if (names.size() == 1) {
      refuse_named(names[0], trial.messages);
    } else {
      release_half(names, good);
    }
  }

  Selection take(const Names& held) {
    return {std::move(*best_), forms_without(held), std::move(refused_)};
  }

  const RouteTable& table_;
  const Forms& last_;
  const SelectionMeans& means_;
  std::vector<std::string> changed_;  // in the table's order
  Names held_;
  std::vector<Refusal> refused_;
  std::vector<Refusal> blamed_;          // by messages, in vain
  std::unique_ptr<Configuration> best_;  // of the last trial
  std::optional<Error> fault_;
  std::size_t trials_ = 0;
};

}  // namespace

Result<Selection> select_forms(const RouteTable& table, const Forms& last,
                               const std::vector<Refusal>& held, const SelectionMeans& means) {
  return Search(table, last, means).run(held);
}

}  // namespace pointsman::manage
