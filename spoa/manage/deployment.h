// Brings HAProxy to a table, step by step and each time as far as it gets:
//
//   render, write beside the old, have HAProxy check it (selection.h leaves out who breaks it),
//   rename over the old, reload, see the new worker, keep the text as the last good one.
//
// One file is current at any moment, and only a text that HAProxy's check took ever is. Where
// HAProxy does not start with it all the same, the last good text is put back. The files tell a new
// process where its predecessor stopped: a current text that is not the last good one was never
// seen running, so its reload is made up for, and the gateways that it was made from lie beside it.
// On the thread of managed mode; it blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "manage/host.h"
#include "manage/selection.h"

namespace pointsman::manage {

// For the log, and for whoever wants to show it.
struct Facts {
  std::uint64_t takeovers = 0;   // new configurations that HAProxy runs
  std::uint64_t failures = 0;    // deployments that got stuck
  std::string fault;             // why HAProxy does not run what the table says; empty: it does
  bool haproxy_away = false;     // it is not running: the files wait for it
  std::vector<Refusal> refused;  // gateways that HAProxy has in another form, or not at all
};

struct DeploymentOptions {
  Render render;
  // Forms as a text that is kept, and back: what can't be read is left out.
  std::function<std::string(const Forms&)> write_forms;
  std::function<Forms(const std::string&)> read_forms;
  render::Options options;
  std::string folder;
  std::string virtual_host_domain;
};

class Deployment {
 public:
  Deployment(DeploymentOptions options, Host& host);

  // `bare`: gateways of the table that lack what only HAProxy needs, so that it keeps their last
  // form. False: it is to be tried again, with the same table if there is no newer one.
  bool bring_to(const routing::RouteTable& table, const std::set<std::string>& bare = {});

  const Facts& facts() const { return facts_; }

 private:
  bool take_over_files();
  std::string wanted_text(const routing::RouteTable& table) const;
  void take_all_forms(const routing::RouteTable& table);
  Outcome write_forms(const Forms& forms);
  Result<std::string> check(const Configuration& configuration);
  bool deploy(const routing::RouteTable& table, const std::set<std::string>& bare,
              const std::string& wanted);
  std::optional<std::string> find_unknown(const routing::RouteTable& table,
                                          const Forms& forms) const;
  bool make_current(const Selection& selection);
  bool catch_up();
  void settle(const Reload& taken);
  bool wait_for_haproxy(const Reload& reload);
  void put_back(const Reload& failed);
  bool get_stuck(const std::string& fault);
  void tell_refused(const std::vector<Refusal>& refused);

  const DeploymentOptions options_;
  Host& host_;
  bool has_files_ = false;    // the next four are known
  std::string current_;       // text of the current file; empty: there is none
  std::string last_good_;     // likewise
  std::string kept_forms_;    // likewise
  bool reload_owed_ = false;  // the current text was not seen running
  Forms forms_;               // that HAProxy's files have, as far as it is known
  std::string settled_;       // wanted text for which nothing more is done
  Facts facts_;
};

}  // namespace pointsman::manage
