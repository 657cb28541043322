"""What visitors notice of failures: nothing but which route serves them."""

import os
import re
import signal
import socket
import time

from harness import ADDRESS, EndToEndTest, main, wait_until

SHOP = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 80%, instances: ["$v1"]}
  shop/v2: {weight: 20%, instances: ["$v2"]}
"""
CONNECTIONS = 8


class Failures(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")

    def errors(self):
        """Codes of failed exchanges with the agent, from HAProxy's log."""
        return re.findall(r" err=(\d+)", self.stage.haproxy.log())

    def test_when_the_agent_is_killed_no_request_fails_and_it_is_back_within_2_s(self):
        self.stage.start_all(SHOP, patient=False)
        with self.stage.load(CONNECTIONS) as load:
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
            self.stage.agent.kill()
            self.assertTrue(load.wait_for(500, lambda r: r.by == "bridge"))
            self.stage.start_agent()
            self.stage.wait_for_decisions(seconds=2)
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent", timeout=2))
        self.assert_nothing_failed(load)
        self.assertEqual(load.retried, 0)

    def test_without_the_bridge_the_route_with_the_greatest_weight_serves_meanwhile(self):
        self.stage.start_all(SHOP, patient=False, bridge=False)
        with self.stage.load(CONNECTIONS) as load:
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
            self.stage.agent.kill()
            self.assertTrue(load.wait_for(500, lambda r: r.by is None and r.service == "v1"))
        self.assert_nothing_failed(load)

    def test_an_agent_that_ends_in_order_loses_no_request(self):
        self.stage.start_all(SHOP, patient=False)
        with self.stage.load(CONNECTIONS) as load:
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
            self.assertEqual(self.stage.agent.stop(), 0)
            self.assertTrue(load.wait_for(200, lambda r: r.by == "bridge"))
        self.assert_nothing_failed(load)

    def test_a_frozen_agent_costs_few_requests_its_timeout(self):
        """Without the health check, so that the breaker alone protects."""
        self.stage.gateway(SHOP)
        self.stage.start_agent()
        self.stage.render("--demo")
        text = self.stage.read("conf/haproxy.cfg")
        unchecked = text.replace("default-server check inter 500ms", "default-server inter 500ms")
        self.assertNotEqual(unchecked, text)
        unchecked = re.sub(r" observe layer4 .*on-marked-down shutdown-sessions", "", unchecked)
        self.stage.write("conf/haproxy.cfg", unchecked)
        self.stage.start_haproxy()
        wait_until(lambda: self.stage.get().by == "agent", "decisions by the agent")
        with self.stage.load(CONNECTIONS) as load:
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
            started = time.monotonic()
            self.stage.agent.signal(signal.SIGSTOP)
            self.assertTrue(load.wait_for(3000, lambda r: r.by == "bridge", timeout=60))
            seconds = time.monotonic() - started
            paid = self.errors()
            self.stage.agent.signal(signal.SIGCONT)
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
        self.assert_nothing_failed(load)
        self.assertEqual(set(paid), {"1"})
        # All that were under way, then one a second and thread.
        self.assertLessEqual(len(paid), CONNECTIONS + (seconds + 1) * os.cpu_count())

    def test_a_frozen_agent_is_found_by_the_check(self):
        self.stage.start_all(SHOP, patient=False)
        with self.stage.load(CONNECTIONS) as load:
            self.stage.agent.signal(signal.SIGSTOP)
            wait_until(lambda: not self.stage.agent_is_up(), "the check finds it")
            self.assertTrue(load.wait_for(100, lambda r: r.by == "bridge"))
            self.stage.agent.signal(signal.SIGCONT)
            self.assertTrue(load.wait_for(100, lambda r: r.by == "agent"))
        self.assert_nothing_failed(load)

    def test_a_request_too_large_for_a_frame_is_the_bridges_and_hurts_no_other(self):
        self.stage.start_all(SHOP)
        huge = {"host": "a" * 4000, "headers": [("X-Large", "b" * 10500)]}
        with self.stage.load(CONNECTIONS) as load:
            for _ in range(20):
                response = self.stage.get(**huge)
                self.assertEqual((response.status, response.by), (200, "bridge"))
            self.assertTrue(load.wait_for(100))
        self.assert_nothing_failed(load)
        self.assertEqual({response.by for response in load.responses}, {"agent"})

    def test_garbage_on_the_agents_port_disturbs_nobody(self):
        self.stage.start_all(SHOP)
        pieces = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\x00\x00\x00", b"\xff" * 4096,
                  b"\x00\x00\x00\x05\x01\x00\x00\x00\x01", b"\x7f\xff\xff\xff" + b"x" * 100,
                  bytes(range(256)) * 64]
        with self.stage.load(CONNECTIONS) as load:
            for piece in pieces * 10:
                with socket.create_connection((ADDRESS, self.stage.spop_port), 5) as stream:
                    try:
                        stream.sendall(piece)
                        stream.shutdown(socket.SHUT_WR)
                        while stream.recv(4096):
                            pass
                    except ConnectionError:
                        pass
            self.assertTrue(load.wait_for(200))
        self.assert_nothing_failed(load)
        self.assertEqual({response.by for response in load.responses}, {"agent"})
        self.assertTrue(self.stage.agent.is_running())

    def test_a_reload_of_haproxy_drops_nothing(self):
        self.stage.gateway(SHOP)
        self.stage.start_agent()
        self.stage.render("--demo")
        self.stage.start_master()
        self.stage.wait_for_decisions()
        with self.stage.load(CONNECTIONS) as load:
            for _ in range(3):
                self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
                self.stage.reload_haproxy()
            self.assertTrue(load.wait_for(200, lambda r: r.by == "agent"))
        self.assert_nothing_failed(load)


if __name__ == "__main__":
    main()
