#include "manage/refusal.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "fake_host.h"

using namespace pointsman;
using test::managed_gateway;

namespace {

const std::string kText =
    "frontend port-1000\n"                     // 1
    "    default_backend a__v1\n"              // 2
    "backend a__v1\n"                          // 3
    "    balance wrong\n"                      // 4
    "backend b__v1\n"                          // 5
    "    server s 127.0.0.1:1 weight 9999\n";  // 6

std::vector<manage::Refusal> refused(const std::string& messages) {
  const auto table =
      test::managed_table({managed_gateway("a", 1000, "wrong"), managed_gateway("b", 1001)});
  return manage::find_refused(messages, "/f/haproxy.cfg.new", kText, *table);
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

TEST_CASE("a refused gateway is told with the place in the user's file") {
  const auto refusals = refused(at_line("4"));
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].gateway == "a");
  CHECK(refusals[0].message ==
        "a.yaml:4:14: routes.v1.balance: HAProxy: parsing [haproxy.cfg.new:4] : no.");
  CHECK(manage::refuse(*managed_gateway("b", 1), "no").message == "b.yaml:1:1: no");
}

TEST_CASE("a message that could be about several gateways blames none") {
  CHECK(names(refused("[ALERT]    (7) : config : no server in a__v1.\n")) == Names{"a"});
  CHECK(refused("[ALERT]    (7) : config : a__v1 or b__v1.\n").empty());
}

TEST_CASE("each gateway is refused once, by its first message, and warnings blame nobody") {
  const auto refusals = refused("[WARNING]  (7) : config : [/f/haproxy.cfg.new:6] : hm.\n" +
                                at_line("4") + at_line("3") + at_line("6"));
  CHECK(names(refusals) == Names{"a", "b"});
}

TEST_CASE("whatever stands in the messages, it is text") {
  for (const std::string line : {"0", "18", "99999999999999999999999", "-1", "", "4", "4 3"}) {
    CHECK(names(refused(at_line(line))) == (line.starts_with('4') ? Names{"a"} : Names{}));
  }
  CHECK(refused("").empty());
  CHECK(refused("[ALERT]").empty());
  CHECK(refused("[ALERT] /f/haproxy.cfg.new:4").empty());
  CHECK(refused(std::string("[ALERT]\0 : a__v1", 16)).size() == 1);
  CHECK(refused(std::string(1 << 16, '[')).empty());
}

TEST_CASE("a long message is cut") {
  const std::size_t before = manage::refuse(*managed_gateway("a", 1), "").message.size();
  const auto message_for = [&](std::size_t size) {
    return manage::refuse(*managed_gateway("a", 1), std::string(size - before, 'x')).message;
  };
  CHECK(message_for(limits::kRefusalBytes).size() == limits::kRefusalBytes);
  CHECK(message_for(limits::kRefusalBytes + 1).size() == limits::kRefusalBytes + 3);
  CHECK(message_for(limits::kRefusalBytes + 1).ends_with("..."));
}
