#include "net/tls_credentials.h"

#include <utility>

namespace pointsman::net {

Result<std::shared_ptr<TlsCredentials>, TlsFault> TlsCredentials::load(const TlsFiles& files,
                                                                       UnixSeconds now) {
  auto context = TlsContext::load(files, now);
  if (!context) return context.error();
  const std::shared_ptr<TlsCredentials> credentials(new TlsCredentials(files));
  credentials->context_.publish(std::move(*context));
  return credentials;
}

Result<bool, TlsFault> TlsCredentials::reload(UnixSeconds now) {
  auto context = TlsContext::load(files_, now);
  if (!context) return context.error();
  if ((*context)->is_same_as(*current())) return false;
  context_.publish(std::move(*context));
  return true;
}

}  // namespace pointsman::net
