#include "config/route_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "config/check_reader.h"
#include "config/metadata_json.h"
#include "config/value_syntax.h"
#include "routing/balance.h"
#include "routing/names.h"

namespace pointsman::config {
namespace {

using routing::InstanceSpec;
using routing::RouteSpec;
using routing::SpecText;
using routing::WeightSpec;

constexpr std::string_view kPercentage = "a percentage like 5%";
constexpr std::string_view kWeight = "a percentage like 5%, or a number without quotes";
constexpr std::string_view kInstance =
    "an instance like 10.0.0.7:8080, [2001:db8::7]:8080 or "
    "web.internal:8080";
constexpr std::string_view kHost = "an address or a host name";
constexpr std::uint64_t kInstanceWeightMax = 256;  // HAProxy's

// A condition may be folded over several lines; no other text may.
std::optional<SpecText> read_condition(const YamlField& field) {
  if (!field) return std::nullopt;
  if (field.node->kind != YamlNode::Kind::kScalar) {
    field.wanted("a condition like 'header x-beta == yes'");
    return std::nullopt;
  }
  std::string text = field.node->text;
  std::replace(text.begin(), text.end(), '\n', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  std::string without_tabs = text;
  std::replace(without_tabs.begin(), without_tabs.end(), '\t', ' ');
  if (has_control_character(without_tabs)) {
    field.error("found a control character, wanted a condition");
    return std::nullopt;
  }
  return field.with_place(std::move(text));
}

void read_weight(const YamlField& field, WeightSpec& weight) {
  if (!field) return;
  weight.place = field.node->place;
  if (is_number(*field.node)) {
    std::string_view digits = field.node->text;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, weight.relative);
    if (failure == std::errc() && stop == end && weight.relative >= 0 &&
        weight.relative <= limits::kRelativeWeightMax) {
      weight.form = WeightSpec::Form::kRelative;
    } else {
      field.wanted(fmt::format("a weight from 0 to {}", limits::kRelativeWeightMax));
    }
  } else if (const auto share = read_parsed(field, kWeight, parse_percentage)) {
    weight.form = WeightSpec::Form::kPercent;
    weight.share = *share;
  }
}

void read_strength(const YamlField& field, RouteSpec& route) {
  if (const auto share = read_parsed(field, kPercentage, parse_percentage)) {
    route.strength = {*share, field.node->place};
  }
}

InstanceSpec read_long_instance(const YamlField& field) {
  MappingReader reader(field, kInstance);
  InstanceSpec instance;
  instance.place = field.node->place;
  const YamlField address = reader.take("address");
  const YamlField port = reader.take("port");
  if (!address) field.error(fmt::format("address is missing, wanted {}", kHost));
  if (!port) field.error("port is missing, wanted a number from 1 to 65535");
  const auto is_host = [](std::string_view text) { return is_address(text) || is_host_name(text); };
  instance.address = read_text_if(address, kHost, is_host).value_or("");
  instance.port = static_cast<std::uint16_t>(read_number(port, 1, 65535).value_or(0));
  instance.weight = static_cast<std::uint16_t>(
      read_number(reader.take("weight"), 0, kInstanceWeightMax).value_or(instance.weight));
  instance.backup = read_boolean(reader.take("backup")).value_or(false);
  reader.refuse_unknown_keys();
  return instance;
}

std::optional<InstanceSpec> read_instance(const YamlField& field) {
  if (field.node->kind == YamlNode::Kind::kMapping) return read_long_instance(field);
  const auto parsed = read_parsed(field, kInstance, parse_host_and_port);
  if (!parsed) return std::nullopt;
  InstanceSpec instance;
  instance.address = parsed->host;
  instance.port = parsed->port;
  instance.place = field.node->place;
  return instance;
}

void read_instances(const YamlField& field, RouteSpec& route) {
  if (!field) return;
  if (field.node->kind != YamlNode::Kind::kSequence) {
    field.wanted("a list of instances like [10.0.0.7:8080, 10.0.0.8:8080]");
    return;
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    if (const auto instance = read_instance(field.item(i))) route.instances.push_back(*instance);
  }
}

void read_rewrites(const YamlField& field, RouteSpec& route) {
  constexpr std::string_view kRewrite =
      "a rewrite like 'path: /new%[path] if path starts with /old'";
  if (!field) return;
  if (field.node->kind != YamlNode::Kind::kSequence) {
    field.wanted("a list of rewrites, each like 'path: NEW if CONDITION'");
    return;
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    const YamlField item = field.item(i);
    if (item.node->kind != YamlNode::Kind::kMapping) {
      item.wanted(kRewrite);
      continue;
    }
    MappingReader reader(item, kRewrite);
    const YamlField path = reader.take("path");
    if (!path) item.error(fmt::format("path is missing, wanted {}", kRewrite));
    if (auto text = read_text(path, kRewrite)) route.rewrites.push_back(path.with_place(*text));
    reader.refuse_unknown_keys();
  }
}

void read_discover(const YamlField& field, RouteSpec& route) {
  if (!field) return;
  MappingReader reader(field, "a mapping like {dns: web, port: 3000, every: 2s}");
  routing::DiscoverSpec discover;
  const YamlField dns = reader.take("dns");
  if (!dns) field.error("dns is missing, wanted a host name");
  discover.dns = read_text_if(dns, "a host name", is_host_name).value_or("");
  discover.port =
      static_cast<std::uint16_t>(read_number(reader.take("port"), 1, 65535).value_or(0));
  discover.every = read_parsed(reader.take("every"), "a duration like 2s", parse_duration)
                       .value_or(discover.every);
  reader.refuse_unknown_keys();
  route.discover = discover;
}

void read_name_and_instance(const YamlNode& key, const YamlField& field, RouteSpec& route) {
  route.name = key.text;
  route.place = key.place;
  const bool external = key.text.starts_with('[') && key.text.ends_with(']');
  if (!external) {
    if (const auto fault = routing::fault_in_name(key.text)) {
      field.context->error(key.place, field.key, *fault);
    }
    return;
  }
  const std::string_view inside = std::string_view(key.text).substr(1, key.text.size() - 2);
  const auto parsed = parse_host_and_port(inside);
  if (!parsed || key.text.size() > limits::kNameBytes) {
    field.context->error(key.place, field.key,
                         fmt::format("found '{}' in brackets, wanted {}",
                                     shown_key(std::string(inside)), kInstance));
    return;
  }
  InstanceSpec instance;
  instance.address = parsed->host;
  instance.port = parsed->port;
  instance.place = key.place;
  route.instances.push_back(instance);
}

// At most one of the ways to say where a route leads.
void check_destinations(const YamlNode& key, const YamlField& field, const MappingReader& reader) {
  std::vector<std::string_view> given;
  if (key.text.starts_with('[')) given.push_back("the [host:port] name");
  for (const YamlNode::Entry& entry : reader.entries()) {
    for (const std::string_view way : {"backend", "gateway", "service", "discover", "instances"}) {
      if (entry.key->text == way) given.push_back(way);
    }
  }
  if (given.size() > 1) {
    field.context->error(key.place, field.key,
                         fmt::format("found {}, wanted one of them", fmt::join(given, " and ")));
  }
}

std::optional<SpecText> with_place(const YamlField& field, std::optional<std::string> text) {
  if (!text) return std::nullopt;
  return field.with_place(std::move(*text));
}

}  // namespace

RouteSpec read_route(const YamlNode& key, const YamlField& field) {
  RouteSpec route;
  read_name_and_instance(key, field, route);
  MappingReader reader(field, "a mapping with weight, condition, …");
  read_weight(reader.take("weight"), route.weight);
  route.condition = read_condition(reader.take("condition"));
  read_strength(reader.take("condition_strength"), route);
  read_instances(reader.take("instances"), route);
  read_rewrites(reader.take("rewrites"), route);
  const YamlField service = reader.take("service");
  route.service = with_place(service, read_name(service, "a service's name"));
  const YamlField backend = reader.take("backend");
  route.backend = with_place(
      backend,
      read_text_if(backend, "a backend's name (letters, digits, - _ . :)", is_backend_name));
  const YamlField gateway = reader.take("gateway");
  route.gateway = with_place(gateway, read_name(gateway, "a gateway's name"));
  read_discover(reader.take("discover"), route);
  const YamlField balance = reader.take("balance");
  const auto is_balance = [](std::string_view text) { return !routing::fault_in_balance(text); };
  if (auto text = read_text_if(balance, "a balance algorithm like leastconn", is_balance)) {
    route.balance = std::move(*text);
    route.balance_place = balance.node->place;
  }
  if (route.balance == "default") route.balance.clear();  // Vamp's word for it
  route.check = read_check(reader.take("check"));
  route.slow_start = read_parsed(reader.take("slow_start"), "a duration like 30s", parse_duration);
  route.redispatch = read_boolean(reader.take("redispatch"));
  const YamlField epoch = reader.take("epoch");
  if (const auto number = read_number(epoch, 0, limits::kEpochMax)) {
    route.epoch = std::to_string(*number);
  }
  check_destinations(key, field, reader);
  if (const YamlField metadata = reader.take("metadata")) {
    route.metadata_json = to_json(*metadata.node);
  }
  for (const std::string_view ignored : {"kind", "lookup_name", "targets"}) {
    if (const YamlField found = reader.take(ignored)) {
      field.context->note(found.node->place, found.key, "ignored, as nothing here uses it");
    }
  }
  reader.refuse_unknown_keys();
  return route;
}

}  // namespace pointsman::config
