#include "registry/merge.h"

#include <catch2/catch.hpp>

#include "registry_fixture.h"

using namespace pointsman;
using namespace pointsman::test;

namespace {

void add(Sources& sources, SourceKind source, const std::string& service, const Instance& entry,
         Phase phase = Phase::kLive) {
  sources[index_of(source)][service][entry.id] = {entry, phase, kNever, {}};
}

}  // namespace

TEST_CASE("the services of all sources are there, each instance once and by id") {
  Sources sources;
  add(sources, SourceKind::kDns, "web", instance("a", "10.0.0.4"));
  add(sources, SourceKind::kHttp, "web", instance("c", "10.0.0.3"));
  add(sources, SourceKind::kFiles, "web", instance("b", "10.0.0.2"));
  add(sources, SourceKind::kGateways, "db", instance("d", "10.0.0.1"));
  sources[index_of(SourceKind::kFiles)]["empty"];
  CHECK(to_text(merge(sources)) == "db: d, empty:, web: a b c");
}

TEST_CASE("of the same id, or the same address and port, the earlier source has its way") {
  Sources sources;
  add(sources, SourceKind::kHttp, "web", instance("a", "10.0.0.9"));
  add(sources, SourceKind::kFiles, "web", instance("a", "10.0.0.1", 80, 0));
  add(sources, SourceKind::kDns, "web", instance("z", "10.0.0.9"));
  add(sources, SourceKind::kHttp, "web", instance("y", "10.0.0.1"));
  const Services services = merge(sources);
  // The address of the one that lost counts for nothing: z keeps it.
  CHECK(to_text(services) == "web: a* z");
  CHECK(services.at("web").instances[0].address == *IpAddress::parse("10.0.0.1"));
}

TEST_CASE("what is live goes before what is held, whatever the source") {
  Sources sources;
  add(sources, SourceKind::kHttp, "web", instance("a", "10.0.0.1"), Phase::kHeld);
  add(sources, SourceKind::kDns, "web", instance("b", "10.0.0.1"));
  add(sources, SourceKind::kHttp, "web", instance("c", "10.0.0.2"), Phase::kHeld);
  add(sources, SourceKind::kHttp, "web", instance("d", "10.0.0.3"), Phase::kGone);
  CHECK(to_text(merge(sources)) == "web: b c");
}
