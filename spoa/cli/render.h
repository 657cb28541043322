// `pointsman render`: gateways → the files that HAProxy reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/haproxy_check.h"
#include "cli/load.h"

namespace pointsman::cli {

struct RenderOptions {
  Sources sources;
  // At most one of these three; else a complete configuration.
  bool snippet = false;       // for an existing haproxy.cfg
  bool sections = false;      // that go beside one, for a second `-f`
  std::string template_file;  // of the user's
  bool data = false;          // what templates see, as JSON, instead of files
  bool demo = false;          // decisions shown in response headers
  std::string folder;         // -o; empty: the configuration alone to standard output
  bool check = false;         // HAProxy judges it first
  HaproxyCheck haproxy;
  std::optional<std::string> chroot;
  std::vector<std::string> agents;  // empty: the listeners of the settings without TLS
  std::string agent_ca;             // for agents by TLS: files as HAProxy reads them
  std::string agent_certificate;
  std::string agent_name;  // empty: the host of each
  bool no_bridge = false;
  std::vector<std::string> table_agents;  // empty: the table's listeners of the settings
  std::string table_file;                 // empty: `table` in the state folder
  std::string instance_key_file;          // empty: instance.key in the state folder
  std::string nameserver;                 // "address:port"; empty: the responder's listener
  std::string zone;                       // empty: the first zone of the settings
  unsigned service_slots = 100;           // instances of a service at once
  std::optional<std::string> user;
  std::optional<std::string> group;
  std::string stats_socket;
  std::string log_target;
  std::string bind;                     // of virtual hosts; empty: as the settings say
  std::string tls_bind;                 // likewise, over TLS
  std::vector<std::string> port_binds;  // "PORT=BIND"
};

ExitCode run_render(const RenderOptions& options, Console& console);

}  // namespace pointsman::cli
