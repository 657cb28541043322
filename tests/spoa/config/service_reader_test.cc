#include "config/service_reader.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "config/service_files.h"

using namespace pointsman;
using config::ServiceFile;
using config::ServiceSpec;

namespace {

ServiceFile parsed(const std::string& text, std::string& faults) {
  Diagnostics diagnostics;
  ServiceFile file = config::parse_service_file("web.yaml", text, diagnostics);
  for (const Diagnostic& item : diagnostics.items()) faults += to_text(item) + "\n";
  CHECK(file.faulty == diagnostics.has_errors());
  return file;
}

std::string faults_of(const std::string& text) {
  std::string faults;
  parsed(text, faults);
  return faults;
}

ServiceSpec service(const std::string& text) {
  std::string faults;
  const ServiceFile file = parsed(text, faults);
  CHECK(faults.empty());
  REQUIRE(file.services.size() == 1);
  return file.services[0];
}

}  // namespace

TEST_CASE("a service with everything is read as written") {
  const ServiceSpec spec = service(R"(
name: web
instances:
  - 10.0.0.7:8080
  - {id: b, address: "2001:db8::7", port: 1, weight: 0, tags: [v2, blue, v2]}
discover: {dns: web.internal, port: 3000, every: 10s}
)");
  CHECK(spec.name == "web");
  CHECK(spec.place.line == 2);
  REQUIRE(spec.service.instances.size() == 2);
  CHECK(spec.service.instances[0].id == "10.0.0.7-8080");
  CHECK(spec.service.instances[0].weight == registry::kDefaultWeight);
  const registry::Instance& b = spec.service.instances[1];
  CHECK(b.id == "b");
  CHECK(b.address.to_text() == "2001:db8::7");
  CHECK(b.weight == 0);
  CHECK(b.tags == std::vector<std::string>{"blue", "v2"});
  REQUIRE(spec.discover);
  CHECK(spec.discover->dns == "web.internal");
  CHECK(spec.discover->port == 3000);
  CHECK(spec.discover->every == std::chrono::seconds(10));
}

TEST_CASE("a file may name addresses that nobody may register") {
  CHECK(service("name: a\ninstances: ['127.0.0.1:80']").service.instances.size() == 1);
}

TEST_CASE("SRV names have ports of their own, others need one") {
  CHECK(service("name: a\ndiscover: {dns: _web._tcp.x}").discover->port == 0);
  CHECK(service("name: a\ndiscover: {dns: x, port: 80}").discover->every ==
        std::chrono::seconds(2));
}

TEST_CASE("all faults are told at once, with their places") {
  CHECK(
      faults_of("name: Web\n"
                "instances: [web:80, {address: web, prt: 1}, 10.0.0.7:80, '10.0.0.7:80']\n"
                "discover: {dns: web}\n") ==
      "web.yaml:1:7: name: found the text 'Web': a service's name consists of a to z, 0 to 9 and "
      "'-'\n"
      "web.yaml:2:13: instances[0]: found the text 'web:80', wanted an instance like "
      "10.0.0.7:8080 or [2001:db8::7]:8080 (a name is found by 'discover')\n"
      "web.yaml:2:21: instances[1]: port is missing, wanted a number from 1 to 65535\n"
      "web.yaml:2:31: instances[1].address: found the text 'web', wanted an IPv4 or IPv6 address "
      "(a name is found by 'discover')\n"
      "web.yaml:2:36: instances[1].prt: unknown key; did you mean 'port'?\n"
      "web.yaml:2:59: instances[3]: 10.0.0.7 port 80 stands here twice\n"
      "web.yaml:3:11: discover: port is missing, wanted a number from 1 to 65535 (only SRV names, "
      "which begin with '_', have their own)\n");
  CHECK(faults_of("name: a\ninstances: [{id: x, address: 10.0.0.1, port: 1}, "
                  "{id: x, address: 10.0.0.2, port: 1}]\n") ==
        "web.yaml:2:50: instances[1]: the id x stands here twice\n");
  CHECK(faults_of("instances: []\n") ==
        "web.yaml:1:1: name is missing, wanted the service's name\n");
}

TEST_CASE("a service has at most so many instances, and an instance so many tags") {
  std::string text = "name: a\ninstances:\n";
  for (std::size_t i = 0; i < limits::kInstancesPerService; ++i) {
    text += fmt::format("  - 10.0.{}.{}:80\n", i / 250, i % 250);
  }
  CHECK(faults_of(text).empty());
  CHECK(faults_of(text + "  - 10.1.0.0:80\n") ==
        "web.yaml:3:3: instances: found 1001 instances, at most 1000 are allowed\n");
  std::string tags = "t";
  for (std::size_t i = 1; i < limits::kInstanceTags; ++i) tags += fmt::format(", t{}", i);
  const std::string instance = "name: a\ninstances: [{{address: 10.0.0.1, port: 1, tags: [{}]}}]\n";
  CHECK(faults_of(fmt::format(fmt::runtime(instance), tags)).empty());
  CHECK(faults_of(fmt::format(fmt::runtime(instance), tags + ", u")).find("at most 16") !=
        std::string::npos);
}
