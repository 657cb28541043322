#include "table/table_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/limits.h"
#include "routing/compile.h"
#include "table/record.h"
#include "table/record_reader.h"

namespace pointsman::table {
namespace {

using routing::GatewaySpec;
using routing::RouteSpec;

// Puts the records together. Each fault is a line without the number of its record.
class Reader {
 public:
  Result<StoredTable> read(Bytes document) {
    const auto records = split_records(document);
    if (!records) return records.error();
    auto header = read_header(records->front());
    if (!header) return record_error(0, header.error().message);
    if (header->records != records->size() - 1) {
      return Error{fmt::format("{} records follow the header, which announces {}",
                               records->size() - 1, header->records)};
    }
    stored_.generation = header->generation;
    stored_.keys = std::move(header->keys);
    for (std::size_t i = 1; i < records->size(); ++i) {
      const Outcome read = read_record((*records)[i]);
      if (!read) return record_error(i, read.error().message);
    }
    if (const Outcome finished = finish_gateway(); !finished) return finished.error();
    if (const Outcome checked = check_references(); !checked) return checked.error();
    return std::move(stored_);
  }

 private:
  struct Current {
    GatewayHead head;
    Patterns patterns;
    std::uint64_t share = 0;
  };

  Outcome read_record(Bytes payload) {
    const RecordKind kind = kind_of(payload);
    if (kind == RecordKind::kUnknown) return Error{"is malformed or of an unknown kind"};
    if (kind == RecordKind::kGateway) return begin_gateway(payload);
    if (!current_) return Error{"comes before any gateway"};
    return kind == RecordKind::kHosts ? add_hosts(payload) : add_route(payload);
  }

  Outcome begin_gateway(Bytes payload) {
    if (const Outcome finished = finish_gateway(); !finished) return finished;
    auto head = read_gateway(payload);
    if (!head) return head.error();
    if (!gateways_.insert(head->spec.name).second) {
      return Error{fmt::format("there is another gateway {}", head->spec.name)};
    }
    if (gateways_.size() > limits::kGateways) {
      return Error{fmt::format("more than {} gateways", limits::kGateways)};
    }
    current_ = Current{std::move(*head), {}, 0};
    return Done{};
  }

  Outcome finish_gateway() {
    if (!current_) return Done{};
    GatewayHead& gateway = current_->head;
    const std::string& name = gateway.spec.name;
    if (gateway.hosts > 0 || gateway.routes > 0) {
      return Error{fmt::format("gateway {} lacks {} hosts and {} routes that it announces", name,
                               gateway.hosts, gateway.routes)};
    }
    if (current_->share != 0 && current_->share != routing::kWhole) {
      return Error{fmt::format("the shares of gateway {} sum to {}, wanted {} or 0", name,
                               current_->share, routing::kWhole)};
    }
    stored_.gateways.push_back(std::move(gateway.spec));
    current_.reset();
    return Done{};
  }

  Outcome add_hosts(Bytes payload) {
    GatewayHead& gateway = current_->head;
    if (!gateway.spec.routes.empty()) return Error{"hosts come before routes"};
    auto hosts = read_hosts(payload);
    if (!hosts) return hosts.error();
    if (hosts->size() > gateway.hosts) return Error{"more hosts than the gateway announces"};
    gateway.hosts -= hosts->size();
    for (std::string& host : *hosts) {
      if (!hosts_.insert(host).second) return Error{fmt::format("the host {} again", host)};
      gateway.spec.virtual_hosts.push_back({std::move(host), {}, {}});
    }
    if (hosts_.size() <= limits::kVirtualHosts) return Done{};
    return Error{fmt::format("more than {} hosts", limits::kVirtualHosts)};
  }

  Outcome add_route(Bytes payload) {
    GatewayHead& gateway = current_->head;
    if (gateway.hosts > 0) return Error{"fewer hosts than the gateway announces"};
    if (gateway.routes == 0) return Error{"more routes than the gateway announces"};
    --gateway.routes;
    auto route = read_route(payload, gateway.spec, current_->patterns);
    if (!route) return route.error();
    current_->share += route->weight.share;
    gateway.spec.routes.push_back(std::move(*route));
    return Done{};
  }

  Outcome check_references() const {
    for (const GatewaySpec& gateway : stored_.gateways) {
      for (const RouteSpec& route : gateway.routes) {
        if (!route.gateway || gateways_.contains(route.gateway->text)) continue;
        return Error{fmt::format("route {} of gateway {} refers to gateway {}, which is not there",
                                 route.name, gateway.name, route.gateway->text)};
      }
    }
    return Done{};
  }

  StoredTable stored_;
  std::optional<Current> current_;  // the gateway whose records are being read
  std::unordered_set<std::string> gateways_;
  std::unordered_set<std::string> hosts_;
};

// Messages quote what a table says, and are lines of a log.
Error in_one_line(Error error) {
  for (char& c : error.message) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = '?';
  }
  return error;
}

Error first_error(const Diagnostics& diagnostics) {
  const auto& items = diagnostics.items();
  const auto found = std::find_if(items.begin(), items.end(), [](const Diagnostic& item) {
    return item.severity == Severity::kError;
  });
  assert(found != items.end());
  return in_one_line({fmt::format("gateway {}: {}", found->gateway, to_text(*found))});
}

}  // namespace

Result<StoredTable> read_table(Bytes document) {
  auto stored = Reader().read(document);
  if (!stored) return in_one_line(stored.error());
  return stored;
}

Result<std::shared_ptr<const routing::RouteTable>> link_table(const StoredTable& stored) {
  Diagnostics diagnostics;
  std::vector<std::shared_ptr<const routing::Gateway>> gateways;
  for (const GatewaySpec& spec : stored.gateways) {
    auto gateway = routing::compile(spec, diagnostics);
    if (gateway == nullptr) return first_error(diagnostics);
    gateways.push_back(std::move(gateway));
  }
  auto table = routing::RouteTable::link(std::move(gateways), "", stored.generation, diagnostics);
  if (table == nullptr) return first_error(diagnostics);
  return table;
}

}  // namespace pointsman::table
