// How HAProxy reaches the agents: the servers that it asks for decisions, and the addresses at
// which its bridge asks for the table. A unix socket is named as HAProxy sees it inside its chroot.
#pragma once

#include <string>
#include <vector>

#include "render/backends.h"

namespace pointsman::render {

Result<std::vector<ServerLine>> plan_agents(const Options& options);
// One word, the addresses separated by commas; empty where there are none.
Result<std::string> plan_table_agents(const Options& options);

}  // namespace pointsman::render
