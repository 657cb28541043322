"""The lean profile: HAProxy sends the headers that `spoe.headers` lists, and no others."""

from harness import EndToEndTest, main

SHOP = """
name: shop
port: 8080
sticky: route
routes:
  shop/v1: {weight: 50%, instances: ["$v1"]}
  shop/v2: {weight: 50%, instances: ["$v2"]}
  shop/tenant: {weight: 0%, condition: header X-Tenant == acme, instances: ["$tenant"]}
  shop/cookie: {weight: 0%, condition: cookie beta == on, instances: ["$cookie"]}
  shop/empty: {weight: 0%, condition: header X_Empty == "", instances: ["$empty"]}
  shop/unlisted: {weight: 0%, condition: has header X-Unlisted, instances: ["$unlisted"]}
"""


class Lean(EndToEndTest):
    def setUp(self):
        stage = self.stage
        stage.service("v1", "v2", "tenant", "cookie", "empty", "unlisted")
        stage.write("pointsman.yaml", stage.read("pointsman.yaml") +
                    "spoe: {headers: [Cookie, x-tenant, x_empty]}\n")
        stage.start_all(SHOP)

    def assert_taken(self, service, *headers):
        response = self.stage.get(headers=headers)
        self.assertEqual((response.service, response.reason), (service, "condition"), headers)

    def assert_not_taken(self, *headers):
        self.assertEqual(self.stage.get(headers=headers).reason, "weight", headers)

    def test_conditions_on_listed_headers_and_cookies_hold(self):
        self.assertNotIn("hdrs_bin", self.stage.read("conf/pointsman.spoe.cfg"))
        self.assert_taken("tenant", ("X-Tenant", "acme"))
        self.assert_taken("tenant", ("x-tenant", "acme"), ("X-Unlisted", "1"))
        self.assert_taken("cookie", ("Cookie", "a=b; beta=on; c=d"))
        self.assert_taken("empty", ("X_Empty", ""))
        self.assert_not_taken(("X-Tenant", "other"))
        self.assert_not_taken(("Cookie", "beta=off"))

    def test_a_header_that_is_not_listed_counts_as_absent(self):
        self.assert_not_taken(("X-Unlisted", "1"))

    def test_of_several_lines_the_last_is_seen_whole(self):
        self.assert_taken("tenant", ("X-Tenant", "other"), ("X-Tenant", "acme"))
        self.assert_not_taken(("X-Tenant", "acme"), ("X-Tenant", "other"))
        self.assert_not_taken(("X-Tenant", "other, acme"))

    def test_visitors_stay(self):
        routes = set()
        for _ in range(10):
            first = self.stage.get()
            cookie = ("Cookie", f"pm_shop={first.cookies['pm_shop']}")
            again = self.stage.get(headers=[cookie])
            self.assertEqual((again.route, again.reason), (first.route, "sticky"))
            self.assertEqual(again.cookies, {})
            routes.add(first.route)
        self.assertEqual(routes, {"shop/v1", "shop/v2"})


if __name__ == "__main__":
    main()
