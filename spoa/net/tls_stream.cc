#include "net/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/limits.h"
#include "net/tls_pem.h"
#include "net/tls_words.h"

namespace pointsman::net {

// OpenSSL's side: it reads from one buffer in memory and writes to another.
struct TlsStream::Session {
  explicit Session(SSL_CTX* context) : ssl(SSL_new(context)) {
    from_wire = BIO_new(BIO_s_mem());
    to_wire = BIO_new(BIO_s_mem());
    if (ssl == nullptr || from_wire == nullptr || to_wire == nullptr) throw std::bad_alloc();
    SSL_set_bio(ssl.get(), from_wire, to_wire);  // which owns them now
    SSL_set_accept_state(ssl.get());
    keep_notes(ssl.get(), &notes);
  }

  TlsNotes notes;
  OpenSslPointer<SSL> ssl;
  BIO* from_wire = nullptr;
  BIO* to_wire = nullptr;
};

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context,
                     std::unique_ptr<StreamProtocol> inside,
                     std::function<void(const std::string&)> refused)
    : context_(std::move(context)),
      inside_(std::move(inside)),
      refused_(std::move(refused)),
      session_(std::make_unique<Session>(context_->native())) {}

TlsStream::~TlsStream() = default;

void TlsStream::receive(Bytes input) {
  if (finished()) return;
  BIO_write(session_->from_wire, input.data(), static_cast<int>(input.size()));
  if (!secured_) shake_hands();
  if (secured_) decrypt();
  encrypt();
}

void TlsStream::shake_hands() {
  ERR_clear_error();
  SSL* const ssl = session_->ssl.get();
  const int done = SSL_accept(ssl);
  if (done != 1) {
    const bool goes_on = SSL_get_error(ssl, done) == SSL_ERROR_WANT_READ;
    const std::string why = goes_on ? "" : words_for_failure(ssl, session_->notes);
    take_records();
    if (!goes_on) fail(why);
    return;
  }
  take_records();
  // A ticket brings back a certificate that was good when it was issued.
  const X509* const certificate = SSL_get0_peer_certificate(ssl);
  const std::string fault =
      certificate == nullptr ? "" : fault_in_validity(*certificate, unix_now());
  if (fault.empty()) {
    secured_ = true;
  } else {
    fail("its certificate (" + subject_of(*certificate) + ") " + fault);
  }
}

void TlsStream::decrypt() {
  std::array<std::uint8_t, limits::kTlsRecordBytes> plain;
  SSL* const ssl = session_->ssl.get();
  while (!inside_->finished()) {
    ERR_clear_error();
    std::size_t size = 0;
    const int done = SSL_read_ex(ssl, plain.data(), plain.size(), &size);
    if (done == 1) {
      inside_->receive(Bytes(plain).first(size));
      continue;
    }
    const int error = SSL_get_error(ssl, done);
    if (error == SSL_ERROR_WANT_READ) return;
    if (error == SSL_ERROR_ZERO_RETURN) {
      peer_ended_ = true;
      return;
    }
    const std::string why = words_for_failure(ssl, session_->notes);
    take_records();
    return fail(why);
  }
}

// A piece of the output of the protocol inside is a write of its own, as it is without TLS.
void TlsStream::encrypt() {
  if (!secured_ || failed_) return;
  take_records();
  SSL* const ssl = session_->ssl.get();
  while (sent_ == output_.size()) {
    Bytes piece = inside_->output();
    if (piece.empty()) break;
    piece = piece.first(std::min(piece.size(), limits::kTlsPieceBytes));
    ERR_clear_error();
    std::size_t taken = 0;
    if (SSL_write_ex(ssl, piece.data(), piece.size(), &taken) != 1) {
      return fail(words_for_failure(ssl, session_->notes));
    }
    inside_->consume_output(taken);
    take_records();
  }
  if (ended_ || !finished() || inside_->output_size() > 0) return;
  ended_ = true;
  SSL_shutdown(ssl);  // close_notify; the peer's own is not awaited
  take_records();
}

void TlsStream::take_records() {
  if (sent_ == output_.size()) {
    output_.clear();
    sent_ = 0;
  }
  char* records = nullptr;
  const long size = BIO_get_mem_data(session_->to_wire, &records);
  if (size <= 0) return;
  append_bytes(output_, as_bytes({records, static_cast<std::size_t>(size)}));
  (void)BIO_reset(session_->to_wire);
}

void TlsStream::consume_output(std::size_t count) {
  sent_ += count;
  if (sent_ < output_.size()) return;
  output_.clear();
  sent_ = 0;
  if (output_.capacity() > limits::kIdleBufferBytes) ByteBuffer().swap(output_);
  encrypt();
}

// What waits inside counts too: it is bounded as it is without TLS.
std::size_t TlsStream::output_size() const {
  const std::size_t waiting = output_.size() - sent_;
  return failed_ || !secured_ ? waiting : waiting + inside_->output_size();
}

bool TlsStream::finished() const {
  if (failed_ || inside_->finished()) return true;
  return peer_ended_ && inside_->output_size() == 0 && !inside_->answer_pending();
}

void TlsStream::poke() {
  if (!secured_) return;
  inside_->poke();
  encrypt();
}

void TlsStream::begin_drain() {
  inside_->begin_drain();
  encrypt();
}

void TlsStream::disconnect_normally() {
  if (!secured_) {
    failed_ = true;  // nothing can be said yet, and nothing was promised
    return;
  }
  inside_->disconnect_normally();
  encrypt();
}

void TlsStream::fail(const std::string& why) {
  failed_ = true;
  refused_(why);
}

}  // namespace pointsman::net
