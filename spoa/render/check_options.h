// Whether options can stand in a configuration: nothing in them may end a word or a line.
#pragma once

#include "render/render.h"

namespace pointsman::render {

Outcome check_options(const Options& options);

}  // namespace pointsman::render
