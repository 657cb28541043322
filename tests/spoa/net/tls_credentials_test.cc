#include "net/tls_credentials.h"

#include <catch2/catch.hpp>

#include "support/certificates.h"

namespace pointsman::net {

TEST_CASE("credentials follow their files, and keep the last good ones") {
  const test::TemporaryFolder folder;
  const test::CertificateMaker ca(folder, "ca");
  const auto pair = ca.make_pair("agent", "agent");
  const auto loaded = TlsCredentials::load(test::tls_files(pair, ca.path), unix_now());
  REQUIRE(loaded);
  TlsCredentials& credentials = **loaded;
  const auto first = credentials.current();
  CHECK_FALSE(*credentials.reload(unix_now()));
  CHECK(credentials.current() == first);

  const std::string old_key = folder.read("agent.key");
  ca.make_pair("agent", "agent");
  const std::string new_key = folder.read("agent.key");
  folder.write("agent.key", old_key, 0600);  // the other half is still to come
  const auto half = credentials.reload(unix_now());
  REQUIRE_FALSE(half);
  CHECK_THAT(half.error().to_text(), Catch::Contains("agent.key: the key is not the one"));
  CHECK(credentials.current() == first);
  folder.write("agent.key", new_key, 0600);
  CHECK(*credentials.reload(unix_now()));
  CHECK(credentials.current() != first);
}

TEST_CASE("credentials that can't be loaded are no credentials") {
  const auto loaded = TlsCredentials::load(test::tls_files({"/nonexistent", "/none"}), unix_now());
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().file.path == "/nonexistent");
}

}  // namespace pointsman::net
