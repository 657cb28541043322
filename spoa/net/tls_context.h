// What a TLS listener shows its clients and asks of them (OpenSSL): TLS 1.2 and 1.3 (RFC 5246,
// RFC 8446) without renegotiation, its certificate, and the CA that clients' certificates must come
// from. Loaded from files as a whole or not at all; immutable, shared by all workers.
//
// Sessions are resumed by tickets, whose keys are those of one TlsContext: a new one, made because
// a file changed, has every client show its certificate again.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/tls_files.h"

struct ssl_ctx_st;
struct x509_st;

namespace pointsman::net {

// What is wrong with which file.
struct TlsFault {
  NamedFile file;
  std::string message;
  std::string to_text() const { return file.path + ": " + message; }
};

class TlsContext {
 public:
  // Refuses also what would fail with every client: a certificate that is not valid at `now`, or
  // whose key is another one's.
  static Result<std::shared_ptr<const TlsContext>, TlsFault> load(const TlsFiles& files,
                                                                  UnixSeconds now);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }
  UnixSeconds expires() const { return expires_; }  // the listener's certificate
  // Whether a client's certificate, signed by the CA, has a name that is allowed.
  bool admits(x509_st& certificate) const;
  // Whether the files had the same texts.
  bool is_same_as(const TlsContext& other) const { return digest_ == other.digest_; }

 private:
  TlsContext() = default;

  ssl_ctx_st* context_ = nullptr;
  std::vector<std::string> client_names_;
  UnixSeconds expires_ = 0;
  std::string digest_;
};

}  // namespace pointsman::net
