// The whole value of a Set-Cookie header (RFC 6265bis section 4.1) that carries a sticky token.
#pragma once

#include <string>

#include "base/clock.h"
#include "routing/route_table.h"
#include "routing/token_view.h"

namespace pointsman::agent {

// `text` is the signed token. Max-Age is what is left of the gateway's ttl. HttpOnly always; Secure
// as the gateway says, with `auto` when the request came over TLS.
std::string set_cookie(const routing::Gateway& gateway, const routing::Token& token,
                       std::string_view text, UnixSeconds now, bool over_tls);

}  // namespace pointsman::agent
