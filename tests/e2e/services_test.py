"""HAProxy follows the registry by DNS: instances come, go, drain and are weighted while traffic
flows, without a reload, and nothing changes while there is no responder."""

import os
import re
import sys
import time

from harness import HERE, EndToEndTest, main
from machine import ADDRESS, free_port, wait_until

SHOP = """
name: shop
port: 8080
routes:
  shop/v1: {weight: 100%, service: web}
"""
BACKEND = "shop__shop-v1"
# Longer by hand: with POINTSMAN_IDLE_SECONDS=600 ten minutes, and then one without an agent.
IDLE_SECONDS = int(os.environ.get("POINTSMAN_IDLE_SECONDS", "30"))
AWAY_SECONDS = max(IDLE_SECONDS / 10, 15)


class Services(EndToEndTest):
    def start(self, count):
        """A service that listens on so many ports, of which none is registered yet."""
        self.stage.by_port = [free_port() for _ in range(count)]
        self.stage.start("web", [sys.executable, f"{HERE}/fixture_service.py", "web", ADDRESS,
                                 *map(str, self.stage.by_port)])
        wait_until(lambda: self.stage.accepts(f"{ADDRESS}:{self.stage.by_port[-1]}"), "the service")

    def register(self, weights):
        """The first ports, each with its weight; the others are no instances (any more)."""
        lines = [f"  - {{address: {ADDRESS}, port: {port}, weight: {weight}}}"
                 for port, weight in zip(self.stage.by_port, weights)]
        self.stage.write("services/web.yaml", "\n".join(["name: web", "instances:", *lines, ""]))

    def start_all(self, weights):
        self.register(weights)
        self.stage.start_all(SHOP)
        self.await_servers(len(weights))

    def servers(self):
        """Of those that have an address: port to weight and state."""
        rows = self.stage.stats(f"show servers state {BACKEND}").splitlines()
        names = next(row for row in rows if row.startswith("# ")).lstrip("# ").split()
        found = {}
        for row in rows:
            fields = dict(zip(names, row.split()))
            if fields.get("be_name") == BACKEND and fields["srv_addr"] == ADDRESS:
                stats = self.stage.server_state(BACKEND, fields["srv_name"])
                if not stats["status"].startswith("MAINT"):
                    found[int(fields["srv_port"])] = int(stats["weight"])
        return found

    def await_servers(self, count, seconds=30):
        wait_until(lambda: len(self.servers()) == count, f"HAProxy has {count} servers", seconds)

    def assert_stays(self, servers, seconds):
        with self.assertRaises(AssertionError, msg="the servers changed"):
            wait_until(lambda: self.servers() != servers, "a change", seconds)

    def ports_that_serve(self, requests=200):
        return [int(response.header("x-port")) for response in self.stage.get_many(requests)]

    def await_service_by(self, ports):
        """Each of them serves, and no other one does any more."""
        seen = set()

        def serve():
            batch = self.ports_that_serve(100)
            seen.update(batch)
            return ports <= seen and set(batch) <= ports

        wait_until(serve, f"{len(ports)} instances serve")

    def test_instances_come_and_go_while_traffic_flows(self):
        self.start(50)
        self.start_all([100])
        pid, started = self.stage.haproxy.pid, self.stage.haproxy.start_time()
        with self.stage.load(4) as load:
            for count in (50, 3):
                before = time.monotonic()
                self.register([100] * count)
                self.await_servers(count)
                print(f"HAProxy {count} servers after {time.monotonic() - before:.2f} s")
                self.await_service_by(set(self.stage.by_port[:count]))
        self.assert_nothing_failed(load)
        self.assertEqual((self.stage.haproxy.pid, self.stage.haproxy.start_time()), (pid, started))

    def test_instances_get_traffic_by_their_weights_and_drain_with_weight_0(self):
        self.start(3)
        self.start_all([200, 50, 100])
        ports = self.ports_that_serve(700)
        first, second, third = (ports.count(port) for port in self.stage.by_port)
        self.assertAlmostEqual(first, 400, delta=20)
        self.assertAlmostEqual(second, 100, delta=20)
        self.assertAlmostEqual(third, 200, delta=20)
        self.register([200, 50, 0])
        wait_until(lambda: self.servers().get(self.stage.by_port[2]) == 0, "the third one drains")
        self.assertEqual(set(self.ports_that_serve(100)), set(self.stage.by_port[:2]))

    def test_nothing_changes_while_nothing_changes_and_while_there_is_no_responder(self):
        self.start(3)
        self.start_all([100, 50, 25])
        servers = self.servers()
        log = len(self.stage.haproxy.log())
        with self.stage.load(1) as load:
            # Each poll of HAProxy's resolver is a chance to change something.
            self.assert_stays(servers, IDLE_SECONDS)
            self.stage.agent.kill()
            self.assert_stays(servers, AWAY_SECONDS)
        self.assert_nothing_failed(load)
        changes = [line for line in self.stage.haproxy.log()[log:].splitlines()
                   if re.search(BACKEND + "/i[0-9]+ (is|changed)", line)]
        self.assertEqual(changes, [])
        self.stage.start_agent()
        self.register([100, 50])
        self.await_servers(2)


if __name__ == "__main__":
    main()
