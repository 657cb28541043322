"""An agent that cannot be trusted: HAProxy's configuration holds against it."""

import os
import sys

from harness import HERE, EndToEndTest, main, wait_until

SHOP = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 80%, instances: ["$v1"]}
  shop/v2: {weight: 20%, instances: ["$v2"]}
"""
V1, V2 = "shop__shop-v1", "shop__shop-v2"


class Whitelist(EndToEndTest):
    def start(self, **answer):
        self.stage.service("v1", "v2", "secret")
        self.stage.gateway(SHOP)
        self.stage.render("--demo", bridge=False)
        secret = f"\nbackend secret\n    server s {self.stage.services['secret']}\n"
        self.stage.write("conf/haproxy.cfg", self.stage.read("conf/haproxy.cfg") + secret)
        path = f"{self.stage.socket_folder}/spop.sock"
        self.stage.start("fixture_agent", [
            sys.executable, f"{HERE}/fixture_agent.py", path, "by=agent",
            *(f"{name}={value}" for name, value in answer.items())])
        wait_until(lambda: os.path.exists(path), "the fixture listens")
        self.stage.start_haproxy()
        wait_until(self.stage.agent_is_up, "HAProxy finds the fixture healthy")

    def test_a_backend_that_is_listed_is_used(self):
        self.start(backend=V2, route="shop/v2")
        self.assertEqual(self.stage.get().service, "v2")

    def test_a_backend_that_is_not_listed_is_not_used(self):
        self.start(backend="secret", alternate="secret", route="shop/v2", cookie="x=1")
        response = self.stage.get()
        self.assertEqual((response.service, response.route, response.cookies), ("v1", None, {}))

    def test_the_agents_own_backend_is_not_used(self):
        self.start(backend="pointsman-agents", alternate="pointsman-agents")
        self.assertEqual([r.service for r in self.stage.get_many(20)], ["v1"] * 20)

    def test_names_that_mean_nothing_are_not_used(self):
        self.start(backend="", alternate="no such backend")
        self.assertEqual(self.stage.get().service, "v1")

    def test_an_alternate_that_is_listed_serves_for_a_backend_that_is_not(self):
        self.start(backend="secret", alternate=V2, alternate_route="shop/v2")
        response = self.stage.get()
        self.assertEqual((response.service, response.route), ("v2", "shop/v2"))

    def test_a_path_or_cookie_with_a_line_break_does_not_pass(self):
        self.start(backend=V2, path="/x HTTP/1.1\r\nInjected: yes\r\n\r\n",
                   cookie="a=b\r\nInjected: yes")
        response = self.stage.get("/asked")
        self.assertEqual((response.header("x-path"), response.cookies), ("/asked", {}))
        self.assertIsNone(response.header("injected"))
        self.assertNotIn(b"Injected", response.body)

    def test_what_belongs_to_the_route_that_serves_is_applied(self):
        self.start(backend=V1, path="/rewritten", cookie="pm_shop=token; Path=/")
        response = self.stage.get("/asked?x=1")
        self.assertEqual(response.header("x-path"), "/rewritten?x=1")
        self.assertEqual(response.cookies, {"pm_shop": "token"})


if __name__ == "__main__":
    main()
