#include "api/admin_api.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "api/registration.h"
#include "base/limits.h"
#include "registry/instance_rules.h"

namespace pointsman::api {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kBearer = "bearer ";

// What a path names.
struct Target {
  enum class Kind : unsigned char {
    kNone,
    kHealth,
    kReady,
    kServices,
    kService,
    kInstance,
    kConfirm
  };
  Kind kind = Kind::kNone;
  std::string service;
  std::string instance;
};

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

Target target_of(std::string_view path) {
  using Kind = Target::Kind;
  const std::vector<std::string> parts = segments_of(path);
  if (parts.size() == 1 && parts[0] == "healthz") return {Kind::kHealth, "", ""};
  if (parts.size() == 1 && parts[0] == "readyz") return {Kind::kReady, "", ""};
  if (parts.size() < 2 || parts[0] != "v1" || parts[1] != "services") return {};
  if (parts.size() == 2) return {Kind::kServices, "", ""};
  if (parts.size() == 3) return {Kind::kService, parts[2], ""};
  if (parts.size() == 4 && parts[3] == "confirm") return {Kind::kConfirm, parts[2], ""};
  if (parts.size() == 5 && parts[3] == "instances") return {Kind::kInstance, parts[2], parts[4]};
  return {};
}

std::string_view allowed_methods(Target::Kind kind) {
  if (kind == Target::Kind::kInstance) return "PUT, DELETE";
  return kind == Target::Kind::kConfirm ? "POST" : "GET, HEAD";
}

bool is_allowed(std::string_view method, Target::Kind kind) {
  const std::string_view allowed = allowed_methods(kind);
  const std::size_t found = allowed.find(method);
  return !method.empty() && found != std::string_view::npos &&
         (found == 0 || allowed[found - 1] == ' ') &&
         (found + method.size() == allowed.size() || allowed[found + method.size()] == ',');
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// A web page that has its own name point to us (DNS rebinding) sends that name.
bool is_own_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end != std::string_view::npos && IpAddress::parse(host.substr(1, end - 1)).has_value();
  }
  host = host.substr(0, host.find(':'));
  return lower(host) == "localhost" || IpAddress::parse(host).has_value();
}

// A web page can send forms to us without asking first, but no JSON.
bool is_json(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return lower(content_type) == "application/json";
}

ApiAnswer json_answer(int status, const ordered_json& document) {
  return {status, "application/json", document.dump() + "\n", "", false};
}

ApiAnswer refusal(int status, std::string field, std::string detail) {
  return to_answer({status, std::move(field), std::move(detail)});
}

ordered_json to_json(const registry::Instance& instance) {
  return {{"id", instance.id},
          {"address", instance.address.to_text()},
          {"port", instance.port},
          {"weight", instance.weight},
          {"tags", instance.tags}};
}

std::int64_t seconds_until(registry::Moment moment, registry::Moment now) {
  return std::chrono::ceil<std::chrono::seconds>(std::max(moment, now) - now).count();
}

ordered_json to_json(const registry::Listed& listed, registry::Moment now) {
  ordered_json object = to_json(listed.entry.instance);
  object["source"] = registry::to_text(listed.source);
  const bool held = listed.entry.phase == registry::Phase::kHeld;
  object["state"] = held ? "held" : "live";
  if (listed.entry.ttl.count() > 0) object["ttl"] = listed.entry.ttl.count();
  if (listed.entry.until != registry::kNever) {
    object[held ? "held_for" : "expires_in"] = seconds_until(listed.entry.until, now);
  }
  return object;
}

std::optional<ApiAnswer> fault_in_names(const Target& target) {
  if (!target.service.empty() || target.kind == Target::Kind::kService ||
      target.kind == Target::Kind::kInstance || target.kind == Target::Kind::kConfirm) {
    if (auto fault = registry::fault_in_service_name(target.service)) {
      return refusal(400, "service", *fault);
    }
  }
  if (target.kind == Target::Kind::kInstance) {
    if (auto fault = registry::fault_in_instance_id(target.instance)) {
      return refusal(400, "id", *fault);
    }
  }
  return std::nullopt;
}

}  // namespace

ApiAnswer to_answer(const Problem& problem) {
  return {problem.status, std::string(kProblemType), api::to_json(problem), "",
          problem.status == 401};
}

std::optional<ApiAnswer> AdminApi::refuse(const ApiRequest& head) const {
  if (head.path.size() > limits::kAdminPathBytes) {
    return refusal(414, "",
                   fmt::format("the path has more than {} bytes", limits::kAdminPathBytes));
  }
  if (!head.by_unix_socket && !is_own_host(head.host)) {
    return refusal(421, "Host", "the host is neither localhost nor an address");
  }
  const Target target = target_of(head.path);
  if (target.kind == Target::Kind::kNone) return refusal(404, "", "nothing has this path");
  if (!is_allowed(head.method, target.kind)) {
    const std::string_view allowed = allowed_methods(target.kind);
    ApiAnswer answer = refusal(405, "", fmt::format("this path takes {}", allowed));
    answer.allow = allowed;
    return answer;
  }
  if (auto answer = fault_in_names(target)) return answer;
  const bool writes = head.method != "GET" && head.method != "HEAD";
  if (!writes) return std::nullopt;
  if (head.method != "DELETE" && !is_json(head.content_type)) {
    return refusal(415, "Content-Type", "wanted application/json");
  }
  return refuse_writer(head, target.service);
}

std::optional<ApiAnswer> AdminApi::refuse_writer(const ApiRequest& head,
                                                 std::string_view service) const {
  if (head.by_unix_socket) return std::nullopt;
  const std::string scheme = lower(std::string_view(head.authorization).substr(0, kBearer.size()));
  if (scheme != kBearer) {
    return refusal(401, "Authorization", "a bearer token is needed, but over the unix socket");
  }
  const std::string_view token = std::string_view(head.authorization).substr(kBearer.size());
  const auto book = tokens_.current();
  const auto verdict = book ? book->may_register(token, service) : TokenBook::Verdict::kUnknown;
  if (verdict == TokenBook::Verdict::kAllowed) return std::nullopt;
  if (verdict == TokenBook::Verdict::kUnknown) {
    return refusal(401, "Authorization", "the token is not known here");
  }
  return refusal(403, "Authorization",
                 fmt::format("the token lacks the scope register:{}", service));
}

ApiAnswer AdminApi::answer(const ApiRequest& request) const {
  if (auto refused = refuse(request)) return *refused;
  const Target target = target_of(request.path);
  switch (target.kind) {
    case Target::Kind::kHealth:
      return json_answer(200, {{"status", "ok"}});
    case Target::Kind::kReady:
      if (control_.ready()) return json_answer(200, {{"status", "ready"}});
      return refusal(503, "", "there is no table yet");
    case Target::Kind::kServices:
      return list_services();
    case Target::Kind::kService:
      return show_service(target.service);
    case Target::Kind::kConfirm:
      if (!control_.service(target.service)) return refusal(404, "service", "it is not known");
      return json_answer(200, {{"let_go", control_.confirm(target.service)}});
    case Target::Kind::kInstance:
      return request.method == "PUT" ? put(request, target.service, target.instance)
                                     : remove(target.service, target.instance);
    case Target::Kind::kNone:
      break;
  }
  return refusal(404, "", "nothing has this path");
}

ApiAnswer AdminApi::list_services() const {
  const RegistryState state = control_.services();
  ordered_json services = ordered_json::array();
  for (const registry::Summary& each : state.services) {
    services.push_back({{"name", each.service}, {"live", each.live}, {"held", each.held}});
  }
  return json_answer(200, {{"revision", state.revision}, {"services", std::move(services)}});
}

ApiAnswer AdminApi::show_service(const std::string& name) const {
  const auto state = control_.service(name);
  if (!state) return refusal(404, "service", "it is not known");
  ordered_json instances = ordered_json::array();
  for (const registry::Listed& each : state->instances) {
    instances.push_back(to_json(each, state->now));
  }
  return json_answer(200, {{"name", name}, {"instances", std::move(instances)}});
}

ApiAnswer AdminApi::put(const ApiRequest& request, const std::string& service,
                        const std::string& id) const {
  auto read = parse_registration(request.body);
  if (!read) return to_answer(read.error());
  registry::Instance& instance = read->instance;
  instance.id = id;
  if (control_.is_own_listener(instance.address, instance.port)) {
    return refusal(400, "address", "the agent itself listens there, which only a file may name");
  }
  const auto done = control_.put(service, instance, read->ttl);
  if (!done) return refusal(507, "", done.error().message);
  ordered_json document = to_json(instance);
  document["ttl"] = read->ttl.count();
  return json_answer(*done == registry::Put::kNew ? 201 : 200, document);
}

ApiAnswer AdminApi::remove(const std::string& service, const std::string& id) const {
  if (control_.remove(service, id)) return {204, "", "", "", false};
  const auto state = control_.service(service);
  if (!state) return refusal(404, "service", "it is not known");
  for (const registry::Listed& each : state->instances) {
    if (each.entry.instance.id != id) continue;
    return refusal(409, "id",
                   fmt::format("it comes from the source '{}'; take it away there",
                               registry::to_text(each.source)));
  }
  return refusal(404, "id", "the service has no instance of this id");
}

}  // namespace pointsman::api
