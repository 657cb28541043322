// Any text is what a HAProxy, or a command in its place, says about any text: before the first zero
// byte its output, behind it the configuration. Each message is about the gateway's file, a line of
// the configuration or nothing.
#include <algorithm>
#include <memory>

#include "render/haproxy_messages.h"
#include "require.h"
#include "routing/compile.h"

using namespace pointsman;

namespace {

std::shared_ptr<const routing::RouteTable> make_table() {
  routing::GatewaySpec spec;
  spec.name = "shop";
  spec.port = 8080;
  for (const char* name : {"v1", "v2"}) {
    routing::RouteSpec route;
    route.name = name;
    route.place = {std::make_shared<const std::string>("shop.yaml"), 4, 3};
    route.instances.emplace_back().address = "127.0.0.1";
    route.instances.back().port = 9001;
    spec.routes.push_back(route);
  }
  Diagnostics diagnostics;
  return routing::RouteTable::link({routing::compile(spec, diagnostics)}, "", 1, diagnostics);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto table = make_table();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(input.find('\0'), input.size());
  const std::string_view output = input.substr(0, cut);
  const std::string_view text = input.substr(std::min(cut + 1, input.size()));
  Diagnostics diagnostics;
  render::read_haproxy_messages(output, {"/tmp/x/haproxy.cfg", "haproxy.cfg"},
                                render::LineOwners(text, *table), diagnostics);
  for (const Diagnostic& item : diagnostics.items()) {
    require(item.message.find('\n') == std::string::npos);
    if (item.place.file == nullptr) continue;
    require(*item.place.file == (item.gateway.empty() ? "haproxy.cfg" : "shop.yaml") ||
            item.key == "port");
    require(item.place.line > 0 || item.key == "port");
  }
  require(render::alerts_in(output).find('\n') == std::string::npos);
  return 0;
}
