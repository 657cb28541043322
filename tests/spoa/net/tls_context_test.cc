#include "net/tls_context.h"

#include <catch2/catch.hpp>

#include "support/certificates.h"

namespace pointsman::net {
namespace {

using Catch::Contains;
using std::chrono::hours;
using test::CertificateMaker;

struct Fixture {
  // What is wrong with which file; empty: nothing.
  std::string fault() const {
    const auto loaded = TlsContext::load(files, unix_now());
    return loaded ? "" : loaded.error().to_text();
  }

  test::TemporaryFolder folder;
  CertificateMaker ca{folder, "ca"};
  CertificateMaker::Pair own = ca.make_pair("agent", "agent");
  TlsFiles files = test::tls_files(own, ca.path);
};

}  // namespace

TEST_CASE("a certificate with its key and a client CA is loaded, and its end is known") {
  const Fixture fixture;
  const auto loaded = TlsContext::load(fixture.files, unix_now());
  REQUIRE(loaded);
  CHECK((*loaded)->expires() > unix_now() + 3000);
  CHECK((*loaded)->expires() <= unix_now() + 3600);
}

TEST_CASE("certificate and key may stand in one file, which is then as secret as a key") {
  Fixture fixture;
  const std::string both = fixture.folder.read("agent.pem") + fixture.folder.read("agent.key");
  fixture.files.certificate.path = fixture.folder.write("both", both, 0600);
  fixture.files.key.path = fixture.files.certificate.path;
  CHECK(fixture.fault().empty());
  fixture.folder.write("both", both, 0644);
  CHECK_THAT(fixture.fault(), Contains("both: mode 0644 lets everybody in"));
}

TEST_CASE("the file that is at fault is named") {
  Fixture fixture;
  SECTION("a certificate that is not there") {
    fixture.files.certificate.path = "/nonexistent/agent.pem";
    CHECK(fixture.fault() == "/nonexistent/agent.pem: No such file or directory");
  }
  SECTION("a key that is none") {
    fixture.files.key.path = fixture.folder.write("rubbish", "rubbish", 0600);
    CHECK_THAT(fixture.fault(), Contains("rubbish: no private key in PEM form"));
  }
  SECTION("a key that everybody may read") {
    fixture.folder.write("agent.key", fixture.folder.read("agent.key"), 0604);
    CHECK_THAT(fixture.fault(), Contains("agent.key: mode 0604 lets everybody in"));
  }
  SECTION("the key of another certificate") {
    fixture.files.key.path = fixture.ca.make_pair("other", "other").key;
    CHECK_THAT(fixture.fault(),
               Contains("other.key: the key is not the one of the certificate in " +
                        fixture.own.certificate));
  }
  SECTION("a certificate that has expired") {
    fixture.ca.make_pair("agent", "agent", {.from = hours(-2), .to = hours(-1)});
    CHECK_THAT(fixture.fault(), Contains("agent.pem: the certificate expired on "));
  }
  SECTION("a certificate of the future") {
    fixture.ca.make_pair("agent", "agent", {.from = hours(1), .to = hours(2)});
    CHECK_THAT(fixture.fault(), Contains("agent.pem: the certificate is not valid before "));
  }
  SECTION("a client CA that is none") {
    fixture.files.client_ca.path = fixture.folder.write("ca.pem", "rubbish");
    CHECK_THAT(fixture.fault(), Contains("ca.pem: no certificate in PEM form"));
  }
}

TEST_CASE("of several client CAs one that is good is enough") {
  Fixture fixture;
  const std::string good = fixture.folder.read("ca.pem");
  fixture.ca.make_pair("old-ca", "old", {.from = hours(-2), .to = hours(-1)});
  const std::string old = fixture.folder.read("old-ca.pem");
  fixture.files.client_ca.path = fixture.folder.write("cas", old + good);
  CHECK(fixture.fault().empty());
  fixture.folder.write("cas", old);
  CHECK_THAT(fixture.fault(), Contains("cas: the CA's certificate expired on "));
}

TEST_CASE("contexts of the same texts are the same, others are not") {
  const Fixture fixture;
  const auto load = [&] { return *TlsContext::load(fixture.files, unix_now()); };
  const auto first = load();
  CHECK(first->is_same_as(*load()));
  fixture.ca.make_pair("agent", "agent");
  CHECK_FALSE(first->is_same_as(*load()));
}

}  // namespace pointsman::net
