#include "cli/certificate_keeper.h"

#include "base/limits.h"
#include "running_agent.h"
#include "support/certificates.h"

using namespace pointsman;
using namespace pointsman::cli;
using namespace pointsman::test;
using Catch::Contains;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

// A deployment whose agent has a TLS listener for SPOP and one for tables.
struct Secured {
  Secured() {
    deployment.folder.write("pointsman.yaml",
                            "gateways: gateways\nstate: state\nadmin: {listen: []}\n"
                            "dns: {listen: []}\nspop:\n  listen:\n    - unix:spop.sock\n"
                            "    - {address: '127.0.0.1:0', tls: " +
                                tls + "}\ntable:\n  listen:\n    - {address: '127.0.0.1:0', tls: " +
                                tls + "}\n    - {address: '[::1]:0', tls: {cert: both.pem}}\n");
    renew("agent.example");
  }
  void renew(const std::string& name, const CertificateOptions& options = {}) const {
    ca.make_pair("agent", name, options);
    deployment.folder.write(
        "both.pem", deployment.folder.read("agent.pem") + deployment.folder.read("agent.key"),
        0600);
  }
  // The port of an address that the log names, "127.0.0.1:" or "[::1]:".
  static std::string port_behind(const std::string& log, const std::string& host) {
    const std::size_t table = log.find("bridges get the table on");
    const std::size_t start = log.find(host, table) + host.size();
    return log.substr(start, log.find_first_not_of("0123456789", start) - start);
  }

  Deployment deployment;
  CertificateMaker ca{deployment.folder, "ca"};
  CertificateMaker::Pair own = ca.make_pair("haproxy", "haproxy1.example");
  const std::string tls = "{cert: both.pem, client_ca: ca.pem, client_names: [haproxy1.example]}";
};

Diagnostics check(const TlsFiles& files, UnixSeconds now) {
  config::Settings settings;
  settings.spop.listen = {*ListenAddress::parse("*:1")};
  settings.spop.listen[0].tls = files;
  Diagnostics diagnostics;
  check_certificates(settings, now, diagnostics);
  return diagnostics;
}

}  // namespace

TEST_CASE("a file that is no good is an error where the settings name it") {
  const Secured secured;
  CHECK(secured.deployment.run({"check"}).exit_code == 0);
  secured.renew("agent.example", {.from = hours(-2), .to = hours(-1)});
  const ProgramResult checked = secured.deployment.run({"check"});
  CHECK(checked.exit_code == 1);
  CHECK_THAT(checked.err, Contains("pointsman.yaml:8:44: spop.listen[1].tls.cert: ") &&
                              Contains("both.pem: the certificate expired on ") &&
                              Contains("pointsman.yaml:11:44: table.listen[0].tls.cert: "));
  const ProgramResult started = secured.deployment.run({"agent"});
  CHECK(started.exit_code == 1);
  CHECK_THAT(started.err, Contains("pointsman.yaml:8:44: spop.listen[1].tls.cert: "));
}

TEST_CASE("a certificate that expires within two weeks is a warning") {
  const TemporaryFolder folder;
  const CertificateMaker ca(folder, "ca");
  const auto pair = ca.make_pair("agent", "agent", {.to = hours(1000)});
  const TlsFiles files = tls_files(pair);
  const auto expires = (*net::TlsContext::load(files, unix_now()))->expires();
  const auto warning = seconds(limits::kTlsExpiryWarning).count();
  CHECK(check(files, expires - warning).items().empty());
  const Diagnostics late = check(files, expires - warning + 1);
  CHECK(late.count(Severity::kWarning) == 1);
  CHECK_THAT(late.items().front().message, Contains("agent.pem: the certificate expires on "));
}

TEST_CASE("an agent takes new certificates up, and keeps the old ones when those are no good") {
  const Secured secured;
  RunningAgent agent(secured.deployment);
  REQUIRE(agent.logs(" (TLS)"));
  REQUIRE(agent.logs("bridges get the table on"));
  secured.renew("renewed.example");
  REQUIRE(agent.logs("new certificates from " + secured.deployment.folder.path("both.pem")));
  secured.deployment.folder.write("both.pem", "rubbish", 0600);
  REQUIRE(agent.logs("both.pem: no certificate in PEM form"));
  REQUIRE(agent.logs("the certificates read before stay in use"));
  secured.renew("again.example");
  REQUIRE(agent.logs("new certificates from "));
  agent.send(SIGHUP);
  REQUIRE(agent.logs("SIGHUP: reloading"));
  agent.stop();
}

TEST_CASE("who shows a certificate gets the keys with the table, who shows none does not") {
  const Secured secured;
  RunningAgent agent(secured.deployment);
  REQUIRE(agent.logs("bridges get the table on"));
  REQUIRE(agent.wait_for_err("[::1]:", agent.err().find("bridges get")));
  REQUIRE(agent.wait_for_err("\n", agent.err().find("bridges get")));
  const std::string log = agent.err();
  const auto fetch = [&](const std::string& from, const std::vector<std::string>& more,
                         const std::string& name = "agent.example") {
    const std::string file = secured.deployment.folder.path("copy");
    std::vector<std::string> arguments{"table", "fetch", "--once",        "--to",   file, "--from",
                                       from,    "--ca",  secured.ca.path, "--name", name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramResult fetched = run_program(arguments);
    return fetched.exit_code == 0 ? run_program({"table", "show", file}).out : fetched.err;
  };
  const std::string mutual = "tls:127.0.0.1:" + Secured::port_behind(log, "127.0.0.1:");
  const std::string open = "tls:[::1]:" + Secured::port_behind(log, "[::1]:");
  // First, since the log tells the first refusal only of those that come close together.
  const auto stranger = secured.ca.make_pair("stranger", "haproxy2.example");
  CHECK_THAT(fetch(mutual, {"--crt", stranger.certificate, "--key", stranger.key}),
             Contains("table: " + mutual + ": "));
  CHECK(agent.logs("its certificate (CN = haproxy2.example) has a name that is not among"));
  CHECK_THAT(fetch(mutual, {"--crt", secured.own.certificate, "--key", secured.own.key}),
             Contains("sticky keys 1"));
  CHECK_THAT(fetch(open, {}), Contains("no sticky keys"));
  CHECK_THAT(fetch(mutual, {}), Contains("it wants a certificate of ours"));
  CHECK_THAT(fetch(open, {}, "other.example"), Contains("is for another host than"));
  CHECK_THAT(run_program({"table", "fetch", "--to", "/x", "--from", mutual}).err,
             Contains("TLS needs the CA of its certificate (--ca)"));
  agent.stop();
  CHECK_THAT(secured.deployment.run({"check"}).err,
             Contains("sticky sessions rest while the agent is away, for bridges that connect to "
                      "[::1]:0: keys travel over unix sockets, and TLS with client_ca, only") &&
                 !Contains("connect to 127.0.0.1:0"));
}
