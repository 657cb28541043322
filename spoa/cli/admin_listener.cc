#include "cli/admin_listener.h"

#include "base/log.h"
#include "cli/console.h"
#include "net/listening_socket.h"

namespace pointsman::cli {

AdminListener::AdminListener(const config::AdminSettings& settings, api::Control& control)
    : settings_(settings), api_(control, tokens_) {}

Outcome AdminListener::start() {
  if (!settings_.tokens.empty()) {
    auto book = api::TokenBook::load(settings_.tokens);
    if (!book) return book.error();
    tokens_.publish(std::move(*book));
  }
  if (settings_.listen.empty()) return Done{};
  auto opened = net::open_listeners(
      settings_.listen, 1, {.mode = settings_.socket_mode, .owner = settings_.socket_owner});
  if (!opened) {
    if (settings_.listen_given) return opened.error();
    spdlog::warn("no admin listener: {}; 'admin: {{listen: …}}' names another",
                 printable(opened.error().message));
    return Done{};
  }
  for (const auto& listener : opened->front()) addresses_.push_back(listener->address());
  server_ = api::HttpServer::start(std::move(opened->front()), api_);
  return Done{};
}

void AdminListener::reload_tokens() {
  if (settings_.tokens.empty()) return;
  auto book = api::TokenBook::load(settings_.tokens);
  if (!book) {
    spdlog::error("{}; the tokens read before stay in use", printable(book.error().message));
    return;
  }
  tokens_.publish(std::move(*book));
  spdlog::info("{} of the admin listener read from {}", counted(tokens_.current()->size(), "token"),
               printable(settings_.tokens));
}

}  // namespace pointsman::cli
