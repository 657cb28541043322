#include "cli/service_sources.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/log.h"
#include "cli/console.h"

namespace pointsman::cli {

ServiceSources::ServiceSources(const config::Settings& settings, RegistryKeeper& keeper)
    : path_(settings.services), keeper_(keeper) {}

void ServiceSources::reload(const config::IsUnfinished& is_unfinished) {
  Diagnostics diagnostics;
  const auto files = config::read_service_files(path_, diagnostics, is_unfinished);
  const config::ServiceStore::Load load = store_.load(files, diagnostics);
  diagnostics.sort_by_place();
  log_diagnostics(diagnostics);
  if (!load.held.empty()) {
    spdlog::error("the last good form stays live: {}",
                  printable(fmt::format("{}", fmt::join(load.held, ", "))));
  }
  registry::Services services;
  of_files_.clear();
  for (const auto& [name, spec] : load.services) {
    services[name] = spec.service;
    if (!spec.discover) continue;
    of_files_.push_back({name, spec.discover->dns, spec.discover->port, spec.discover->every});
  }
  keeper_.replace(registry::SourceKind::kFiles, services);
  set_targets();
}

void ServiceSources::take_gateways(const routing::RouteTable& table) {
  Diagnostics ignored;  // `check` tells of them
  GatewayServices found = services_of(table, ignored);
  keeper_.replace(registry::SourceKind::kGateways, found.services);
  of_gateways_ = std::move(found.targets);
  set_targets();
}

void ServiceSources::start_discovery() {
  discoverer_ = std::make_unique<discovery::Discoverer>(
      discovery::LookupOptions(),
      [this](const std::string& service, const registry::Service& found) {
        keeper_.update(service, found);
      });
  set_targets();
}

// Where both ask for one service, the files have their way: they are about services.
void ServiceSources::set_targets() {
  if (discoverer_ == nullptr) return;
  std::vector<discovery::Target> targets = of_files_;
  std::set<std::string, std::less<>> services;
  for (const discovery::Target& target : of_files_) services.insert(target.service);
  for (const discovery::Target& target : of_gateways_) {
    if (services.insert(target.service).second) targets.push_back(target);
  }
  discoverer_->set_targets(std::move(targets));
  keeper_.retain_discovered(services);
}

void ServiceSources::log_diagnostics(Diagnostics& diagnostics) {
  std::set<std::string> now;
  std::size_t shown = 0;
  for (const Diagnostic& item : diagnostics.items()) {
    const std::string text = printable(to_text(item));
    if (!now.insert(text).second || logged_.contains(text)) continue;
    if (++shown > limits::kDiagnosticsShown) continue;
    const bool is_error = item.severity == Severity::kError;
    spdlog::log(is_error ? spdlog::level::err : spdlog::level::warn, "{}", text);
  }
  logged_ = std::move(now);
}

}  // namespace pointsman::cli
