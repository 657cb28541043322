#include "render/render.h"

#include <nlohmann/json.hpp>

#include "render/template_check.h"
#include "render/template_data.h"
#include "render/template_fill.h"
#include "render/template_source.h"
#include "render/templates.h"

namespace pointsman::render {
namespace {

using Json = nlohmann::ordered_json;
using routing::RouteTable;

constexpr const char* kSpoeFile = "pointsman.spoe.cfg";
constexpr const char* kWhitelistFile = "pointsman.backends.map";

constexpr DataWanted kForTemplates{.frontends = true, .gateways = true, .own_global = false};

// The configuration, and the files that go with every configuration.
Result<RenderedFiles> files_of(const std::string& name, const TemplateSource& configuration,
                               const Json& data) {
  RenderedFiles files;
  const auto add = [&](const std::string& file, const TemplateSource& source) -> Outcome {
    auto text = fill(source, data);
    if (!text) return text.error();
    files.push_back({file, std::move(*text)});
    return Done{};
  };
  if (auto added = add(name, configuration); !added) return added.error();
  if (auto added = add(kSpoeFile, shipped_template("spoe")); !added) {
    return added.error();
  }
  if (auto added = add(kWhitelistFile, shipped_template("whitelist")); !added) {
    return added.error();
  }
  if (!data["bridge"].get<bool>()) return files;
  for (RenderedFile& file : bridge_files()) files.push_back(std::move(file));
  return files;
}

Result<RenderedFiles> render_shipped(const std::string& name, const std::string& source,
                                     const RouteTable& table, const Options& options,
                                     DataWanted wanted) {
  const auto data = template_data(table, options, wanted);
  if (!data) return data.error();
  return files_of(name, shipped_template(source), *data);
}

}  // namespace

void place_files(const std::string& folder, Options& options) {
  options.spoe_file = folder + "/" + kSpoeFile;
  options.whitelist_file = folder + "/" + kWhitelistFile;
  options.bridge_file = folder + "/pointsman/pointsman.lua";
}

Result<RenderedFiles> render_snippet(const RouteTable& table, const Options& options) {
  return render_shipped("pointsman.cfg", "snippet", table, options, {});
}

Result<RenderedFiles> render_sections(const RouteTable& table, const Options& options) {
  return render_shipped("pointsman.cfg", "sections", table, options,
                        {.frontends = true, .own_global = false});
}

Result<RenderedFiles> render_complete(const RouteTable& table, const Options& options) {
  return render_shipped("haproxy.cfg", "complete", table, options, {.frontends = true});
}

Result<RenderedFiles> render_template(const std::string& name, const TemplateSource& source,
                                      const RouteTable& table, const Options& options) {
  const auto data = template_data(table, options, kForTemplates);
  if (!data) return data.error();
  return files_of(name, source, *data);
}

void check_template(const TemplateSource& source, Diagnostics& diagnostics) {
  check_template(source, sample_data(), diagnostics);
}

Result<std::string> data_text(const RouteTable& table, const Options& options) {
  const auto data = template_data(table, options, kForTemplates);
  if (!data) return data.error();
  return data->dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace pointsman::render
