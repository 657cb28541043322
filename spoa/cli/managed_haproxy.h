// Managed mode as the settings have it (manage_haproxy): what is rendered, and how it is checked
// and made HAProxy's. Where the configuration is made from a template of the user's own, that is
// read again when it changes; one with a fault is told in the log, and the one read before stays in
// use. Lives on the main thread.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/published.h"
#include "cli/reloader.h"
#include "config/settings.h"
#include "manage/haproxy_keeper.h"
#include "render/template_source.h"

namespace pointsman::cli {

class ManagedHaproxy {
 public:
  // Null: HAProxy is not managed.
  static std::unique_ptr<ManagedHaproxy> start(net::EventLoop& loop,
                                               const config::Settings& settings);
  ManagedHaproxy(net::EventLoop& loop, const config::Settings& settings);

  // As of manage::HaproxyKeeper.
  void update(std::shared_ptr<const routing::RouteTable> table, std::set<std::string> bare);
  void reload_now();  // the template
  void stop() { keeper_.stop(); }

 private:
  void reload_template(const config::IsUnfinished& is_unfinished);
  void have_haproxy_follow();

  const std::string template_file_;                   // empty: the configuration that is shipped
  std::string fault_;                                 // of the template, as it was told last
  std::shared_ptr<const routing::RouteTable> table_;  // the newest
  std::set<std::string> bare_;
  Published<render::TemplateSource> template_;  // the keeper's thread fills it
  manage::HaproxyKeeper keeper_;
  std::unique_ptr<Reloader> watch_;  // null: there is no template
};

}  // namespace pointsman::cli
