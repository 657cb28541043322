#include "agent/bridge_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/limits.h"
#include "routing/decision.h"

namespace pointsman::agent {
namespace {

using std::chrono::seconds;

// Bridges connect one after the other: once nobody has come or gone for so long, the line is true.
constexpr seconds kSettled{1};

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c < ' ' || c > '~') c = '?';
  }
  return result;
}

// What is left of "HAProxy 2.6.12, process 123, thread 1".
std::string process_of(const std::string& name) { return name.substr(0, name.rfind(", thread ")); }

void add(std::uint64_t& sum, std::uint64_t count) {
  sum = count > UINT64_MAX - sum ? UINT64_MAX : sum + count;
}

bool is_reason(std::string_view text) {
  using routing::Reason;
  constexpr std::array kReasons{Reason::kNone, Reason::kForced, Reason::kCondition, Reason::kSticky,
                                Reason::kWeight};
  return std::any_of(kReasons.begin(), kReasons.end(),
                     [&](Reason reason) { return routing::to_text(reason) == text; });
}

}  // namespace

BridgeBook::Bridge::Bridge(BridgeBook& book) : book_(book) { book_.bridges_.insert(this); }

BridgeBook::Bridge::~Bridge() {
  book_.bridges_.erase(this);
  if (name_.empty()) return;
  spdlog::debug("bridge {}: disconnected", name_);
  Process& process = book_.processes_[process_];
  --process.bridges;
  process.changed = book_.now_;
}

void BridgeBook::Bridge::asked(const table::Question& question, Time now) {
  book_.now_ = std::max(book_.now_, now);
  if (name_.empty()) {
    name_ = question.haproxy.empty() ? "without a name" : printable(question.haproxy);
    process_ = process_of(name_);
    up_to_date_ = now;
    Process& process = book_.processes_[process_];
    ++process.bridges;
    process.changed = now;
    spdlog::debug("bridge {}: connected, generation {}", name_, question.generation);
  }
  if (question.generation != generation_) up_to_date_ = now;
  generation_ = question.generation;
  for (const table::DecidedCount& entry : question.decided) book_.count(entry);
}

void BridgeBook::set_table(std::shared_ptr<const routing::RouteTable> table, Time now) {
  if (table == table_) return;
  now_ = std::max(now_, now);
  for (Bridge* bridge : bridges_) {
    if (table_ != nullptr && bridge->generation_ == table_->generation()) bridge->up_to_date_ = now;
  }
  route_names_.clear();
  table_ = std::move(table);
  std::erase_if(decided_, [this](const auto& entry) { return !knows(entry.first); });
}

bool BridgeBook::knows(const Key& key) {
  if (key.gateway.empty()) return key.route.empty() && key.reason == "none";
  const routing::Gateway* gateway = table_ ? table_->find_gateway(key.gateway) : nullptr;
  if (gateway == nullptr || !is_reason(key.reason)) return false;
  if (key.route.empty()) return true;
  auto& names = route_names_[gateway];
  if (names.empty()) {
    for (const routing::Route& route : gateway->routes) names.insert(route.name);
  }
  return names.contains(key.route);
}

void BridgeBook::count(const table::DecidedCount& entry) {
  add(total_.all, entry.count);
  Key key{entry.gateway, entry.route, entry.reason};
  const auto known = decided_.find(key);
  if (known != decided_.end()) {
    add(known->second.all, entry.count);
  } else if (decided_.size() < limits::kDecidedNames && knows(key)) {
    decided_.emplace(std::move(key), Count{entry.count, 0});
  } else {
    add(unknown_, entry.count);
  }
}

void BridgeBook::log_news(Time now) {
  now_ = std::max(now_, now);
  lines_left_ = limits::kBridgeLines;
  log_processes();
  log_lags();
  if (total_.all != total_.logged && now_ - decided_logged_ >= limits::kDecidedLogInterval) {
    log_decided();
  }
}

void BridgeBook::log_processes() {
  for (auto next = processes_.begin(); next != processes_.end();) {
    const auto at = next++;
    Process& process = at->second;
    if (now_ - process.changed < kSettled) continue;
    if (process.bridges != process.logged) {
      if (lines_left_ == 0) continue;
      --lines_left_;
      if (process.bridges == 0) {
        spdlog::info("bridge of {}: disconnected", at->first);
      } else {
        spdlog::info("bridge of {}: {} thread{} connected", at->first, process.bridges,
                     process.bridges == 1 ? "" : "s");
      }
      process.logged = process.bridges;
    }
    if (process.bridges == 0) processes_.erase(at);
  }
}

void BridgeBook::log_lags() {
  if (table_ == nullptr) return;
  for (Bridge* bridge : bridges_) {
    if (bridge->name_.empty() || lines_left_ == 0) continue;
    if (bridge->generation_ == table_->generation()) {
      if (bridge->lag_logged_) {
        --lines_left_;
        spdlog::info("bridge {}: caught up with generation {}", bridge->name_, bridge->generation_);
      }
      bridge->lag_logged_ = false;
      bridge->up_to_date_ = now_;
    } else if (!bridge->lag_logged_ && now_ - bridge->up_to_date_ > limits::kBridgeLag) {
      --lines_left_;
      bridge->lag_logged_ = true;
      spdlog::warn("bridge {}: still decides by generation {}, the current one is {}",
                   bridge->name_, bridge->generation_, table_->generation());
    }
  }
}

void BridgeBook::log_decided() {
  if (total_.all == total_.logged) return;
  decided_logged_ = now_;
  std::vector<std::pair<std::uint64_t, const Key*>> news;
  for (const auto& [key, count] : decided_) {
    if (count.all != count.logged) news.emplace_back(count.all - count.logged, &key);
  }
  std::sort(news.begin(), news.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : *a.second < *b.second;
  });
  std::string parts;
  for (std::size_t i = 0; i < std::min(news.size(), limits::kDecidedShown); ++i) {
    const Key& key = *news[i].second;
    parts += fmt::format("{}{} {}{} {}", i == 0 ? ": " : ", ",
                         key.gateway.empty() ? "no gateway" : key.gateway, key.route,
                         key.route.empty() ? key.reason : " " + key.reason, news[i].first);
  }
  if (news.size() > limits::kDecidedShown) parts += ", ...";
  const std::uint64_t count = total_.all - total_.logged;
  spdlog::info("bridges decided {} request{}{}", count, count == 1 ? "" : "s", parts);
  total_.logged = total_.all;
  for (auto& [key, of_key] : decided_) of_key.logged = of_key.all;
}

BridgeReport BridgeBook::report() const {
  BridgeReport report;
  for (const Bridge* bridge : bridges_) {
    if (bridge->name_.empty()) continue;
    ++report.connected;
    ++report.by_generation[bridge->generation_];
  }
  for (const auto& [key, count] : decided_) {
    report.decided.push_back({key.gateway, key.route, key.reason, count.all});
  }
  std::stable_sort(report.decided.begin(), report.decided.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  report.decided_total = total_.all;
  report.decided_unknown = unknown_;
  return report;
}

}  // namespace pointsman::agent
