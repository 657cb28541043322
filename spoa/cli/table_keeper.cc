#include "cli/table_keeper.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/log.h"
#include "cli/console.h"
#include "table/table_file.h"
#include "table/table_writer.h"

namespace pointsman::cli {
namespace {

std::shared_ptr<const agent::TableDocument> make_document(
    const routing::RouteTable& table, std::span<const routing::StickyKey> keys) {
  Result<ByteBuffer> bytes = table::write_table(table, keys);
  if (!bytes) {
    spdlog::error("generation {} reaches no bridge and no file: {}", table.generation(),
                  printable(bytes.error().message));
    return nullptr;
  }
  std::string id = table::table_id(*bytes);
  return std::make_shared<const agent::TableDocument>(
      agent::TableDocument{table.generation(), std::move(id), std::move(*bytes)});
}

bool gets_no_keys(const ListenAddress& address) { return !address.admits_by_name(); }

}  // namespace

std::string table_file(const config::Settings& settings) {
  return (std::filesystem::path(settings.state) / "table").string();
}

TableKeeper::TableKeeper(const config::Settings& settings)
    : settings_(settings.table),
      path_(table_file(settings)),
      has_bridges_without_keys_(
          std::any_of(settings_.listen.begin(), settings_.listen.end(), gets_no_keys)) {}

Outcome TableKeeper::start() {
  if (settings_.listen.empty()) return Done{};
  agent::TableServerOptions options;
  options.listen = settings_.listen;
  options.socket_mode = settings_.socket_mode;
  options.socket_owner = settings_.socket_owner;
  auto server = agent::TableServer::start(std::move(options));
  if (!server) return server.error();
  server_ = std::move(*server);
  return Done{};
}

void TableKeeper::publish(const std::shared_ptr<const routing::RouteTable>& table,
                          const agent::KeyRing& keys) {
  agent::TableEdition edition{table, make_document(*table, keys.keys()), nullptr};
  if (has_bridges_without_keys_) edition.without_keys = make_document(*table, {});
  if (edition.with_keys == nullptr) return;
  unwritten_ = edition.with_keys;
  if (server_) server_->publish(std::move(edition));
}

void TableKeeper::write_file() {
  if (!unwritten_) return;
  const auto document = std::exchange(unwritten_, nullptr);
  auto owner = parse_file_owner(settings_.socket_owner);
  Outcome written = owner ? Outcome(Done{}) : owner.error();
  if (owner) {
    owner->user = FileOwner{}.user;  // the file stays the agent's, its group may read it
    written = table::write_table_file(path_, document->bytes, *owner);
  }
  const std::string fault = written ? "" : written.error().message;
  if (!fault.empty() && fault != fault_) {
    spdlog::error("{}; the file keeps an older table, decisions are not affected",
                  printable(fault));
  }
  if (fault.empty() && !fault_.empty()) spdlog::info("{}: written again", printable(path_));
  if (!fault.empty()) unwritten_ = document;
  fault_ = fault;
}

}  // namespace pointsman::cli
