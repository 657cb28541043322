"""Configuration that changes while traffic flows."""

from harness import EndToEndTest, main, wait_until

CHANGES = 200

# The routes of both gateways carry the number of the change that they belong to. The second is
# reached by reference, so that a decision passes through both.
NUMBERED = """
name: shop
port: 8080
routes:
  first-$number: {weight: $share%, backend: be_first}
  second-$number: {weight: $rest%, gateway: inner}
---
name: inner
routes:
  inner-$number: {weight: 100%, backend: be_second}
"""
BACKENDS = """
backend be_first
    server s {first}
backend be_second
    server s {second}
"""


class Changes(EndToEndTest):
    def start(self):
        self.stage.service("first", "second")
        self.write_change(0)
        self.stage.start_agent()
        self.stage.render("--demo")
        text = self.stage.read("conf/haproxy.cfg") + BACKENDS.format(**self.stage.services)
        self.stage.write("conf/haproxy.cfg", text)
        self.stage.be_patient()
        self.stage.start_haproxy()
        self.stage.wait_for_decisions()

    def write_change(self, number):
        share = 10 + 40 * (number % 3)
        self.stage.gateway(NUMBERED, number=number, share=share, rest=100 - share)

    @staticmethod
    def number_of(response):
        return int(response.route.rpartition("-")[2])

    def test_200_changes_in_a_row_fail_no_request_and_each_decision_is_of_one_table(self):
        self.start()
        process = (self.stage.haproxy.pid, self.stage.haproxy.start_time())
        agent = self.stage.agent.pid
        with self.stage.load(16) as load:
            for number in range(1, CHANGES + 1):
                self.write_change(number)
                taken = load.wait_for(1, lambda r, n=number: self.number_of(r) == n)
                self.assertTrue(taken, f"change {number}")
        self.assert_nothing_failed(load)
        self.assertEqual(load.retried, 0)
        self.assertEqual((self.stage.haproxy.pid, self.stage.haproxy.start_time()), process)
        self.assertTrue(self.stage.haproxy.is_running())
        self.assertEqual(self.stage.agent.pid, agent)
        numbers = {}
        for response in load.responses:
            kind = response.route.rpartition("-")[0]
            self.assertEqual(response.service, "first" if kind == "first" else "second")
            numbers.setdefault(response.generation, set()).add(self.number_of(response))
        for generation, seen in numbers.items():
            self.assertEqual(len(seen), 1, f"generation {generation} had routes of several changes")
        self.assertLessEqual(set(range(1, CHANGES + 1)), set().union(*numbers.values()))

    def test_a_gateway_with_a_mistake_changes_nothing_and_the_next_good_one_does(self):
        self.start()
        before = self.stage.get().generation
        text = self.stage.read("gateways/shop.yaml")
        self.stage.write("gateways/shop.yaml", text.replace("weight", "wieght", 1))
        wait_until(lambda: "wieght" in self.stage.agent.log(), "the agent reports the mistake")
        response = self.stage.get()
        self.assertEqual((response.by, response.generation), ("agent", before))
        self.write_change(7)
        wait_until(lambda: self.number_of(self.stage.get()) == 7, "the next change is taken")


if __name__ == "__main__":
    main()
