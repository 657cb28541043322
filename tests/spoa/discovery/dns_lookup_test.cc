#include "discovery/dns_lookup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "dns_server.h"

using namespace pointsman;
using namespace pointsman::discovery;
using test::DnsServer;

namespace {

std::string text_of(const Answer& answer) {
  std::string text = answer.failure.empty() ? "" : "failed";
  for (const Endpoint& each : answer.endpoints) {
    text += (text.empty() ? "" : " ") + each.address.to_text() + "-" + std::to_string(each.port) +
            "*" + std::to_string(each.weight);
  }
  return text;
}

std::string look_up_one(const DnsServer& server, const std::string& name, std::uint16_t port = 80) {
  return text_of(look_up({{name, port}}, {.servers = server.address()})[0]);
}

}  // namespace

TEST_CASE("a name has the addresses of its A and AAAA records, each once") {
  DnsServer server;
  server.set_a("web.test", {"10.0.0.2", "10.0.0.1", "10.0.0.2"});
  server.set_aaaa("web.test", "2001:db8::1");
  CHECK(look_up_one(server, "web.test", 3000) ==
        "10.0.0.1-3000*100 10.0.0.2-3000*100 2001:db8::1-3000*100");
}

TEST_CASE("that a name does not exist, or has no address, is an answer; a failure is none") {
  DnsServer server;
  server.set("empty.test", DnsServer::kSrv, {});
  server.fail("broken.test", true);
  CHECK(look_up_one(server, "none.test").empty());
  CHECK(look_up_one(server, "empty.test").empty());
  CHECK(look_up_one(server, "_x._tcp.none.test").empty());
  CHECK(look_up_one(server, "broken.test") == "failed");
  CHECK(look_up_one(server, "_x._tcp.broken.test").empty());
  server.fail("_x._tcp.broken.test", true);
  CHECK(look_up_one(server, "_x._tcp.broken.test") == "failed");
}

TEST_CASE("SRV targets of the lowest priority have their own ports, and weights in proportion") {
  DnsServer server;
  server.set("_web._tcp.test", DnsServer::kSrv,
             {DnsServer::srv(1, 50, 8001, "a.test"), DnsServer::srv(1, 25, 8002, "b.test"),
              DnsServer::srv(1, 0, 8003, "a.test"), DnsServer::srv(2, 999, 8004, "c.test")});
  server.set_a("a.test", {"10.0.0.1"});
  server.set_a("b.test", {"10.0.0.2"});
  server.set_a("c.test", {"10.0.0.3"});
  CHECK(look_up_one(server, "_web._tcp.test") ==
        "10.0.0.1-8001*100 10.0.0.1-8003*1 10.0.0.2-8002*50");
}

TEST_CASE("of an answer there are at most so many SRV targets") {
  DnsServer server;
  server.set_a("a.test", {"10.0.0.1"});
  std::vector<std::string> most;
  for (std::size_t i = 0; i < limits::kDiscoveryTargets; ++i) {
    most.push_back(DnsServer::srv(1, 1, 8000 + static_cast<int>(i), "a.test"));
  }
  server.set("_most._tcp.test", DnsServer::kSrv, most);
  most.push_back(DnsServer::srv(1, 1, 7000, "a.test"));
  server.set("_more._tcp.test", DnsServer::kSrv, most);
  for (const char* name : {"_most._tcp.test", "_more._tcp.test"}) {
    const Answer answer = look_up({{name, 0}}, {.servers = server.address()})[0];
    REQUIRE(answer.endpoints.size() == limits::kDiscoveryTargets);
    CHECK(answer.endpoints[0].port == 8000);
  }
}

TEST_CASE("many questions travel at once, one that is not answered is a failure") {
  DnsServer server;
  server.silence("silent.test");
  std::vector<Question> questions{{"silent.test", 80}};
  for (std::size_t i = 0; i < limits::kDiscoveryQueries + 1; ++i) {
    const std::string name = "n" + std::to_string(i) + ".test";
    server.set_a(name, {"10.0.0." + std::to_string(i)});
    questions.push_back({name, 80});
  }
  const auto answers =
      look_up(questions, {.servers = server.address(), .wait = std::chrono::seconds(1)});
  CHECK(text_of(answers[0]) == "failed");
  for (std::size_t i = 1; i < answers.size(); ++i) CHECK(answers[i].endpoints.size() == 1);
}

TEST_CASE("waiting ends when it is cancelled") {
  DnsServer server;
  server.silence("silent.test");
  const int cancel = ::eventfd(1, EFD_CLOEXEC);
  const auto answers =
      look_up({{"silent.test", 80}},
              {.servers = server.address(), .wait = std::chrono::hours(1), .cancel_fd = cancel});
  CHECK(text_of(answers[0]) == "failed");
  ::close(cancel);
}

TEST_CASE("a server that is not there, or no address, is a failure") {
  CHECK(text_of(look_up({{"web.test", 80}},
                        {.servers = "127.0.0.1:1", .wait = std::chrono::milliseconds(100)})[0]) ==
        "failed");
  CHECK(text_of(look_up({{"web.test", 80}}, {.servers = "nonsense:x"})[0]) == "failed");
}
