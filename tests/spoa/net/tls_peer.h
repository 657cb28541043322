// A TLS client for tests of TlsStream, in memory: what it writes is carried to the stream and back
// in slices of any size.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string>

#include "net/tls_stream.h"
#include "support/certificates.h"

namespace pointsman::test {

class TlsPeer {
 public:
  explicit TlsPeer(const CertificateMaker::Pair& pair = {}, int version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);  // a client may be older than we are
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    if (!pair.certificate.empty()) {
      SSL_CTX_use_certificate_chain_file(context_.get(), pair.certificate.c_str());
      SSL_CTX_use_PrivateKey_file(context_.get(), pair.key.c_str(), SSL_FILETYPE_PEM);
    }
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    ssl_.reset(SSL_new(context_.get()));
    from_wire_ = BIO_new(BIO_s_mem());
    to_wire_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), from_wire_, to_wire_);
    SSL_set_connect_state(ssl_.get());
  }

  // Until neither has anything more to say; the plain text that came.
  std::string talk_to(net::TlsStream& stream, std::size_t slice = 16384) {
    std::string plain;
    for (bool moved = true; moved;) {
      plain += read();
      moved = carry_out(stream, slice);
      for (Bytes bytes = stream.output(); !bytes.empty(); bytes = stream.output()) {
        const std::size_t size = std::min(bytes.size(), slice);
        BIO_write(from_wire_, bytes.data(), static_cast<int>(size));
        stream.consume_output(size);
        moved = true;
      }
    }
    return plain + read();
  }

  void write(std::string_view text) {
    std::size_t taken = 0;
    if (SSL_write_ex(ssl_.get(), text.data(), text.size(), &taken) != 1) {
      throw std::runtime_error("the peer can't write");
    }
  }
  // Shakes hands and says a line that comes back.
  void greet(net::TlsStream& stream, const std::string& line) {
    talk_to(stream);
    write(line);
    if (talk_to(stream) != line) throw std::runtime_error("the line does not come back");
  }
  std::string first_flight() {
    read();
    return take_wire();
  }
  // The bytes that the peer has for the stream now.
  std::string take_wire() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(to_wire_, &bytes);
    std::string wire(bytes, static_cast<std::size_t>(size));
    (void)BIO_reset(to_wire_);
    return wire;
  }
  void end() { SSL_shutdown(ssl_.get()); }
  bool secured() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  bool was_ended() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  // The next handshake asks to go on with that session: with a copy, since OpenSSL gives one up
  // when a connection that has it ends without a goodbye.
  void resume(const TlsPeer& other) {
    SSL_SESSION* const copy = SSL_SESSION_dup(SSL_get0_session(other.ssl_.get()));
    SSL_set_session(ssl_.get(), copy);
    SSL_SESSION_free(copy);
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  // Reading also shakes hands.
  std::string read() {
    std::string plain;
    char buffer[4096];
    std::size_t got = 0;
    while (SSL_read_ex(ssl_.get(), buffer, sizeof buffer, &got) == 1) plain.append(buffer, got);
    ERR_clear_error();
    return plain;
  }
  bool carry_out(net::TlsStream& stream, std::size_t slice) {
    const std::string wire = take_wire();
    for (std::size_t at = 0; at < wire.size(); at += slice) {
      stream.receive(as_bytes(std::string_view(wire).substr(at, slice)));
    }
    return !wire.empty();
  }

  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  BIO* from_wire_ = nullptr;
  BIO* to_wire_ = nullptr;
};

}  // namespace pointsman::test
