#include "manage/blame.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "fake_host.h"

using namespace pointsman;
using manage::find_blamed;
using test::managed_gateway;

namespace {

const std::string kText =
    "global\n"                                 // 1
    "    log stdout\n"                         // 2
    "frontend port-1000\n"                     // 3
    "    bind *:1000\n"                        // 4
    "    default_backend a__v1\n"              // 5
    "frontend virtual-hosts\n"                 // 6
    "    bind *:80\n"                          // 7
    "    use_backend a__v1 if x\n"             // 8
    "    use_backend b__v1 if y\n"             // 9
    "\n"                                       // 10
    "# Gateway a, route v1\n"                  // 11
    "backend a__v1\n"                          // 12
    "    balance wrong\n"                      // 13
    "\n"                                       // 14
    "# Gateway b, route v1\n"                  // 15
    "backend b__v1\n"                          // 16
    "    server s 127.0.0.1:1 weight 9999\n";  // 17

std::vector<manage::Refusal> blamed(const std::string& messages) {
  const auto table = test::managed_table({managed_gateway("a", 1000), managed_gateway("b", 1001)});
  return find_blamed(messages, "haproxy.cfg.new", kText, *table);
}

std::string at_line(const std::string& line) {
  return "[ALERT]    (7) : config : parsing [/f/haproxy.cfg.new:" + line + "] : no.\n";
}

std::vector<std::string> names(const std::vector<manage::Refusal>& refusals) {
  std::vector<std::string> found;
  for (const auto& refusal : refusals) found.push_back(refusal.gateway);
  return found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a line of a backend is its gateway's, with the line told") {
  const auto refusals = blamed(at_line("13"));
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].gateway == "a");
  CHECK(refusals[0].message ==
        "config : parsing [/f/haproxy.cfg.new:13] : no. The line: balance wrong");
}

TEST_CASE("a line of a frontend is the gateway's that it names, or that the section names alone") {
  CHECK(names(blamed(at_line("4"))) == Names{"a"});
  CHECK(names(blamed(at_line("9"))) == Names{"b"});
  CHECK(names(blamed(at_line("7"))).empty());
  CHECK(names(blamed(at_line("2"))).empty());
}

TEST_CASE("a message without a line is the gateway's whose backend it names") {
  CHECK(names(blamed("[ALERT]    (7) : config : 'server b__v1/s' : weight.\n")) == Names{"b"});
  CHECK(names(blamed("[ALERT]    (7) : config : no server in a__v1.\n")) == Names{"a"});
  CHECK(blamed("[ALERT]    (7) : config : a__v1 or b__v1.\n").empty());
  CHECK(blamed("[ALERT]    (7) : config : xa__v1 and a__v1x.\n").empty());
}

TEST_CASE("each gateway is blamed once, by its first message, and warnings blame nobody") {
  const auto refusals = blamed("[WARNING]  (7) : config : [/f/haproxy.cfg.new:17] : hm.\n" +
                               at_line("13") + at_line("12") + at_line("17"));
  CHECK(names(refusals) == Names{"a", "b"});
}

TEST_CASE("whatever stands in the messages, it is text") {
  for (const std::string line : {"0", "18", "99999999999999999999999", "-1", "", "13", "1 3"}) {
    const auto refusals = blamed(at_line(line));
    CHECK(names(refusals) == (line == "13" ? Names{"a"} : Names{}));
  }
  CHECK(blamed("").empty());
  CHECK(blamed("[ALERT]").empty());
  CHECK(blamed("[ALERT] haproxy.cfg.new:13").empty());
  CHECK(blamed(std::string("[ALERT]\0 : a__v1", 16)).size() == 1);
  CHECK(blamed(std::string(1 << 16, '[')).empty());
}

TEST_CASE("a long message is cut") {
  const auto message_for = [](std::size_t size) {
    return blamed("[ALERT] : " + std::string(size - 6, 'x') + " a__v1\n").at(0).message;
  };
  CHECK(message_for(limits::kRefusalBytes).size() == limits::kRefusalBytes);
  CHECK(message_for(limits::kRefusalBytes + 1).size() == limits::kRefusalBytes + 3);
  CHECK(message_for(limits::kRefusalBytes + 1).ends_with("..."));
}

TEST_CASE("a summary has the alerts, or all where there is none") {
  CHECK(manage::summary("[NOTICE] (1) : v\n[ALERT] (1) : a\n[ALERT] (1) : b\n") == "a; b");
  CHECK(manage::summary("x\n\ny") == "x; y");
  CHECK(manage::summary("").empty());
}

TEST_CASE("a gateway stands in a text by the names of its backends") {
  CHECK(manage::has_backend_of(*managed_gateway("a", 1), kText));
  CHECK_FALSE(manage::has_backend_of(*managed_gateway("c", 1), kText));
}
