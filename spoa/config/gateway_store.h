// Keeps the last good form of each gateway: every reload yields a whole, valid table in which a
// gateway that is faulty now stands as it last was, while the others take their new form. Lives on
// the thread that watches the sources; the tables that it makes are immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "config/gateway_files.h"
#include "routing/route_table.h"

namespace pointsman::config {

struct Load {
  std::shared_ptr<const routing::RouteTable> table;  // never null: perhaps without gateways
  // Their last good form stands: faulty, unreadable, or removed while others refer to them.
  std::vector<std::string> held;
  std::vector<std::string> missing;     // absent, though they are defined
  std::vector<std::string> remembered;  // of `held`: by remember(), for they were never good since
  bool unreadable = false;              // a source could not be read: there may be more gateways
  bool changed = false;                 // the table differs from the one before
};

class GatewayStore {
 public:
  // `sent_headers`: where HAProxy sends only some headers, these; gateways that need others are
  // warned about.
  explicit GatewayStore(std::string virtual_host_domain,
                        std::optional<std::vector<std::string>> sent_headers = std::nullopt);

  // Before the first load: gateways as an earlier process had them last, in a table of this
  // generation. They count as last good forms, also of those that now stand in a file that can't be
  // read; the next table's generation is above.
  void remember(const std::vector<routing::GatewaySpec>& gateways, std::uint64_t generation);

  // Errors of single gateways and clashes between them are added to `diagnostics`. Where a new form
  // of one gateway clashes with another as it stands, the standing one wins. A gateway that was
  // removed stays while one that serves refers to it.
  Load load(const std::vector<GatewayFile>& files, Diagnostics& diagnostics);

 private:
  using GatewayPointer = std::shared_ptr<const routing::Gateway>;

  // What compile() made of a gateway's text the last time, so that an unchanged one is not compiled
  // again. `gateway` is null when it had errors.
  struct Compiled {
    std::string text_with_places;
    GatewayPointer gateway;
    Diagnostics diagnostics;
  };
  struct Good {
    GatewayPointer gateway;
    std::string text;
    bool remembered = false;
  };
  // A gateway on its way into the table: as it is now, or as it last was.
  struct Candidate {
    std::string name;
    GatewayPointer gateway;
    std::string text;
    bool fresh = false;  // differs from its last good form
    bool held = false;   // faulty now: this is its last good form
  };
  struct Round;

  void forget_deleted(const std::vector<GatewayFile>& files);
  void collect(const std::vector<GatewayFile>& files, Round& round, Diagnostics& diagnostics);
  void collect_read(const ReadGateway& read, Round& round, Diagnostics& diagnostics);
  void collect_last_seen(const GatewayFile& file, Round& round) const;
  void take_last_good(const std::vector<std::string>& names, Round& round) const;
  void stand_in(const std::string& name, Round& round) const;
  const Compiled& compiled(const routing::GatewaySpec& spec);
  void hold_referenced(Round& round, Diagnostics& diagnostics) const;
  void settle(Round& round, Diagnostics& diagnostics) const;
  void keep_within_limit(Round& round, Diagnostics& diagnostics) const;
  bool step_back(Round& round, const Diagnostics& clashes) const;
  Load publish(Round& round);

  const std::string virtual_host_domain_;
  const std::optional<std::vector<std::string>> sent_headers_;
  std::map<std::string, Compiled> compiled_;
  std::map<std::string, Good> good_;
  std::map<std::string, std::vector<std::string>> seen_in_;  // names by file, in its order
  // Remembered ones that no readable file has shown or ruled out yet.
  std::vector<std::string> remembered_;
  std::uint64_t generation_ = 0;  // of the last table, perhaps of an earlier process
  std::shared_ptr<const routing::RouteTable> table_;
  std::vector<std::string> table_texts_;  // of the gateways in table_
};

}  // namespace pointsman::config
