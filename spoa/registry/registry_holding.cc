// How a Registry loses instances: expiry, and what is held when too much is lost.
#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "registry/registry.h"

namespace pointsman::registry {
namespace {

// Whether it gets new visitors, and that nobody takes it for lost.
bool serves(const Entry& entry) { return entry.phase == Phase::kLive && entry.instance.weight > 0; }

}  // namespace

// True when the entry has to be erased: one that drains is missed by nobody.
bool Registry::lose(Entry& entry, Moment now) {
  changed_ = true;
  if (entry.instance.weight == 0) {
    --entries_;
    return true;
  }
  lost_ = true;
  entry.phase = Phase::kGone;
  entry.until = now + limits::kMassLossWindow;
  plan(entry.until);
  return false;
}

void Registry::expire(Moment now) {
  if (now < due_) return;
  due_ = kNever;
  for (const SourceKind source : kSourceKinds) {
    SourceEntries& own = sources_[index_of(source)];
    for (auto& [service, entries] : own) {
      visit_and_erase(entries, [&, &name = service](Entry& entry) {
        return expire_entry(source, name, entry, now);
      });
    }
    if (is_written(source)) continue;
    const auto is_empty = [](const auto& known) { return known.second.empty(); };
    changed_ = std::erase_if(own, is_empty) > 0 || changed_;
  }
  hold_losses(now);
}

// True when the entry has to be erased.
bool Registry::expire_entry(SourceKind source, const std::string& service, Entry& entry,
                            Moment now) {
  if (entry.until > now) {
    plan(entry.until);
    return false;
  }
  if (entry.phase == Phase::kLive) return lose(entry, now);
  if (entry.phase == Phase::kHeld) note(Notice::Kind::kLetGo, source, service);
  changed_ = true;
  --entries_;
  return true;
}

// Settled once, when it happens: what a person takes away later brings nothing lost back.
void Registry::hold_losses(Moment now) {
  if (!std::exchange(lost_, false)) return;
  hold_mass_losses(now);
  hold_last_instances(now);
}

// A source that lost more than it has left.
void Registry::hold_mass_losses(Moment now) {
  for (const SourceKind source : kSourceKinds) {
    std::size_t live = 0;
    std::size_t gone = 0;
    for (const auto& [name, entries] : sources_[index_of(source)]) {
      live += count_of(entries, Phase::kLive);
      gone += count_of(entries, Phase::kGone);
    }
    if (gone <= live) continue;
    for (auto& [name, entries] : sources_[index_of(source)]) {
      for (auto& [id, entry] : entries) hold(source, name, entry, now);
    }
  }
}

// A service that has nothing else left.
void Registry::hold_last_instances(Moment now) {
  for (const SourceKind source : kSourceKinds) {
    for (auto& [name, entries] : sources_[index_of(source)]) {
      if (count_of(entries, Phase::kGone) == 0) continue;
      const bool served =
          std::any_of(sources_.begin(), sources_.end(), [&name = name](const auto& other) {
            const auto same = other.find(name);
            return same != other.end() &&
                   std::any_of(same->second.begin(), same->second.end(),
                               [](const auto& item) { return serves(item.second); });
          });
      if (served) continue;
      for (const SourceKind every : kSourceKinds) {
        const auto same = sources_[index_of(every)].find(name);
        if (same == sources_[index_of(every)].end()) continue;
        for (auto& [id, entry] : same->second) hold(every, name, entry, now);
      }
    }
  }
}

void Registry::hold(SourceKind source, const std::string& service, Entry& entry, Moment now) {
  if (entry.phase != Phase::kGone) return;
  entry.phase = Phase::kHeld;
  entry.until = now + keep_last_;
  plan(entry.until);
  changed_ = true;
  note(Notice::Kind::kHeld, source, service);
}

void Registry::note(Notice::Kind kind, SourceKind source, const std::string& service) {
  const bool same = !notices_.empty() && notices_.back().kind == kind &&
                    notices_.back().source == source && notices_.back().service == service;
  if (!same) notices_.push_back({kind, source, service, 0});
  ++notices_.back().instances;
}

}  // namespace pointsman::registry
