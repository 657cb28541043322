// Certificates and keys as OpenSSL has them, read from PEM files (RFC 7468) that people give, with
// faults in words. Nothing here waits for a passphrase: an encrypted key is a fault.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace pointsman::net {

struct OpenSslFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};
template <class T>
using OpenSslPointer = std::unique_ptr<T, OpenSslFree>;
using Certificates = std::vector<OpenSslPointer<X509>>;

// The file's text. The error is a reason without the path, as all below.
Result<std::string> read_pem_file(const std::string& path);
// The same, but refuses a file that everybody may read or write.
Result<std::string> read_secret_pem_file(const std::string& path);

// All certificates of a text, in its order; at least one.
Result<Certificates> parse_certificates(const std::string& pem);
Result<OpenSslPointer<EVP_PKEY>> parse_private_key(const std::string& pem);

UnixSeconds not_before(const X509& certificate);
UnixSeconds not_after(const X509& certificate);
std::string date_text(UnixSeconds time);  // "2026-11-26 05:50 UTC"
// "expired on …", "is not valid before …"; empty: good at that time.
std::string fault_in_validity(const X509& certificate, UnixSeconds now);
// Printable and bounded, whatever the certificate holds.
std::string subject_of(const X509& certificate);
std::string issuer_of(const X509& certificate);
// The reason of the first error that OpenSSL remembers; all are forgotten.
std::string take_openssl_reason();

}  // namespace pointsman::net
