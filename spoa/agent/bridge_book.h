// Who the connected bridges are, which table each decides by, and what they decided: kept for the
// log and for counts. What a bridge says is believed only as far as it can do no harm: names that
// the current table does not have are counted together, and lines of the log are limited. One
// thread; time is an argument.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/log.h"
#include "routing/route_table.h"
#include "table/bridge_message.h"

namespace pointsman::agent {

struct BridgeReport {
  std::size_t connected = 0;  // those that have asked
  std::map<std::uint64_t, std::size_t> by_generation;
  std::vector<table::DecidedCount> decided;  // most first
  std::uint64_t decided_total = 0;
  std::uint64_t decided_unknown = 0;  // of the total: names that the table does not have
};

class BridgeBook {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // A connection, from its start to its end.
  class Bridge {
   public:
    explicit Bridge(BridgeBook& book);
    ~Bridge();
    Bridge(const Bridge&) = delete;
    Bridge& operator=(const Bridge&) = delete;

    void asked(const table::Question& question, Time now);

   private:
    friend class BridgeBook;
    BridgeBook& book_;
    std::string name_;     // as it gave it; empty: it has not asked
    std::string process_;  // the part of it that its process' bridges share
    std::uint64_t generation_ = 0;
    Time up_to_date_{};  // when it last was, or came nearer
    bool lag_logged_ = false;
  };

  // The table that bridges should decide by.
  void set_table(std::shared_ptr<const routing::RouteTable> table, Time now);
  // Writes what is worth a line since the last call; every limits::kBridgePoke or so.
  void log_news(Time now);
  void log_decided();  // what no line has told yet, whatever the time
  BridgeReport report() const;

 private:
  struct Process {
    std::size_t bridges = 0;
    std::size_t logged = 0;  // how many there were at its last line
    Time changed{};
  };
  struct Key {
    std::string gateway;
    std::string route;
    std::string reason;
    auto operator<=>(const Key&) const = default;
  };
  struct Count {
    std::uint64_t all = 0;
    std::uint64_t logged = 0;  // of these, told by a line
  };

  bool knows(const Key& key);
  void count(const table::DecidedCount& entry);
  void log_processes();
  void log_lags();

  std::shared_ptr<const routing::RouteTable> table_;
  // Names in table_ of the routes of those gateways that were asked for: one may have thousands.
  std::unordered_map<const routing::Gateway*, std::unordered_set<std::string_view>> route_names_;
  std::set<Bridge*> bridges_;
  std::map<std::string, Process> processes_;
  std::map<Key, Count> decided_;
  Count total_;
  std::uint64_t unknown_ = 0;
  Time decided_logged_{};
  Time now_{};  // the latest that was told
  std::size_t lines_left_ = 0;
};

}  // namespace pointsman::agent
