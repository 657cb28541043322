#include "cli/explain.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "agent/key_ring.h"
#include "agent/set_cookie.h"
#include "base/near_match.h"
#include "base/random.h"
#include "routing/decision.h"

namespace pointsman::cli {
namespace {

using nlohmann::ordered_json;
using routing::Choice;

class Steps : public routing::DecisionTrace {
 public:
  void step(std::string text) override { texts.push_back(std::move(text)); }
  void splits_by_key(const routing::Gateway& gateway) override {
    if (!keyed_gateway) keyed_gateway = gateway.name;
  }

  std::vector<std::string> texts;
  std::optional<std::string> keyed_gateway;  // the first one on the way
};

// The rolls that were given; for the others a sequence like a worker's, from a random start.
class ChosenRolls : public routing::Rolls {
 public:
  ChosenRolls(std::optional<double> strength, std::optional<double> weight, Steps& steps)
      : strength_(strength), weight_(weight), steps_(steps), drawn_(random_u64) {}

  double strength(routing::Tier tier) override {
    if (!strength_) return tell("strength", drawn_.strength(tier));
    return *strength_;
  }
  double weight(routing::Tier tier) override {
    if (!weight_) return tell("weight", drawn_.weight(tier));
    return *weight_;
  }

 private:
  double tell(std::string_view kind, double roll) {
    steps_.step(fmt::format("{0} roll {1} was drawn; --{0}-roll sets it", kind, roll));
    return roll;
  }

  std::optional<double> strength_;
  std::optional<double> weight_;
  Steps& steps_;
  routing::SequenceRolls drawn_;
};

Result<std::optional<double>> parse_roll(std::string_view option, const std::string& text) {
  if (text.empty()) return std::optional<double>();
  double roll = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, roll);
  if (error != std::errc() || stopped != end || !(roll >= 0 && roll < 1)) {
    return Error{
        fmt::format("{} '{}': wanted a number from 0 up to but not including 1", option, text)};
  }
  return std::optional<double>(roll);
}

std::shared_ptr<const agent::KeyRing> signing_keys(const Loaded& loaded, Steps& steps) {
  const std::string& file = loaded.settings.sticky_keys;
  auto ring = agent::KeyRing::load(file);
  if (ring) return *ring;
  steps.step(fmt::format("no sticky keys ({}): a made-up key is used, real tokens are not known",
                         ring.error().message));
  agent::StickyKey key{0, ByteBuffer(32)};
  fill_random(key.secret);
  return std::make_shared<const agent::KeyRing>(std::vector<agent::StickyKey>{std::move(key)});
}

struct Explained {
  routing::Decision decision;
  std::optional<std::string> cookie;
  Steps steps;
};

Explained take_decision(const Loaded& loaded, const RequestText& text,
                        std::optional<double> strength, std::optional<double> weight) {
  Explained explained;
  const auto keys = signing_keys(loaded, explained.steps);
  ChosenRolls rolls(strength, weight, explained.steps);
  routing::ConditionScratch scratch;
  routing::DecisionCounters counters;
  const UnixSeconds now = unix_now();
  explained.decision = routing::decide(*loaded.table, text.view(),
                                       {rolls, *keys, now, scratch, counters, &explained.steps});
  const Choice& first = explained.decision.first;
  if (first.token && first.token_gateway != nullptr) {
    const std::string token = keys->sign(first.token_gateway->name, *first.token);
    explained.cookie =
        agent::set_cookie(*first.token_gateway, *first.token, token, now, text.over_tls());
  }
  return explained;
}

ordered_json to_json(const Explained& explained) {
  const Choice& first = explained.decision.first;
  const Choice& alternate = explained.decision.alternate;
  const auto text = [](const auto& value) { return value ? ordered_json(*value) : nullptr; };
  return {{"gateway", first.gateway != nullptr ? ordered_json(first.gateway->name) : nullptr},
          {"route", first ? ordered_json(first.route->name) : nullptr},
          {"backend", first ? ordered_json(first.route->backend) : nullptr},
          {"alternate", alternate ? ordered_json(alternate.route->backend) : nullptr},
          {"reason", routing::to_text(explained.decision.reason)},
          {"path", text(first.path)},
          {"cookie", text(explained.cookie)},
          {"steps", explained.steps.texts}};
}

void print_text(const ordered_json& document, Console& console) {
  std::size_t number = 0;
  for (const auto& [key, value] : document.items()) {
    if (value.is_array()) {
      console.out << bold("steps", console.colour_out) << '\n';
      for (const auto& step : value) {
        console.out << fmt::format("{:>3}. {}\n", ++number, printable(step.get<std::string>()));
      }
    } else {
      console.out << bold(fmt::format("{:<9}", key), console.colour_out) << "  "
                  << (value.is_null() ? "-" : printable(value.get<std::string>())) << '\n';
    }
  }
}

// The decision has none of it, but who typed the name wrong wants to know.
void hint_at_gateway(const routing::RouteTable& table, const std::string& name, Console& console) {
  std::vector<std::string_view> names;
  for (const auto& gateway : table.gateways()) names.emplace_back(gateway->name);
  const auto near = near_match(name, names);
  print_error(fmt::format("there is no gateway '{}'{}", name,
                          near ? fmt::format("; did you mean '{}'?", *near) : ""),
              console);
}

ExitCode usage_error(std::string_view message, Console& console) {
  print_error(fmt::format("explain: {}", message), console);
  return kUsage;
}

}  // namespace

ExitCode run_explain(const ExplainOptions& options, Console& console) {
  if (options.live) {
    return usage_error(
        "--live (asking a running agent) is not in this version; without it the same decision is "
        "taken from the files",
        console);
  }
  if (!options.request.gateway && options.request.url.empty()) {
    return usage_error("wanted --url or --gateway, or both", console);
  }
  const auto strength = parse_roll("--strength-roll", options.strength_roll);
  if (!strength) return usage_error(strength.error().message, console);
  const auto weight = parse_roll("--weight-roll", options.weight_roll);
  if (!weight) return usage_error(weight.error().message, console);
  const auto request = RequestText::make(options.request);
  if (!request) return usage_error(request.error().message, console);

  const Loaded loaded = load(options.sources, console);
  if (loaded.diagnostics.has_errors()) {
    print_diagnostics(loaded.diagnostics, console);
    return kInvalid;
  }
  const routing::Request view = request->view();
  if (view.gateway && loaded.table->find_gateway(*view.gateway) == nullptr) {
    hint_at_gateway(*loaded.table, std::string(*view.gateway), console);
  }
  const Explained explained = take_decision(loaded, *request, *strength, *weight);
  if ((*weight || *strength) && explained.steps.keyed_gateway) {
    return usage_error(
        fmt::format("{} has no say: gateway '{}' splits by a key that this request "
                    "has",
                    *weight ? "--weight-roll" : "--strength-roll", *explained.steps.keyed_gateway),
        console);
  }
  const ordered_json document = to_json(explained);
  if (options.json) {
    print_json(document, console);
  } else {
    print_text(document, console);
  }
  return kGood;
}

}  // namespace pointsman::cli
