#include "cli/table.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "cli/gateway_listing.h"
#include "cli/load.h"
#include "cli/table_client.h"
#include "table/table_file.h"
#include "table/table_reader.h"

namespace pointsman::cli {
namespace {

using nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr milliseconds kBackOffMin{100};
constexpr milliseconds kBackOffMax{2000};

// The first listener of the settings that needs no certificate, or why there is none.
Result<std::string> address_of_settings(const std::string& file, Console& console) {
  Diagnostics diagnostics;
  const config::Settings settings = load_settings(file, diagnostics);
  diagnostics.sort_by_place();
  print_diagnostics(diagnostics, console);
  if (diagnostics.has_errors()) return Error{"the settings have errors; --from names an agent"};
  for (const ListenAddress& address : settings.table.listen) {
    if (!address.tls) return address.to_text();
  }
  return Error{"the settings have no table.listen without TLS; --from names an agent"};
}

// A file that follows an agent's table.
class Follower {
 public:
  Follower(std::string from, std::string to, Console& console)
      : from_(std::move(from)), to_(std::move(to)), console_(console) {}

  // Done when the file was written; false when there was no news.
  Result<bool> follow(TableClient& client) {
    const auto fetched = client.fetch(have_, generation_);
    if (!fetched) return Error{from_ + ": " + fetched.error().message};
    if (!*fetched) return false;
    const FetchedTable& table = **fetched;
    have_ = table.id;  // also of one that is refused: it does not get better
    const auto stored = table::read_table(table.bytes);
    if (!stored) return Error{from_ + ": the table is refused: " + stored.error().message};
    const Outcome written = table::write_table_file(to_, table.bytes, {});
    if (!written) {
      have_.clear();
      return written.error();
    }
    generation_ = stored->generation;
    console_.out << fmt::format("{}: generation {} with {}", printable(to_), generation_,
                                counted(stored->gateways.size(), "gateway"))
                 << std::endl;
    return true;
  }

 private:
  const std::string from_;
  const std::string to_;
  Console& console_;
  std::string have_;
  std::uint64_t generation_ = 0;
};

ExitCode fail(const std::string& message, Console& console) {
  print_error("table: " + message, console);
  return kInvalid;
}

ExitCode fetch_once(const TableFetchOptions& agent, Follower& follower, Console& console) {
  auto client = TableClient::connect(agent.from, agent.tls, agent.name);
  if (!client) return fail(agent.from + ": " + client.error().message, console);
  const auto written = follower.follow(*client);
  if (!written) return fail(written.error().message, console);
  return *written ? kGood : fail(agent.from + ": the agent has no table yet", console);
}

// Until a signal ends the process. The same complaint again says nothing new.
[[noreturn]] void fetch_for_ever(const TableFetchOptions& agent, Follower& follower,
                                 Console& console) {
  std::string complaint;
  milliseconds back_off = kBackOffMin;
  while (true) {
    auto client = TableClient::connect(agent.from, agent.tls, agent.name);
    std::string fault = client ? "" : agent.from + ": " + client.error().message;
    while (fault.empty()) {
      const auto written = follower.follow(*client);
      if (!written) {
        fault = written.error().message;
        break;
      }
      if (*written) complaint.clear();
      back_off = kBackOffMin;
    }
    if (fault != complaint) fail(fault, console);
    complaint = fault;
    ::poll(nullptr, 0, static_cast<int>(back_off.count()));
    back_off = std::min(2 * back_off, kBackOffMax);
  }
}

std::vector<int> key_ids(const table::StoredTable& stored) {
  std::vector<int> ids;
  for (const routing::StickyKey& key : stored.keys) ids.push_back(key.id);
  return ids;
}

}  // namespace

ExitCode run_table_fetch(const TableFetchOptions& options, Console& console) {
  TableFetchOptions agent = options;
  if (agent.from.empty()) {
    auto address = address_of_settings(options.settings, console);
    if (!address) return fail(address.error().message, console);
    agent.from = std::move(*address);
  }
  if (agent.from.starts_with("tls:") && agent.tls.ca.empty()) {
    return fail(agent.from + ": TLS needs the CA of its certificate (--ca)", console);
  }
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without a way to say so
  Follower follower(agent.from, agent.to, console);
  if (agent.once) return fetch_once(agent, follower, console);
  fetch_for_ever(agent, follower, console);
}

ExitCode run_table_show(const TableShowOptions& options, Console& console) {
  const auto stored = table::read_table_file(options.file);
  if (!stored) return fail(stored.error().message, console);
  const auto table = table::link_table(*stored);
  if (!table) return fail(options.file + ": " + table.error().message, console);
  const std::vector<int> keys = key_ids(*stored);
  if (options.json) {
    ordered_json gateways = ordered_json::array();
    for (const auto& gateway : (*table)->gateways()) gateways.push_back(gateway_json(*gateway));
    print_json(
        {{"generation", stored->generation}, {"keys", keys}, {"gateways", std::move(gateways)}},
        console);
    return kGood;
  }
  for (const auto& gateway : (*table)->gateways()) print_gateway(*gateway, console);
  console.out << fmt::format(
      "generation {}, {}, {}\n", stored->generation, counted(stored->gateways.size(), "gateway"),
      keys.empty() ? "no sticky keys" : fmt::format("sticky keys {}", fmt::join(keys, ", ")));
  return kGood;
}

}  // namespace pointsman::cli
