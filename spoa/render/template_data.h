// What templates see: one document with the options, the backends and frontends that are planned,
// and all gateways. The shipped templates are filled from it as well as the user's. Described in
// docs/templates.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "render/render.h"

namespace pointsman::render {

struct DataWanted {
  bool frontends = false;  // else those are the user's
  bool gateways = false;   // for templates of the user's
  bool own_global = true;  // else the user's says where logs go
};

// The error names the option, gateway or route that could not stand in a configuration.
Result<nlohmann::ordered_json> template_data(const routing::RouteTable& table,
                                             const Options& options, DataWanted wanted);

// Data that has every name, with one item in each list: what names there are.
nlohmann::ordered_json sample_data();

}  // namespace pointsman::render
