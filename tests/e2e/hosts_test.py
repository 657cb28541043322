"""Which gateway by the Host header, and paths rewritten for the backend."""

from harness import EndToEndTest, main

EXACT = """
name: exact
virtual_hosts: [shop.example.com]
routes:
  exact/v1: {weight: 100%, instances: ["$v1"]}
"""
WILDCARD = """
name: wildcard
virtual_hosts: ["*.example.com"]
routes:
  wildcard/v2:
    weight: 100%
    instances: ["$v2"]
    rewrites:
      - path: /v2%[path] if path starts with /api
      - path: /item/\\1 if path matches '^/i/([0-9]+)$$'
"""


class Hosts(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")
        self.stage.start_all(EXACT, WILDCARD)

    def route(self, host):
        return self.stage.get_host(host).route

    def test_a_host_is_found_with_port_in_upper_case_and_with_a_trailing_dot(self):
        for host in ("shop.example.com", "shop.example.com:8443", "SHOP.Example.COM",
                     "shop.example.com.", "Shop.Example.com.:80"):
            self.assertEqual(self.route(host), "exact/v1", host)

    def test_a_wildcard_takes_all_names_below_it_and_an_exact_name_comes_first(self):
        for host in ("www.example.com", "a.b.example.com", "A.EXAMPLE.com:81"):
            self.assertEqual(self.route(host), "wildcard/v2", host)
        self.assertEqual(self.route("shop.example.com"), "exact/v1")

    def test_a_host_of_no_gateway_gets_no_decision(self):
        for host in ("example.com", "notexample.com", "shop.example.org", ""):
            response = self.stage.get_host(host)
            self.assertEqual((response.status, response.route), (404, None), host)

    def assert_hosts_are_served(self, by):
        for host, service in (("shop.example.com", "v1"), ("SHOP.example.com.:80", "v1"),
                              ("www.example.com", "v2")):
            response = self.stage.get_host(host)
            self.assertEqual((response.service, response.by), (service, by), host)
        self.assertEqual(self.stage.get_host("example.org").status, 404)

    def test_without_an_agent_the_bridge_finds_the_gateway(self):
        self.stage.agent.kill()
        self.assert_hosts_are_served(by="bridge")

    def test_without_agent_and_bridge_a_host_is_still_served(self):
        self.only_by_the_agent()
        self.stage.haproxy.stop()
        self.stage.render("--demo", bridge=False)
        self.stage.agent.kill()
        self.stage.start_haproxy()
        self.assert_hosts_are_served(by=None)

    def test_the_path_is_rewritten_for_the_backend_and_the_query_stays(self):
        for asked, seen in (("/api/cart?x=1", "/v2/api/cart?x=1"), ("/i/42", "/item/42"),
                            ("/other?y=2", "/other?y=2")):
            response = self.stage.get_host("www.example.com", asked)
            self.assertEqual(response.header("x-path"), seen)


if __name__ == "__main__":
    main()
