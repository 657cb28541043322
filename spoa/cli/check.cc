#include "cli/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/token_book.h"
#include "base/clock.h"
#include "base/limits.h"
#include "cli/certificate_keeper.h"
#include "cli/gateway_listing.h"
#include "cli/gateway_services.h"
#include "cli/template_files.h"
#include "config/service_files.h"
#include "render/render.h"
#include "table/condition_program.h"

namespace pointsman::cli {
namespace {

using nlohmann::ordered_json;

void warn_of_bridges_without_keys(Loaded& loaded) {
  if (!loaded.table || !loaded.settings_usable) return;
  const auto gateways = loaded.table->gateways();
  const bool sticky = std::any_of(gateways.begin(), gateways.end(),
                                  [](const auto& gateway) { return gateway->is_sticky(); });
  for (const ListenAddress& address : loaded.settings.table.listen) {
    if (!sticky || address.admits_by_name()) continue;
    loaded.diagnostics.warning(
        {std::make_shared<const std::string>(loaded.settings.file), 0, 0}, "", "table.listen",
        fmt::format("sticky sessions rest while the agent is away, for bridges that connect to {}: "
                    "keys travel over unix sockets, and TLS with client_ca, only",
                    address.to_text()));
  }
}

// Regular expressions are many for the bridge, which compiles each at each use.
void warn_of_patterns_beyond_the_bridge(Loaded& loaded) {
  if (!loaded.table) return;
  for (const auto& gateway : loaded.table->gateways()) {
    table::Patterns patterns;
    for (const routing::Route& route : gateway->routes) {
      if (route.condition) (void)table::compile_condition(*route.condition, patterns);
      for (const routing::Rewrite& rewrite : route.rewrites) {
        if (rewrite.condition()) (void)table::compile_condition(*rewrite.condition(), patterns);
      }
    }
    if (patterns.left_out() == 0) continue;
    loaded.diagnostics.warning(
        gateway->spec.place, gateway->name, "routes",
        fmt::format("has more than {} different patterns: {} 'matches' count as false while the "
                    "agent is away",
                    limits::kTablePatterns, patterns.left_out()));
  }
}

// What the registry would make of the settings: services files, tokens, and the gateways' own.
void check_registry(Loaded& loaded) {
  std::vector<std::string> known;
  if (loaded.table) {
    for (const auto& [name, service] : services_of(*loaded.table, loaded.diagnostics).services) {
      known.push_back(name);
    }
  }
  if (!loaded.settings_usable) return;
  config::ServiceStore store;
  const std::string& path = loaded.settings.services;
  const auto files =
      store.load(config::read_service_files(path, loaded.diagnostics), loaded.diagnostics);
  for (const auto& [name, spec] : files.services) known.push_back(name);
  if (loaded.table) tell_unknown_services(*loaded.table, known, loaded.diagnostics);
  if (loaded.settings.admin.tokens.empty()) return;
  const auto tokens = api::TokenBook::load(loaded.settings.admin.tokens);
  if (tokens) return;
  loaded.diagnostics.error({std::make_shared<const std::string>(loaded.settings.file), 0, 0}, "",
                           "admin.tokens", tokens.error().message);
}

void check_managed_template(Loaded& loaded) {
  const std::string& file = loaded.settings.manage_haproxy.template_file;
  if (file.empty()) return;
  render::check_template(read_template(file, loaded.diagnostics), loaded.diagnostics);
}

std::string summary(const Loaded& loaded) {
  std::size_t routes = 0;
  for (const auto& gateway : loaded.table->gateways()) routes += gateway->routes.size();
  const Diagnostics& found = loaded.diagnostics;
  std::string text =
      fmt::format("{} with {}: {}, {}, {}", counted(loaded.table->gateways().size(), "gateway"),
                  counted(routes, "route"), counted(found.count(Severity::kError), "error"),
                  counted(found.count(Severity::kWarning), "warning"),
                  counted(found.count(Severity::kNote), "note"));
  if (!loaded.faulty.empty()) {
    text += printable(fmt::format("; faulty: {}", fmt::join(loaded.faulty, ", ")));
  }
  return text;
}

void print_text(const Loaded& loaded, Console& console) {
  if (loaded.table) print_gateways(*loaded.table, console);
  console.out.flush();
  print_diagnostics(loaded.diagnostics, console);
  console.err.flush();
  if (loaded.table) console.out << summary(loaded) << '\n';
}

ordered_json diagnostic_json(const Diagnostic& item) {
  return {{"severity", to_text(item.severity)},
          {"file", item.place.file ? ordered_json(*item.place.file) : nullptr},
          {"line", item.place.line > 0 ? ordered_json(item.place.line) : nullptr},
          {"column", item.place.line > 0 ? ordered_json(item.place.column) : nullptr},
          {"gateway", optional_text(item.gateway)},
          {"key", optional_text(item.key)},
          {"message", item.message}};
}

void print_as_json(const Loaded& loaded, Console& console) {
  ordered_json gateways = loaded.table ? gateways_json(*loaded.table) : ordered_json::array();
  ordered_json diagnostics = ordered_json::array();
  for (const Diagnostic& item : loaded.diagnostics.items()) {
    diagnostics.push_back(diagnostic_json(item));
  }
  print_json({{"valid", !loaded.diagnostics.has_errors()},
              {"settings", optional_text(loaded.settings.file)},
              {"gateways", std::move(gateways)},
              {"faulty", loaded.faulty},
              {"diagnostics", std::move(diagnostics)}},
             console);
}

}  // namespace

ExitCode run_check(const CheckOptions& options, Console& console) {
  if (options.defaults) {
    console.out << config::to_yaml(config::default_settings());
    return kGood;
  }
  Sources sources = options.sources;
  sources.gateways.insert(sources.gateways.end(), options.files.begin(), options.files.end());
  Loaded loaded = load(sources, console);
  warn_of_bridges_without_keys(loaded);
  warn_of_patterns_beyond_the_bridge(loaded);
  check_registry(loaded);
  if (loaded.settings_usable) {
    check_certificates(loaded.settings, unix_now(), loaded.diagnostics);
    check_managed_template(loaded);
  }
  loaded.diagnostics.sort_by_place();
  if (options.json) {
    print_as_json(loaded, console);
  } else {
    print_text(loaded, console);
  }
  if (loaded.diagnostics.has_errors()) return kInvalid;
  const bool warned = loaded.diagnostics.count(Severity::kWarning) > 0;
  return options.strict && warned ? kWarnings : kGood;
}

}  // namespace pointsman::cli
