#include "net/tls_words.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <catch2/catch.hpp>

#include "net/tls_pem.h"

// Most words are seen where they are needed, in tests of TlsStream and TlsClient.
namespace pointsman::net {
namespace {

std::string words(int reason, const TlsNotes& notes = {}) {
  const OpenSslPointer<SSL_CTX> context(SSL_CTX_new(TLS_server_method()));
  const OpenSslPointer<SSL> session(SSL_new(context.get()));
  if (!notes.certificate_fault.empty()) {
    SSL_set_verify_result(session.get(), X509_V_ERR_CERT_HAS_EXPIRED);
  }
  ERR_clear_error();
  if (reason != 0) ERR_raise(ERR_LIB_SSL, reason);
  return words_for_failure(session.get(), notes);
}

}  // namespace

TEST_CASE("reasons that a person can act on have words of ours, others OpenSSL's") {
  CHECK(words(SSL_R_TLSV1_ALERT_UNKNOWN_CA) == "it does not know the CA of our certificate");
  CHECK(words(SSL_R_SSLV3_ALERT_BAD_CERTIFICATE) == "it refuses our certificate");
  CHECK(words(SSL_R_NO_SHARED_CIPHER) == "it has no cipher in common with us");
  CHECK(words(SSL_R_BAD_EXTENSION) == "bad extension");
  CHECK(words(0) == "it broke off the handshake");
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("what is wrong with a certificate says more than OpenSSL's reason") {
  TlsNotes notes;
  notes.certificate_fault = "its certificate (CN = a) expired";
  CHECK(words(SSL_R_CERTIFICATE_VERIFY_FAILED, notes) == "its certificate (CN = a) expired");
}

}  // namespace pointsman::net
