// Has HAProxy judge what is rendered, before it goes to its place: in a folder of its own, which is
// removed afterwards.
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

// Renders for a folder, since files name one another by their paths, and writes them there.
using WriteInto = std::function<Result<render::RenderedFiles>(const std::string& folder)>;

// What HAProxy says goes to `diagnostics`, about gateways' files where it can be. The error:
// HAProxy could not be asked.
Outcome check_by_haproxy(const HaproxyCheck& check, const WriteInto& write,
                         const routing::RouteTable& table, Diagnostics& diagnostics);

}  // namespace pointsman::cli
