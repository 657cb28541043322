#include "net/tls_pem.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "support/certificates.h"

namespace pointsman::net {
namespace {

using Catch::Contains;
using std::chrono::hours;
using test::CertificateMaker;

struct Fixture {
  std::string pem(const std::string& name, const test::CertificateOptions& options = {}) {
    ca.make_pair("made", name, options);
    return folder.read("made.pem");
  }
  OpenSslPointer<X509> certificate(const std::string& name,
                                   const test::CertificateOptions& options = {}) {
    auto parsed = parse_certificates(pem(name, options));
    REQUIRE(parsed);
    return std::move(parsed->front());
  }

  test::TemporaryFolder folder;
  CertificateMaker ca{folder, "ca"};
};

std::string fault(const Result<Certificates>& parsed) {
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("all certificates of a text are read, whatever stands between them") {
  Fixture fixture;
  const auto parsed = parse_certificates("# a comment\n" + fixture.pem("a") + "\n" +
                                         fixture.folder.read("ca.pem") + "the end\n");
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 2);
  CHECK(subject_of(*parsed->at(0)) == "CN = a");
  CHECK(issuer_of(*parsed->at(0)) == "CN = ca");
  CHECK(subject_of(*parsed->at(1)) == "CN = ca");
}

TEST_CASE("a text without certificates, and one that is damaged, is a fault") {
  Fixture fixture;
  const std::string good = fixture.pem("a");
  CHECK_THAT(fault(parse_certificates("")), Contains("no certificate in PEM form"));
  CHECK_THAT(fault(parse_certificates(fixture.folder.read("made.key"))),
             Contains("no certificate in PEM form"));
  std::string damaged = good;
  damaged.replace(60, 4, "!!!!");
  CHECK_THAT(fault(parse_certificates(damaged)), Contains("certificate 1 is damaged"));
  CHECK_THAT(fault(parse_certificates(good + good.substr(0, good.size() / 2))),
             Contains("certificate 2 is damaged"));
}

TEST_CASE("as many certificates as the limit are taken from a file, one more is not") {
  Fixture fixture;
  const std::string one = fixture.pem("a");
  std::string many;
  for (std::size_t i = 0; i < limits::kPemCertificates; ++i) many += one;
  CHECK(parse_certificates(many));
  CHECK(fault(parse_certificates(many + one)) == "more than 1000 certificates");
}

TEST_CASE("a key is read where there is one without a passphrase") {
  Fixture fixture;
  fixture.pem("a");
  const std::string key = fixture.folder.read("made.key");
  CHECK(parse_private_key(key));
  CHECK(parse_private_key(fixture.folder.read("made.pem") + key));
  const auto absent = parse_private_key(fixture.folder.read("made.pem"));
  REQUIRE_FALSE(absent);
  CHECK_THAT(absent.error().message, Contains("no private key in PEM form"));
  const auto cut = parse_private_key(key.substr(0, key.size() / 2));
  REQUIRE_FALSE(cut);
  CHECK_THAT(cut.error().message, Contains("the key is damaged"));
  const auto encrypted = parse_private_key(
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBDXV2hTvPn1c8kq1VYn\n"
      "hxkmAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQUQx3bXCLc3pNnUBc\n"
      "cSbIJQRAl0Yf0cjJr7qiEqFLYHHwlZ/8pD0dQ0pT1x7T1rAQB1b1cQvC0k6XoCwT\n"
      "TnZ8nRkZ1xE3yZ0yM8mKqGwG1tJ1cg==\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n");
  REQUIRE_FALSE(encrypted);
  CHECK(encrypted.error().message == "the key is encrypted; wanted one without a passphrase");
}

TEST_CASE("a file with a key that everybody may read is refused") {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("key", "text", 0644);
  CHECK(*read_pem_file(path) == "text");
  CHECK_THAT(read_secret_pem_file(path).error().message, Contains("mode 0644 lets everybody in"));
  for (const mode_t mode : {0600U, 0640U, 0400U}) {
    CHECK(read_secret_pem_file(folder.write("key", "text", mode)));
  }
  CHECK(read_secret_pem_file(folder.path("none")).error().message == "No such file or directory");
}

TEST_CASE("a file of the largest size is read, one byte more is not") {
  const test::TemporaryFolder folder;
  CHECK(read_pem_file(folder.write("x", std::string(limits::kPemFileBytes, 'x'))));
  CHECK_FALSE(read_pem_file(folder.write("x", std::string(limits::kPemFileBytes + 1, 'x'))));
}

TEST_CASE("a certificate is good from one time to another") {
  Fixture fixture;
  const auto certificate = fixture.certificate("a");
  const UnixSeconds start = not_before(*certificate);
  const UnixSeconds end = not_after(*certificate);
  CHECK(end - start == 3660);
  CHECK(fault_in_validity(*certificate, start).empty());
  CHECK(fault_in_validity(*certificate, end).empty());
  CHECK(fault_in_validity(*certificate, end + 1) == "expired on " + date_text(end));
  CHECK(fault_in_validity(*certificate, start - 1) == "is not valid before " + date_text(start));
  CHECK(date_text(1767225600) == "2026-01-01 00:00 UTC");
}

TEST_CASE("names in certificates are shown printable, and not without end") {
  Fixture fixture;
  CHECK(subject_of(*fixture.certificate("a\nb\x1b[0m")) == "CN = a\\0Ab\\1B[0m");
  const std::string shown = "CN = ";
  OpenSslPointer<X509> plain(X509_new());
  CHECK(subject_of(*plain) == "nobody");
  const auto with = [&](std::size_t size) {
    X509_NAME* const name = X509_get_subject_name(plain.get());
    while (X509_NAME_entry_count(name) > 0) {
      X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 0));
    }
    const std::string text(size - std::string_view("serialNumber = ").size(), 'x');
    X509_NAME_ENTRY* const entry = X509_NAME_ENTRY_create_by_txt(
        nullptr, "CN", V_ASN1_UTF8STRING, reinterpret_cast<const unsigned char*>(text.c_str()),
        static_cast<int>(text.size()));
    X509_NAME_add_entry(name, entry, -1, 0);
    X509_NAME_ENTRY_free(entry);
    return subject_of(*plain);
  };
  // "CN = " is ten shorter than what was taken off above.
  CHECK(with(limits::kTlsNameShownBytes + 10).size() == limits::kTlsNameShownBytes);
  CHECK_THAT(with(limits::kTlsNameShownBytes + 11), Catch::EndsWith("x…"));
}

}  // namespace pointsman::net
