// `pointsman table`: fetches the table that an agent has for bridges, for HAProxys on machines
// without an agent, and shows what a table's file holds. Formats: docs/formats/table.md, bridge.md.
#pragma once

#include <string>

#include "cli/command_line.h"
#include "cli/console.h"
#include "net/tls_client.h"

namespace pointsman::cli {

struct TableFetchOptions {
  std::string settings;  // -c
  std::string from;      // empty: the first listener of the settings without TLS
  net::TlsClientFiles tls;
  std::string name;  // in the agent's certificate; empty: the host of `from`
  std::string to;
  bool once = false;
};

struct TableShowOptions {
  std::string file;
  bool json = false;
};

ExitCode run_table_fetch(const TableFetchOptions& options, Console& console);
ExitCode run_table_show(const TableShowOptions& options, Console& console);

}  // namespace pointsman::cli
