#include "registry/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "registry/merge.h"

namespace pointsman::registry {
namespace {

// Instances of a service are in the order of their ids.
bool has_instance(const Service& service, std::string_view id) {
  const auto found = std::lower_bound(
      service.instances.begin(), service.instances.end(), id,
      [](const Instance& instance, std::string_view wanted) { return instance.id < wanted; });
  return found != service.instances.end() && found->id == id;
}

}  // namespace

Registry::Registry(std::uint32_t number, std::chrono::milliseconds keep_last)
    : keep_last_(keep_last), number_(number) {}

void Registry::restore(const StoredRegistry& stored, Moment now) {
  for (const StoredInstance& item : stored.instances) {
    Entry* const entry = admit(item.source, item.service, item.instance);
    if (entry == nullptr) continue;
    entry->ttl = item.ttl;
    if (item.held) {
      entry->phase = Phase::kHeld;
      entry->until = now + *item.held;
    } else if (item.source == SourceKind::kHttp) {
      entry->until = now + item.ttl;
    }
    plan(entry->until);
  }
}

// Null where there is no room. An entry that is there becomes live as the instance.
Entry* Registry::admit(SourceKind source, const std::string& service, const Instance& instance) {
  SourceEntries& services = sources_[index_of(source)];
  const auto known = services.find(service);
  if (known != services.end()) {
    const auto entry = known->second.find(instance.id);
    if (entry != known->second.end()) {
      changed_ =
          changed_ || entry->second.phase != Phase::kLive || entry->second.instance != instance;
      entry->second = {instance, Phase::kLive, kNever, {}};
      return &entry->second;
    }
  }
  if (shortage(source, service)) return nullptr;
  changed_ = true;
  ++entries_;
  Entry& entry = services[service][instance.id];
  entry.instance = instance;
  return &entry;
}

std::optional<std::string> Registry::shortage(SourceKind source, std::string_view service) const {
  if (entries_ >= limits::kInstances) {
    return fmt::format("the registry is full: it has {} instances", limits::kInstances);
  }
  std::size_t instances = 0;
  for (const SourceEntries& each : sources_) {
    const auto entries = each.find(service);
    if (entries != each.end()) instances += entries->second.size();
  }
  if (instances >= limits::kInstancesPerService) {
    return fmt::format("the service is full: it has {} instances", limits::kInstancesPerService);
  }
  if (!has_room_for_name(source, service)) {
    return fmt::format("the registry is full: it has {} services", limits::kServices);
  }
  return std::nullopt;
}

// A service counts for each source that has it.
bool Registry::has_room_for_name(SourceKind source, std::string_view service) const {
  if (sources_[index_of(source)].contains(service)) return true;
  std::size_t services = 0;
  for (const SourceEntries& each : sources_) services += each.size();
  return services < limits::kServices;
}

bool Registry::knows(std::string_view service) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const SourceEntries& source) { return source.contains(service); });
}

std::size_t Registry::take_in(SourceKind source, const std::string& name, const Service& found) {
  std::size_t left_out = 0;
  for (const Instance& instance : found.instances) {
    if (admit(source, name, instance) == nullptr) ++left_out;
  }
  return left_out;
}

std::size_t Registry::replace(SourceKind source, const Services& services) {
  SourceEntries& own = sources_[index_of(source)];
  for (auto known = own.begin(); known != own.end();) {
    const auto now = services.find(known->first);
    const std::size_t erased = std::erase_if(known->second, [&](const auto& item) {
      return now == services.end() || !has_instance(now->second, item.first);
    });
    entries_ -= erased;
    changed_ = changed_ || erased > 0 || now == services.end();
    known = now == services.end() ? own.erase(known) : std::next(known);
  }
  std::size_t left_out = 0;
  for (const auto& [name, service] : services) {
    if (has_room_for_name(source, name)) {
      changed_ = own.try_emplace(name).second || changed_;  // known, perhaps without instances
    }
    left_out += take_in(source, name, service);
  }
  return left_out;
}

std::size_t Registry::update(SourceKind source, const std::string& service, const Service& found,
                             Moment now) {
  expire(now);
  SourceEntries& own = sources_[index_of(source)];
  const auto known = own.find(service);
  if (known != own.end()) {
    visit_and_erase(known->second, [&](Entry& entry) {
      const bool lost = entry.phase == Phase::kLive && !has_instance(found, entry.instance.id);
      return lost && lose(entry, now);
    });
  }
  const std::size_t left_out = take_in(source, service, found);
  erase_if_empty(source, service);
  hold_losses(now);
  return left_out;
}

void Registry::retain(SourceKind source, const std::set<std::string, std::less<>>& services) {
  std::erase_if(sources_[index_of(source)], [&](const auto& known) {
    if (services.contains(known.first)) return false;
    entries_ -= known.second.size();
    changed_ = true;
    return true;
  });
}

Result<Put> Registry::put(const std::string& service, const Instance& instance,
                          std::chrono::seconds ttl, Moment now) {
  erase_others(SourceKind::kHttp, service, instance);
  const SourceEntries& own = sources_[index_of(SourceKind::kHttp)];
  const auto known = own.find(service);
  const Entry* before = nullptr;
  if (known != own.end()) {
    const auto entry = known->second.find(instance.id);
    if (entry != known->second.end()) before = &entry->second;
  }
  changed_ = changed_ || before == nullptr || before->ttl != ttl;  // stored, too
  const Put effect = before == nullptr              ? Put::kNew
                     : before->instance == instance ? Put::kRenewed
                                                    : Put::kChanged;
  Entry* const entry = admit(SourceKind::kHttp, service, instance);
  if (entry == nullptr) return Error{*shortage(SourceKind::kHttp, service)};
  entry->ttl = ttl;
  entry->until = now + ttl;
  plan(entry->until);
  return effect;
}

void Registry::erase_others(SourceKind source, const std::string& service,
                            const Instance& instance) {
  SourceEntries& own = sources_[index_of(source)];
  const auto known = own.find(service);
  if (known == own.end()) return;
  const std::size_t erased = std::erase_if(known->second, [&](const auto& item) {
    const Instance& other = item.second.instance;
    return other.id != instance.id && other.address == instance.address &&
           other.port == instance.port;
  });
  entries_ -= erased;
  changed_ = changed_ || erased > 0;
}

bool Registry::remove(std::string_view service, std::string_view id) {
  SourceEntries& own = sources_[index_of(SourceKind::kHttp)];
  const auto known = own.find(service);
  if (known == own.end()) return false;
  const auto entry = known->second.find(id);
  if (entry == known->second.end()) return false;
  const bool was_there = entry->second.phase != Phase::kGone;
  known->second.erase(entry);
  --entries_;
  changed_ = true;
  erase_if_empty(SourceKind::kHttp, service);
  return was_there;
}

std::size_t Registry::confirm(std::string_view service) {
  std::size_t let_go = 0;
  for (const SourceKind source : kSourceKinds) {
    SourceEntries& own = sources_[index_of(source)];
    const auto known = own.find(service);
    if (known == own.end()) continue;
    let_go += count_of(known->second, Phase::kHeld);
    entries_ -= std::erase_if(known->second,
                              [](const auto& item) { return item.second.phase != Phase::kLive; });
    erase_if_empty(source, service);
  }
  changed_ = changed_ || let_go > 0;
  return let_go;
}

void Registry::erase_if_empty(SourceKind source, std::string_view service) {
  if (is_written(source)) return;
  SourceEntries& own = sources_[index_of(source)];
  const auto known = own.find(service);
  if (known == own.end() || !known->second.empty()) return;
  own.erase(known);
  changed_ = true;
}

void Registry::plan(Moment until) { due_ = std::min(due_, until); }

std::vector<Notice> Registry::take_notices() { return std::exchange(notices_, {}); }

std::shared_ptr<const Revision> Registry::revision() {
  if (!std::exchange(changed_, false)) return revision_;
  Services services = merge(sources_);
  if (revision_ != nullptr && services == revision_->services) return revision_;
  if (++number_ == 0) number_ = 1;  // 0 is no revision's number
  revision_ = std::make_shared<const Revision>(Revision{number_, std::move(services)});
  return revision_;
}

std::vector<Listed> Registry::list(std::string_view service) const {
  std::vector<Listed> listed;
  for (const SourceKind source : kSourceKinds) {
    const auto known = sources_[index_of(source)].find(service);
    if (known == sources_[index_of(source)].end()) continue;
    for (const auto& [id, entry] : known->second) {
      if (entry.phase != Phase::kGone) listed.push_back({source, entry});
    }
  }
  return listed;
}

std::vector<Summary> Registry::summaries() const {
  std::map<std::string_view, Summary> by_name;
  for (const SourceEntries& source : sources_) {
    for (const auto& [name, entries] : source) {
      Summary& summary = by_name[name];
      summary.service = name;
      summary.live += count_of(entries, Phase::kLive);
      summary.held += count_of(entries, Phase::kHeld);
    }
  }
  std::vector<Summary> all;
  for (auto& [name, summary] : by_name) all.push_back(std::move(summary));
  return all;
}

StoredRegistry Registry::store(Moment now) const {
  StoredRegistry stored{number_, {}};
  for (const SourceKind source : {SourceKind::kHttp, SourceKind::kDns}) {
    for (const auto& [name, entries] : sources_[index_of(source)]) {
      for (const auto& [id, entry] : entries) {
        if (entry.phase == Phase::kGone) continue;
        StoredInstance item{name, source, entry.instance, entry.ttl, {}};
        if (entry.phase == Phase::kHeld) {
          item.held = std::chrono::ceil<std::chrono::seconds>(std::max(entry.until, now) - now);
        }
        stored.instances.push_back(std::move(item));
      }
    }
  }
  return stored;
}

}  // namespace pointsman::registry
