"""An existing haproxy.cfg with the snippet pasted in, as a person would."""

from harness import EndToEndTest, main, wait_until

SHOP = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 50%, instances: ["$v1"]}
  legacy: {weight: 50%, backend: be_legacy}
"""
OWN = """
global
    log stdout format raw local0
    chroot {chroot}
    uid {uid}
    gid {gid}
    stats socket {folder}/stats.sock
{bridge}

defaults
    log global
    mode http
    option httplog
    timeout connect 2s
    timeout client 10s
    timeout server 10s

frontend web
    bind {bind}
{lines}
    # For the test only.
    http-after-response set-header X-Pointsman-By %[var(txn.pm.by)]
    acl is_static path_beg /static
    use_backend be_static if is_static
    default_backend be_legacy

backend be_legacy
    server s {legacy}
backend be_static
    http-request return status 200 hdr x-service static

{backends}
"""


class Snippet(EndToEndTest):
    def paste(self):
        """The snippet's three parts to their places."""
        snippet = self.stage.read("conf/pointsman.cfg")
        _, found, bridge = snippet.partition("\nglobal\n")
        lines = snippet.split("\nfrontend web\n")[1].split("\n# 3.")[0]
        backends = snippet[snippet.index("\nbackend pointsman-agents"):]
        uid, gid = self.stage.identity()
        self.stage.write("conf/haproxy.cfg", OWN.format(
            chroot=self.stage.path("chroot"), uid=uid, gid=gid, folder=self.stage.folder,
            bind="{}:{}".format(*self.stage.web), lines=lines, backends=backends,
            bridge=bridge.split("\n# 2.")[0] if found else "",
            legacy=self.stage.services["legacy"]))

    def start(self, bridge):
        self.stage.service("v1", "legacy")
        self.stage.gateway(SHOP)
        self.stage.start_agent()
        self.stage.render("--snippet", bridge=bridge)
        self.paste()
        self.stage.be_patient()
        self.stage.start_haproxy()
        self.stage.wait_for_decisions()

    def assert_half_and_half(self, by):
        responses = self.stage.get_many(100)
        services = [response.service for response in responses]
        self.assertAlmostEqual(services.count("v1"), 50, delta=4)
        self.assertAlmostEqual(services.count("legacy"), 50, delta=4)
        self.assertEqual({response.by for response in responses}, {by})

    def test_the_pasted_snippet_routes_with_and_without_the_agent(self):
        self.start(bridge=True)
        self.assert_half_and_half(by="agent")
        self.stage.agent.kill()
        wait_until(lambda: self.stage.get().by == "bridge", "the bridge decides")
        self.assert_half_and_half(by="bridge")

    def test_without_agent_and_bridge_own_rules_serve(self):
        self.start(bridge=False)
        self.assert_half_and_half(by="agent")
        self.stage.agent.kill()
        self.assertEqual({r.service for r in self.stage.get_many(50)}, {"legacy"})
        self.assertEqual(self.stage.get("/static/x").service, "static")


if __name__ == "__main__":
    main()
