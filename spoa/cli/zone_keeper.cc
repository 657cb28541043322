#include "cli/zone_keeper.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/file_text.h"
#include "base/log.h"
#include "cli/console.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kSecretFileBytes = 1024;
constexpr std::size_t kNamesShown = 10;

dns::GatewayNames names_of(const routing::Gateway& gateway, const routing::RouteTable& table,
                           const std::vector<std::string>& advertise) {
  dns::GatewayNames names;
  names.name = gateway.name;
  names.hosts = table.virtual_hosts_of(gateway);
  names.port = gateway.spec.port.value_or(0);
  for (const std::string& place : advertise) {
    if (const auto address = IpAddress::parse(place)) {
      names.addresses.push_back(*address);
    } else {
      names.alias = place;
    }
  }
  // Addresses say it without another query.
  if (!names.addresses.empty()) names.alias.clear();
  return names;
}

Result<dns::ResponderOptions> responder_options(const config::Settings& settings) {
  dns::ResponderOptions options;
  options.listen = settings.dns.listen;
  options.workers = settings.dns.workers;
  options.answer.nsid = settings.dns.nsid;
  options.rate_limit.per_second = settings.dns.rate_limit;
  options.forward.allow = settings.forward.allow;
  for (const ListenAddress& address : settings.forward.to) {
    const auto literal = IpAddress::parse(address.host);
    if (literal) options.forward.to.push_back({*literal, address.port});
  }
  if (settings.dns.cookie_secret.empty()) return options;
  const auto secret = read_cookie_secret(settings.dns.cookie_secret);
  if (!secret) return secret.error();
  options.answer.cookies = true;
  options.answer.cookie_secret = *secret;
  return options;
}

}  // namespace

dns::ZoneSpec zone_spec(const config::Settings& settings, const routing::RouteTable& table) {
  dns::ZoneSpec spec;
  spec.zones = settings.dns.zones;
  spec.ttl = settings.dns.ttl;
  spec.reverse = settings.dns.reverse;
  for (const auto& gateway : table.gateways()) {
    spec.gateways.push_back(names_of(*gateway, table, settings.advertise));
  }
  return spec;
}

Result<std::array<std::uint8_t, 16>> read_cookie_secret(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) == 0 && (file.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Error{fmt::format("{}: mode {:04o} lets everybody read it; wanted 0600 or 0640", path,
                             file.st_mode & 07777U)};
  }
  auto text = read_file_text(path, kSecretFileBytes);
  if (!text) return Error{path + ": " + text.error().message};
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  std::array<std::uint8_t, 16> secret{};
  bool good = text->size() == 2 * secret.size();
  for (std::size_t i = 0; good && i < secret.size(); ++i) {
    const char* const digits = text->data() + 2 * i;
    const auto [end, failure] = std::from_chars(digits, digits + 2, secret[i], 16);
    good = failure == std::errc() && end == digits + 2;
  }
  if (!good) return Error{path + ": wanted 32 hexadecimal digits, as `openssl rand -hex 16` makes"};
  return secret;
}

ZoneKeeper::ZoneKeeper(const config::Settings& settings) : settings_(settings) {}

Outcome ZoneKeeper::start() {
  if (settings_.dns.listen.empty()) return Done{};
  auto options = responder_options(settings_);
  if (!options) return options.error();
  auto responder = dns::Responder::start(*options, zones_);
  const bool asked_for = settings_.dns.listen_given || !settings_.forward.to.empty();
  if (!responder && asked_for) return responder.error();
  if (!responder) {
    spdlog::warn("{}; without dns.listen in the settings the agent does without DNS",
                 printable(responder.error().message));
    return Done{};
  }
  responder_ = std::move(*responder);
  return Done{};
}

void ZoneKeeper::update(const registry::Revision& revision, const routing::RouteTable& table) {
  dns::BuiltZones built = dns::build_zones(zone_spec(settings_, table), revision);
  superseded_.keep(zones_.current());
  zones_.publish(std::move(built.zones));
  superseded_.free_unread();
  log_left_out(built.left_out);
}

void ZoneKeeper::log_left_out(const std::vector<std::string>& left_out) {
  std::size_t shown = 0;
  for (const std::string& item : left_out) {
    if (std::find(left_out_.begin(), left_out_.end(), item) != left_out_.end()) continue;
    if (++shown <= kNamesShown) spdlog::warn("DNS leaves out {}", printable(item));
  }
  if (shown > kNamesShown) spdlog::warn("DNS leaves out {} more names", shown - kNamesShown);
  left_out_ = left_out;
}

void ZoneKeeper::drain(std::chrono::milliseconds deadline) {
  if (responder_ != nullptr) responder_->drain(deadline);
}

}  // namespace pointsman::cli
