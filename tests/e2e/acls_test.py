"""ACLs of HAProxy's in conditions: evaluated by HAProxy, used by whoever decides."""

from harness import EndToEndTest, main, options
from machine import wait_until

SHOP = """
name: shop
port: 8080
routes:
  v1: {weight: 100%, instances: ["$v1"]}
  v2:
    weight: 0%
    condition: "<path_beg /x> or < { hdr(x-a) -m str 'b # c' } !{ method POST } > or < $more >"
    instances: ["$v2"]
"""


class Acls(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")
        self.stage.start_all(self.shop("path_end .old"))

    @staticmethod
    def shop(more):
        return SHOP.replace("$more", more)

    def served_by(self, path, **request):
        response = self.stage.get(path, **request)
        self.assertEqual(response.by, options.by)
        return response.service

    def test_haproxy_s_own_conditions_choose_the_route(self):
        self.assertEqual(self.served_by("/x/1"), "v2")
        self.assertEqual(self.served_by("/y"), "v1")
        self.assertEqual(self.served_by("/y.old"), "v2")
        self.assertEqual(self.served_by("/y", headers=[("X-A", "b # c")]), "v2")
        self.assertEqual(self.served_by("/y", headers=[("X-A", "b")]), "v1")

    def test_a_new_one_is_false_until_haproxy_is_reloaded(self):
        self.stage.change(self.shop("path_end .new"))
        self.assertEqual(self.served_by("/y.new"), "v1")
        self.assertEqual(self.served_by("/y.old"), "v1")  # its argument means nothing any more
        self.assertEqual(self.served_by("/x/1"), "v2")
        if options.by == "agent":
            wait_until(lambda: "does not hand over acl_" in self.stage.read("agent.log"),
                       "the agent says what is missing")
        self.stage.haproxy.stop()
        self.stage.render("--demo")
        self.stage.be_patient()
        if options.by == "bridge":
            self.stage.never_ask_the_agent()
        self.stage.start_haproxy()
        self.stage.wait_for_decisions()
        self.assertEqual(self.served_by("/y.new"), "v2")


if __name__ == "__main__":
    main()
