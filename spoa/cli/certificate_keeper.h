// The certificates of listeners with TLS: looked at before the agent starts and by `check`, and
// loaded again when a file changes, without a restart. What can't be loaded is a line in the log,
// and the certificates read before stay in use.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/diagnostic.h"
#include "cli/reloader.h"
#include "config/settings.h"
#include "net/tls_credentials.h"

namespace pointsman::cli {

// Faults of files are told where the settings name them; a certificate that expires soon
// (limits::kTlsExpiryWarning) is a warning.
void check_certificates(const config::Settings& settings, UnixSeconds now,
                        Diagnostics& diagnostics);

class CertificateKeeper {
 public:
  using Credentials = std::vector<std::shared_ptr<net::TlsCredentials>>;

  CertificateKeeper(net::EventLoop& loop, Credentials credentials);

  void reload_now();

 private:
  void reload(const config::IsUnfinished& is_unfinished);

  const Credentials credentials_;
  std::unique_ptr<Reloader> reloader_;  // null: there is nothing to watch
};

}  // namespace pointsman::cli
