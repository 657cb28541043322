// The certificates of one TLS listener, which may change while it serves: reload() is called when a
// file may have changed, and connections from then on get the new ones. What can't be loaded
// changes nothing. Loaded on one thread, used by any.
#pragma once

#include <memory>

#include "base/published.h"
#include "net/tls_context.h"

namespace pointsman::net {

class TlsCredentials {
 public:
  static Result<std::shared_ptr<TlsCredentials>, TlsFault> load(const TlsFiles& files,
                                                                UnixSeconds now);

  // Whether the files' texts are others than before.
  Result<bool, TlsFault> reload(UnixSeconds now);
  std::shared_ptr<const TlsContext> current() const { return context_.current(); }
  const TlsFiles& files() const { return files_; }

 private:
  explicit TlsCredentials(const TlsFiles& files) : files_(files) {}

  const TlsFiles files_;
  Published<TlsContext> context_;
};

}  // namespace pointsman::net
