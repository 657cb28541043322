// Gateways → text of HAProxy configuration: the snippet for an existing haproxy.cfg, the sections
// that go beside one, a complete stand-alone configuration, or a template of the user's, filled;
// each with the SPOE file, the map of backends that decisions may name, and the bridge's Lua files.
// Pure: nothing is read or written here. Templates stand in haproxy-conf/templates/, the Lua files
// in lua/haproxy/, and both are compiled in. Every name and option that reaches the text is checked
// first, so that nothing in a gateway can add a line of configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/result.h"
#include "render/template_source.h"
#include "routing/route_table.h"

namespace pointsman::render {

// Where HAProxy meets clients.
struct Edge {
  std::vector<std::string> binds = {"*:80"};       // as `bind` takes them
  std::vector<std::string> tls_binds = {"*:443"};  // where there are certificates
  std::string certificates;                        // as `crt` takes it; empty: no TLS
  bool redirect_to_https = false;
  std::chrono::seconds hsts{0};              // 0: none
  std::vector<std::string> proxy_protocol;   // networks whose connections begin with a PROXY header
  std::vector<std::string> trust_forwarded;  // networks whose X-Forwarded-* are kept
};

struct Options {
  // Where HAProxy's `chroot` is; agents' unix sockets must lie below it, since HAProxy connects
  // from inside. Empty: HAProxy runs without one, socket paths stay as they are.
  std::string chroot = "/var/lib/haproxy";
  // Agents, as HAProxy reaches them: "unix:PATH" (seen from outside the chroot), "host:port", or
  // "tls:host:port" for one on another machine.
  std::vector<std::string> agents = {"unix:/var/lib/haproxy/pointsman/spop.sock"};
  // For agents by TLS: HAProxy's files of the CA of their certificates, and of its own certificate
  // with its key (empty: it shows none); and the name in theirs (empty: the host of each).
  std::string agent_ca;
  std::string agent_certificate;
  std::string agent_name;
  // Where HAProxy makes sockets, by which its bridge gets the tables of agents by TLS: below the
  // chroot. Empty: the chroot itself, or without one /run/haproxy, as Debian has it.
  std::string relay_folder;
  // Where the two files will lie; the configuration names them by these paths.
  std::string spoe_file = "/etc/haproxy/pointsman.spoe.cfg";
  std::string whitelist_file = "/etc/haproxy/pointsman.backends.map";
  // The headers that HAProxy sends to the agents, singly; null: all of them, in one block.
  std::optional<std::vector<std::string>> headers;
  // Secret of the instance cookies (`sticky: instance`); must be the same on every HAProxy and
  // should stay the same. An error when it is empty and a gateway needs it.
  std::string instance_cookie_key;

  // The bridge, which decides inside HAProxy when no agent does. HAProxy reads its files and its
  // table at its start, before it enters its chroot and gives up root.
  bool bridge = true;
  std::string bridge_file = "/etc/haproxy/pointsman/pointsman.lua";
  std::string table_file = "/var/lib/pointsman/table";
  // Where agents hand out their table: "unix:PATH" or "tls:host:port", as above, or "address:port".
  // None: the bridge keeps to the file.
  std::vector<std::string> table_agents = {"unix:/var/lib/haproxy/pointsman/table.sock"};

  // Where HAProxy asks for the instances of services, "address:port", and the zone of their names.
  std::string nameserver = "127.0.0.1:8600";
  std::string zone = "pointsman.internal";
  unsigned service_slots = 100;  // instances of one service at once, at most

  // Not of the snippet.
  std::string user = "haproxy";   // name or numeric id; empty: not changed
  std::string group = "haproxy";  // likewise
  std::string stats_socket;       // path; empty: none
  std::string log_target;         // e.g. "stdout format raw local0"; empty: no log
  Edge edge;                      // of all gateways with virtual hosts
  std::map<std::uint16_t, std::string> port_binds;  // gateway port → bind; default "*:PORT"
  // Which route serves where neither agent nor bridge decides. The first one does not depend on
  // weights: then nothing that changes without a reload is in the text.
  enum class Fallback : unsigned char { kGreatestWeight, kFirstRoute };
  Fallback fallback = Fallback::kGreatestWeight;
  bool show_decisions = false;  // x-pointsman-* response headers; for demonstrations and tests
};

struct RenderedFile {
  std::string name;  // below the folder, e.g. "pointsman.spoe.cfg", "pointsman/pointsman.lua"
  std::string text;
  bool operator==(const RenderedFile&) const = default;
};

// The files beside the configuration will lie in this folder.
void place_files(const std::string& folder, Options& options);

// The configuration comes first.
using RenderedFiles = std::vector<RenderedFile>;

// "pointsman.cfg" (what to paste, and the backends of routes with instances), SPOE file, map,
// the bridge's files.
Result<RenderedFiles> render_snippet(const routing::RouteTable& table, const Options& options);
// "pointsman.cfg" (frontends, backends and resolvers, for a second `-f`), and the same.
Result<RenderedFiles> render_sections(const routing::RouteTable& table, const Options& options);
// "haproxy.cfg" (runs by itself), and the same.
Result<RenderedFiles> render_complete(const routing::RouteTable& table, const Options& options);
// A file of this name, and the same, by a template that check_template has nothing against.
Result<RenderedFiles> render_template(const std::string& name, const TemplateSource& source,
                                      const routing::RouteTable& table, const Options& options);
// Errors in a template of the user's, with their places.
void check_template(const TemplateSource& source, Diagnostics& diagnostics);
// What templates see, as JSON.
Result<std::string> data_text(const routing::RouteTable& table, const Options& options);

}  // namespace pointsman::render
