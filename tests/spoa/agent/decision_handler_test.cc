#include "agent/decision_handler.h"

#include <catch2/catch.hpp>

#include "spoa/agent/decision_fixture.h"

namespace pointsman::agent {
namespace {

using spop::TypedValue;
using test::Arguments;
using test::keys_of;
using test::kKey1;
using test::kKey2;
using test::table_of;
using test::text_of;
using test::Value;

constexpr UnixSeconds kNow = 1700000000;
using Variables = std::map<std::string, Value>;

TypedValue text(std::string_view value) { return TypedValue::of_text(value); }

TypedValue bytes_of(spop::ValueType type, Bytes bytes) { return {type, false, 0, bytes}; }

struct Fixture {
  // The variables that the message sets, in a frame with that much room.
  Variables ask(const Arguments& arguments, std::string_view name = "pointsman",
                std::size_t room = limits::kFrameSizeMax) {
    const ByteBuffer encoded = test::message(name, arguments);
    WireCursor cursor(encoded);
    const spop::Message message = spop::read_message(cursor);
    REQUIRE(cursor.ok());
    test::Frame ack{.type = test::kAck};
    spop::ActionList actions(ack.payload, room);
    handler.on_message(message, actions);
    last_size = ack.payload.size();
    const auto variables = test::read_ack(ack);
    REQUIRE(variables);
    return *variables;
  }
  AgentCounters counters() const {
    AgentCounters counters;
    handler.report(counters);
    return counters;
  }

  Published<routing::RouteTable> table;
  Published<KeyRing> keys;
  UnixSeconds now = kNow;
  std::size_t last_size = 0;
  DecisionHandler handler{"pointsman", table, keys, [] { return std::uint64_t{0}; },
                          [this] { return now; }};
};

std::string cookie_pair(const Variables& variables) {
  const std::string& cookie = text_of(variables, "cookie");
  return cookie.substr(0, cookie.find(';'));
}

// A request of a browser that has `cookie`, in one go.
Variables ask_with_cookie(Fixture& fixture, const std::string& cookie) {
  ByteBuffer headers;
  routing::append_header(headers, "host", "h");
  if (!cookie.empty()) routing::append_header(headers, "cookie", cookie);
  routing::end_headers(headers);
  return fixture.ask({{"gateway", text("shop")},
                      {"scheme", text("https")},
                      {"headers", bytes_of(spop::ValueType::kBinary, headers)}});
}

}  // namespace

TEST_CASE("a decision sets generation, route, backend, reason and who decided") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop host=shop.example\n route a 100%", 7));
  const Variables variables = fixture.ask({{"host", text("shop.example")}});
  CHECK(variables.at("txn.gen").integer == 7);
  CHECK(text_of(variables, "by") == "agent");
  CHECK(text_of(variables, "reason") == "weight");
  CHECK(text_of(variables, "gateway") == "shop");
  CHECK(text_of(variables, "route") == "a");
  CHECK(text_of(variables, "backend") == "shop__a");
  CHECK(variables.size() == 6);  // nothing to rewrite, no cookie, no alternate
}

TEST_CASE("the alternate comes with its own route, backend and path") {
  Fixture fixture;
  fixture.table.publish(
      table_of("gateway shop\n"
               " route a 0% if true\n  rewrite /a%[path]\n"
               " route b 100%\n  rewrite /b%[path]",
               1));
  const Variables variables = fixture.ask({{"gateway", text("shop")}, {"path", text("/x")}});
  CHECK(text_of(variables, "reason") == "condition");
  CHECK(text_of(variables, "backend") == "shop__a");
  CHECK(text_of(variables, "path") == "/a/x");
  CHECK(text_of(variables, "alternate") == "shop__b");
  CHECK(text_of(variables, "alternate_route") == "b");
  CHECK(text_of(variables, "alternate_path") == "/b/x");
}

TEST_CASE("a table that has nothing for the request is still a decision") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop host=shop.example\n route a 100%", 7));
  const Variables variables = fixture.ask({{"host", text("other.example")}});
  CHECK(variables.at("txn.gen").integer == 7);
  CHECK(text_of(variables, "reason") == "none");
  CHECK(variables.size() == 3);
  CHECK(fixture.counters().decisions_by_reason[0] == 1);
}

TEST_CASE("a visitor whom a condition let go gets a cookie, although no route serves") {
  Fixture fixture;
  fixture.keys.publish(keys_of(kKey1));
  fixture.table.publish(table_of("gateway shop sticky\n route a 0% at 0% if true", 7));
  const Variables variables = ask_with_cookie(fixture, "");
  CHECK(text_of(variables, "reason") == "none");
  CHECK(variables.count("txn.route") == 0);
  CHECK(cookie_pair(variables).starts_with("pm_shop="));
  CHECK(ask_with_cookie(fixture, cookie_pair(variables)).count("txn.cookie") == 0);
}

TEST_CASE("before the first table, and for a message of another name, nothing is set") {
  Fixture fixture;
  CHECK(fixture.ask({{"host", text("shop.example")}}).empty());
  fixture.table.publish(table_of("gateway shop host=shop.example\n route a 100%", 1));
  CHECK(fixture.ask({{"host", text("shop.example")}}, "pointsma").empty());
  CHECK(fixture.ask({{"host", text("shop.example")}}, "").empty());
  CHECK(fixture.counters().unknown_messages == 2);
  CHECK(fixture.counters().decisions == 0);
}

TEST_CASE("every argument reaches the request") {
  const auto src = *IpAddress::parse("2001:db8::1");
  ByteBuffer headers;
  routing::append_header(headers, "x", "1");
  routing::end_headers(headers);
  const ByteBuffer encoded =
      test::message("m", {{"gateway", text("g")},
                          {"method", text("GET")},
                          {"scheme", text("https")},
                          {"host", text("h")},
                          {"path", text("/p")},
                          {"query", text("q=1")},
                          {"sni", text("s")},
                          {"src", bytes_of(spop::ValueType::kIpv6, src.bytes)},
                          {"dst_port", TypedValue::of_int64(443)},
                          {"headers", bytes_of(spop::ValueType::kBinary, headers)}});
  WireCursor cursor(encoded);
  agent::RequestScratch scratch;
  const routing::Request request = to_request(spop::read_message(cursor), scratch);
  CHECK(request.gateway == "g");
  CHECK(request.method == "GET");
  CHECK(request.scheme == "https");
  CHECK(request.host == "h");
  CHECK(request.path == "/p");
  CHECK(request.query == "q=1");
  CHECK(request.sni == "s");
  CHECK(request.src == src);
  CHECK(request.port == 443u);
  CHECK(request.headers.any_value("x", [](std::string_view value) { return value == "1"; }));
}

TEST_CASE("arguments that are unknown, NULL or of an odd type are as absent") {
  const ByteBuffer four{10, 0, 0, 1};
  const ByteBuffer encoded =
      test::message("m", {{"gateway", TypedValue::null()},
                          {"", text("unnamed")},
                          {"hosts", text("unknown")},
                          {"host", TypedValue::of_int64(1)},
                          {"path", TypedValue::of_bool(true)},
                          {"query", TypedValue::null()},
                          {"src", text("10.0.0.1")},
                          {"dst_port", text("443")},
                          {"headers", bytes_of(spop::ValueType::kIpv4, four)}});
  WireCursor cursor(encoded);
  agent::RequestScratch scratch;
  const routing::Request request = to_request(spop::read_message(cursor), scratch);
  CHECK_FALSE(request.gateway);
  CHECK(request.host.empty());
  CHECK(request.path.empty());
  CHECK(request.query.empty());
  CHECK_FALSE(request.src);
  CHECK_FALSE(request.port);
  CHECK_FALSE(request.headers.any_value("x", [](std::string_view) { return true; }));
}

TEST_CASE("headers that come singly are as good as a block of them") {
  const ByteBuffer encoded =
      test::message("m", {{"header_x-a", text("1")},
                          {"header_cookie", text("a=b; c=d")},
                          {"header_x-empty", text("")},
                          {"header_x-binary", bytes_of(spop::ValueType::kBinary, as_bytes("2"))},
                          {"header_", text("unnamed")},
                          {"header_x-null", TypedValue::null()},
                          {"header_x-odd", TypedValue::of_int64(1)},
                          {"header_x-last", text("3")}});
  agent::RequestScratch scratch;
  // What an earlier request had is not left in the buffer.
  routing::append_header(scratch.lean_headers, "x-earlier", "1");
  WireCursor cursor(encoded);
  const routing::Request request = to_request(spop::read_message(cursor), scratch);
  const auto value_of = [&](std::string_view name) {
    std::string found = "(absent)";
    request.headers.any_value(name, [&](std::string_view value) {
      found = value;
      return true;
    });
    return found;
  };
  CHECK(value_of("X-A") == "1");
  CHECK(value_of("x-empty") == "");
  CHECK(value_of("x-binary") == "2");
  CHECK(value_of("x-last") == "3");
  for (const char* name : {"", "x-null", "x-odd", "x-earlier"}) CHECK(value_of(name) == "(absent)");
  CHECK(request.headers.any_cookie("c", [](std::string_view value) { return value == "d"; }));
}

TEST_CASE("who sends the whole block of headers needs no single ones") {
  ByteBuffer headers;
  routing::append_header(headers, "x-a", "1");
  routing::end_headers(headers);
  const TypedValue block = bytes_of(spop::ValueType::kBinary, headers);
  for (const Arguments& arguments : {Arguments{{"headers", block}, {"header_x-b", text("2")}},
                                     Arguments{{"header_x-b", text("2")}, {"headers", block}}}) {
    const ByteBuffer encoded = test::message("m", arguments);
    WireCursor cursor(encoded);
    agent::RequestScratch scratch;
    const routing::Request request = to_request(spop::read_message(cursor), scratch);
    CHECK(request.headers.any_value("x-a", [](std::string_view value) { return value == "1"; }));
    CHECK_FALSE(request.headers.any_value("x-b", [](std::string_view) { return true; }));
  }
}

TEST_CASE("a port has 16 bits, a source address may be IPv4, and an empty gateway names none") {
  const ByteBuffer four{10, 0, 0, 1};
  const auto port_of = [](std::int64_t value) {
    const ByteBuffer encoded = test::message("m", {{"dst_port", TypedValue::of_int64(value)}});
    WireCursor cursor(encoded);
    agent::RequestScratch scratch;
    return to_request(spop::read_message(cursor), scratch).port;
  };
  CHECK(port_of(0) == 0u);
  CHECK(port_of(65535) == 65535u);
  CHECK_FALSE(port_of(65536));
  CHECK_FALSE(port_of(-1));
  const ByteBuffer encoded =
      test::message("m", {{"src", bytes_of(spop::ValueType::kIpv4, four)}, {"gateway", text("")}});
  WireCursor cursor(encoded);
  agent::RequestScratch scratch;
  const routing::Request request = to_request(spop::read_message(cursor), scratch);
  CHECK(request.src == IpAddress::parse("10.0.0.1"));
  CHECK_FALSE(request.gateway);
}

TEST_CASE("a decision that does not fit the frame sets nothing, so that HAProxy decides") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop sticky\n route a 50%\n route b 50%", 1));
  fixture.keys.publish(keys_of(kKey1));
  const Arguments arguments = {{"gateway", text("shop")}};
  fixture.ask(arguments);
  const std::size_t whole = fixture.last_size;
  CHECK(fixture.ask(arguments, "pointsman", whole).contains("txn.alternate_cookie"));
  CHECK(fixture.counters().answers_too_large == 0);
  for (std::size_t room = 0; room < whole; ++room) {
    CHECK(fixture.ask(arguments, "pointsman", room).empty());
  }
  CHECK(fixture.counters().answers_too_large == whole);
}

TEST_CASE("a new visitor of a sticky gateway gets a cookie, and with it the same route") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop sticky\n route a 50%\n route b 50%", 1));
  fixture.keys.publish(keys_of(kKey1));
  for (int visitor = 0; visitor < 10; ++visitor) {
    const Variables first = ask_with_cookie(fixture, "");
    const std::string pair = cookie_pair(first);
    CHECK(pair.starts_with("pm_shop="));
    CHECK(text_of(first, "cookie").ends_with("; Secure; HttpOnly"));
    CHECK(text_of(first, "alternate_cookie").starts_with("pm_shop="));
    CHECK(text_of(first, "alternate_cookie") != text_of(first, "cookie"));
    const Variables again = ask_with_cookie(fixture, pair);
    CHECK(text_of(again, "route") == text_of(first, "route"));
    CHECK(text_of(again, "reason") == "sticky");
    CHECK(text_of(again, "cookie") == "(absent)");
  }
}

TEST_CASE("a visitor stays by a cookie that comes as a single header") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop sticky\n route a 50%\n route b 50%", 1));
  fixture.keys.publish(keys_of(kKey1));
  const Variables first = fixture.ask({{"gateway", text("shop")}});
  const Variables again =
      fixture.ask({{"gateway", text("shop")}, {"header_cookie", text(cookie_pair(first))}});
  CHECK(text_of(again, "reason") == "sticky");
  CHECK(text_of(again, "route") == text_of(first, "route"));
}

TEST_CASE("visitors stay over a rotation of keys, and leave with the key that signed them") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop sticky\n route a 50%\n route b 50%", 1));
  fixture.keys.publish(keys_of(kKey1));
  const std::string pair = cookie_pair(ask_with_cookie(fixture, ""));
  fixture.keys.publish(keys_of(std::string(kKey2) + kKey1));
  CHECK(text_of(ask_with_cookie(fixture, pair), "reason") == "sticky");
  fixture.keys.publish(keys_of(kKey2));
  CHECK(text_of(ask_with_cookie(fixture, pair), "reason") == "weight");
  const auto unknown_key = static_cast<std::size_t>(routing::TokenRejection::kUnknownKey);
  CHECK(fixture.counters().decision.token_rejected[unknown_key] == 1);
}

TEST_CASE("without keys a sticky gateway decides by weight and sets no cookie") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop sticky\n route a 100%", 1));
  const Variables variables = ask_with_cookie(fixture, "pm_shop=AAAA");
  CHECK(text_of(variables, "reason") == "weight");
  CHECK(text_of(variables, "cookie") == "(absent)");
}

TEST_CASE("a table that is published takes effect at the next message") {
  Fixture fixture;
  fixture.table.publish(table_of("gateway shop\n route a 100%", 1));
  CHECK(text_of(fixture.ask({{"gateway", text("shop")}}), "route") == "a");
  fixture.table.publish(table_of("gateway shop\n route b 100%", 2));
  const Variables variables = fixture.ask({{"gateway", text("shop")}});
  CHECK(text_of(variables, "route") == "b");
  CHECK(variables.at("txn.gen").integer == 2);
}

TEST_CASE("an ACL holds where HAProxy says true; NULL and other types are false") {
  const ByteBuffer encoded = test::message("m", {{"acl_00000001", TypedValue::of_bool(true)},
                                                 {"acl_00000002", TypedValue::of_bool(false)},
                                                 {"acl_00000003", TypedValue::null()},
                                                 {"acl_00000004", TypedValue::of_int64(1)}});
  RequestScratch scratch;
  scratch.raw_acls.push_back({"of an earlier request", true});
  WireCursor cursor(encoded);
  const routing::Request request = to_request(spop::read_message(cursor), scratch);
  REQUIRE(request.raw_acls.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(request.raw_acls[i].name == "0000000" + std::to_string(i + 1));
    CHECK(request.raw_acls[i].holds == (i == 0));
  }
}

}  // namespace pointsman::agent
