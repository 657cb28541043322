#include "config/gateway_reader.h"

#include <fmt/format.h>

#include <array>

#include "base/limits.h"
#include "config/metadata_json.h"
#include "config/route_reader.h"
#include "config/value_syntax.h"

namespace pointsman::config {
namespace {

using routing::GatewaySpec;
using routing::SplitBySpec;
using routing::StickySpec;

// What Vamp's artifacts carry besides, but for `metadata`.
constexpr std::array<std::string_view, 7> kIgnoredKeys{
    "kind", "lookup_name", "internal", "proxy", "deployed", "targets", "service"};

void read_port(const YamlField& field, GatewaySpec& gateway) {
  constexpr std::string_view kWanted = "a port like 8080, 8080/http or 8080/tcp";
  const std::optional<std::string> text = read_text(field, kWanted);
  if (!text) return;
  gateway.port_place = field.node->place;
  const std::size_t slash = text->find('/');
  gateway.port = parse_port(std::string_view(*text).substr(0, slash));
  const std::string protocol = slash == std::string::npos ? "http" : text->substr(slash + 1);
  if (!gateway.port || (protocol != "http" && protocol != "tcp")) {
    gateway.port.reset();
    field.wanted(kWanted);
    return;
  }
  if (protocol == "tcp") gateway.protocol = GatewaySpec::Protocol::kTcp;
}

void read_virtual_hosts(const YamlField& field, GatewaySpec& gateway) {
  if (!field) return;
  if (field.node->kind != YamlNode::Kind::kSequence) {
    field.wanted("a list like [shop.example.com, \"*.shop.example.com\"]");
    return;
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    const YamlField item = field.item(i);
    const auto host = read_text_if(item, "a host name without a port, \"*.example.com\" or \"*\"",
                                   is_virtual_host);
    if (host) gateway.virtual_hosts.push_back(item.with_place(*host));
  }
}

void read_long_sticky(const YamlField& field, StickySpec& sticky) {
  constexpr std::array<std::string_view, 3> kBy{"none", "route", "instance"};
  constexpr std::array<std::string_view, 3> kSameSite{"Lax", "Strict", "None"};
  constexpr std::array<std::string_view, 3> kSecure{"auto", "always", "never"};
  constexpr std::string_view kDuration = "a duration like 30d, 24h, 15m or 10s";
  MappingReader reader(field, "none, route, instance or a mapping");
  const YamlField by = reader.take("by");
  if (!by) field.error("by is missing, wanted one of none, route, instance");
  sticky.by = static_cast<StickySpec::By>(read_choice(by, kBy).value_or(0));
  sticky.cookie = read_text_if(reader.take("cookie"),
                               "a cookie's name, without blanks, quotes or "
                               "separators",
                               is_http_token)
                      .value_or("");
  sticky.ttl = read_parsed(reader.take("ttl"), kDuration, parse_duration).value_or(sticky.ttl);
  sticky.idle = read_parsed(reader.take("idle"), kDuration, parse_duration).value_or(sticky.idle);
  sticky.path = read_text_if(reader.take("path"),
                             "a path that begins with / and has no blanks, "
                             "quotes, ',' or ';'",
                             is_cookie_path)
                    .value_or(sticky.path);
  sticky.same_site = kSameSite[read_choice(reader.take("same_site"), kSameSite).value_or(0)];
  sticky.secure =
      static_cast<StickySpec::Secure>(read_choice(reader.take("secure"), kSecure).value_or(0));
  const auto is_domain = [](std::string_view text) { return text.empty() || is_host_name(text); };
  sticky.domain =
      read_text_if(reader.take("domain"), "a host name like example.com", is_domain).value_or("");
  reader.refuse_unknown_keys();
}

void read_sticky(const YamlField& field, StickySpec& sticky) {
  constexpr std::array<std::string_view, 3> kBy{"none", "route", "instance"};
  if (!field) return;
  sticky.place = field.node->place;
  if (field.node->kind == YamlNode::Kind::kMapping) {
    read_long_sticky(field, sticky);
  } else {
    sticky.by = static_cast<StickySpec::By>(read_choice(field, kBy).value_or(0));
  }
}

void read_split_by(const YamlField& field, SplitBySpec& split_by) {
  constexpr std::string_view kWanted = "header NAME, cookie NAME, query NAME or src";
  const std::optional<std::string> text = read_text(field, kWanted);
  if (!text) return;
  split_by.place = field.node->place;
  if (*text == "src") {
    split_by.kind = SplitBySpec::Kind::kSource;
    return;
  }
  const std::size_t blank = text->find(' ');
  const std::string kind = text->substr(0, blank);
  const std::size_t start = text->find_first_not_of(' ', blank);
  split_by.name = start == std::string::npos ? "" : text->substr(start);
  if (kind == "header") split_by.kind = SplitBySpec::Kind::kHeader;
  if (kind == "cookie") split_by.kind = SplitBySpec::Kind::kCookie;
  if (kind == "query") split_by.kind = SplitBySpec::Kind::kQuery;
  const bool any_name = split_by.kind == SplitBySpec::Kind::kQuery && !split_by.name.empty() &&
                        split_by.name.find(' ') == std::string::npos;
  if (split_by.kind == SplitBySpec::Kind::kNone || !(any_name || is_http_token(split_by.name))) {
    split_by = {};
    field.wanted(kWanted);
  }
}

void read_routes(const YamlField& field, GatewaySpec& gateway) {
  MappingReader reader(field, "a mapping from route names to routes");
  for (const YamlNode::Entry& entry : reader.entries()) {
    gateway.routes.push_back(read_route(*entry.key, reader.field_of(entry)));
  }
}

void read_gateway_fields(MappingReader& reader, ReadContext& context, GatewaySpec& gateway) {
  constexpr std::array<std::string_view, 2> kOnUnhealthy{"alternate", "strict"};
  read_port(reader.take("port"), gateway);
  read_virtual_hosts(reader.take("virtual_hosts"), gateway);
  read_sticky(reader.take("sticky"), gateway.sticky);
  read_split_by(reader.take("split_by"), gateway.split_by);
  gateway.evict_at_zero = read_boolean(reader.take("evict_at_zero")).value_or(false);
  gateway.strict_on_unhealthy =
      read_choice(reader.take("on_unhealthy"), kOnUnhealthy).value_or(0) == 1;
  gateway.allow_forced = read_boolean(reader.take("allow_forced")).value_or(false);
  read_routes(reader.take("routes"), gateway);
  if (const YamlField metadata = reader.take("metadata")) {
    gateway.metadata_json = to_json(*metadata.node);
  }
  for (const std::string_view ignored : kIgnoredKeys) {
    if (const YamlField found = reader.take(ignored)) {
      context.note(found.node->place, found.key, "ignored, as nothing here uses it");
    }
  }
  reader.refuse_unknown_keys();
}

}  // namespace

ReadGateway read_gateway(const YamlDocument& document, Diagnostics& diagnostics) {
  ReadGateway read;
  ReadContext context(diagnostics);
  const YamlField root{document.root, "", &context};
  MappingReader reader(root, "a mapping with name and routes");
  read.spec.place = document.root->place;
  read.spec.document = document.text;
  const YamlField name = reader.take("name");
  if (const auto text = read_name(name, "the gateway's name")) {
    read.spec.name = *text;
    read.spec.place = name.node->place;
    context.gateway = *text;
  }
  if (!name && document.root->kind == YamlNode::Kind::kMapping) {
    root.error("name is missing, wanted the gateway's name");
  }
  for (const Diagnostic& fault : document.faults.items()) {
    context.error(fault.place, fault.key, fault.message);
  }
  read_gateway_fields(reader, context, read.spec);
  read.faulty = context.has_errors();
  return read;
}

}  // namespace pointsman::config
