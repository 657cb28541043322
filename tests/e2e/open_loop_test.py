"""The load at a fixed rate hides nothing."""

import signal
import time

from harness import EndToEndTest, main
from machine import wait_until
from open_loop import FIREFOX, PLAIN, VISITOR, OpenLoop, failures, share, visitors_who_moved

RATE = 200
SHOP = """
name: shop
port: 8080
sticky: route
routes:
  shop/v1: {weight: 80%, instances: ["$v1"]}
  shop/v2: {weight: 20%, condition: user-agent == Firefox, instances: ["$v2"]}
"""


class FixedRate(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")
        self.stage.start_all(SHOP)

    def is_stopped(self):
        with open(f"/proc/{self.stage.haproxy.pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "T"

    def test_a_stall_shows_in_each_request_that_was_due_meanwhile(self):
        with OpenLoop(self.stage.web, RATE) as load:
            self.assertIsNotNone(load.wait_for(RATE // 2))
            self.stage.haproxy.signal(signal.SIGSTOP)
            wait_until(self.is_stopped, "HAProxy is stopped")
            start = time.monotonic()
            wait_until(lambda: time.monotonic() > start + 0.5, "half a second is over")
            end = time.monotonic()
            self.stage.haproxy.signal(signal.SIGCONT)
            self.assertIsNotNone(load.wait_for(RATE // 2))
        stalled = load.between(start, end)
        self.assertAlmostEqual(len(stalled), (end - start) * RATE, delta=1)
        for sample in stalled:
            self.assertGreaterEqual(sample.due + sample.latency, end)
        self.assertEqual(failures(load.samples), [])

    def test_a_request_without_an_answer_counts_as_failed(self):
        with OpenLoop(self.stage.web, RATE) as load:
            self.assertIsNotNone(load.wait_for(RATE // 2))
            self.stage.haproxy.kill()
            self.assertIsNotNone(load.wait_for(RATE // 2, lambda sample: sample.status == 0))
        self.assertGreaterEqual(len(failures(load.samples)), RATE // 2)

    def test_its_figures_tell_who_was_served_by_what(self):
        with OpenLoop(self.stage.web, RATE) as load:
            self.assertIsNotNone(load.wait_for(2 * RATE))
            self.assertEqual(visitors_who_moved(load.samples), [])
            self.stage.change(SHOP.replace("sticky: route", "sticky: none")
                              .replace("80%", "0%").replace("20%", "100%"))
            self.assertIsNotNone(load.wait_for(
                RATE, lambda sample: sample.kind == PLAIN and sample.route == "shop/v2"))
        self.assertEqual({sample.by for sample in load.samples}, {"agent"})
        self.assertEqual(share(load.samples, FIREFOX, "shop/v2"), 100)
        self.assertEqual({sample.route for sample in load.samples if sample.kind == PLAIN},
                         {"shop/v1", "shop/v2"})
        visitors = {sample.visitor for sample in load.samples if sample.kind == VISITOR}
        self.assertGreater(len(visitors), len(visitors_who_moved(load.samples)))
        self.assertGreater(len(visitors_who_moved(load.samples)), 0)


if __name__ == "__main__":
    main()
