// The settings file (pointsman.yaml): every key has a default, an empty file runs. Unknown keys are
// errors with a suggestion. POINTSMAN_SPOP_LISTEN-style environment variables override single
// values. Relative paths are relative to the file.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/ip_address.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "base/result.h"

namespace pointsman::config {

struct SpopSettings {
  std::vector<ListenAddress> listen;
  unsigned workers = 0;  // 0: auto, one for each processor that we may use
  std::string message = "pointsman";
  std::uint32_t max_frame_size = 0;  // 0: the limit
  unsigned socket_mode = 0660;       // of unix listeners
  std::string socket_owner;          // "user" or "user:group"; empty: as created
};

// Where bridges get the table. What is not given follows from spop: the socket `table.sock` beside
// its first unix listener, the same owner.
struct TableSettings {
  bool listen_given = false;
  std::vector<ListenAddress> listen;  // empty: off
  unsigned socket_mode = 0660;        // of unix listeners
  std::string socket_owner;           // and of the table's file; empty: as created
};

// The admin listener. Without `listen` its default counts where the port is free.
struct AdminSettings {
  bool listen_given = false;
  std::vector<ListenAddress> listen;  // empty: off
  unsigned socket_mode = 0660;        // of unix listeners
  std::string socket_owner;
  std::string tokens;  // a file; empty: nobody registers by TCP
};

// The DNS responder. Without `listen` its default counts where the port is free.
struct DnsSettings {
  bool listen_given = false;
  std::vector<ListenAddress> listen;  // addresses with ports, each for UDP and TCP; empty: off
  unsigned workers = 1;
  std::vector<std::string> zones = {"pointsman.internal"};  // the first has the services
  std::chrono::seconds ttl{5};
  std::vector<IpNetwork> reverse;  // whose addresses have names
  std::uint32_t rate_limit = 0;    // answers of a kind a second to a network of strangers; 0: any
  std::string nsid;                // empty: not told
  std::string cookie_secret;       // a file; empty: no cookies
};

// Names outside of the zones.
struct ForwardSettings {
  std::vector<IpNetwork> allow;   // whose queries are forwarded
  std::vector<ListenAddress> to;  // resolvers
};

// Where HAProxy serves virtual hosts, as rendered.
struct EdgeSettings {
  std::vector<std::string> listen = {"*:80"};       // as HAProxy's `bind` takes them
  std::vector<std::string> tls_listen = {"*:443"};  // where there are certificates
  std::string certificates;                         // a file or a folder; empty: no TLS
  bool redirect_to_https = false;
  std::chrono::seconds hsts{0};            // how long browsers keep to TLS; 0: not told
  std::vector<IpNetwork> proxy_protocol;   // whose connections begin with a PROXY header
  std::vector<IpNetwork> trust_forwarded;  // whose X-Forwarded-* headers are kept
};

// HAProxy's configuration kept by the agent. The names are those of `pointsman render`.
struct ManageHaproxySettings {
  std::string folder;         // where it is written; empty: HAProxy is not managed
  std::string template_file;  // it is made from; empty: the one that is shipped
  std::vector<std::string> check = {"haproxy", "-c", "-f", "FILE"};
  std::string master;               // path of the master's CLI; empty: only `reload`
  std::vector<std::string> reload;  // a command; empty: the master reloads
  std::string chroot = "/var/lib/haproxy";
  std::string user = "haproxy";
  std::string group = "haproxy";
  std::string stats_socket;
  std::string log;
  std::map<std::uint16_t, std::string> port_binds;
  bool demo = false;
};

struct Settings {
  std::string file;                                  // where it came from; empty: built-in defaults
  std::string gateways = "/etc/pointsman/gateways";  // a file or a folder
  std::string services = "/etc/pointsman/services";
  std::string scripts = "/etc/pointsman/scripts";
  std::string state = "/var/lib/pointsman";
  SpopSettings spop;
  TableSettings table;
  AdminSettings admin;
  DnsSettings dns;
  ForwardSettings forward;
  EdgeSettings edge;
  ManageHaproxySettings manage_haproxy;
  std::chrono::seconds registry_keep_last{300};  // how long what is lost is held
  // Where clients find HAProxy: addresses or host names.
  std::vector<std::string> advertise;
  // What HAProxy sends of a request's headers, in lower case; null: all of them.
  std::optional<std::vector<std::string>> spoe_headers;
  std::string sticky_keys;  // default: <state>/sticky.keys
  std::string virtual_host_domain;
  std::string log_level = "info";
  LogFormat log_format = LogFormat::kText;
};

// Variables by name. Those that start with POINTSMAN_ and look like a setting but are none are
// warned about, hence a mapping and not a look-up; an empty value counts as not given.
using Environment = std::map<std::string, std::string>;
Environment process_environment();  // of this process, POINTSMAN_ variables only

Settings default_settings();
// Faults go to `diagnostics`; the result is usable only when there is no error.
Settings read_settings(const std::string& path, const Environment& environment,
                       Diagnostics& diagnostics);
Settings parse_settings(const std::string& path, const std::string& text,
                        const Environment& environment, Diagnostics& diagnostics);
std::string to_yaml(const Settings& settings);  // `check --defaults`

}  // namespace pointsman::config
