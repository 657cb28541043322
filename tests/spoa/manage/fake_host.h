// A machine that tests lead: files in memory, an HAProxy that runs what it is given, and a fault
// for each step. Gateways come from tests/spoa/render/gateway_samples.h, or a few words here.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "manage/deployment.h"
#include "manage/host.h"
#include "routing/compile.h"

namespace pointsman::test {

inline std::shared_ptr<const routing::Gateway> managed_gateway(const std::string& name,
                                                               std::uint16_t port,
                                                               const std::string& balance = "",
                                                               std::uint32_t weight = 60) {
  routing::GatewaySpec spec;
  spec.name = name;
  spec.place = {std::make_shared<const std::string>(name + ".yaml"), 1, 1};
  spec.port = port;
  spec.port_place = {spec.place.file, 2, 7};
  for (const std::string route_name : {"v1", "v2"}) {
    routing::RouteSpec& route = spec.routes.emplace_back();
    route.name = route_name;
    route.weight.form = routing::WeightSpec::Form::kPercent;
    route.weight.share = (route_name == "v1" ? weight : 100 - weight) * 100;
    route.place = {spec.place.file, 3, 3};
    route.balance = balance;
    route.balance_place = {spec.place.file, 4, 14};
    routing::InstanceSpec& instance = route.instances.emplace_back();
    instance.address = "127.0.0.1";
    instance.port = static_cast<std::uint16_t>(port + 1000);
  }
  Diagnostics diagnostics;
  auto gateway = routing::compile(spec, diagnostics);
  REQUIRE(gateway != nullptr);
  return gateway;
}

using Gateways = std::vector<std::shared_ptr<const routing::Gateway>>;

inline std::shared_ptr<const routing::RouteTable> managed_table(Gateways gateways) {
  Diagnostics diagnostics;
  auto table = routing::RouteTable::link(std::move(gateways), "", 1, diagnostics);
  REQUIRE(table != nullptr);
  return table;
}

struct FakeHost : manage::Host {
  std::map<std::string, std::string> files;
  std::string running;  // what HAProxy runs
  std::string cannot;   // the name of a file that can't be written, read or renamed
  std::vector<std::string> steps;
  std::vector<manage::Reload::Kind> reloads;  // the next outcomes; then it is taken
  std::string reload_detail = "1 -> 2";
  manage::Reload::Kind found = manage::Reload::Kind::kTaken;  // whether it can be asked
  std::function<void()> on_reload;
  bool is_locked = false;
  bool stopping = false;
  // HAProxy's messages about a text; empty: it takes it. An error: it can't be run.
  std::function<Result<std::string>(const std::string&)> judge = [](const std::string& text) {
    return refuse_lines_with(text, "balance wrong");
  };

  // As HAProxy tells it.
  static std::string refuse_lines_with(const std::string& text, const std::string& what) {
    std::string messages;
    std::size_t line = 1;
    for (std::size_t start = 0; start < text.size(); ++line) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      if (text.substr(start, end - start).find(what) != std::string::npos) {
        messages +=
            "[ALERT]    (7) : config : parsing [/f/haproxy.cfg.new:" + std::to_string(line) +
            "] : no such thing.\n";
      }
      start = end + 1;
    }
    return messages;
  }

  Outcome lock() override {
    if (is_locked) return Error{"another agent"};
    return Done{};
  }
  Result<std::optional<std::string>> read(const std::string& name) override {
    if (name == cannot) return Error{name + ": cannot be read"};
    const auto file = files.find(name);
    if (file == files.end()) return std::optional<std::string>();
    return std::optional<std::string>(file->second);
  }
  Outcome write(const std::string& name, std::string_view text) override {
    if (name == cannot) return Error{name + ": cannot write"};
    files[name] = std::string(text);
    return Done{};
  }
  Outcome rename(const std::string& from, const std::string& to) override {
    steps.push_back("rename " + from);
    if (to == cannot || !files.contains(from)) return Error{to + ": cannot be renamed"};
    files[to] = files.at(from);
    files.erase(from);
    return Done{};
  }
  void sweep(std::string_view current_text, std::string_view last_good) override {
    auto in_use = manage::parts_folders_in(current_text);
    in_use.merge(manage::parts_folders_in(last_good));
    std::erase_if(files, [&](const auto& file) {
      const auto folders = manage::parts_folders_in(file.first);
      return !folders.empty() && !in_use.contains(*folders.begin());
    });
  }
  Result<ExternalResult> check(const std::string& name) override {
    steps.push_back("check");
    auto messages = judge(files.at(name));
    if (!messages) return messages.error();
    return ExternalResult{messages->empty() ? 0 : 1, *messages};
  }
  manage::Reload find_haproxy() override { return {found, reload_detail}; }
  manage::Reload reload() override {
    steps.push_back("reload");
    manage::Reload outcome{manage::Reload::Kind::kTaken, reload_detail};
    if (on_reload) on_reload();
    if (!reloads.empty()) {
      outcome.kind = reloads.front();
      reloads.erase(reloads.begin());
    }
    if (outcome.kind == manage::Reload::Kind::kTaken) running = files.at(manage::kCurrentFile);
    return outcome;
  }
  bool is_stopping() const override { return stopping; }

  std::vector<std::string> take_steps() { return std::exchange(steps, {}); }
  const std::string& current() { return files[manage::kCurrentFile]; }
};

inline std::vector<manage::Forms>& kept_forms() {
  static std::vector<manage::Forms> forms;
  return forms;
}

inline manage::DeploymentOptions managed_options() {
  manage::DeploymentOptions options;
  options.render = render::render_complete;
  // A text stands for forms that somebody has kept.
  options.write_forms = [](const manage::Forms& forms) {
    if (kept_forms().empty() || kept_forms().back() != forms) kept_forms().push_back(forms);
    return std::to_string(kept_forms().size() - 1);
  };
  options.read_forms = [](const std::string& text) {
    return text.empty() ? manage::Forms() : kept_forms().at(std::stoul(text));
  };
  options.folder = "/f";
  options.options.fallback = render::Options::Fallback::kFirstRoute;
  return options;
}

}  // namespace pointsman::test
