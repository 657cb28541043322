"""Backends that die and come back, and how HAProxy watches the agent."""

from harness import EndToEndTest, main, wait_until

SHOP = """
name: shop
port: 8080
$more
routes:
  shop/v1: {weight: $first, instances: ["$v1"]}
  shop/v2:
    weight: $second
    condition: path starts with /v2
    instances: ["$v2"]
    rewrites: [path: "/second%[path]"]
"""


class Health(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")

    def start(self, more="", first="100%", second="0%"):
        self.stage.gateway(SHOP, more=more, first=first, second=second)
        self.stage.start_all()

    def assert_agent_passes_its_check(self):
        agent = self.stage.server_state("pointsman-agents", "agent1")
        self.assertEqual(agent["check_status"], "L7OK")

    def state(self, backend, server):
        return self.stage.server_state(backend, server)["status"].split(" ")[0]

    def kill_service(self, name):
        self.stage.service_processes[name].kill()
        self.await_state(name, "DOWN")

    def await_state(self, name, state):
        wait_until(lambda: self.state(f"shop__shop-{name}", self.stage.services[name]) == state,
                   f"HAProxy sees {name} {state}")

    def test_when_a_backend_is_dead_the_alternate_serves_until_it_is_back(self):
        self.start()
        self.assertEqual(self.stage.get("/v2").service, "v2")
        self.kill_service("v2")
        for response in self.stage.get_many(20, path="/v2"):
            self.assertEqual((response.status, response.service, response.route),
                             (200, "v1", "shop/v1"))
            self.assertEqual(response.header("x-pointsman-alternate"), "1")
            # The rewrite belongs to the route that did not serve.
            self.assertEqual(response.header("x-path"), "/v2")
        self.stage.service("v2")
        self.await_state("v2", "UP")
        response = self.stage.get("/v2")
        self.assertEqual((response.service, response.header("x-path")), ("v2", "/second/v2"))

    def test_with_strict_no_alternate_serves(self):
        self.start("on_unhealthy: strict")
        self.kill_service("v2")
        self.assertEqual(self.stage.get("/v2").status, 503)
        self.assertEqual(self.stage.get("/").service, "v1")

    def test_a_sticky_visitor_comes_back_to_a_route_that_was_down(self):
        self.start("sticky: route", "50%", "50%")
        visitor = wait_until(lambda: next((r for r in self.stage.get_many(10)
                                           if r.route == "shop/v2"), None), "a visitor of v2")
        cookie = [("Cookie", f"pm_shop={visitor.cookies['pm_shop']}")]
        self.kill_service("v2")
        response = self.stage.get(headers=cookie)
        self.assertEqual((response.service, response.cookies), ("v1", {}))
        self.stage.service("v2")
        self.await_state("v2", "UP")
        self.assertEqual(self.stage.get(headers=cookie).service, "v2")

    def test_the_spop_check_finds_the_agent_healthy_dead_and_healthy_again(self):
        self.only_by_the_agent()
        self.start()
        self.assert_agent_passes_its_check()
        self.stage.agent.kill()
        wait_until(lambda: self.state("pointsman-agents", "agent1") == "DOWN", "the agent is down")
        self.stage.start_agent()
        wait_until(lambda: self.state("pointsman-agents", "agent1") == "UP", "the agent is up")
        self.assert_agent_passes_its_check()


if __name__ == "__main__":
    main()
