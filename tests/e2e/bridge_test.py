"""The bridge beside the agent: both read each other's cookies, split alike, and know the same
table. What the bridge decides by itself is in the scenarios that run `--by bridge`."""

import os
import subprocess

from harness import EndToEndTest, main, options
from machine import wait_until
from sticky_test import Visitor

SHOP = """
name: shop
port: 8080
sticky: route
routes:
  shop/v1: {weight: $first, instances: ["$v1"]}
  shop/v2:
    weight: $second
    condition: user-agent == Firefox
    condition_strength: 50%
    instances: ["$v2"]
"""
KEYED = """
name: shop
port: 8080
split_by: $key
routes:
  shop/v1: {weight: 50%, instances: ["$v1"]}
  shop/v2: {weight: 30%, instances: ["$v2"]}
  shop/v3:
    weight: 20%
    condition: path starts with /new
    condition_strength: 40%
    instances: ["$v3"]
"""
KEYS = {
    "header X-User-Id": lambda user: {"headers": [("X-User-Id", user)]},
    "cookie user": lambda user: {"headers": [("Cookie", f"a=1; user={user}")]},
    "query user": lambda user: {"path": f"/new/page?user={user}"},
}
FIREFOX = ("User-Agent", "Firefox/140.0")


class Bridge(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2", "v3")

    def start(self, first="50%", second="50%"):
        self.stage.gateway(SHOP, first=first, second=second)
        self.stage.start_all()

    def kill_agent(self):
        self.stage.agent.kill()
        wait_until(lambda: not self.stage.agent_is_up() and self.stage.get().by == "bridge",
                   "decisions by the bridge")

    def wait_for_bridges(self):
        """Until each thread's bridge has the agent's table. The agent never sees a request with
        headers larger than a frame."""
        generation = self.stage.get().generation
        huge = {"host": "a" * 4000, "headers": [("X-Large", "b" * 10500)]}
        wait_until(lambda: all(self.stage.get(**huge).generation == generation for _ in range(30)),
                   "each thread's bridge has the table")

    def start_agent_again(self):
        self.stage.start_agent()
        self.stage.wait_for_decisions()

    def assert_all_stay(self, visitors, by, *headers):
        for visitor in visitors:
            before = visitor.route
            response = visitor.visit(*headers)
            self.assertEqual((response.route, response.by), (before, by))
            self.assertEqual(response.cookies, {})

    def test_visitors_stay_when_agent_and_bridge_take_turns(self):
        self.start()
        visitors = [Visitor(self.stage) for _ in range(20)]
        self.kill_agent()
        self.assert_all_stay(visitors, "bridge")
        visitors += [Visitor(self.stage) for _ in range(20)]
        self.assertEqual({visitor.route for visitor in visitors[20:]}, {"shop/v1", "shop/v2"})
        self.start_agent_again()
        self.assert_all_stay(visitors, "agent")

    def test_what_a_condition_took_or_lost_is_remembered_when_they_take_turns(self):
        self.start("100%", "0%")
        first = [Visitor(self.stage, FIREFOX) for _ in range(20)]
        self.kill_agent()
        self.assert_all_stay(first, "bridge", FIREFOX)
        second = [Visitor(self.stage, FIREFOX) for _ in range(20)]
        self.start_agent_again()
        self.assert_all_stay(second, "agent", FIREFOX)
        for visitors in (first, second):
            self.assertEqual({visitor.route for visitor in visitors}, {"shop/v1", "shop/v2"})

    def test_a_key_leads_to_the_same_route_by_both(self):
        self.stage.gateway(KEYED, key="src")
        self.stage.start_all()
        users = [f"user-{number}" for number in range(200)]
        for key, request in KEYS.items():
            self.stage.change(KEYED, key=key)
            of_agent = {user: self.stage.get(**request(user)) for user in users}
            self.assertEqual({response.by for response in of_agent.values()}, {"agent"})
            self.assertEqual(len({response.route for response in of_agent.values()}), 3)
            self.wait_for_bridges()
            self.kill_agent()
            for user, response in of_agent.items():
                again = self.stage.get(**request(user))
                self.assertEqual((again.by, again.route, again.reason),
                                 ("bridge", response.route, response.reason), f"{key}: {user}")
            self.start_agent_again()

    def test_a_table_reaches_the_bridge_while_the_agent_decides(self):
        self.start("100%", "0%")
        self.stage.change(SHOP, first="0%", second="100%")
        generation = self.stage.get().generation
        self.wait_for_bridges()
        self.kill_agent()
        for response in self.stage.get_many(50):
            self.assertEqual((response.by, response.route, response.generation),
                             ("bridge", "shop/v2", generation))

    def test_without_a_table_own_rules_serve_until_an_agent_sends_one(self):
        self.stage.gateway(SHOP, first="0%", second="100%")
        self.stage.render("--demo")
        self.stage.never_ask_the_agent()
        self.stage.start_haproxy()
        response = self.stage.get()
        self.assertEqual((response.status, response.by, response.route), (200, None, None))
        self.stage.start_agent()
        response = wait_until(lambda: next((answer for answer in self.stage.get_many(10)
                                            if answer.by == "bridge"), None), "the bridge decides")
        self.assertEqual(response.route, "shop/v2")

    def test_a_missing_library_is_named_before_haproxy_starts(self):
        if os.path.samefile(options.haproxy, "/usr/sbin/haproxy"):
            self.skipTest("this HAProxy sees the library of this machine")
        self.stage.gateway(SHOP, first="50%", second="50%")
        self.stage.render("--demo")
        os.remove(self.stage.path("conf/pointsman/MessagePack.lua"))
        result = subprocess.run([options.haproxy, "-c", "-f", self.stage.path("conf/haproxy.cfg")],
                                capture_output=True, text=True)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("install the package lua-messagepack", result.stdout + result.stderr)


if __name__ == "__main__":
    main()
