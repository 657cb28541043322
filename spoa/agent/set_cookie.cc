#include "agent/set_cookie.h"

#include <fmt/format.h>

#include <algorithm>

namespace pointsman::agent {

using Secure = routing::StickySpec::Secure;

std::string set_cookie(const routing::Gateway& gateway, const routing::Token& token,
                       std::string_view text, UnixSeconds now, bool over_tls) {
  const routing::StickySpec& sticky = gateway.sticky;
  const UnixSeconds left = static_cast<UnixSeconds>(token.issued) + sticky.ttl.count() - now;
  std::string value = fmt::format("{}={}; Path={}; Max-Age={}", sticky.cookie, text, sticky.path,
                                  std::max<UnixSeconds>(left, 0));
  if (!sticky.domain.empty()) value += "; Domain=" + sticky.domain;
  if (!sticky.same_site.empty()) value += "; SameSite=" + sticky.same_site;
  const bool secure =
      sticky.secure == Secure::kAlways || (sticky.secure == Secure::kAuto && over_tls);
  if (secure) value += "; Secure";
  return value + "; HttpOnly";
}

}  // namespace pointsman::agent
