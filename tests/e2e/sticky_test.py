"""Visitors who stay: over changes, restarts and new keys; and those who are let go."""

import base64
import signal

from harness import EndToEndTest, main, wait_until

SHOP = """
name: shop
port: 8080
sticky: route
allow_forced: true
$more
routes:
  shop/v1: {weight: $first, instances: ["$v1"]}
  shop/v2: {weight: $second, instances: ["$v2"]}
  shop/beta: {weight: 0%, condition: has header X-Beta, instances: ["$beta"]}
"""


class Visitor:
    """Keeps its cookies, as a browser does."""

    def __init__(self, stage, *headers):
        self.stage = stage
        self.cookies = {}
        self.visit(*headers)

    def visit(self, *headers, path="/"):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = [*headers, ("Cookie", cookie)] if cookie else headers
        response = self.stage.get(path, headers=sent)
        self.cookies.update(response.cookies)
        self.route = response.route
        return response

    def key_id(self):
        token = self.cookies["pm_shop"]
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[1]


class Sticky(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2", "beta")

    def start(self, first="50%", second="50%", more=""):
        self.stage.gateway(SHOP, first=first, second=second, more=more)
        self.stage.start_all()

    def change(self, first, second, more=""):
        self.stage.change(SHOP, first=first, second=second, more=more)

    def override(self):
        return self.stage.pointsman("token", "mint", "-c", self.stage.path("pointsman.yaml"),
                                    "--gateway", "shop", "--route", "shop/v2",
                                    "--ttl", "1h").strip()

    def visitors(self, count=20):
        visitors = [Visitor(self.stage) for _ in range(count)]
        self.assertEqual({visitor.route for visitor in visitors}, {"shop/v1", "shop/v2"})
        return visitors

    def assert_all_stay(self, visitors):
        for visitor in visitors:
            before = visitor.route
            response = visitor.visit()
            self.assertEqual((response.route, response.reason), (before, "sticky"))
            self.assertEqual(response.service, before.removeprefix("shop/"))

    def test_visitors_stay_while_weights_change(self):
        self.start()
        visitors = self.visitors()
        self.change("99%", "1%")
        self.assert_all_stay(visitors)
        self.change("1%", "99%")
        self.assert_all_stay(visitors)

    def test_the_cookie_is_set_once_and_kept_from_shared_caches(self):
        self.start()
        first = self.stage.get()
        self.assertIn("pm_shop", first.cookies)
        self.assertIn(("cache-control", "private"), first.headers)
        visitor = Visitor(self.stage)
        again = visitor.visit()
        self.assertEqual(again.cookies, {})
        self.assertIsNone(again.header("cache-control"))

    def test_visitors_stay_when_the_agent_restarts(self):
        self.only_by_the_agent()
        self.start()
        visitors = self.visitors()
        self.assertEqual(self.stage.agent.stop(), 0)
        self.stage.start_agent()
        self.stage.wait_for_decisions()
        self.assert_all_stay(visitors)

    def test_visitors_stay_when_keys_rotate(self):
        self.start()
        visitors = self.visitors()
        old = visitors[0].key_id()
        self.stage.pointsman("keygen", "--add", self.stage.path("state/sticky.keys"))
        self.stage.running_agent().signal(signal.SIGHUP)
        wait_until(lambda: Visitor(self.stage).key_id() != old, "the new key signs")
        self.assert_all_stay(visitors)

    def test_a_condition_that_matches_beats_stickiness(self):
        self.start()
        visitor = self.visitors()[0]
        home = visitor.route
        response = visitor.visit(("X-Beta", "1"))
        self.assertEqual((response.route, response.reason), ("shop/beta", "condition"))
        self.assertEqual(visitor.visit().route, home)

    def test_a_route_at_0_percent_keeps_its_visitors_and_takes_no_new_ones(self):
        self.start()
        visitors = self.visitors()
        self.change("0%", "100%")
        self.assert_all_stay(visitors)
        self.assertEqual({Visitor(self.stage).route for _ in range(20)}, {"shop/v2"})

    def test_evict_at_zero_lets_visitors_go(self):
        self.start()
        visitors = self.visitors()
        self.change("0%", "100%", more="evict_at_zero: true")
        self.assertEqual({visitor.visit().route for visitor in visitors}, {"shop/v2"})
        self.assert_all_stay(visitors)

    def test_a_signed_override_chooses_the_route_in_each_of_its_forms(self):
        self.start("100%", "0%")
        token = self.override()
        forms = [
            {"headers": [("Cookie", f"pm_shop={token}")]},
            {"headers": [("X-Pointsman-Force", token)]},
            {"path": f"/?pm_force={token}"},
            {"path": f"/?a=1&pm_force={token}&b=2"},
        ]
        for form in forms:
            response = self.stage.get(**form)
            self.assertEqual((response.route, response.reason, response.service),
                             ("shop/v2", "forced", "v2"), form)
            # Neither the service nor the log sees the token, but for the cookie, which is a cookie.
            self.assertNotIn("pm_force", response.header("x-path"))
            self.assertNotIn(b"-force", response.body.lower())
        self.assertEqual(response.header("x-path"), "/?a=1&b=2")
        self.assertNotIn(token, self.stage.haproxy.log())

    def test_overrides_that_repeat_leave_no_trace_in_the_query(self):
        self.start("100%", "0%")
        force = f"pm_force={self.override()}"
        for query, left in ((f"{force}&{force}", ""), (f"&{force}&", ""),
                            (f"{force}&&{force}&b=2", "?&b=2"), (f"a=1&{force}&{force}", "?a=1"),
                            ("pm_forced=1", "?pm_forced=1")):
            response = self.stage.get(f"/a?{query}")
            self.assertEqual(response.header("x-path"), f"/a{left}", query)

    def test_a_token_that_was_changed_is_no_token(self):
        self.start("100%", "0%")
        token = self.override()
        wrong = ("B" if token[0] == "A" else "A") + token[1:]
        response = self.stage.get(headers=[("Cookie", f"pm_shop={wrong}")])
        self.assertEqual((response.status, response.route, response.reason),
                         (200, "shop/v1", "weight"))

    def test_sticky_by_instance_stays_on_the_instance_also_without_the_agent(self):
        self.stage.start_all("""
name: shop
port: 8080
sticky: instance
routes:
  shop/v1: {weight: 100%%, instances: ["%(v1)s", "%(v2)s"]}
""" % self.stage.services)
        visitors = [Visitor(self.stage) for _ in range(8)]
        own = [visitor.visit().service for visitor in visitors]
        self.assertEqual(set(own), {"v1", "v2"})
        for visitor, service in zip(visitors, own):
            self.assertEqual([visitor.visit().service for _ in range(4)], [service] * 4)
            for address in self.stage.services.values():
                self.assertNotIn(address.split(":")[1], str(visitor.cookies))
        self.stage.agent.kill()
        for visitor, service in zip(visitors, own):
            response = visitor.visit()
            self.assertEqual((response.status, response.service), (200, service))


if __name__ == "__main__":
    main()
