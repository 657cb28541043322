// Has HAProxy judge what was rendered, before it goes to its place: the files are written to a
// folder of their own, which is removed afterwards.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "render/render.h"

namespace pointsman::cli {

struct HaproxyCheck {
  std::string program = "haproxy";
  std::vector<std::string> own_files;  // read before the rendered one
};

// Renders into a folder: files name one another by their paths.
using RenderInto = std::function<Result<render::RenderedFiles>(const std::string& folder)>;

// What HAProxy says goes to `diagnostics`, about gateways' files where it can be. The error:
// HAProxy could not be asked.
Outcome check_by_haproxy(const HaproxyCheck& check, const RenderInto& render,
                         const routing::RouteTable& table, Diagnostics& diagnostics);

}  // namespace pointsman::cli
