#include "config/gateway_text.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <string_view>

namespace pointsman::config {
namespace {

using routing::SpecText;

// Every value is written with its length or as a number with an end, so that no two specs run
// together into the same text.
class Writer {
 public:
  explicit Writer(Places places) : places_(places) {}

  void text(std::string_view value) {
    fmt::format_to(std::back_inserter(out_), "{}:", value.size());
    out_ += value;
  }
  template <class T>
  void number(T value) {
    fmt::format_to(std::back_inserter(out_), "{};", value);
  }
  void place(const SourcePlace& place) {
    if (places_ == Places::kIgnored) return;
    text(place.file ? std::string_view(*place.file) : std::string_view());
    number(place.line);
    number(place.column);
  }
  void text_in_place(const SpecText& value) {
    text(value.text);
    place(value.place);
    if (places_ == Places::kIgnored) return;
    number(value.marks.size());
    for (const routing::TextMark& mark : value.marks) {
      number(mark.offset);
      number(mark.line);
      number(mark.column);
    }
  }
  void optional_text(const std::optional<SpecText>& value) {
    number(value.has_value());
    if (value) text_in_place(*value);
  }
  std::string take() { return std::move(out_); }

 private:
  const Places places_;
  std::string out_;
};

void write_instances(Writer& out, const std::vector<routing::InstanceSpec>& instances) {
  out.number(instances.size());
  for (const routing::InstanceSpec& instance : instances) {
    out.text(instance.address);
    out.number(instance.port);
    out.number(instance.weight);
    out.number(instance.backup);
    out.place(instance.place);
  }
}

void write_check(Writer& out, const std::optional<routing::CheckSpec>& check) {
  out.number(check.has_value());
  if (!check) return;
  out.number(static_cast<int>(check->kind));
  for (const std::string* text : {&check->path, &check->method, &check->host, &check->status}) {
    out.text(*text);
  }
  out.number(check->port);
  out.number(check->every.count());
  out.number(check->timeout.count());
  out.number(check->fall);
  out.number(check->rise);
}

void write_route(Writer& out, const routing::RouteSpec& route) {
  out.text(route.name);
  out.place(route.place);
  out.number(static_cast<int>(route.weight.form));
  out.number(route.weight.share);
  out.number(route.weight.relative);
  out.place(route.weight.place);
  out.optional_text(route.condition);
  out.number(route.strength.has_value());
  if (route.strength) {
    out.number(route.strength->share);
    out.place(route.strength->place);
  }
  out.optional_text(route.backend);
  out.optional_text(route.gateway);
  out.optional_text(route.service);
  out.number(route.discover.has_value());
  if (route.discover) {
    out.text(route.discover->dns);
    out.number(route.discover->port);
    out.number(route.discover->every.count());
  }
  write_instances(out, route.instances);
  out.text(route.balance);
  out.place(route.balance_place);
  write_check(out, route.check);
  out.number(route.slow_start.value_or(std::chrono::seconds(0)).count());
  out.number(route.redispatch ? (*route.redispatch ? 1 : 0) : -1);
  out.number(route.rewrites.size());
  for (const SpecText& rewrite : route.rewrites) out.text_in_place(rewrite);
  out.text(route.epoch);
  out.text(route.metadata_json);
}

void write_sticky(Writer& out, const routing::StickySpec& sticky) {
  out.number(static_cast<int>(sticky.by));
  out.text(sticky.cookie);
  out.number(sticky.ttl.count());
  out.number(sticky.idle.count());
  out.text(sticky.path);
  out.text(sticky.same_site);
  out.number(static_cast<int>(sticky.secure));
  out.text(sticky.domain);
  out.place(sticky.place);
}

}  // namespace

std::string comparison_text(const routing::GatewaySpec& gateway, Places places) {
  Writer out(places);
  out.text(gateway.name);
  out.place(gateway.place);
  out.number(gateway.port.value_or(0));
  out.place(gateway.port_place);
  out.number(static_cast<int>(gateway.protocol));
  out.number(gateway.virtual_hosts.size());
  for (const SpecText& host : gateway.virtual_hosts) out.text_in_place(host);
  write_sticky(out, gateway.sticky);
  out.number(static_cast<int>(gateway.split_by.kind));
  out.text(gateway.split_by.name);
  out.place(gateway.split_by.place);
  out.number(gateway.evict_at_zero);
  out.number(gateway.strict_on_unhealthy);
  out.number(gateway.allow_forced);
  out.number(gateway.routes.size());
  for (const routing::RouteSpec& route : gateway.routes) write_route(out, route);
  out.text(gateway.metadata_json);
  return out.take();
}

}  // namespace pointsman::config
