#include "config/listen_values.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;

namespace {

struct Read {
  std::vector<ListenAddress> listen;
  std::string faults;
};

// Of `spop: {listen: …}` in /etc/pointsman/pointsman.yaml.
Read parsed(const std::string& listen) {
  Diagnostics diagnostics;
  const config::Settings settings = config::parse_settings(
      "/etc/pointsman/pointsman.yaml", "spop: {listen: " + listen + "}\n", {}, diagnostics);
  Read read{settings.spop.listen, ""};
  for (const auto& item : diagnostics.items()) {
    read.faults += std::to_string(item.place.column) + " " + item.key + ": " + item.message + "\n";
  }
  return read;
}

std::string names(std::size_t count) {
  std::string list = "a";
  for (std::size_t i = 1; i < count; ++i) list += ", a";
  return "{address: '*:1', tls: {cert: c, client_ca: a, client_names: [" + list + "]}}";
}

}  // namespace

TEST_CASE(
    "a listener with TLS has files, relative to the settings, and knows where it names them") {
  const Read read = parsed(
      "['unix:/run/s', {address: '*:9012', tls: {cert: tls/a.pem, key: /k, client_ca: ca.pem, "
      "client_names: [haproxy1.example.com]}}]");
  CHECK(read.faults.empty());
  REQUIRE(read.listen.size() == 2);
  CHECK_FALSE(read.listen[0].tls);
  CHECK(read.listen[1].to_text() == "[::]:9012");
  REQUIRE(read.listen[1].tls);
  const TlsFiles& files = *read.listen[1].tls;
  CHECK(files.certificate.path == "/etc/pointsman/tls/a.pem");
  CHECK(files.certificate.key == "spop.listen[1].tls.cert");
  CHECK(files.certificate.place.line == 1);
  CHECK(files.certificate.place.column == 64);
  CHECK(files.key.path == "/k");
  CHECK(files.client_ca.path == "/etc/pointsman/ca.pem");
  CHECK(files.client_names == std::vector<std::string>{"haproxy1.example.com"});
}

TEST_CASE("only listeners that know who connects are told secrets") {
  const auto admits = [](const std::string& listen) {
    return parsed("[" + listen + "]").listen.front().admits_by_name();
  };
  CHECK(admits("'unix:/run/s'"));
  CHECK_FALSE(admits("'127.0.0.1:1'"));
  CHECK_FALSE(admits("{address: '127.0.0.1:1', tls: {cert: c}}"));
  CHECK(admits("{address: '127.0.0.1:1', tls: {cert: c, client_ca: a}}"));
}

TEST_CASE("a key stands in the certificate's file unless it has one of its own") {
  const Read read = parsed("{address: '*:1', tls: {cert: both.pem}}");
  CHECK(read.faults.empty());
  const TlsFiles& files = *read.listen.front().tls;
  CHECK(files.key.path == "/etc/pointsman/both.pem");
  CHECK(files.key.key == "spop.listen.tls.cert");
  CHECK(files.client_ca.path.empty());
}

TEST_CASE("a mapping without TLS is an address like any other") {
  const Read read = parsed("[{address: 'unix:x'}, {address: '*:1', tls: }]");
  CHECK(read.faults.empty());
  CHECK(read.listen.at(0).path == "/etc/pointsman/x");
  CHECK_FALSE(read.listen.at(1).tls);
}

TEST_CASE("one place is one listener, with TLS or without") {
  CHECK(parsed("['*:1', {address: '*:1', tls: {cert: c}}]").faults ==
        "24 spop.listen[1]: [::]:1 stands here twice\n");
}

TEST_CASE("what a listener with TLS lacks or has too much is told where it stands") {
  CHECK(parsed("{address: '*:1', tls: {}}").faults ==
        "38 spop.listen.tls: lacks cert, the file of the listener's certificate\n");
  CHECK(parsed("{tls: {cert: c}}").faults ==
        "16 spop.listen: lacks address, wanted an address like 127.0.0.1:9012, [::1]:9012, *:9012 "
        "or unix:/run/x.sock\n");
  CHECK(parsed("{address: 'unix:x', tls: {cert: c}}").faults ==
        "41 spop.listen.tls: a unix socket has no TLS: its mode and owner say who may connect\n");
  CHECK(parsed("{address: '*:1', tls: {cert: c, kye: k}}").faults ==
        "48 spop.listen.tls.kye: unknown key; did you mean 'key'?\n");
  CHECK(parsed("{address: '*:1', tls: {cert: c, client_names: [a]}}").faults ==
        "62 spop.listen.tls.client_names: counts only with client_ca, who signs these names\n");
  CHECK(parsed("{address: '*:1', tls: {cert: c, client_ca: a, client_names: a}}").faults ==
        "76 spop.listen.tls.client_names: found the text 'a', wanted a list of names like "
        "[haproxy1.example.com]\n");
}

TEST_CASE("as many client names as the limit are taken, one more is not") {
  CHECK(parsed(names(limits::kTlsClientNames)).faults.empty());
  CHECK_THAT(parsed(names(limits::kTlsClientNames + 1)).faults,
             Catch::Contains("found 65 names, at most 64 are allowed"));
}
