// Reads a route's `check`: how HAProxy finds out whether its instances work.
#pragma once

#include <optional>

#include "config/yaml_fields.h"

namespace pointsman::config {

// `none`, `tcp`, a path as `/health`, or a mapping. Null where it is absent or faulty.
std::optional<routing::CheckSpec> read_check(const YamlField& field);

}  // namespace pointsman::config
