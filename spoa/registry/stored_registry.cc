#include "registry/stored_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/limits.h"
#include "registry/instance_rules.h"

namespace pointsman::registry {
namespace {

using nlohmann::json;

constexpr std::string_view kFormat = "pointsman registry";
constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kLongestHold = 10ULL * 366 * 86400;  // more than any setting allows

std::optional<std::uint64_t> number_at(const json& object, const char* key, std::uint64_t max) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  const auto number = found->get<std::uint64_t>();
  return number <= max ? std::optional(number) : std::nullopt;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::vector<std::string>> read_tags(const json& object) {
  const auto found = object.find("tags");
  if (found == object.end() || !found->is_array()) return std::nullopt;
  if (found->size() > limits::kInstanceTags) return std::nullopt;
  std::vector<std::string> tags;
  for (const json& tag : *found) {
    if (!tag.is_string() || fault_in_tag(tag.get_ref<const std::string&>())) return std::nullopt;
    tags.push_back(tag.get<std::string>());
  }
  const bool ascending =
      std::adjacent_find(tags.begin(), tags.end(), std::greater_equal<>()) == tags.end();
  return ascending ? std::optional(std::move(tags)) : std::nullopt;
}

std::optional<StoredInstance> read_instance(const std::string& service, const json& object) {
  if (!object.is_object()) return std::nullopt;
  StoredInstance item;
  item.service = service;
  item.instance.id = text_at(object, "id");
  const std::string source = text_at(object, "source");
  if (source == to_text(SourceKind::kDns)) {
    item.source = SourceKind::kDns;
  } else if (source != to_text(SourceKind::kHttp)) {
    return std::nullopt;
  }
  const auto address = IpAddress::parse(text_at(object, "address"));
  const auto port = number_at(object, "port", std::numeric_limits<std::uint16_t>::max());
  const auto weight = number_at(object, "weight", kWeightMax);
  auto tags = read_tags(object);
  if (fault_in_instance_id(item.instance.id) || !address || !port || *port == 0 || !weight || !tags)
    return std::nullopt;
  item.instance.address = *address;
  item.instance.port = static_cast<std::uint16_t>(*port);
  item.instance.weight = static_cast<std::uint16_t>(*weight);
  item.instance.tags = std::move(*tags);
  if (item.source == SourceKind::kHttp) {
    const auto ttl =
        number_at(object, "ttl", static_cast<std::uint64_t>(limits::kRegistrationTtl.count()));
    if (!ttl || *ttl == 0) return std::nullopt;
    item.ttl = std::chrono::seconds(*ttl);
  }
  if (object.contains("held")) {
    const auto held = number_at(object, "held", kLongestHold);
    if (!held) return std::nullopt;
    item.held = std::chrono::seconds(*held);
  }
  return item;
}

json instance_json(const StoredInstance& item) {
  json object = {{"id", item.instance.id},     {"address", item.instance.address.to_text()},
                 {"port", item.instance.port}, {"weight", item.instance.weight},
                 {"tags", item.instance.tags}, {"source", to_text(item.source)}};
  if (item.source == SourceKind::kHttp) object["ttl"] = item.ttl.count();
  if (item.held) object["held"] = item.held->count();
  return object;
}

bool comes_before(const StoredInstance& a, const StoredInstance& b) {
  return std::tie(a.source, a.service, a.instance.id) <
         std::tie(b.source, b.service, b.instance.id);
}

}  // namespace

std::string to_json(const StoredRegistry& stored) {
  json services = json::object();
  for (const StoredInstance& item : stored.instances) {
    services[item.service].push_back(instance_json(item));
  }
  const json document = {{"format", kFormat},
                         {"version", kVersion},
                         {"revision", stored.number},
                         {"services", std::move(services)}};
  return document.dump(1) + "\n";
}

Result<StoredRegistry> parse_stored_registry(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object()) return Error{"not a whole JSON object"};
  if (text_at(document, "format") != kFormat) {
    return Error{fmt::format("\"format\" is not \"{}\"", kFormat)};
  }
  if (number_at(document, "version", kVersion) != kVersion) {
    return Error{fmt::format("\"version\" is not {}", kVersion)};
  }
  StoredRegistry stored;
  const auto number = number_at(document, "revision", std::numeric_limits<std::uint32_t>::max());
  if (!number) return Error{"\"revision\" is no number of a revision"};
  stored.number = static_cast<std::uint32_t>(*number);
  const auto services = document.find("services");
  if (services == document.end() || !services->is_object()) return Error{"\"services\" is missing"};
  for (const auto& [name, instances] : services->items()) {
    if (fault_in_service_name(name) || !instances.is_array()) {
      return Error{"\"services\" has a key that is no service"};
    }
    for (const json& object : instances) {
      auto item = read_instance(name, object);
      if (!item) return Error{fmt::format("service {} has an instance that is none", name)};
      stored.instances.push_back(std::move(*item));
    }
  }
  std::stable_sort(stored.instances.begin(), stored.instances.end(), comes_before);
  return stored;
}

}  // namespace pointsman::registry
