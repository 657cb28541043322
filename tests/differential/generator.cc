#include "tests/differential/generator.h"

#include <fmt/format.h>

#include "agent/key_ring.h"
#include "routing/decision.h"
#include "routing/raw_acl.h"

namespace pointsman::test {
namespace {

using routing::Gateway;
using routing::StickyKey;

bool chance(Random& random, std::size_t percent) { return random.below(100) < percent; }

std::string maybe(Random& random, std::size_t percent, const std::string& text) {
  return chance(random, percent) ? text : "";
}

// random_condition's tests know neither fields nor patterns of these.
const Texts kMoreConditions{"sni == a.example",
                            "sni ends with .example",
                            "sni matches '^A'",
                            "host matches '^([A-Z])[.]example$'",
                            "host ends with .com",
                            "host in (a.example, shop.example.com)",
                            "scheme == https",
                            "scheme != http",
                            "port in (80, 443)",
                            "src in (10.0.0.0/8, 2001:db8::/32)",
                            "user-agent contains Mozilla",
                            "user-agent matches 'Chrome/([0-9]+)'",
                            "cookie b matches '^(a)?b*$'",
                            "query a matches '(a)|(b)'",
                            "has header x-user",
                            "header X-User in (a, b)",
                            "url matches '[?]a=(.*)'",
                            "path matches '^/([a-z]*)(/.)?'",
                            "< one >",
                            "<one> and not <two>",
                            "< two >"};

// Of those ACLs.
const Texts kRawAclNames{routing::raw_acl_name("one"), routing::raw_acl_name("two")};

std::string condition(Random& random) {
  std::string text =
      chance(random, 60) ? random_condition(random, 3).text : random.of(kMoreConditions);
  if (chance(random, 15)) text = "not (" + text + ")";
  if (chance(random, 15)) text = "(" + text + ") and " + random.of(kMoreConditions);
  if (chance(random, 15)) text = "(" + text + ") or " + random.of(kMoreConditions);
  return text;
}

std::string rewrite(Random& random) {
  static const Texts kRewrites{
      "/new%[path]",
      "/plain if path starts with /a",
      "%[path]/more if method == GET",
      "/\\1%[path] if path matches '^/([a-z]*)'",
      "/x\\2/\\1\\1 if path matches '^/(.)?(.*)$'",
      "/ua/\\1 if user-agent matches 'Chrome/([0-9]+)|Firefox'",
      "/h/\\1 if has header a and (header a matches '^(a)?' or header b matches '(b)')",
      "/q/\\1 if not query a matches '^(.)$' or query matches '(.*)'",
      "/c/\\1 if cookie b matches '(.+)'"};
  if (chance(random, 30)) return "/r%[path] if " + condition(random);
  return random.of(kRewrites);
}

std::string route(Random& random, std::size_t number, const Texts& below) {
  std::string text =
      fmt::format(" route r{} {}", number, chance(random, 30) ? 0 : random.below(100));
  const bool refers = !below.empty() && chance(random, 30);
  if (refers) {
    text += " to " + random.of(below);
  } else if (chance(random, 40)) {
    text += fmt::format(" backend=be{}", random.below(3));
  }
  text += maybe(random, 20, fmt::format(" epoch={}", random.below(3)));
  if (chance(random, 60)) {
    text += random.of<std::string>({"", " at 100%", " at 50%", " at 3.33%", " at 0%"});
    text += " if " + condition(random);
  }
  text += "\n";
  for (std::size_t i = random.below(3); i > 0 && !refers; --i) {
    text += "  rewrite " + rewrite(random) + "\n";
  }
  return text;
}

std::string gateway(Random& random, const std::string& name, const std::string& hosts,
                    bool is_sticky, const Texts& below) {
  std::string text = "gateway " + name + hosts;
  if (is_sticky) {
    text += random.of<std::string>({" sticky", " sticky", " instance"});
    text += random.of<std::string>({"", " ttl=3600 idle=600", " ttl=60 idle=60"});
    text += random.of<std::string>({"", " secure", " insecure"});
    text += maybe(random, 20, " domain=example.com") + maybe(random, 20, " cookie=pin");
  }
  text += maybe(random, 30, " evict") + maybe(random, 15, " strict") + maybe(random, 50, " forced");
  if (chance(random, 40)) {
    text += " by=" + random.of<std::string>({"header:X-User", "cookie:b", "query:a", "src"});
  }
  text += "\n";
  for (std::size_t i = 0, end = 1 + random.below(7); i < end; ++i) text += route(random, i, below);
  return text;
}

std::string odd_bytes(Random& random) {
  std::string text;
  for (std::size_t i = random.below(12); i > 0; --i) {
    text += chance(random, 60) ? random.of<char>({'a', 'b', '=', '&', ';', ' ', '"', '/', ',', '%',
                                                  '\t', '?', '.', ':', 'A', '\\'})
                               : static_cast<char>(random.below(256));
  }
  return text;
}

std::string odd_host(Random& random) {
  static const Texts kOdd{"shop.example.com",
                          "Shop.Example.COM:8080",
                          "shop.example.com.",
                          "shop.example.com.:80",
                          "shop.example.com..",
                          "a.shop.example.com",
                          "x.example.com",
                          ".example.com",
                          "example.com",
                          "[2001:db8::1]:80",
                          "[2001:DB8::1]",
                          "2001:db8::1",
                          "[::1",
                          "a.b:",
                          "a:b:80",
                          ":80",
                          ".",
                          "..",
                          "a.example",
                          "A.Example:80",
                          "*.example.com",
                          "x.example.com:8a",
                          "",
                          "[::1]x:80"};
  if (chance(random, 5)) return odd_bytes(random);
  if (chance(random, 2)) return std::string(250 + random.below(10), 'a') + ".example.com";
  return random.of(kOdd);
}

std::string odd_cookies(Random& random) {
  std::string line = random.of<std::string>({"", "", ";", " ", "; ;"});
  for (std::size_t i = random.below(4); i > 0; --i) {
    line += random.of<std::string>({"a", "b", "ab", " b", "b ", "bb", "B", "beta", ""}) +
            random.of<std::string>({"=", "=", " = ", "", "=="}) +
            random.of<std::string>({"a", "ab", "", "\"b\"", "b=b", " a b ", "\tb"}) +
            random.of<std::string>({"; ", ";", " ;", ",", ""});
  }
  return line;
}

std::string odd_query(Random& random) {
  std::string query;
  for (std::size_t i = random.below(4); i > 0; --i) {
    query += random.of<std::string>({"a", "b", "aa", "Is", "", "A", "x-y"}) +
             random.of<std::string>({"=", "=", "", "=="}) +
             random.of<std::string>({"a", "ab", "", "a%20b", "a=b", "?"}) +
             random.of<std::string>({"&", "&", "&&", ";"});
  }
  return query;
}

const Gateway& some_gateway(Random& random, const routing::RouteTable& table) {
  return *table.gateways()[random.below(table.gateways().size())];
}

routing::Token random_token(Random& random, const Gateway& gateway, UnixSeconds now) {
  routing::Token token;
  static const std::vector<int> kAges{0,     1,       29,      30,   59,   60,   61,   300,
                                      599,   600,     601,     1800, 3599, 3600, 3601, 86400,
                                      90000, 2592000, 2600000, -1,   -299, -300, -301};
  token.issued = static_cast<std::uint32_t>(now - random.of(kAges));
  token.seen = random.coin() ? token.issued : static_cast<std::uint32_t>(now - random.of(kAges));
  token.forced = chance(random, 5);
  const auto& routes = gateway.routes;
  if (chance(random, 70)) token.route_tag = routes[random.below(routes.size())].route_tag;
  if (chance(random, 10)) token.route_tag = static_cast<std::uint32_t>(random.below(1u << 31));
  for (std::size_t i = random.below(10); i > 0; --i) {
    const routing::Route& route = routes[random.below(routes.size())];
    const bool known = route.condition && chance(random, 80);
    const auto unknown = static_cast<std::uint32_t>(random.below(1u << 31));
    token.remember({known ? route.condition_tag : unknown, random.coin(),
                    static_cast<std::uint16_t>(random.below(10000))});
  }
  return token;
}

std::string signed_token(Random& random, const std::string& gateway, const routing::Token& token,
                         const std::vector<StickyKey>& keys) {
  StickyKey key = keys[random.below(keys.size())];
  if (chance(random, 5)) key.id = 99;
  if (chance(random, 5)) key.secret[0] ^= 1;
  std::string text = agent::KeyRing({key}).sign(chance(random, 5) ? "another" : gateway, token);
  if (chance(random, 5)) text[random.below(text.size())] = 'x';
  if (chance(random, 3)) text.resize(random.below(text.size()));
  if (chance(random, 2)) text += random.of<std::string>({"A", "=", "AAAA", " "});
  return text;
}

void add_override(Random& random, const Gateway& gateway, const std::vector<StickyKey>& keys,
                  Visit& visit) {
  routing::Token token = random_token(random, gateway, visit.now);
  token.forced = !chance(random, 10);
  if (token.forced && chance(random, 80)) token.issued = static_cast<std::uint32_t>(visit.now - 9);
  if (token.forced && chance(random, 80)) token.seen = static_cast<std::uint32_t>(visit.now + 9);
  const std::string text = signed_token(random, gateway.name, token, keys);
  switch (random.below(3)) {
    case 0:
      visit.headers.emplace_back("X-Pointsman-Force", text);
      break;
    case 1:
      visit.query += (visit.query.empty() ? "" : "&") + ("pm_force=" + text);
      break;
    default:
      visit.headers.emplace_back("Cookie", gateway.sticky.cookie + "=" + text);
  }
}

void add_tokens(Random& random, const routing::RouteTable& table,
                const std::vector<StickyKey>& keys, Visit& visit) {
  for (const auto& gateway : table.gateways()) {
    const std::size_t times = gateway->is_sticky() ? random.below(3) : (random.below(10) / 9);
    for (std::size_t i = 0; i < times; ++i) {
      const std::string text =
          signed_token(random, gateway->name, random_token(random, *gateway, visit.now), keys);
      const std::string before = maybe(random, 30, "a=b; ");
      visit.headers.emplace_back("cookie", before + gateway->sticky.cookie + "=" + text);
    }
  }
  while (chance(random, 25)) add_override(random, some_gateway(random, table), keys, visit);
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    out += code >= 32 && code < 127 ? std::string(1, byte) : fmt::format("\\x{:02x}", code);
  }
  return "'" + out + "'";
}

routing::Request Visit::as_request(ByteBuffer& block) const {
  block.clear();
  for (const auto& [name, value] : headers) routing::append_header(block, name, value);
  routing::end_headers(block);
  routing::Request request;
  if (!gateway.empty()) request.gateway = gateway;
  request.method = method;
  request.scheme = scheme;
  request.host = host;
  request.path = path;
  request.query = query;
  request.sni = sni;
  request.src = src;
  request.raw_acls = raw_acls;
  request.port = port;
  request.headers = routing::HeaderBlock(block);
  return request;
}

std::string Visit::as_text() const {
  std::string text = fmt::format(
      "gateway {} method {} scheme {} host {} path {} query {} sni {} src {} port {} now {}",
      shown(gateway), shown(method), shown(scheme), shown(host), shown(path), shown(query),
      shown(sni), src ? src->to_text() : "-", port ? std::to_string(*port) : "-", now);
  for (const auto& [name, value] : headers) text += "\n  " + name + ": " + shown(value);
  for (const auto& [name, holds] : raw_acls) text += fmt::format("\n  acl_{} {}", name, holds);
  return text;
}

std::string random_gateways(Random& random) {
  const std::size_t count = 1 + random.below(3);
  const std::size_t sticky = random.below(4);  // at most one on a way
  std::string text =
      gateway(random, "shop", " host=shop.example.com host=*.shop.example.com", sticky == 0,
              count == 1   ? Texts{}
              : count == 2 ? Texts{"inner"}
                           : Texts{"inner", "deep/est"});
  if (count > 1) {
    text += gateway(random, "inner", " host=*.example.com host=a.example", sticky == 1,
                    count > 2 ? Texts{"deep/est"} : Texts{});
  }
  if (count > 2) {
    text += gateway(random, "deep/est", maybe(random, 70, " host=*"), sticky == 2, {});
  }
  return text;
}

Visit random_visit(Random& random, const routing::RouteTable& table,
                   const std::vector<StickyKey>& keys) {
  const Facts facts = random_facts(random);
  Visit visit;
  if (chance(random, 60)) visit.gateway = some_gateway(random, table).name;
  if (chance(random, 3)) visit.gateway = random.of<std::string>({"Shop", "none", "shop/"});
  visit.method = facts.method;
  visit.scheme = random.of<std::string>({"http", "https", "https", ""});
  visit.host = chance(random, 30) ? facts.host : odd_host(random);
  visit.path =
      chance(random, 50) ? facts.path : random.of<std::string>({"/abc/d", "/x", "", "*", "/a b"});
  if (chance(random, 15)) visit.path = "/" + odd_bytes(random);
  if (chance(random, 1)) visit.path += std::string(8180 + random.below(15), 'a');
  visit.query = chance(random, 50) ? facts.query : odd_query(random);
  if (chance(random, 10)) visit.query = odd_bytes(random);
  visit.sni = chance(random, 50) ? "" : odd_host(random);
  if (!facts.src.empty()) visit.src = IpAddress::parse(facts.src);
  if (!facts.port.empty()) visit.port = static_cast<std::uint32_t>(std::stoul(facts.port));
  for (const std::size_t agent : facts.agents)
    visit.headers.emplace_back("User-Agent", kAgents[agent]);
  for (const auto& header : facts.headers) visit.headers.push_back(header);
  for (const auto& [name, value] : facts.cookies) {
    visit.headers.emplace_back("Cookie", name + "=" + value);
  }
  while (chance(random, 30)) visit.headers.emplace_back("cOOkie", odd_cookies(random));
  while (chance(random, 30)) {
    visit.headers.emplace_back("X-User", random.of<std::string>({"a", "b", "", "user7"}));
  }
  while (chance(random, 10)) visit.headers.emplace_back("A", odd_bytes(random));
  while (chance(random, 5)) visit.headers.emplace_back("Cookie", odd_bytes(random));
  for (const std::string& name : kRawAclNames) {
    if (chance(random, 70)) visit.raw_acls.push_back({name, chance(random, 50)});
  }
  visit.now += static_cast<UnixSeconds>(random.below(100000));
  add_tokens(random, table, keys, visit);
  return visit;
}

}  // namespace pointsman::test
