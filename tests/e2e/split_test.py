"""How requests are shared out: weights, conditions, strengths."""

from harness import EndToEndTest, main

FIREFOX = [("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
CHROME = [("User-Agent", "Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36")]

WEIGHTS = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 80%, instances: ["$v1"]}
  shop/v2: {weight: 20%, instances: ["$v2"]}
"""

FIREFOX_AT_HALF = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 80%, instances: ["$v1"]}
  shop/v2:
    weight: 20%
    condition: user-agent == Firefox
    condition_strength: 50%
    instances: ["$v2"]
"""

STRENGTH_ONLY = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 100%, instances: ["$v1"]}
  shop/v2:
    weight: 0%
    condition: has cookie beta
    condition_strength: 5%
    instances: ["$v2"]
"""


class Split(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")

    def test_weights_of_80_and_20_hold_over_1000_requests(self):
        self.stage.start_all(WEIGHTS)
        responses = self.stage.get_many(1000)
        self.assert_share(responses, "shop/v1", 80)
        self.assert_share(responses, "shop/v2", 20)
        for response in responses:
            self.assertEqual(response.service, response.route.removeprefix("shop/"))
            self.assertEqual((response.status, response.reason), (200, "weight"))

    def test_a_route_with_20_percent_and_half_of_firefox_gets_60_percent_of_firefox(self):
        self.stage.start_all(FIREFOX_AT_HALF)
        self.assert_share(self.stage.get_many(1000, headers=FIREFOX), "shop/v2", 60)
        self.assert_share(self.stage.get_many(1000, headers=CHROME), "shop/v2", 20)

    def test_a_strength_of_5_percent_takes_5_percent_of_those_that_match(self):
        self.stage.start_all(STRENGTH_ONLY)
        matching = self.stage.get_many(1000, headers=[("Cookie", "beta=1")])
        self.assert_share(matching, "shop/v2", 5)
        self.assert_share(self.stage.get_many(200), "shop/v2", 0, points=0)

    def test_the_split_holds_over_many_connections_at_once(self):
        self.stage.start_all(WEIGHTS)
        with self.stage.load(8) as load:
            self.assertTrue(load.wait_for(2000))
        self.assert_nothing_failed(load)
        self.assert_share(load.responses, "shop/v2", 20)


if __name__ == "__main__":
    main()
