#include "routing/references.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "tests/support/gateway_text.h"

using namespace pointsman;
using namespace pointsman::routing;

namespace {

// All findings, one a line, as "gateway: key: message".
std::string findings(const std::string& text) {
  const auto gateways = test::compiled(text);
  NameMap<const Gateway*> by_name;
  for (const auto& gateway : gateways) by_name.emplace(gateway->name, gateway.get());
  Diagnostics diagnostics;
  check_references(gateways, by_name, diagnostics);
  std::string lines;
  for (const Diagnostic& item : diagnostics.items()) {
    lines += item.gateway + ": " + item.key + ": " + item.message + "\n";
  }
  return lines;
}

// g0 → g1 → … → g<steps>
std::string chain(std::size_t steps, const std::string& words = "") {
  std::string text;
  for (std::size_t i = 0; i < steps; ++i) {
    text += "gateway g" + std::to_string(i) + words + "\n route next - to g" +
            std::to_string(i + 1) + "\n";
  }
  return text + "gateway g" + std::to_string(steps) + "\n route end -\n";
}

}  // namespace

TEST_CASE("A gateway of tcp and one of http do not refer to each other") {
  CHECK(findings("gateway a\n route r - to b\ngateway b tcp\n route r -\n") ==
        "a: routes.r.gateway: one of the two gateways is for tcp, the other for http\n");
  CHECK(findings("gateway a tcp\n route r - to b\ngateway b\n route r -\n") ==
        "a: routes.r.gateway: one of the two gateways is for tcp, the other for http\n");
  CHECK(findings("gateway a tcp\n route r - to b\ngateway b tcp\n route r -\n") == "");
}

TEST_CASE("Gateways may refer to others in any order, also to the same one from two sides") {
  CHECK(findings(R"(
      gateway a
        route left 50% to b
        route right 50% to c
      gateway b
        route next - to d
      gateway c
        route next - to d
      gateway d
        route end -
      )") == "");
}

TEST_CASE("A reference to a gateway that is not there is found") {
  CHECK(findings("gateway a\n route next - to nowhere") ==
        "a: routes.next.gateway: there is no gateway nowhere\n");
}

TEST_CASE("A circle of references is found where it closes") {
  CHECK(findings("gateway a\n route next - to a") ==
        "a: routes.next.gateway: the references go in a circle: a -> a\n");
  CHECK(findings(R"(
      gateway a
        route own 50%
        route next 50% to b
      gateway b
        route next - to c
      gateway c
        route back - to a
      )") == "c: routes.back.gateway: the references go in a circle: a -> b -> c -> a\n");
}

TEST_CASE("A path of references has as many steps as the limit, and not one more") {
  CHECK(findings(chain(limits::kReferenceSteps)) == "");
  CHECK(findings(chain(limits::kReferenceSteps + 1)) ==
        "g0: routes.next.gateway: a decision would follow 9 references from here, at most 8 are "
        "allowed\n");
}

TEST_CASE("A chain as long as there may be gateways is refused without exhausting the stack") {
  const std::string text = findings(chain(limits::kGateways - 1));
  CHECK(text.starts_with("g9990: "));
  CHECK(text.find("g9991: ") == std::string::npos);
}

TEST_CASE("The longest of several paths counts") {
  CHECK(findings("gateway x\n route short 50% to g1\n route long 50% to g0\n" + chain(8)) ==
        "x: routes.long.gateway: a decision would follow 9 references from here, at most 8 are "
        "allowed\n");
}

TEST_CASE("One sticky gateway on a path is enough") {
  CHECK(findings(R"(
      gateway a
        route left 50% to b
        route right 50% to c
      gateway b sticky
        route end -
      gateway c instance
        route end -
      )") == "");
  CHECK(findings(R"(
      gateway a sticky
        route own 50%
        route next 50% to b
      gateway b
        route next - to c
      gateway c instance
        route end -
      )") ==
        "a: routes.next.gateway: leads to gateway c, and both are sticky; at most one gateway on a "
        "path of references may be\n");
}
