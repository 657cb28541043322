#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <string_view>

#include "net/tls_pem.h"
#include "net/tls_words.h"

namespace pointsman::net {
namespace {

// Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr std::string_view kSessionContext = "pointsman";

// The texts of the files, read once.
struct Texts {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

Result<Texts, TlsFault> read_texts(const TlsFiles& files) {
  Texts texts;
  const bool one_file = files.key.path == files.certificate.path;
  auto certificate = one_file ? read_secret_pem_file(files.certificate.path)
                              : read_pem_file(files.certificate.path);
  if (!certificate) return TlsFault{files.certificate, certificate.error().message};
  texts.certificate = std::move(*certificate);
  if (one_file) {
    texts.key = texts.certificate;
  } else {
    auto key = read_secret_pem_file(files.key.path);
    if (!key) return TlsFault{files.key, key.error().message};
    texts.key = std::move(*key);
  }
  if (files.client_ca.path.empty()) return texts;
  auto client_ca = read_pem_file(files.client_ca.path);
  if (!client_ca) return TlsFault{files.client_ca, client_ca.error().message};
  texts.client_ca = std::move(*client_ca);
  return texts;
}

std::string digest_of(const Texts& texts) {
  std::string digest;
  for (const std::string* text : {&texts.certificate, &texts.key, &texts.client_ca}) {
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(text->data()), text->size(), hash);
    digest.append(reinterpret_cast<const char*>(hash), sizeof hash);
  }
  return digest;
}

// OpenSSL's own decision, then the names.
int verify_client(int verified, X509_STORE_CTX* chain) {
  if (verified == 1 && X509_STORE_CTX_get_error_depth(chain) == 0) {
    const auto* const session = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* const context =
        static_cast<const TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
    if (!context->admits(*X509_STORE_CTX_get_current_cert(chain))) {
      X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
      verified = 0;
    }
  }
  return note_verdict(verified, chain);
}

Result<UnixSeconds, TlsFault> use_certificate(SSL_CTX* context, const TlsFiles& files,
                                              const Texts& texts, UnixSeconds now) {
  const auto chain = parse_certificates(texts.certificate);
  if (!chain) return TlsFault{files.certificate, chain.error().message};
  X509& own = *chain->front();
  const std::string invalid = fault_in_validity(own, now);
  if (!invalid.empty()) return TlsFault{files.certificate, "the certificate " + invalid};
  const auto key = parse_private_key(texts.key);
  if (!key) return TlsFault{files.key, key.error().message};
  if (X509_check_private_key(&own, key->get()) != 1) {
    ERR_clear_error();
    return TlsFault{files.key,
                    "the key is not the one of the certificate in " + files.certificate.path};
  }
  if (SSL_CTX_use_certificate(context, &own) != 1) {
    return TlsFault{files.certificate, take_openssl_reason()};
  }
  for (auto next = chain->begin() + 1; next != chain->end(); ++next) {
    if (SSL_CTX_add1_chain_cert(context, next->get()) != 1) {
      return TlsFault{files.certificate, take_openssl_reason()};
    }
  }
  if (SSL_CTX_use_PrivateKey(context, key->get()) != 1) {
    return TlsFault{files.key, take_openssl_reason()};
  }
  return not_after(own);
}

Result<Done, TlsFault> ask_for_certificates(SSL_CTX* context, const TlsFiles& files,
                                            const Texts& texts, UnixSeconds now) {
  const auto authorities = parse_certificates(texts.client_ca);
  if (!authorities) return TlsFault{files.client_ca, authorities.error().message};
  const auto is_good = [now](const auto& ca) { return fault_in_validity(*ca, now).empty(); };
  if (std::none_of(authorities->begin(), authorities->end(), is_good)) {
    return TlsFault{files.client_ca,
                    "the CA's certificate " + fault_in_validity(*authorities->front(), now)};
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);  // what is listed is trusted as it is
  for (const auto& authority : *authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return TlsFault{files.client_ca, take_openssl_reason()};
    }
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verify_client);
  return Done{};
}

void set_rules(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // An idle connection holds little; and what is shown is in the certificate's file, nothing else.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  // Tickets alone: a cache in memory would be filled from outside.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                 static_cast<unsigned>(kSessionContext.size()));
  SSL_CTX_set_num_tickets(context, 1);
}

}  // namespace

Result<std::shared_ptr<const TlsContext>, TlsFault> TlsContext::load(const TlsFiles& files,
                                                                     UnixSeconds now) {
  const auto texts = read_texts(files);
  if (!texts) return texts.error();
  const std::shared_ptr<TlsContext> loaded(new TlsContext);
  loaded->client_names_ = files.client_names;
  loaded->digest_ = digest_of(*texts);
  loaded->context_ = SSL_CTX_new(TLS_server_method());
  if (loaded->context_ == nullptr) return TlsFault{files.certificate, take_openssl_reason()};
  SSL_CTX_set_app_data(loaded->context_, loaded.get());
  set_rules(loaded->context_);
  const auto expires = use_certificate(loaded->context_, files, *texts, now);
  if (!expires) return expires.error();
  loaded->expires_ = *expires;
  if (!files.client_ca.path.empty()) {
    const auto asked = ask_for_certificates(loaded->context_, files, *texts, now);
    if (!asked) return asked.error();
  }
  return std::shared_ptr<const TlsContext>(loaded);
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

bool TlsContext::admits(x509_st& certificate) const {
  constexpr unsigned kExactly = X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT;
  const auto has_name = [&](const std::string& name) {
    return X509_check_host(&certificate, name.data(), name.size(), kExactly, nullptr) == 1;
  };
  return client_names_.empty() || std::any_of(client_names_.begin(), client_names_.end(), has_name);
}

}  // namespace pointsman::net
