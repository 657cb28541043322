#include "config/service_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "config/value_syntax.h"
#include "config/yaml_fields.h"
#include "registry/instance_rules.h"

namespace pointsman::config {
namespace {

using registry::Instance;

constexpr std::string_view kInstance =
    "an instance like 10.0.0.7:8080 or [2001:db8::7]:8080 (a name is found by 'discover')";
constexpr std::string_view kAddress = "an IPv4 or IPv6 address (a name is found by 'discover')";

// A text for which `fault` finds nothing.
std::optional<std::string> read_sound_text(const YamlField& field, std::string_view wanted,
                                           std::optional<std::string> (*fault)(std::string_view)) {
  auto text = read_text(field, wanted);
  if (!text) return std::nullopt;
  const auto found = fault(*text);
  if (!found) return text;
  field.error(fmt::format("found {}: {}", describe(*field.node), *found));
  return std::nullopt;
}

std::optional<IpAddress> parse_address(std::string_view text) { return IpAddress::parse(text); }

std::vector<std::string> read_tags(const YamlField& field) {
  std::vector<std::string> tags;
  if (!field) return tags;
  if (field.node->kind != YamlNode::Kind::kSequence) {
    field.wanted("a list of tags like [blue, v2]");
    return tags;
  }
  if (field.node->items.size() > limits::kInstanceTags) {
    field.error(fmt::format("found {} tags, at most {} are allowed", field.node->items.size(),
                            limits::kInstanceTags));
    return tags;
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    if (auto tag = read_sound_text(field.item(i), "a tag", registry::fault_in_tag)) {
      tags.push_back(std::move(*tag));
    }
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

std::optional<Instance> read_long_instance(const YamlField& field) {
  MappingReader reader(field, kInstance);
  const YamlField address = reader.take("address");
  const YamlField port = reader.take("port");
  if (!address) field.error(fmt::format("address is missing, wanted {}", kAddress));
  if (!port) field.error("port is missing, wanted a number from 1 to 65535");
  const auto parsed = read_parsed(address, kAddress, parse_address);
  Instance instance;
  instance.address = parsed.value_or(IpAddress());
  instance.port = static_cast<std::uint16_t>(read_number(port, 1, 65535).value_or(0));
  instance.weight = static_cast<std::uint16_t>(
      read_number(reader.take("weight"), 0, registry::kWeightMax).value_or(instance.weight));
  instance.tags = read_tags(reader.take("tags"));
  const auto id = read_sound_text(reader.take("id"), "an id", registry::fault_in_instance_id);
  instance.id = id.value_or(registry::default_instance_id(instance.address, instance.port));
  reader.refuse_unknown_keys();
  return parsed && instance.port > 0 ? std::optional(std::move(instance)) : std::nullopt;
}

std::optional<Instance> read_instance(const YamlField& field) {
  if (field.node->kind == YamlNode::Kind::kMapping) return read_long_instance(field);
  const auto text = read_text(field, kInstance);
  if (!text) return std::nullopt;
  const auto parsed = parse_host_and_port(*text);
  const auto address = parsed ? IpAddress::parse(parsed->host) : std::nullopt;
  if (!address) {
    field.wanted(kInstance);
    return std::nullopt;
  }
  Instance instance;
  instance.address = *address;
  instance.port = parsed->port;
  instance.id = registry::default_instance_id(instance.address, instance.port);
  return instance;
}

void read_instances(const YamlField& field, registry::Service& service) {
  if (!field || field.node->kind == YamlNode::Kind::kNull) return;
  if (field.node->kind != YamlNode::Kind::kSequence) {
    return field.wanted("a list of instances like [10.0.0.7:8080, 10.0.0.8:8080]");
  }
  if (field.node->items.size() > limits::kInstancesPerService) {
    return field.error(fmt::format("found {} instances, at most {} are allowed",
                                   field.node->items.size(), limits::kInstancesPerService));
  }
  std::set<std::string> ids;
  std::set<std::pair<IpAddress, std::uint16_t>> endpoints;
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    const YamlField item = field.item(i);
    auto instance = read_instance(item);
    if (!instance) continue;
    if (!endpoints.emplace(instance->address, instance->port).second) {
      item.error(
          fmt::format("{} port {} stands here twice", instance->address.to_text(), instance->port));
    } else if (!ids.insert(instance->id).second) {
      item.error(fmt::format("the id {} stands here twice", instance->id));
    } else {
      service.instances.push_back(std::move(*instance));
    }
  }
  std::sort(service.instances.begin(), service.instances.end(),
            [](const Instance& a, const Instance& b) { return a.id < b.id; });
}

// "_web._tcp.example.com" has ports of its own.
bool is_srv_name(std::string_view name) { return name.starts_with('_'); }

void read_discover(const YamlField& field, ServiceSpec& spec) {
  if (!field || field.node->kind == YamlNode::Kind::kNull) return;
  MappingReader reader(field, "a mapping like {dns: web, port: 3000, every: 2s}");
  routing::DiscoverSpec discover;
  const YamlField dns = reader.take("dns");
  const YamlField port = reader.take("port");
  if (!dns) field.error("dns is missing, wanted a host name");
  discover.dns = read_text_if(dns, "a host name", is_host_name).value_or("");
  if (!port && !discover.dns.empty() && !is_srv_name(discover.dns)) {
    field.error(
        "port is missing, wanted a number from 1 to 65535 (only SRV names, which begin "
        "with '_', have their own)");
  }
  discover.port = static_cast<std::uint16_t>(read_number(port, 1, 65535).value_or(0));
  discover.every = read_parsed(reader.take("every"), "a duration like 2s", parse_duration)
                       .value_or(discover.every);
  reader.refuse_unknown_keys();
  spec.discover = std::move(discover);
}

}  // namespace

ServiceSpec read_service(const YamlDocument& document, Diagnostics& diagnostics, bool& faulty) {
  ServiceSpec spec;
  ReadContext context(diagnostics);
  const YamlField root{document.root, "", &context};
  MappingReader reader(root, "a mapping with name and instances");
  spec.place = document.root->place;
  const YamlField name = reader.take("name");
  if (auto text = read_sound_text(name, "the service's name", registry::fault_in_service_name)) {
    spec.name = std::move(*text);
    spec.place = name.node->place;
  }
  if (!name && document.root->kind == YamlNode::Kind::kMapping) {
    root.error("name is missing, wanted the service's name");
  }
  for (const Diagnostic& fault : document.faults.items()) {
    context.error(fault.place, fault.key, fault.message);
  }
  read_instances(reader.take("instances"), spec.service);
  read_discover(reader.take("discover"), spec);
  reader.refuse_unknown_keys();
  faulty = faulty || context.has_errors();
  return spec;
}

}  // namespace pointsman::config
