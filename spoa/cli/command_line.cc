#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>

#include "base/near_match.h"
#include "cli/agent.h"
#include "cli/check.h"
#include "cli/console.h"
#include "cli/env.h"
#include "cli/explain.h"
#include "cli/keygen.h"
#include "cli/render.h"
#include "cli/table.h"
#include "cli/token.h"
#include "cli/version.h"

namespace pointsman::cli {
namespace {

// All options of all subcommands, and which one was chosen.
struct CommandLine {
  AgentOptions agent;
  CheckOptions check;
  ExplainOptions explain;
  RenderOptions render;
  TokenMintOptions mint;
  TokenInspectOptions inspect;
  KeygenOptions keygen;
  TableFetchOptions fetch;
  TableShowOptions show;
  EnvOptions env;
  VersionOptions version;
  std::function<ExitCode(Console&)> chosen;
};

CLI::App& add_command(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App& app = *parent.add_subcommand(name, description);
  app.allow_extras();  // reported with a suggestion by find_stray_word
  return app;
}

void add_settings(CLI::App& app, std::string& file) {
  app.add_option("-c,--config", file, "Settings file (default: /etc/pointsman/pointsman.yaml)")
      ->type_name("FILE");
}

void add_sources(CLI::App& app, Sources& sources) {
  add_settings(app, sources.settings);
  app.add_option("-g,--gateways", sources.gateways,
                 "Gateway file or folder, '-' for standard input (default: as the settings say)")
      ->type_name("PATH")
      ->allow_extra_args(false);
}

void add_output(CLI::App& app, bool& json) {
  app.add_option_function<std::string>(
         "-o,--output", [&json](const std::string& format) { json = format == "json"; },
         "Form of the output: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
}

void add_agent(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "agent", "Serve HAProxy: the daemon");
  add_settings(app, line.agent.settings);
  app.callback([&line] { line.chosen = [&](Console& c) { return run_agent(line.agent, c); }; });
}

void add_check(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "check", "Validate settings and gateways, list the shares");
  CheckOptions& options = line.check;
  app.add_option("FILES", options.files,
                 "Gateway files or folders, '-' for standard input (default: as the settings say)");
  add_sources(app, options.sources);
  app.add_flag("--strict", options.strict, "Exit code 79 where there are warnings");
  add_output(app, options.json);
  app.add_flag("--defaults", options.defaults, "Print the built-in settings and stop");
  app.callback([&line] { line.chosen = [&](Console& c) { return run_check(line.check, c); }; });
}

void add_explain(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "explain", "Which route would serve a request, and why");
  ExplainOptions& options = line.explain;
  RequestOptions& request = options.request;
  app.add_option("--gateway", request.gateway, "Gateway, as named by the frontend")
      ->type_name("NAME");
  app.add_option("--url", request.url, "http://HOST[:PORT]/PATH[?QUERY], https likewise, or /PATH")
      ->type_name("URL");
  app.add_option("-H,--header", request.headers, "Header; may be given several times")
      ->type_name("'NAME: VALUE'")
      ->allow_extra_args(false);
  app.add_option("--cookie", request.cookies, "Cookie; may be given several times")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_option("--src", request.src, "The client's address")->type_name("ADDRESS");
  app.add_option("--method", request.method, "Method (default: GET)")->type_name("METHOD");
  app.add_option("--sni", request.sni, "TLS server name (default: the host of an https URL)")
      ->type_name("NAME");
  app.add_option("--port", request.port, "Port the client connected to (default: the URL's)")
      ->type_name("PORT");
  app.add_option("--acl", request.acls, "A condition's <HAProxy ACL> that holds; the others don't")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  app.add_option("--strength-roll", options.strength_roll, "Roll for condition strengths")
      ->type_name("0..1");
  app.add_option("--weight-roll", options.weight_roll, "Roll for weights")->type_name("0..1");
  app.add_flag("--live", options.live, "Ask a running agent (not in this version)");
  add_sources(app, options.sources);
  add_output(app, options.json);
  app.callback([&line] { line.chosen = [&](Console& c) { return run_explain(line.explain, c); }; });
}

void add_agent_tls(CLI::App& app, RenderOptions& options) {
  app.add_option("--agent-ca", options.agent_ca, "Who signs the certificates of agents by TLS")
      ->type_name("FILE");
  app.add_option("--agent-crt", options.agent_certificate, "HAProxy's certificate, with its key")
      ->type_name("FILE");
  app.add_option("--agent-name", options.agent_name, "Name in theirs (default: the host of each)")
      ->type_name("NAME");
}

// What is rendered, and whether HAProxy judges it.
void add_render_kind(CLI::App& app, RenderOptions& options) {
  auto* snippet = app.add_flag("--snippet", options.snippet,
                               "What to add to an existing haproxy.cfg, instead of a complete one");
  auto* sections = app.add_flag("--sections", options.sections,
                                "Frontends and backends alone, for a second -f behind your own")
                       ->excludes(snippet);
  auto* own = app.add_option("--template", options.template_file,
                             "Mustache template of your own, with partials beside it")
                  ->type_name("FILE")
                  ->excludes(snippet)
                  ->excludes(sections);
  app.add_flag("--data", options.data, "What templates see, as JSON, instead of files")
      ->excludes(snippet)
      ->excludes(sections)
      ->excludes(own);
  app.add_flag("--demo", options.demo, "Show decisions in response headers")->excludes(snippet);
  auto* check =
      app.add_flag("--check", options.check, "Write nothing that HAProxy finds a fault in")
          ->excludes(snippet);
  app.add_option("--with", options.haproxy.own_files,
                 "Your own configuration, which HAProxy reads first when it checks")
      ->type_name("FILE")
      ->needs(check)
      ->allow_extra_args(false);
  app.add_option("--haproxy", options.haproxy.program, "HAProxy that checks (default: haproxy)")
      ->type_name("PROGRAM")
      ->needs(check);
}

void add_render(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "render", "Write the configuration that HAProxy needs");
  RenderOptions& options = line.render;
  add_render_kind(app, options);
  add_sources(app, options.sources);
  app.add_option("-o,--output", options.folder,
                 "Folder for all files (default: the configuration alone, to standard output)")
      ->type_name("DIR");
  app.add_option("--chroot", options.chroot, "HAProxy's chroot, '' for none")->type_name("DIR");
  app.add_option("--agent", options.agents,
                 "Agent as HAProxy reaches it: unix:PATH, HOST:PORT or tls:HOST:PORT (default: the "
                 "listeners of the settings without TLS)")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  add_agent_tls(app, options);
  app.add_flag("--no-bridge", options.no_bridge, "Without Lua that decides when no agent does");
  app.add_option("--table-agent", options.table_agents,
                 "Where the bridge gets the table, likewise (default: the table's listeners)")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
  app.add_option("--table-file", options.table_file,
                 "File with the table that the bridge begins with (default: table in the state "
                 "folder)")
      ->type_name("FILE");
  app.add_option("--instance-key", options.instance_key_file,
                 "File with the secret of instance cookies (default: instance.key in the state "
                 "folder)")
      ->type_name("FILE");
  app.add_option("--nameserver", options.nameserver,
                 "Where HAProxy asks for the instances of services (default: the first of "
                 "dns.listen)")
      ->type_name("ADDRESS:PORT");
  app.add_option("--zone", options.zone,
                 "Zone of the services' names (default: the first of dns.zones)")
      ->type_name("NAME");
  app.add_option("--slots", options.service_slots,
                 "Instances of a service at once, at most (default: 100)")
      ->type_name("COUNT")
      ->check(CLI::Range(1U, 10000U));
  app.add_option("--user", options.user, "HAProxy's user, '' to keep")->type_name("NAME");
  app.add_option("--group", options.group, "HAProxy's group, '' to keep")->type_name("NAME");
  app.add_option("--stats-socket", options.stats_socket, "HAProxy's stats socket")
      ->type_name("PATH");
  app.add_option("--log", options.log_target, "HAProxy's log target")->type_name("TARGET");
  app.add_option("--bind", options.bind, "Where virtual hosts are served (default: edge.listen)")
      ->type_name("BIND");
  app.add_option("--tls-bind", options.tls_bind, "Likewise over TLS (default: edge.tls_listen)")
      ->type_name("BIND");
  app.add_option("--port-bind", options.port_binds, "Where a gateway's port is served")
      ->type_name("PORT=BIND")
      ->allow_extra_args(false);
  app.callback([&line] { line.chosen = [&](Console& c) { return run_render(line.render, c); }; });
}

void add_token(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "token", "Make signed overrides, look into tokens");
  app.require_subcommand(0, 1);
  CLI::App& mint = add_command(app, "mint", "Print a token that forces a route");
  mint.add_option("--gateway", line.mint.gateway, "Gateway")->required()->type_name("NAME");
  mint.add_option("--route", line.mint.route, "Route")->required()->type_name("NAME");
  mint.add_option("--ttl", line.mint.ttl, "How long it is good, at most 24h (default: 1h)")
      ->type_name("TIME");
  add_sources(mint, line.mint.sources);
  mint.callback(
      [&line] { line.chosen = [&](Console& c) { return run_token_mint(line.mint, c); }; });
  CLI::App& inspect = add_command(app, "inspect", "Show what a token says and whether it counts");
  inspect.add_option("TOKEN", line.inspect.token, "The cookie's value")->required();
  inspect.add_option("--gateway", line.inspect.gateway, "Gateway")->required()->type_name("NAME");
  add_sources(inspect, line.inspect.sources);
  add_output(inspect, line.inspect.json);
  inspect.callback(
      [&line] { line.chosen = [&](Console& c) { return run_token_inspect(line.inspect, c); }; });
}

void add_keygen(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "keygen", "Make or rotate the keys that sign sticky tokens");
  app.add_option("--id", line.keygen.id, "Number of the key (default: the next free one)")
      ->check(CLI::Range(0U, 255U))
      ->type_name("0..255");
  app.add_option("--add", line.keygen.add, "Put a new key first in this file; the others verify")
      ->type_name("FILE");
  app.callback([&line] { line.chosen = [&](Console& c) { return run_keygen(line.keygen, c); }; });
}

void add_table(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "table", "Fetch an agent's table, look into its file");
  app.require_subcommand(0, 1);
  CLI::App& fetch = add_command(app, "fetch", "Keep a file with the table of an agent");
  fetch
      .add_option("--from", line.fetch.from,
                  "The agent: unix:PATH, HOST:PORT or tls:HOST:PORT (default: the table's first "
                  "listener of the settings without TLS)")
      ->type_name("ADDRESS");
  fetch.add_option("--ca", line.fetch.tls.ca, "By TLS: who signs the agent's certificate")
      ->type_name("FILE");
  fetch.add_option("--crt", line.fetch.tls.certificate, "Our certificate")->type_name("FILE");
  fetch.add_option("--key", line.fetch.tls.key, "Its key (default: in the same file)")
      ->type_name("FILE");
  fetch.add_option("--name", line.fetch.name, "Name in the agent's certificate (default: HOST)")
      ->type_name("NAME");
  fetch.add_option("--to", line.fetch.to, "File to write")->required()->type_name("FILE");
  fetch.add_flag("--once", line.fetch.once, "End when the file is current");
  add_settings(fetch, line.fetch.settings);
  fetch.callback(
      [&line] { line.chosen = [&](Console& c) { return run_table_fetch(line.fetch, c); }; });
  CLI::App& show = add_command(app, "show", "List what a table's file holds, but no secrets");
  show.add_option("FILE", line.show.file, "The file: `table` in a state folder")->required();
  add_output(show, line.show.json);
  show.callback(
      [&line] { line.chosen = [&](Console& c) { return run_table_show(line.show, c); }; });
}

void add_env(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "env", "Where applications find the gateways, as variables");
  app.add_option("--format", line.env.format, "shell, dotenv or compose (default: shell)")
      ->check(CLI::IsMember({"shell", "dotenv", "compose"}))
      ->type_name("FORMAT");
  app.add_option("--address", line.env.address,
                 "Where clients find HAProxy (default: advertise of the settings)")
      ->type_name("HOST");
  add_sources(app, line.env.sources);
  app.callback([&line] { line.chosen = [&](Console& c) { return run_env(line.env, c); }; });
}

void add_version(CLI::App& root, CommandLine& line) {
  CLI::App& app = add_command(root, "version", "Versions of the program and its libraries");
  add_output(app, line.version.json);
  app.callback([&line] { line.chosen = [&](Console& c) { return run_version(line.version, c); }; });
}

std::unique_ptr<CLI::App> make_parser(CommandLine& line) {
  auto app =
      std::make_unique<CLI::App>("Routes HAProxy's traffic by gateways in YAML", "pointsman");
  app->require_subcommand(0, 1);
  app->allow_extras();
  app->set_version_flag("--version", fmt::format("pointsman {}", program_version()));
  add_agent(*app, line);
  add_check(*app, line);
  add_explain(*app, line);
  add_render(*app, line);
  add_token(*app, line);
  add_keygen(*app, line);
  add_table(*app, line);
  add_env(*app, line);
  add_version(*app, line);
  return app;
}

// The innermost command that the words named.
const CLI::App& deepest(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::string full_name(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

// A word that no option or command took, with what was perhaps meant.
std::optional<std::string> stray_word_in(const CLI::App& app) {
  const std::vector<std::string> stray = app.remaining();
  if (stray.empty()) return std::nullopt;
  const bool is_option = stray.front().size() > 1 && stray.front().starts_with('-');
  const std::string word =
      is_option ? stray.front().substr(0, stray.front().find('=')) : stray.front();
  const std::vector<std::string> names = is_option ? option_names(app) : command_names(app);
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto near = near_match(word, views);
  const std::string_view kind = is_option ? "option" : (names.empty() ? "argument" : "command");
  return fmt::format("unknown {} '{}'{}", kind, word,
                     near ? fmt::format("; did you mean '{}'?", *near) : "");
}

std::optional<std::string> find_stray_word(const CLI::App& root) {
  for (const CLI::App* app = &root;;) {
    if (auto message = stray_word_in(*app)) return message;
    const auto commands = app->get_subcommands();
    if (commands.empty()) return std::nullopt;
    app = commands.front();
  }
}

ExitCode usage_error(const CLI::App& app, const std::string& message, Console& console) {
  print_error(message, console);
  console.err << "See `" << full_name(app) << " --help`.\n";
  return kUsage;
}

// Which command to run, or the exit code where there is nothing to run.
std::optional<ExitCode> parse(CLI::App& app, int argc, char** argv, Console& console) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked, console.out, console.err);
    return kGood;
  } catch (const CLI::ParseError& error) {
    const auto stray = find_stray_word(app);
    return usage_error(deepest(app), stray ? *stray : error.what(), console);
  }
  if (const auto stray = find_stray_word(app)) return usage_error(deepest(app), *stray, console);
  return std::nullopt;
}

}  // namespace

int run(int argc, char** argv) {
  Console console = process_console();
  CommandLine line;
  const std::unique_ptr<CLI::App> app = make_parser(line);
  if (const auto done = parse(*app, argc, argv, console)) return *done;
  if (!line.chosen) {
    console.err << deepest(*app).help();
    return kUsage;
  }
  const ExitCode code = line.chosen(console);
  console.out.flush();
  if (!console.out) {
    print_error("cannot write to standard output", console);
    return kInvalid;
  }
  return code;
}

}  // namespace pointsman::cli
