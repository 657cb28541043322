#include "cli/certificate_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "base/log.h"
#include "cli/console.h"
#include "net/tls_pem.h"

namespace pointsman::cli {
namespace {

void check_listener(const ListenAddress& address, UnixSeconds now, Diagnostics& diagnostics) {
  if (!address.tls) return;
  const auto loaded = net::TlsContext::load(*address.tls, now);
  if (!loaded) {
    const NamedFile& file = loaded.error().file;
    return diagnostics.error(file.place, "", file.key, loaded.error().to_text());
  }
  const NamedFile& file = address.tls->certificate;
  if ((*loaded)->expires() - now < std::chrono::seconds(limits::kTlsExpiryWarning).count()) {
    diagnostics.warning(file.place, "", file.key,
                        fmt::format("{}: the certificate expires on {}", file.path,
                                    net::date_text((*loaded)->expires())));
  }
}

std::vector<std::string> paths_of(const TlsFiles& files) {
  std::vector<std::string> paths{files.certificate.path, files.key.path};
  if (!files.client_ca.path.empty()) paths.push_back(files.client_ca.path);
  return paths;
}

std::vector<std::string> all_paths(const CertificateKeeper::Credentials& credentials) {
  std::set<std::string> all;
  for (const auto& of_listener : credentials) {
    for (std::string& path : paths_of(of_listener->files())) all.insert(std::move(path));
  }
  return {all.begin(), all.end()};
}

}  // namespace

void check_certificates(const config::Settings& settings, UnixSeconds now,
                        Diagnostics& diagnostics) {
  for (const auto* listen : {&settings.spop.listen, &settings.table.listen}) {
    for (const ListenAddress& address : *listen) check_listener(address, now, diagnostics);
  }
}

CertificateKeeper::CertificateKeeper(net::EventLoop& loop, Credentials credentials)
    : credentials_(std::move(credentials)) {
  if (credentials_.empty()) return;
  reloader_ = std::make_unique<Reloader>(
      loop, all_paths(credentials_),
      [this](const config::IsUnfinished& is_unfinished) { reload(is_unfinished); });
  reload_now();  // what changed since they were loaded, before anybody watched
}

void CertificateKeeper::reload_now() {
  if (reloader_ != nullptr) reloader_->reload_now();
}

void CertificateKeeper::reload(const config::IsUnfinished& is_unfinished) {
  for (const auto& of_listener : credentials_) {
    const std::vector<std::string> paths = paths_of(of_listener->files());
    const auto is_written = [&](const std::string& path) {
      return is_unfinished && is_unfinished(path);
    };
    if (std::any_of(paths.begin(), paths.end(), is_written)) continue;  // seen when it is closed
    const auto changed = of_listener->reload(unix_now());
    if (!changed) {
      spdlog::error("{}; the certificates read before stay in use",
                    printable(changed.error().to_text()));
    } else if (*changed) {
      spdlog::info("new certificates from {}, good until {}", printable(paths.front()),
                   net::date_text(of_listener->current()->expires()));
    }
  }
}

}  // namespace pointsman::cli
