#include "render/haproxy_messages.h"

#include <catch2/catch.hpp>

#include "spoa/render/gateway_samples.h"

using namespace pointsman;
using namespace pointsman::test;

namespace {

std::string told(const std::string& output) {
  auto spec = shop();
  spec.routes[1].place = {std::make_shared<const std::string>("shop.yaml"), 6, 3};
  spec.routes[1].balance = "leastcon";
  spec.routes[1].balance_place = {spec.routes[1].place.file, 8, 14};
  const auto table = table_of({spec});
  const std::string text = "defaults\n    mode http\nbackend shop__shop-v2\n    balance leastcon\n";
  Diagnostics diagnostics;
  render::read_haproxy_messages(output, {"/tmp/x/haproxy.cfg", "haproxy.cfg"},
                                render::LineOwners(text, *table), diagnostics);
  std::string lines;
  for (const auto& item : diagnostics.items()) lines += to_text(item) + "\n";
  return lines;
}

}  // namespace

TEST_CASE("what HAProxy says of a line is told of the gateway's file") {
  CHECK(told("[NOTICE]   (7) : haproxy version is 2.6.12-1\n"
             "[NOTICE]   (7) : path to executable is /usr/sbin/haproxy\n"
             "[ALERT]    (7) : config : parsing [/tmp/x/haproxy.cfg:4] : unknown algorithm "
             "'leastcon'.\n"
             "[ALERT]    (7) : config : Error(s) found in configuration file : /tmp/x/haproxy.cfg\n"
             "[ALERT]    (7) : config : Fatal errors found in configuration.\n") ==
        "shop.yaml:8:14: routes.shop/v2.balance: HAProxy: parsing [haproxy.cfg:4] : unknown "
        "algorithm 'leastcon'.\n");
}

TEST_CASE("what it says of a backend or server is told of the route") {
  CHECK(told("[WARNING]  (7) : config : backend 'shop__shop-v2' : no such thing\n") ==
        "shop.yaml:6:3: warning: routes.shop/v2: HAProxy: backend 'shop__shop-v2' : no such "
        "thing\n");
  CHECK(told("[ALERT] (7) : config : 'server shop__shop-v2/a' : bad\n") ==
        "shop.yaml:6:3: routes.shop/v2: HAProxy: 'server shop__shop-v2/a' : bad\n");
}

TEST_CASE("what belongs to no gateway has the line of the rendered file, or none") {
  CHECK(told("[ALERT]    (7) : config : parsing [/tmp/x/haproxy.cfg:2] : bad mode\n") ==
        "haproxy.cfg:2:1: HAProxy: parsing [haproxy.cfg:2] : bad mode\n");
  CHECK(told("[ALERT]    (7) : config : parsing [/etc/own.cfg:4] : bad mode\n") ==
        "HAProxy: parsing [/etc/own.cfg:4] : bad mode\n");
  CHECK(told("[ALERT]    (7) : cannot 'do' this\n") == "HAProxy: cannot 'do' this\n");
}

TEST_CASE("a message that goes on in more lines is one message") {
  CHECK(told("[WARNING]  (7) : config : missing timeouts for proxy 'x'.\n"
             "   | While not properly invalid, you will get trouble.\n"
             "   | So please fix this.\n"
             "noise\n") ==
        "warning: HAProxy: missing timeouts for proxy 'x'. | While not properly invalid, you will "
        "get trouble. | So please fix this.\n");
}

TEST_CASE("noise is nothing, however it is cut") {
  const std::string line =
      "[ALERT]    (7) : config : parsing [/tmp/x/haproxy.cfg:4] : 'a' : b\n  c\n";
  for (std::size_t size = 0; size <= line.size(); ++size) (void)told(line.substr(0, size));
  CHECK(told("\n \n[\n[]\n").empty());
}

TEST_CASE("of what HAProxy says the alerts are told on one line, or all where there is none") {
  CHECK(render::alerts_in("[NOTICE]   (1) : v\n[ALERT]    (1) : config : a\n  and on\n"
                          "[ALERT]    (1) : b\n[ALERT]    (1) : config : Fatal errors found in "
                          "configuration.\n") == "a and on; b");
  CHECK(render::alerts_in("x\ny\n") == "x y");
  CHECK(render::alerts_in("").empty());
}
