#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "agent/decision_handler.h"
#include "spoa/agent/decision_fixture.h"

namespace {

thread_local std::size_t allocations = 0;

void* counted_or_null(std::size_t size) {
  ++allocations;
  return std::malloc(size > 0 ? size : 1);
}

void* counted(std::size_t size) {
  if (void* const memory = counted_or_null(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted_or_null(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace pointsman::agent {
namespace {

using spop::TypedValue;

// Feeds and empties a session as a connection does.
void talk(spop::Session& session, Bytes input) {
  session.receive(input);
  while (!session.output().empty()) session.consume_output(session.output().size());
}

}  // namespace

TEST_CASE("a request that is neither sticky nor rewritten is decided without allocating") {
  const std::size_t at_start = allocations;
  Published<routing::RouteTable> table;
  Published<KeyRing> keys;
  keys.publish(test::keys_of(test::kKey1));
  table.publish(test::table_of(
      "gateway shop host=*.a-rather-long-virtual-host.example\n"
      " route a-route-with-a-long-name 80% if path matches ^/a and header x-test == 1\n"
      " route another-route-with-a-long-name 20% at 50% if user-agent == Firefox",
      1));
  ByteBuffer headers;
  routing::append_header(headers, "user-agent", "Mozilla/5.0 Firefox/121.0");
  routing::append_header(headers, "cookie", "a=b; c=d");
  routing::append_header(headers, "x-test", "2");
  routing::end_headers(headers);
  const ByteBuffer notify = test::notify_frame(
      1, 1, "pointsman",
      {{"method", TypedValue::of_text("GET")},
       {"host", TypedValue::of_text("WWW.A-rather-long-virtual-host.example:8443.")},
       {"path", TypedValue::of_text("/a/path/that/fits/no/small/string")},
       {"headers", {spop::ValueType::kBinary, false, 0, headers}}});

  DecisionHandler handler(
      "pointsman", table, keys, [] { return std::uint64_t{0}; },
      [] { return UnixSeconds{1700000000}; });
  spop::SessionCounters counters;
  spop::Session session(handler, counters);
  talk(session, test::hello_frame());
  for (int i = 0; i < 10; ++i) talk(session, notify);

  const std::size_t before = allocations;
  for (int i = 0; i < 1000; ++i) talk(session, notify);
  const std::size_t after = allocations;
  CHECK(after == before);
  AgentCounters sum;
  handler.report(sum);
  CHECK(sum.decisions == 1010);
  CHECK(before > at_start);  // the count is alive
}

}  // namespace pointsman::agent
