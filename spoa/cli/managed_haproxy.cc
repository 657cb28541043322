#include "cli/managed_haproxy.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "cli/accepted_forms.h"
#include "cli/console.h"
#include "cli/render_settings.h"
#include "cli/template_files.h"

namespace pointsman::cli {
namespace {

using Template = Published<render::TemplateSource>;

render::Options managed_options(const config::Settings& settings) {
  const config::ManageHaproxySettings& managed = settings.manage_haproxy;
  render::Options options = render_options(settings);
  options.chroot = managed.chroot;
  options.user = managed.user;
  options.group = managed.group;
  options.stats_socket = managed.stats_socket;
  options.log_target = managed.log;
  options.port_binds = managed.port_binds;
  options.show_decisions = managed.demo;
  options.fallback = render::Options::Fallback::kFirstRoute;
  return options;
}

// A complete configuration, or the template filled, with the secret of instance cookies where one
// is needed.
manage::Render renderer(const config::Settings& settings, const Template& own) {
  return [key_file = instance_key_file(settings), &own](
             const routing::RouteTable& table,
             render::Options options) -> Result<render::RenderedFiles> {
    if (needs_instance_key(table)) {
      auto key = instance_key(key_file);
      if (!key) return key.error();
      if (key->made) spdlog::warn("{}", printable(made_instance_key(key_file)));
      options.instance_cookie_key = std::move(key->text);
    }
    const auto source = own.current();
    if (source == nullptr) return render::render_complete(table, options);
    return render::render_template(manage::kCurrentFile, *source, table, options);
  };
}

manage::DeploymentOptions deployment_options(const config::Settings& settings,
                                             const Template& own) {
  return {renderer(settings, own),
          forms_text,
          parse_forms,
          managed_options(settings),
          absolute_path(settings.manage_haproxy.folder),
          settings.virtual_host_domain};
}

manage::MachineOptions machine_options(const config::ManageHaproxySettings& managed) {
  return {absolute_path(managed.folder), managed.check, managed.master, managed.reload};
}

bool is_being_written(const render::TemplateSource& source,
                      const config::IsUnfinished& is_unfinished) {
  if (!is_unfinished) return false;
  const auto is_written = [&](const auto& partial) { return is_unfinished(*partial.second.file); };
  return is_unfinished(*source.main.file) ||
         std::any_of(source.partials.begin(), source.partials.end(), is_written);
}

// The first error, and how many there are; empty: none.
std::string fault_of(const Diagnostics& diagnostics) {
  const auto is_error = [](const Diagnostic& item) { return item.severity == Severity::kError; };
  const auto& items = diagnostics.items();
  const auto first = std::find_if(items.begin(), items.end(), is_error);
  if (first == items.end()) return {};
  const std::size_t more = diagnostics.count(Severity::kError) - 1;
  return to_text(*first) +
         (more == 0 ? "" : fmt::format(" (and {} more; `pointsman check` shows them)", more));
}

}  // namespace

std::unique_ptr<ManagedHaproxy> ManagedHaproxy::start(net::EventLoop& loop,
                                                      const config::Settings& settings) {
  if (settings.manage_haproxy.folder.empty()) return nullptr;
  return std::make_unique<ManagedHaproxy>(loop, settings);
}

ManagedHaproxy::ManagedHaproxy(net::EventLoop& loop, const config::Settings& settings)
    : template_file_(absolute_or_empty(settings.manage_haproxy.template_file)),
      keeper_(deployment_options(settings, template_), machine_options(settings.manage_haproxy)) {
  spdlog::info("HAProxy is managed: its configuration is {}/{}",
               printable(absolute_path(settings.manage_haproxy.folder)), manage::kCurrentFile);
  if (template_file_.empty()) return;
  // Its partials lie beside it.
  const std::string folder = std::filesystem::path(template_file_).parent_path().string();
  watch_ = std::make_unique<Reloader>(
      loop, folder,
      [this](const config::IsUnfinished& is_unfinished) { reload_template(is_unfinished); });
  reload_now();
}

void ManagedHaproxy::update(std::shared_ptr<const routing::RouteTable> table,
                            std::set<std::string> bare) {
  table_ = std::move(table);
  bare_ = std::move(bare);
  have_haproxy_follow();
}

void ManagedHaproxy::reload_now() {
  if (watch_ != nullptr) watch_->reload_now();
}

void ManagedHaproxy::reload_template(const config::IsUnfinished& is_unfinished) {
  Diagnostics diagnostics;
  auto source =
      std::make_shared<const render::TemplateSource>(read_template(template_file_, diagnostics));
  if (is_being_written(*source, is_unfinished)) return;  // read when it is closed
  render::check_template(*source, diagnostics);
  if (const std::string fault = fault_of(diagnostics); !fault.empty()) {
    if (fault != std::exchange(fault_, fault)) {
      spdlog::error("HAProxy's configuration {}: {}",
                    template_.current() == nullptr ? "waits for its template"
                                                   : "goes by its template as it was",
                    printable(fault));
    }
    return;
  }
  fault_.clear();
  template_.publish(std::move(source));
  have_haproxy_follow();
}

void ManagedHaproxy::have_haproxy_follow() {
  const bool lacks_template = !template_file_.empty() && template_.current() == nullptr;
  if (table_ != nullptr && !lacks_template) keeper_.update(table_, bare_);
}

}  // namespace pointsman::cli
