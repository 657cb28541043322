#include "api/registration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "base/limits.h"
#include "base/near_match.h"
#include "registry/instance_rules.h"

namespace pointsman::api {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kKeys{"address", "port", "weight", "tags", "ttl"};

Problem bad(std::string field, std::string detail) {
  return {400, std::move(field), std::move(detail)};
}

struct Parsed {
  json document;
  std::optional<std::string> twice;  // a key that stands there a second time
};

Parsed parse(std::string_view body) {
  std::set<std::string> keys;
  std::optional<std::string> twice;
  const auto see = [&](int depth, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::key && depth == 1) {
      const auto& key = value.get_ref<const std::string&>();
      if (!keys.insert(key).second) twice = key;
    }
    return true;
  };
  return {json::parse(body, see, false), twice};
}

std::optional<Problem> unknown_key(const json& document) {
  for (const auto& [key, value] : document.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
    const auto near = near_match(key, kKeys);
    return bad(key.substr(0, limits::kInstanceIdBytes),
               near ? fmt::format("unknown key; did you mean '{}'?", *near)
                    : fmt::format("unknown key; known are {}", fmt::join(kKeys, ", ")));
  }
  return std::nullopt;
}

std::optional<Problem> read_address(const json& document, registry::Instance& instance) {
  const auto found = document.find("address");
  const std::string wanted = "wanted a literal IPv4 or IPv6 address";
  if (found == document.end()) return bad("address", "is missing, " + wanted);
  if (!found->is_string()) return bad("address", "is no text, " + wanted);
  const auto address = IpAddress::parse(found->get_ref<const std::string&>());
  if (!address) return bad("address", "is no address, " + wanted);
  if (const auto fault = registry::fault_in_registered_address(*address)) {
    return bad("address",
               fmt::format("{} is {}, which only a file may name", address->to_text(), *fault));
  }
  instance.address = *address;
  return std::nullopt;
}

// Leaves `number` as it is where the key is missing.
std::optional<Problem> read_number(const json& document, const char* key, std::uint64_t min,
                                   std::uint64_t max, std::uint64_t& number) {
  const auto found = document.find(key);
  if (found == document.end()) return std::nullopt;
  const bool fits = found->is_number_unsigned() && found->get<std::uint64_t>() >= min &&
                    found->get<std::uint64_t>() <= max;
  if (!fits) return bad(key, fmt::format("wanted a whole number from {} to {}", min, max));
  number = found->get<std::uint64_t>();
  return std::nullopt;
}

std::optional<Problem> read_tags(const json& document, std::vector<std::string>& tags) {
  const auto found = document.find("tags");
  if (found == document.end()) return std::nullopt;
  if (!found->is_array()) return bad("tags", "wanted a list of texts");
  if (found->size() > limits::kInstanceTags) {
    return bad("tags", fmt::format("at most {} tags are allowed", limits::kInstanceTags));
  }
  for (std::size_t i = 0; i < found->size(); ++i) {
    const json& tag = (*found)[i];
    const std::string field = fmt::format("tags[{}]", i);
    if (!tag.is_string()) return bad(field, "wanted a text");
    if (const auto fault = registry::fault_in_tag(tag.get_ref<const std::string&>())) {
      return bad(field, *fault);
    }
    tags.push_back(tag.get<std::string>());
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return std::nullopt;
}

}  // namespace

Result<Registration, Problem> parse_registration(std::string_view body) {
  const auto [document, twice] = parse(body);
  if (document.is_discarded()) return bad("", "the body is not JSON");
  if (!document.is_object()) return bad("", "the body is no JSON object");
  if (auto problem = unknown_key(document)) return *problem;
  if (twice) return bad(*twice, "stands there twice");
  Registration read;
  if (auto problem = read_address(document, read.instance)) return *problem;
  if (!document.contains("port")) return bad("port", "is missing, wanted a number from 1 to 65535");
  std::uint64_t port = 0;
  std::uint64_t weight = registry::kDefaultWeight;
  auto ttl = static_cast<std::uint64_t>(kDefaultTtl.count());
  const auto longest = static_cast<std::uint64_t>(limits::kRegistrationTtl.count());
  if (auto problem = read_number(document, "port", 1, 65535, port)) return *problem;
  if (auto problem = read_number(document, "weight", 0, registry::kWeightMax, weight)) {
    return *problem;
  }
  if (auto problem = read_number(document, "ttl", 1, longest, ttl)) return *problem;
  if (auto problem = read_tags(document, read.instance.tags)) return *problem;
  read.instance.port = static_cast<std::uint16_t>(port);
  read.instance.weight = static_cast<std::uint16_t>(weight);
  read.ttl = std::chrono::seconds(ttl);
  return read;
}

}  // namespace pointsman::api
