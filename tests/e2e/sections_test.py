"""A user's own haproxy.cfg, and behind it what `render --sections` writes, as a second -f."""

from harness import EndToEndTest, main, wait_until
from machine import ADDRESS, free_port

SHOP = """
name: shop
port: 8080
virtual_hosts: [shop.example.com]
sticky: route
routes:
  shop/v1: {weight: 75%, instances: ["$v1"]}
  shop/v2:
    weight: 25%
    condition: has cookie tester
    instances: ["$v2"]
  shop/legacy: {weight: 0%, condition: path starts with /legacy, backend: be_legacy}
"""
OWN = """
global
    log stdout format raw local0
    chroot {chroot}
    uid {uid}
    gid {gid}
    stats socket {folder}/stats.sock

defaults
    mode http
    log global
    option httplog
    timeout connect 2s
    timeout client 10s
    timeout server 10s

frontend own
    bind {own}
    default_backend be_legacy

backend be_legacy
    server s {legacy}
"""


class Sections(EndToEndTest):
    def setUp(self):
        self.only_by_the_agent()
        stage = self.stage
        self.own = (ADDRESS, free_port())
        stage.service("v1", "v2", "legacy")
        stage.gateway(SHOP)
        stage.start_agent()
        stage.render("--sections", "--demo")
        uid, gid = stage.identity()
        stage.write("conf/haproxy.cfg", OWN.format(
            chroot=stage.path("chroot"), uid=uid, gid=gid, folder=stage.folder,
            own="{}:{}".format(*self.own), legacy=stage.services["legacy"]))
        stage.configurations = ["haproxy.cfg", "pointsman.cfg"]
        stage.be_patient()
        stage.start_haproxy()
        stage.wait_for_decisions()

    def assert_decisions(self, by):
        responses = self.stage.get_many(200)
        self.assertEqual({response.by for response in responses}, {by})
        self.assert_share(responses, "shop/v1", 75, points=2)
        self.assert_share(responses, "shop/v2", 25, points=2)
        tester = self.stage.get(headers=[("Cookie", "tester=yes")])
        self.assertEqual((tester.service, tester.reason), ("v2", "condition"))
        self.assertEqual(self.stage.get("/legacy/x").service, "legacy")
        self.assertEqual(self.stage.get_host("shop.example.com", "/legacy/x").by, by)

    def test_agent_and_bridge_decide_in_the_sections_and_the_own_frontend_serves_as_before(self):
        self.assert_decisions(by="agent")
        visitors = [self.stage.get() for _ in range(20)]
        self.stage.agent.kill()
        wait_until(lambda: self.stage.get().by == "bridge", "the bridge decides")
        self.assert_decisions(by="bridge")
        for visitor in visitors:
            cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
            again = self.stage.get(headers=[("Cookie", cookie)])
            self.assertEqual((again.route, again.reason), (visitor.route, "sticky"))
        self.assert_own_frontend_serves()
        self.stage.start_agent()
        wait_until(lambda: self.stage.get().by == "agent", "the agent decides again")

    def assert_own_frontend_serves(self):
        connection = self.stage.connection(self.own)
        response = connection.get()
        connection.close()
        self.assertEqual((response.service, response.by), ("legacy", None))


if __name__ == "__main__":
    main()
