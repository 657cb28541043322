// Reads one route of a gateway from its YAML mapping: types, names and syntax. What routes mean
// together (weights that must sum up, conditions that must parse) is compile's work.
#pragma once

#include "config/yaml_fields.h"
#include "routing/route_spec.h"

namespace pointsman::config {

// `key` is the route's name, or "[host:port]", which is also its instance.
routing::RouteSpec read_route(const YamlNode& key, const YamlField& field);

}  // namespace pointsman::config
