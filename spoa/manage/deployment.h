// Brings HAProxy to a table, step by step and each time as far as it gets:
//
//   render, write beside the old, have HAProxy check it (selection.h leaves out who breaks it),
//   rename over the old, reload, see the new worker, keep the text as the last good one.
//
// One file is current at any moment, and only a text that HAProxy's check took ever is. Where
// HAProxy does not start with it all the same, the last good text is put back; the gateways that
// it was made from lie beside it. The files tell a new process where its predecessor stopped: a
// current text that is not the last good one was not seen running, so its reload is made up for.
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
  Outcome keep_forms();
  Outcome keep_last_good();
  bool keep();
  Result<std::string> check(const Configuration& configuration);
  bool deploy(const routing::RouteTable& table, const std::set<std::string>& bare);
  std::optional<std::string> find_unknown(const routing::RouteTable& table,
                                          const Forms& forms) const;
  bool make_current(const Selection& selection);
  Outcome find_foreign_text();
  bool catch_up();
  bool settle(const Reload& taken);
  bool wait_for_haproxy(const Reload& reload);
  bool put_back(const Reload& failed);
  bool restore();
  bool owes_last_good() const;
  bool give_up(const Reload& failed);
  bool get_stuck(const std::string& fault);
  void tell_refused(const std::vector<Refusal>& refused);

  const DeploymentOptions options_;
  Host& host_;
  bool has_files_ = false;     // the next ones are known
  std::string current_;        // text of the current file; empty: there is none
  std::string last_good_;      // that HAProxy was seen to run last; empty: none
  bool is_kept_ = true;        // it is in its file
  Forms forms_;                // of the last good text; while there is none, of the current one
  std::string kept_forms_;     // text of their file
  bool reload_owed_ = false;   // the current text was not seen running
  bool restore_owed_ = false;  // HAProxy did not take it, and the last good one is to replace it
  std::string wanted_;         // what the last table asked for
  bool settled_ = false;       // no other text is tried for it
  std::size_t failed_reloads_ = 0;  // for it
  Facts facts_;
};

}  // namespace pointsman::manage
