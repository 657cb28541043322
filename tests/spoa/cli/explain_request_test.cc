#include "cli/explain_request.h"

#include <catch2/catch.hpp>

using Catch::Contains;
using pointsman::Result;
using pointsman::cli::RequestOptions;
using pointsman::cli::RequestText;
using pointsman::routing::Request;

namespace {

RequestText made(RequestOptions options) {
  Result<RequestText> text = RequestText::make(options);
  INFO((text ? "" : text.error().message));
  REQUIRE(text);
  return std::move(*text);
}

RequestText of_url(const std::string& url) {
  RequestOptions options;
  options.url = url;
  return made(options);
}

std::vector<std::string> headers(const RequestText& text, std::string_view name) {
  std::vector<std::string> values;
  text.view().headers.any_value(name, [&](std::string_view value) {
    values.emplace_back(value);
    return false;
  });
  return values;
}

}  // namespace

TEST_CASE("a URL is taken apart as a browser would") {
  const RequestText text = of_url("HTTPS://Shop.example.com:8443/a/b?c=d&e#f");
  const Request request = text.view();
  CHECK(request.scheme == "https");
  CHECK(request.host == "Shop.example.com:8443");
  CHECK(request.path == "/a/b");
  CHECK(request.query == "c=d&e");
  CHECK(request.sni == "Shop.example.com");
  CHECK(request.port == 8443U);
  CHECK(request.method == "GET");
  CHECK(text.over_tls());
  CHECK(headers(text, "Host") == std::vector<std::string>{"Shop.example.com:8443"});
}

TEST_CASE("what a URL leaves out is filled in") {
  const RequestText bare = of_url("http://x.example");
  CHECK(bare.view().path == "/");
  CHECK(bare.view().port == 80U);
  CHECK(bare.view().sni.empty());
  CHECK(of_url("https://x.example?q").view().query == "q");
  CHECK(of_url("https://x.example").view().port == 443U);
  CHECK(of_url("https://192.0.2.1/").view().sni.empty());
  CHECK(of_url("https://[2001:db8::1]:44/").view().sni.empty());
  CHECK(of_url("https://[2001:db8::1]:44/").view().port == 44U);
  const RequestText path = of_url("/only?a");
  CHECK(path.view().host.empty());
  CHECK_FALSE(path.view().port);
  CHECK(headers(path, "host").empty());
}

TEST_CASE("a Host header stands in for the URL's host") {
  RequestOptions options;
  options.url = "http://x.example/";
  options.headers = {"host: y.example", "X-A:", "X-A:  two\t"};
  const RequestText text = made(options);
  CHECK(text.view().host == "y.example");
  CHECK(headers(text, "host") == std::vector<std::string>{"y.example"});
  CHECK(headers(text, "x-a") == std::vector<std::string>{"", "two"});
}

TEST_CASE("cookies become one header, and values may hold anything but a separator") {
  RequestOptions options;
  options.cookies = {"a=1", "b=x=y", "c="};
  CHECK(headers(made(options), "cookie") == std::vector<std::string>{"a=1; b=x=y; c="});
}

TEST_CASE("a URL cut at any byte is read or refused, never misread") {
  const std::string whole = "https://[2001:db8::1]:8443/a?b=c#d";
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    RequestOptions options;
    options.url = whole.substr(0, length);
    const auto text = RequestText::make(options);
    INFO(options.url);
    // Without any URL, from the end of the bracket on, and with at least one digit after a colon.
    const std::size_t host_end = whole.find(']') + 1;
    CHECK(bool(text) == (length == 0 || (length >= host_end && length != host_end + 1)));
  }
}

TEST_CASE("the error names the option at fault and what was found") {
  RequestOptions options;
  options.url = "ftp://x.example/";
  CHECK_THAT(RequestText::make(options).error().message, Contains("--url") && Contains("ftp"));
}
