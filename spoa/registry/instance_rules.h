// Which texts may name services, tags and instances, and which addresses may be registered from
// outside. Each function returns what is wrong, or null. Names of services and tags are DNS labels
// in lower case (RFC 1035 section 2.3.1), so that each can be asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace pointsman::registry {

std::optional<std::string> fault_in_service_name(std::string_view name);
std::optional<std::string> fault_in_tag(std::string_view tag);
// Letters, digits, '-', '_', '.', ':'.
std::optional<std::string> fault_in_instance_id(std::string_view id);

// The service that a route's name, or its `service`, means: "Shop/v1" → "shop-v1". Every character
// that is no letter or digit becomes '-', none of them at the ends. The result may be no good name:
// too long, or empty.
std::string service_name_for(std::string_view name);
// Of a route's own instances: "shop" and "v1", or "shop" and "shop/v1" → "shop-v1".
std::string service_name_for(std::string_view gateway, std::string_view route);

// "10.0.0.7-8080": what an instance is called that nobody named.
std::string default_instance_id(const IpAddress& address, std::uint16_t port);

// Addresses that mean this machine, its links or nobody. Who registers such a one could publish
// what listens on loopback, the agent's own listeners before all.
std::optional<std::string> fault_in_registered_address(const IpAddress& address);

}  // namespace pointsman::registry
