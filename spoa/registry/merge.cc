#include "registry/merge.h"

#include <algorithm>
#include <set>
#include <utility>

namespace pointsman::registry {
namespace {

void add_phase(const Sources& sources, const std::string& name, Phase phase,
               std::vector<const Instance*>& in_order) {
  for (const SourceEntries& source : sources) {
    const auto service = source.find(name);
    if (service == source.end()) continue;
    for (const auto& [id, entry] : service->second) {
      if (entry.phase == phase) in_order.push_back(&entry.instance);
    }
  }
}

Service merged(const std::vector<const Instance*>& in_order) {
  std::set<std::string_view> ids;
  std::set<std::pair<IpAddress, std::uint16_t>> endpoints;
  Service service;
  for (const Instance* instance : in_order) {
    if (ids.contains(instance->id)) continue;
    if (!endpoints.emplace(instance->address, instance->port).second) continue;
    ids.insert(instance->id);
    service.instances.push_back(*instance);
  }
  std::sort(service.instances.begin(), service.instances.end(),
            [](const Instance& a, const Instance& b) { return a.id < b.id; });
  return service;
}

}  // namespace

Services merge(const Sources& sources) {
  Services services;
  for (const SourceEntries& source : sources) {
    for (const auto& [name, entries] : source) {
      const auto [service, is_new] = services.try_emplace(name);
      if (!is_new) continue;
      std::vector<const Instance*> in_order;
      add_phase(sources, name, Phase::kLive, in_order);
      add_phase(sources, name, Phase::kHeld, in_order);
      service->second = merged(in_order);
    }
  }
  return services;
}

}  // namespace pointsman::registry
