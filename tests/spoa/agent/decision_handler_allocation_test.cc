#include <openssl/crypto.h>

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

// OpenSSL takes its memory by functions that can be set before it first does.
void* counted_by_openssl(std::size_t size, const char* /*file*/, int /*line*/) {
  return counted_or_null(size);
}
void* recounted_by_openssl(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
  ++allocations;
  return std::realloc(memory, size);
}
void freed_by_openssl(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

const bool openssl_is_counted =
    CRYPTO_set_mem_functions(counted_by_openssl, recounted_by_openssl, freed_by_openssl) == 1;

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

constexpr UnixSeconds kNow = 1700000000;

// What 1,000 requests allocate once a few others have gone before.
std::size_t steady_allocations(const std::string& gateway, const test::Arguments& arguments,
                               routing::Reason wanted) {
  Published<routing::RouteTable> table;
  Published<KeyRing> keys;
  keys.publish(test::keys_of(test::kKey1));
  table.publish(test::table_of(gateway, 1));
  DecisionHandler handler(
      "pointsman", table, keys, [] { return std::uint64_t{0}; }, [] { return kNow; });
  spop::SessionCounters counters;
  spop::Session session(handler, counters);
  const ByteBuffer notify = test::notify_frame(1, 1, "pointsman", arguments);

  const std::size_t at_start = allocations;
  talk(session, test::hello_frame());
  for (int i = 0; i < 10; ++i) talk(session, notify);
  const std::size_t before = allocations;
  CHECK(before > at_start);  // the count is alive
  for (int i = 0; i < 1000; ++i) talk(session, notify);
  const std::size_t after = allocations;

  AgentCounters sum;
  handler.report(sum);
  CHECK(sum.decisions_by_reason[static_cast<std::size_t>(wanted)] == 1010);
  return after - before;
}

constexpr const char* kGateway =
    "gateway shop host=*.a-rather-long-virtual-host.example\n"
    " route a-route-with-a-long-name 80% if path matches ^/a and header x-test == 1\n"
    " route another-route-with-a-long-name 20% at 50% if user-agent == Firefox";

const test::Arguments kRequest = {
    {"method", TypedValue::of_text("GET")},
    {"host", TypedValue::of_text("WWW.A-rather-long-virtual-host.example.:8443")},
    {"path", TypedValue::of_text("/a/path/that/fits/no/small/string")}};

test::Arguments with(test::Arguments arguments, const test::Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

TEST_CASE("a request that is neither sticky nor rewritten is decided without allocating") {
  ByteBuffer headers;
  routing::append_header(headers, "user-agent", "Mozilla/5.0 Firefox/121.0");
  routing::append_header(headers, "cookie", "a=b; c=d");
  routing::append_header(headers, "x-test", "1");
  routing::end_headers(headers);
  const TypedValue block{spop::ValueType::kBinary, false, 0, headers};
  CHECK(steady_allocations(kGateway, with(kRequest, {{"headers", block}}),
                           routing::Reason::kCondition) == 0);
}

TEST_CASE("nor does one allocate whose headers come singly") {
  const test::Arguments headers = {
      {"header_user-agent", TypedValue::of_text("Mozilla/5.0 (X11) Gecko/20100101 Opera/121.0")},
      {"header_cookie", TypedValue::of_text("a=b; c=d")},
      {"header_x-test", TypedValue::of_text("1")}};
  CHECK(steady_allocations(kGateway, with(kRequest, headers), routing::Reason::kCondition) == 0);
}

TEST_CASE("nor does a visitor whose cookie holds") {
  REQUIRE(openssl_is_counted);
  routing::Token token;
  token.issued = kNow;
  token.seen = kNow;
  token.route_tag = routing::route_tag("shop", "another-route-with-a-long-name", "0");
  const std::string cookie = "pm_shop=" + test::keys_of(test::kKey1)->sign("shop", token);
  CHECK(steady_allocations("gateway shop sticky\n route a-route-with-a-long-name 80%\n"
                           " route another-route-with-a-long-name 20%",
                           with(kRequest, {{"gateway", TypedValue::of_text("shop")},
                                           {"header_cookie", TypedValue::of_text(cookie)}}),
                           routing::Reason::kSticky) == 0);
}

}  // namespace pointsman::agent
