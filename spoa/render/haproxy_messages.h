// What `haproxy -c` says, as diagnostics of the gateways' files where a line of the rendered
// configuration comes from one, and else of the rendered file.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "render/line_owners.h"

namespace pointsman::render {

struct CheckedFile {
  std::string path;   // as HAProxy was given it
  std::string shown;  // as users know it
};

// The alerts, or all of it where there is none; on one line.
std::string alerts_in(std::string_view output);

// Alerts are errors, warnings are warnings; what sums them up is left out.
void read_haproxy_messages(std::string_view output, const CheckedFile& file,
                           const LineOwners& owners, Diagnostics& diagnostics);

}  // namespace pointsman::render
