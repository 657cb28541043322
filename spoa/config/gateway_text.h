// A gateway's spec as one text that two equal specs share: how a reload tells changed gateways from
// unchanged ones. For comparison only; nothing reads it back.
#pragma once

#include <string>

#include "routing/route_spec.h"

namespace pointsman::config {

// Without places, a gateway that only moved in its file counts as unchanged; with them it does not,
// since its diagnostics would name the wrong line.
enum class Places : unsigned char { kIgnored, kIncluded };
std::string comparison_text(const routing::GatewaySpec& gateway, Places places);

}  // namespace pointsman::config
