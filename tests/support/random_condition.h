// Random conditions with a plain function for what each means, and random requests that they hold
// for or not. A test prints the seed; POINTSMAN_SEED=<number> runs it again.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pointsman::test {

using Texts = std::vector<std::string>;

inline const Texts kNames{"a", "b", "Is", "x-y"};
inline const Texts kValues{"a",  "ab",   "b",         "B",   "",    "a=b",
                           "or", "it's", "say \"a\"", "a b", "(a)", "a&b|c"};
inline const Texts kHosts{"a.example", "b.example", "x"};  // in compared form
inline const Texts kNetworks{"10.0.0.0/8", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32"};
inline const Texts kNetworkPrefixes{"10.", "10.1.2.3", "192.0.2.", "2001:db8:"};
inline const Texts kPatterns{"a", "^a$", "^(a|b)", "b$", "[^a-z]", "^$"};

inline const Texts kAgents{"curl/8",
                           "Mozilla/5.0 Firefox/121.0",
                           "Mozilla/5.0 Chrome/120.0 Safari/537.36",
                           "Mozilla/5.0 Version/17.1 Safari/605.1",
                           "Mozilla/5.0 Chrome/120.0 Safari/537.36 Edg/120.0",
                           "Mozilla/5.0 (compatible; MSIE 9.0)",
                           "Mozilla/5.0 (Trident/7.0)"};
// As conditions name them, and which of kAgents they are.
inline const std::vector<std::pair<std::string, std::set<std::size_t>>> kBrowsers{
    {"Chrome", {2}}, {"firefox", {1}}, {"Safari", {3}},         {"EDGE", {4}},
    {"IE", {5, 6}},  {"curl", {0}},    {"'Safari/'", {2, 3, 4}}};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  bool coin() { return below(2) == 0; }
  template <class T>
  const T& of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

inline std::uint64_t chosen_seed() {
  const char* const seed = std::getenv("POINTSMAN_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 10) : std::random_device()();
}

// What a request says, as lists of plain texts.
struct Facts {
  std::vector<std::size_t> agents;  // of kAgents
  std::string host = "", path = "/", query = "", method = "GET", src = "", port = "";
  std::vector<std::pair<std::string, std::string>> headers, cookies, parameters;

  std::string as_text() const {
    std::string text = method + " " + path + (query.empty() ? "" : "?" + query) + "\nHost: " + host;
    for (const std::size_t agent : agents) text += "\nUser-Agent: " + kAgents[agent];
    for (const auto& [name, value] : headers) text += "\n" + name + ": " + value;
    if (!cookies.empty()) text += "\nCookie: ";
    for (const auto& [name, value] : cookies) text += name + "=" + value + "; ";
    if (!src.empty()) text += "\n:src " + src;
    if (!port.empty()) text += "\n:port " + port;
    return text;
  }
};

inline Facts random_facts(Random& random) {
  Facts facts;
  for (std::size_t i = random.below(3); i > 0; --i) {
    facts.agents.push_back(random.below(kAgents.size()));
  }
  facts.host = random.of<std::string>({"a.example", "A.Example:80", "b.EXAMPLE.", "x.:443", ""});
  facts.path = random.of<std::string>({"/", "/a", "/ab", "/B/a"});
  facts.method = random.of<std::string>({"GET", "POST"});
  facts.src = random.of<std::string>({"", "10.1.2.3", "10.9.9.9", "192.0.2.1", "2001:db8::1"});
  facts.port = random.of<std::string>({"", "80", "443"});
  for (std::size_t i = random.below(4); i > 0; --i) {
    facts.headers.emplace_back(random.of<std::string>({"A", "a", "B", "is"}), random.of(kValues));
  }
  for (std::size_t i = random.below(3); i > 0; --i) {
    facts.cookies.emplace_back(random.of(kNames), random.of<std::string>({"a", "ab", "", "b"}));
  }
  for (std::size_t i = random.below(3); i > 0; --i) {
    facts.parameters.emplace_back(random.of(kNames), random.of<std::string>({"a", "ab", "", "b"}));
    if (!facts.query.empty()) facts.query += '&';
    facts.query += facts.parameters.back().first + "=" + facts.parameters.back().second;
  }
  return facts;
}

// What was meant: a text in one of its spellings, and its meaning.
enum class Binding { kOr, kAnd, kUnary };
struct Meant {
  std::string text;
  std::function<bool(const Facts&)> holds;
  Binding binding = Binding::kUnary;
};

inline std::string any_case(Random& random, std::string word) {
  for (char& letter : word) {
    if (random.coin()) letter = static_cast<char>(std::toupper(letter));
  }
  return word;
}

inline std::string quoted(Random& random, const std::string& text, bool bare_is_allowed) {
  const bool plain = !text.empty() && text.find_first_of(" '\"()") == std::string::npos;
  if (plain && bare_is_allowed && random.coin()) return text;
  const char quote = random.coin() ? '\'' : '"';
  std::string out(1, quote);
  for (const char byte : text) out.append(byte == quote ? 2 : 1, byte);
  return out + quote;
}

inline std::string plain_host(std::string host) {
  host = host.substr(0, host.find(':'));
  if (!host.empty() && host.back() == '.') host.pop_back();
  for (char& letter : host) letter = static_cast<char>(std::tolower(letter));
  return host;
}

inline Texts occurrences(const Facts& facts, const std::string& field, const std::string& name) {
  if (field == "host") return {plain_host(facts.host)};
  if (field == "path") return {facts.path};
  if (field == "method") return {facts.method};
  if (field == "url") return {facts.path + (facts.query.empty() ? "" : "?" + facts.query)};
  if (field == "query" && name.empty()) return {facts.query};
  const auto& all = field == "header"   ? facts.headers
                    : field == "cookie" ? facts.cookies
                                        : facts.parameters;
  Texts found;
  for (const auto& [other, value] : all) {
    const bool same = field == "header" ? plain_host(other) == plain_host(name) : other == name;
    if (same) found.push_back(value);
  }
  return found;
}

inline bool compare(const std::string& op, const std::string& text, const Texts& values) {
  for (const std::string& value : values) {
    if ((op == "==" || op == "in") && text == value) return true;
    if (op == "contains" && text.find(value) != std::string::npos) return true;
    if (op == "starts with" && text.substr(0, value.size()) == value) return true;
    if (op == "ends with" && text.size() >= value.size() &&
        text.substr(text.size() - value.size()) == value) {
      return true;
    }
    if (op == "matches" && std::regex_search(text, std::regex(value))) return true;
  }
  return false;
}

inline std::string spelled_operator(Random& random, const std::string& op, bool negated) {
  if (op == "==") {
    return negated ? random.of<std::string>({"!=", " is not ", " NOT ", " != "})
                   : random.of<std::string>({"==", "=", " is ", " = "});
  }
  if (op == "contains") {
    return negated ? " Misses " : random.of<std::string>({" has ", " contains "});
  }
  return " " + any_case(random, op) + " ";
}

inline std::string spelled_values(Random& random, const std::string& op, const Texts& values) {
  std::string text;
  for (const std::string& value : values) {
    text +=
        (text.empty() ? "" : random.of<std::string>({",", " , "})) + quoted(random, value, true);
  }
  return op == "in" ? "(" + text + ")" : text;
}

inline Meant random_address_test(Random& random) {
  const std::size_t network = random.below(kNetworks.size());
  const bool negated = random.coin();
  return {"src" + spelled_operator(random, "==", negated) + kNetworks[network],
          [network, negated](const Facts& facts) {
            const std::string& prefix = kNetworkPrefixes[network];
            return (!facts.src.empty() && facts.src.substr(0, prefix.size()) == prefix) != negated;
          }};
}

inline Meant random_browser_test(Random& random) {
  const auto& browser = random.of(kBrowsers);
  const bool negated = random.coin();
  return {"user-agent" + spelled_operator(random, "==", negated) + browser.first,
          [&browser, negated](const Facts& facts) {
            bool any = false;
            for (const std::size_t agent : facts.agents) {
              any = any || browser.second.contains(agent);
            }
            return any != negated;
          }};
}

inline Meant random_constant(Random& random) {
  const std::string text =
      random.of<std::string>({"true", "True", "false", "script(night)", "< always_true >"});
  return {text, [text](const Facts&) { return text == "true" || text == "True"; }};
}

inline Meant random_presence_test(Random& random) {
  const std::string kind = random.of<std::string>({"header", "cookie", "query"});
  const std::string name = random.of(kNames);
  const bool absent = random.coin();
  const std::string prefix = absent ? "misses" : random.of<std::string>({"has", "contains"});
  return {any_case(random, prefix) + " " + kind + " " + quoted(random, name, name != "Is"),
          [=](const Facts& facts) {
            bool present = false;
            for (const std::string& value : occurrences(facts, kind, name)) {
              present = present || kind != "cookie" || !value.empty();
            }
            return present != absent;
          }};
}

inline Meant random_text_test(Random& random) {
  const std::string field = random.of<std::string>(
      {"host", "path", "method", "url", "query", "query", "header", "header", "cookie"});
  const bool named = field == "header" || field == "cookie" || (field == "query" && random.coin());
  const std::string name = named ? random.of(kNames) : "";
  const std::string op =
      random.of<std::string>({"==", "contains", "starts with", "ends with", "matches", "in"});
  const bool negated = (op == "==" || op == "contains") && random.coin();
  Texts values;
  for (std::size_t i = op == "in" ? 1 + random.below(3) : 1; i > 0; --i) {
    values.push_back(op == "matches" ? random.of(kPatterns)
                                     : random.of(field == "host" ? kHosts : kValues));
  }
  std::string text = any_case(random, field);
  if (named) text += " " + quoted(random, name, name != "Is");
  text += spelled_operator(random, op, negated) + spelled_values(random, op, values);
  return {text, [=](const Facts& facts) {
            bool any = false;
            for (const std::string& occurrence : occurrences(facts, field, name)) {
              any = any || compare(op, occurrence, values);
            }
            return any != negated;
          }};
}

inline Meant random_test(Random& random) {
  switch (random.below(9)) {
    case 0:
      return random_constant(random);
    case 4:
      return random_browser_test(random);
    case 1:
      return random_address_test(random);
    case 2:
      return random_presence_test(random);
    case 3: {
      const std::string port = random.of<std::string>({"80", "443"});
      return {"port==" + port, [port](const Facts& facts) { return facts.port == port; }};
    }
    default:
      return random_text_test(random);
  }
}

// An operand of a connective or a "not": in parentheses where it binds no tighter, and at times
// where it needs none.
inline std::string operand(Random& random, const Meant& meant, Binding outer) {
  const bool needed = meant.binding <= outer && meant.binding != Binding::kUnary;
  return needed || random.below(4) == 0 ? "(" + meant.text + ")" : meant.text;
}

inline Meant random_condition(Random& random, std::size_t depth) {
  if (depth == 0 || random.below(4) == 0) return random_test(random);
  if (random.below(4) == 0) {
    const Meant inner = random_condition(random, depth - 1);
    return {random.of<std::string>({"!", "NOT "}) + operand(random, inner, Binding::kUnary),
            [inner](const Facts& facts) { return !inner.holds(facts); }};
  }
  const Binding binding = random.coin() ? Binding::kAnd : Binding::kOr;
  const bool all = binding == Binding::kAnd;
  std::vector<Meant> parts;
  std::string text;
  for (std::size_t i = 2 + random.below(2); i > 0; --i) {
    parts.push_back(random_condition(random, depth - 1));
    if (!text.empty()) {
      text += all ? random.of<std::string>({"&&", " & ", " And "})
                  : random.of<std::string>({"||", " | ", " oR "});
    }
    text += operand(random, parts.back(), binding);
  }
  return {text,
          [parts, all](const Facts& facts) {
            for (const Meant& part : parts) {
              if (part.holds(facts) != all) return !all;
            }
            return all;
          },
          binding};
}

}  // namespace pointsman::test
