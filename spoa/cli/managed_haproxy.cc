#include "cli/managed_haproxy.h"

#include "base/log.h"
#include "cli/console.h"
#include "cli/render_settings.h"

namespace pointsman::cli {
namespace {

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

// A complete configuration, with the secret of instance cookies where one is needed. Here a
// template of the user's own would take render_complete's place.
manage::Render complete_renderer(const config::Settings& settings) {
  const std::string key_file = instance_key_file(settings);
  return [key_file](const routing::RouteTable& table,
                    render::Options options) -> Result<render::RenderedFiles> {
    if (needs_instance_key(table)) {
      auto key = instance_key(key_file);
      if (!key) return key.error();
      if (key->made) spdlog::warn("{}", printable(made_instance_key(key_file)));
      options.instance_cookie_key = std::move(key->text);
    }
    return render::render_complete(table, options);
  };
}

}  // namespace

std::unique_ptr<manage::HaproxyKeeper> start_managed_haproxy(const config::Settings& settings) {
  const config::ManageHaproxySettings& managed = settings.manage_haproxy;
  if (managed.folder.empty()) return nullptr;
  const std::string folder = absolute_path(managed.folder);
  spdlog::info("HAProxy is managed: its configuration is {}",
               printable(folder + "/" + manage::kCurrentFile));
  return std::make_unique<manage::HaproxyKeeper>(
      manage::DeploymentOptions{complete_renderer(settings), managed_options(settings), folder,
                                settings.virtual_host_domain},
      manage::MachineOptions{folder, managed.check, managed.master, managed.reload});
}

}  // namespace pointsman::cli
