#include "cli/agent_registry.h"

#include <utility>

namespace pointsman::cli {

AgentRegistry::AgentRegistry(net::EventLoop& loop, const config::Settings& settings,
                             std::vector<ListenAddress> own_listeners)
    : loop_(loop),
      settings_(settings),
      own_listeners_(std::move(own_listeners)),
      keeper_(settings),
      sources_(settings, keeper_),
      admin_(settings.admin, keeper_) {}

Outcome AgentRegistry::start(const routing::RouteTable& table) {
  // Watched from before the first read, so that no change falls between the two.
  services_ = std::make_unique<Reloader>(
      loop_, settings_.services,
      [this](const config::IsUnfinished& is_unfinished) { sources_.reload(is_unfinished); });
  sources_.take_gateways(table);
  services_->reload_now();
  if (!settings_.admin.tokens.empty()) {
    tokens_ = std::make_unique<Reloader>(
        loop_, settings_.admin.tokens, [this](const config::IsUnfinished& is_unfinished) {
          if (is_unfinished && is_unfinished(settings_.admin.tokens)) return;
          admin_.reload_tokens();
        });
  }
  const Outcome started = admin_.start();
  if (!started) return started;
  own_listeners_.insert(own_listeners_.end(), admin_.addresses().begin(), admin_.addresses().end());
  keeper_.set_own_listeners(own_listeners_);
  sources_.start_discovery();
  return Done{};
}

void AgentRegistry::reload_now() {
  services_->reload_now();
  if (tokens_ != nullptr) tokens_->reload_now();
}

}  // namespace pointsman::cli
