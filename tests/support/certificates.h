// Certificate authorities and certificates for tests, made by OpenSSL's library as PEM files.
#pragma once

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/tls_files.h"
#include "support/temporary_folder.h"

namespace pointsman::test {

struct CertificateOptions {
  std::string alternative_names = "";  // as "DNS:agent.example, IP:127.0.0.1"; empty: none
  std::string purpose = "";            // "serverAuth" or "clientAuth"; empty: both
  std::chrono::seconds from{-60};      // from now
  std::chrono::seconds to{3600};
};

class CertificateMaker {
 public:
  // A certificate and its key, in files of one name.
  struct Pair {
    std::string certificate;  // a path, as the next
    std::string key;
  };

  // An authority of that name, whose certificate is `<name>.pem`.
  CertificateMaker(const TemporaryFolder& folder, const std::string& name) : folder_(folder) {
    key_.reset(EVP_EC_gen("P-256"));
    certificate_ = make(name, *key_, {.to = std::chrono::hours(24 * 365)});
    path = folder.write(name + ".pem", text_of(*certificate_));
  }

  // Writes `<file>.pem` and `<file>.key`.
  Pair make_pair(const std::string& file, const std::string& name,
                 const CertificateOptions& options = {}) const {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
    const auto certificate = make(name, *key, options);
    return {folder_.write(file + ".pem", text_of(*certificate)),
            folder_.write(file + ".key", text_of(*key), 0600)};
  }

  std::string path;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIO* bio) const { BIO_free(bio); }
  };

  static void must(bool done) {
    if (!done) throw std::runtime_error("OpenSSL can't make a certificate");
  }

  void add_extension(X509& certificate, int kind, const std::string& value) const {
    X509V3_CTX context;
    X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    must(extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }

  // Signed by this authority, or by itself while there is none.
  std::unique_ptr<X509, Free> make(const std::string& name, EVP_PKEY& key,
                                   const CertificateOptions& options) const {
    static int serial = 0;
    std::unique_ptr<X509, Free> made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), options.from.count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), options.to.count());
    X509_set_pubkey(made.get(), &key);
    X509_NAME* const subject = X509_get_subject_name(made.get());
    must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                    0) == 1);
    X509_set_issuer_name(made.get(),
                         certificate_ ? X509_get_subject_name(certificate_.get()) : subject);
    add_extension(*made, NID_basic_constraints, certificate_ ? "CA:FALSE" : "critical,CA:TRUE");
    if (!options.alternative_names.empty()) {
      add_extension(*made, NID_subject_alt_name, options.alternative_names);
    }
    if (!options.purpose.empty()) add_extension(*made, NID_ext_key_usage, options.purpose);
    must(X509_sign(made.get(), certificate_ ? key_.get() : &key, EVP_sha256()) > 0);
    return made;
  }

  static std::string taken_from(BIO& bio) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(&bio, &text);
    return {text, static_cast<std::size_t>(size)};
  }
  static std::string text_of(const X509& certificate) {
    const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
    must(PEM_write_bio_X509(bio.get(), &certificate) == 1);
    return taken_from(*bio);
  }
  static std::string text_of(const EVP_PKEY& key) {
    const std::unique_ptr<BIO, Free> bio(BIO_new(BIO_s_mem()));
    must(PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return taken_from(*bio);
  }

  const TemporaryFolder& folder_;
  std::unique_ptr<EVP_PKEY, Free> key_;
  std::unique_ptr<X509, Free> certificate_;
};

inline TlsFiles tls_files(const CertificateMaker::Pair& pair, const std::string& client_ca = "") {
  return {.certificate = {pair.certificate, {}, ""},
          .key = {pair.key, {}, ""},
          .client_ca = {client_ca, {}, ""},
          .client_names = {}};
}

}  // namespace pointsman::test
