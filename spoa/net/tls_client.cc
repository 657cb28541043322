#include "net/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>

#include "base/ip_address.h"
#include "net/tls_pem.h"
#include "net/tls_words.h"

namespace pointsman::net {
namespace {

Outcome trust(SSL_CTX* context, const std::string& file) {
  const auto text = read_pem_file(file);
  if (!text) return Error{file + ": " + text.error().message};
  const auto authorities = parse_certificates(*text);
  if (!authorities) return Error{file + ": " + authorities.error().message};
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);  // what is listed is trusted as it is
  for (const auto& authority : *authorities) X509_STORE_add_cert(store, authority.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_verdict);
  return Done{};
}

Outcome show_certificate(SSL_CTX* context, const TlsClientFiles& files) {
  if (files.certificate.empty()) return Done{};
  const std::string& key_file = files.key.empty() ? files.certificate : files.key;
  const auto text = read_pem_file(files.certificate);
  if (!text) return Error{files.certificate + ": " + text.error().message};
  const auto chain = parse_certificates(*text);
  if (!chain) return Error{files.certificate + ": " + chain.error().message};
  const auto key_text = read_secret_pem_file(key_file);
  if (!key_text) return Error{key_file + ": " + key_text.error().message};
  const auto key = parse_private_key(*key_text);
  if (!key) return Error{key_file + ": " + key.error().message};
  if (SSL_CTX_use_certificate(context, chain->front().get()) != 1) {
    return Error{files.certificate + ": " + take_openssl_reason()};
  }
  for (auto next = chain->begin() + 1; next != chain->end(); ++next) {
    SSL_CTX_add1_chain_cert(context, next->get());
  }
  if (SSL_CTX_use_PrivateKey(context, key->get()) == 1) return Done{};
  ERR_clear_error();
  return Error{key_file + ": the key is not the one of the certificate in " + files.certificate};
}

}  // namespace

struct TlsClient::Session {
  FileDescriptor fd;
  std::string name;
  TlsNotes notes;
  OpenSslPointer<SSL> ssl;
};

TlsClient::TlsClient() : session_(std::make_unique<Session>()) {}

TlsClient::~TlsClient() {
  if (session_->ssl != nullptr && SSL_is_init_finished(session_->ssl.get()) == 1) {
    SSL_shutdown(session_->ssl.get());
  }
}

Result<std::unique_ptr<TlsClient>> TlsClient::connect(FileDescriptor fd,
                                                      const TlsClientFiles& files,
                                                      const std::string& name) {
  ERR_clear_error();
  const OpenSslPointer<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (auto trusted = trust(context.get(), files.ca); !trusted) return trusted.error();
  if (auto shown = show_certificate(context.get(), files); !shown) return shown.error();

  std::unique_ptr<TlsClient> client(new TlsClient);
  Session& session = *client->session_;
  session.fd = std::move(fd);
  session.name = name;
  session.notes.wanted_name = &session.name;
  session.ssl.reset(SSL_new(context.get()));
  SSL* const ssl = session.ssl.get();
  SSL_set_fd(ssl, session.fd.get());
  keep_notes(ssl, &session.notes);
  if (IpAddress::parse(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else {
    SSL_set1_host(ssl, name.c_str());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  }
  errno = 0;
  const int done = SSL_connect(ssl);
  if (done != 1) return Error{client->failure(done)};
  return client;
}

std::string TlsClient::failure(int returned) const {
  const int system_error = errno;
  SSL* const ssl = session_->ssl.get();
  switch (SSL_get_error(ssl, returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return "no answer in time";
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      return system_error == 0 ? "it closed the connection" : std::strerror(system_error);
    default:
      return words_for_failure(ssl, session_->notes);
  }
}

Outcome TlsClient::send(Bytes bytes) {
  ERR_clear_error();
  errno = 0;
  std::size_t sent = 0;
  const int done = SSL_write_ex(session_->ssl.get(), bytes.data(), bytes.size(), &sent);
  if (done != 1) return Error{failure(done)};
  return Done{};
}

Result<std::size_t> TlsClient::receive(std::span<std::uint8_t> room) {
  ERR_clear_error();
  errno = 0;
  std::size_t got = 0;
  const int done = SSL_read_ex(session_->ssl.get(), room.data(), room.size(), &got);
  if (done == 1) return got;
  if (SSL_get_error(session_->ssl.get(), done) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
  return Error{failure(done)};
}

}  // namespace pointsman::net
