// How HAProxy reaches the agents: the servers that it asks for decisions, and the addresses at
// which its bridge asks for the table. A unix socket is named as HAProxy sees it inside its chroot.
// With agents on other machines HAProxy speaks TLS; for its bridge, whose sockets have no client
// certificates, it does so by a relay: a section of its own that listens on a unix socket which
// nobody but HAProxy's user may use.
#pragma once

#include <string>
#include <vector>

#include "render/backends.h"

namespace pointsman::render {

Result<std::vector<ServerLine>> plan_agents(const Options& options);

struct TableRelay {
  std::string name;
  std::string socket;  // a path, seen from outside the chroot
  ServerLine agent;
};
struct TableAgents {
  std::string addresses;  // one word, separated by commas; empty where there are none
  std::vector<TableRelay> relays;
};
Result<TableAgents> plan_table_agents(const Options& options);

}  // namespace pointsman::render
