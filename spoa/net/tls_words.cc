#include "net/tls_words.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include "net/tls_pem.h"

namespace pointsman::net {
namespace {

std::string verdict_words(int error, const X509& certificate, const TlsNotes& notes) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "expired on " + date_text(not_after(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "is not valid before " + date_text(not_before(certificate));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "is of a CA that is not known here: " + issuer_of(certificate);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "is for another host than " + (notes.wanted_name ? *notes.wanted_name : "");
    case X509_V_ERR_APPLICATION_VERIFICATION:
      return "has a name that is not among client_names";
    case X509_V_ERR_INVALID_PURPOSE:
      return "is not meant for this side of a connection (extended key usage)";
    default:
      return fmt::format("is not good: {}", X509_verify_cert_error_string(error));
  }
}

std::string reason_words(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "it shows no certificate";
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
      return "it speaks HTTP, not TLS";
    case SSL_R_WRONG_VERSION_NUMBER:
      return "it does not speak TLS";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "it speaks neither TLS 1.2 nor TLS 1.3";
    case SSL_R_NO_SHARED_CIPHER:
      return "it has no cipher in common with us";
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return "it does not know the CA of our certificate";
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return "our certificate has expired, it says";
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return "it refuses our certificate";
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return "it wants a certificate of ours";
    default:
      return "";
  }
}

}  // namespace

void keep_notes(SSL* session, TlsNotes* notes) { SSL_set_app_data(session, notes); }

int note_verdict(int verified, X509_STORE_CTX* chain) {
  if (verified == 1) return 1;
  auto* const session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const notes = static_cast<TlsNotes*>(SSL_get_app_data(session));
  const X509* const certificate = X509_STORE_CTX_get_current_cert(chain);
  if (notes == nullptr || certificate == nullptr) return 0;
  notes->certificate_fault =
      fmt::format("its certificate ({}) {}", subject_of(*certificate),
                  verdict_words(X509_STORE_CTX_get_error(chain), *certificate, *notes));
  return 0;
}

std::string words_for_failure(const SSL* session, const TlsNotes& notes) {
  const unsigned long code = ERR_peek_error();
  const std::string words = reason_words(code);
  const std::string reason = take_openssl_reason();
  if (SSL_get_verify_result(session) != X509_V_OK && !notes.certificate_fault.empty()) {
    return notes.certificate_fault;
  }
  if (!words.empty()) return words;
  return code != 0 ? reason : "it broke off the handshake";
}

}  // namespace pointsman::net
