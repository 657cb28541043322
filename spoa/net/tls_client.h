// The client's end of a TLS connection, for commands that may wait: who answers must show a
// certificate of the CA for the name that was meant, and gets one of ours where it asks. Errors say
// which of that failed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "base/wire_cursor.h"

namespace pointsman::net {

// PEM files.
struct TlsClientFiles {
  std::string ca;           // who signs the certificates of those that answer
  std::string certificate;  // empty: none to show
  std::string key;          // empty: in the certificate's file
};

class TlsClient {
 public:
  // `fd` is connected and blocks, for as long as its own timeouts allow. `name`: a host name or an
  // address.
  static Result<std::unique_ptr<TlsClient>> connect(FileDescriptor fd, const TlsClientFiles& files,
                                                    const std::string& name);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  Outcome send(Bytes bytes);  // all of them
  // How many bytes came; 0: the peer has ended.
  Result<std::size_t> receive(std::span<std::uint8_t> room);

 private:
  struct Session;
  TlsClient();
  std::string failure(int returned) const;

  std::unique_ptr<Session> session_;
};

}  // namespace pointsman::net
