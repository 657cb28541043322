// How addresses to listen on are read, and the files of those that speak TLS. Used by the readers
// of single settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "config/yaml_fields.h"

namespace pointsman::config {

inline constexpr std::string_view kListenWanted =
    "an address like 127.0.0.1:9012, [::1]:9012, *:9012 or unix:/run/x.sock";

// One address, or a list.
std::vector<ListenAddress> read_addresses(const YamlField& field, const Settings& settings);
// The same, and each may be a mapping that adds TLS: {address: "*:9012", tls: {cert: …, key: …,
// client_ca: …, client_names: […]}}. Whether the files are any good is not looked at here.
std::vector<ListenAddress> read_listeners(const YamlField& field, const Settings& settings);

// A relative path is relative to the settings file.
std::string beside_settings(const Settings& settings, const std::string& path);

}  // namespace pointsman::config
