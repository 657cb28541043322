"""What visitors notice of each failure, by a load at a fixed rate: nothing. With the environment
variable POINTSMAN_FIGURES=FILE each test also adds a line of JSON with what it measured there, of
which the table of docs/failures.md is made."""

import json
import os
import re
import signal
import struct
import time

from harness import EndToEndTest, main, options
from machine import ADDRESS, free_port, wait_until
from namespace import Namespace
from open_loop import (FIREFOX, PLAIN, OpenLoop, failures, percentile, share,
                       visitors_who_moved)

RATE = 150  # requests a second
NOTICED = 3  # seconds until the health check has surely taken the agent out
SHOP = """
name: shop
port: 8080
sticky: route
routes:
  shop/v1: {weight: 80%, instances: ["$v1"]}
  shop/v2:
    weight: 20%
    condition: user-agent == Firefox
    condition_strength: 50%
    instances: ["$v2"]
"""
# Each decider (workers of the agent, threads of HAProxy) splits exactly for itself, and some see
# few requests.
POINTS, FIREFOX_POINTS = 6, 8
FULL = """
name: full
port: 8081
routes:
  all: {weight: 100%, backend: be_full}
"""
FULL_ROUTE = "  r{0}: {{weight: 0%, condition: path == /nothing/{0}, backend: be_full}}\n"
FULL_ROUTES = 9000


class FailureTable(EndToEndTest):
    def setUp(self):
        self.stage.service("v1", "v2")

    def start(self, *gateways):
        for text in gateways or (SHOP,):
            self.stage.gateway(text)
        self.stage.start_agent()
        self.stage.render("--demo")

    def start_both(self):
        self.start()
        self.stage.start_master()
        self.stage.wait_for_decisions()

    def load(self):
        return OpenLoop(self.stage.web, RATE)

    # ---- what is asked of every failure

    def assert_nobody_noticed(self, load, deciders=("agent", "bridge")):
        samples = load.samples
        self.assertEqual(failures(samples)[:3], [])
        self.assertLessEqual({sample.by for sample in samples}, set(deciders))
        self.assertAlmostEqual(share(samples, PLAIN, "shop/v2"), 20, delta=POINTS)
        self.assertAlmostEqual(share(samples, FIREFOX, "shop/v2"), 60, delta=FIREFOX_POINTS)
        self.assertEqual(visitors_who_moved(samples), [])
        self.assertEqual({sample.service for sample in samples if sample.route == "shop/v2"},
                         {"v2"})

    def record(self, event, load, start, started=None, first=None):
        """`start` is when it happened, `started` when it ended, `first` the first request that the
        agent decided again."""
        before = load.between(0, start)
        after = load.between(start, float("inf"))
        noticed = load.between(start + NOTICED, started) if started else []
        figures = {
            "event": event, "haproxy": options.version, "requests": len(load.samples),
            "failed": len(failures(load.samples)),
            "undecided": sum(sample.by is None for sample in load.samples),
            "by_bridge": sum(sample.by == "bridge" for sample in after),
            "p99_before": before and percentile(before, 99), "p99_after": percentile(after, 99),
            "p99_noticed": noticed and percentile(noticed, 99),
            "slowest": percentile(after, 100), "client_late": percentile(after, 100, "late"),
            "sent_twice": sum(sample.again for sample in load.samples),
            "share": share(load.samples, PLAIN, "shop/v2"),
            "firefox": share(load.samples, FIREFOX, "shop/v2"),
            "moved": len(visitors_who_moved(load.samples)),
            "back": first and first.due - started,
        }
        if os.environ.get("POINTSMAN_FIGURES"):
            with open(os.environ["POINTSMAN_FIGURES"], "a", encoding="utf-8") as file:
                file.write(json.dumps(figures) + "\n")

    def wait_for_deciders(self, load, by, requests=2 * RATE, seconds=30):
        """Until so many requests were decided by it, counted from the first one."""
        first = load.wait_for(1, lambda sample: sample.by == by, seconds)
        self.assertIsNotNone(first, f"no decision by the {by}")
        self.assertIsNotNone(
            load.wait_for(requests, lambda sample: sample.by == by, seconds, since=first.due))
        return first

    # ---- the agent fails

    def test_the_agent_is_killed_and_comes_back(self):
        self.start_both()
        with self.load() as load:
            self.wait_for_deciders(load, "agent")
            start = time.monotonic()
            self.stage.agent.kill()
            self.wait_for_deciders(load, "bridge", 6 * RATE)
            started = time.monotonic()
            self.stage.start_agent()
            first = self.wait_for_deciders(load, "agent")
        self.assert_nobody_noticed(load)
        self.record("agent killed (-9) and started again", load, start, started, first)

    def test_the_agent_is_frozen_for_10_seconds(self):
        self.start_both()
        with self.load() as load:
            self.wait_for_deciders(load, "agent")
            start = time.monotonic()
            self.stage.agent.signal(signal.SIGSTOP)
            self.wait_for_deciders(load, "bridge", 10 * RATE)
            started = time.monotonic()
            self.stage.agent.signal(signal.SIGCONT)
            first = self.wait_for_deciders(load, "agent")
        self.assert_nobody_noticed(load)
        self.record("agent frozen for 10 s (SIGSTOP)", load, start, started, first)

    def test_the_agent_is_replaced_by_another(self):
        self.start_both()
        with self.load() as load:
            self.wait_for_deciders(load, "agent")
            start = time.monotonic()
            self.assertEqual(self.stage.agent.stop(), 0)
            started = time.monotonic()
            self.stage.start_agent()
            first = self.wait_for_deciders(load, "agent")
        self.assert_nobody_noticed(load)
        self.record("agent restarted, as an upgrade does", load, start, started, first)

    def test_the_agents_machine_cannot_be_reached(self):
        """The packets of questions and answers are lost; its table comes by a unix socket."""
        self.stage.gateway(SHOP)
        with Namespace() as namespace:
            here, there = ADDRESS, namespace.address
            settings = self.stage.read("pointsman.yaml")
            self.stage.write("pointsman.yaml", settings.replace(here, there))
            self.stage.start_agent(host=there, within=namespace)
            self.stage.render("--demo", agent=f"{there}:{self.stage.spop_port}")
            self.stage.start_master()
            self.stage.wait_for_decisions()
            with self.load() as load:
                self.wait_for_deciders(load, "agent")
                start = time.monotonic()
                namespace.cut_off()
                self.wait_for_deciders(load, "bridge", 5 * RATE)
                started = time.monotonic()
                namespace.connect()
                first = self.wait_for_deciders(load, "agent")
            self.assert_nobody_noticed(load)
            self.record("agent's machine cut off for 5 s", load, start, started, first)

    def test_the_agent_has_more_to_do_than_it_can(self):
        """Another gateway of the same agent, with thousands of conditions, takes all its time."""
        routes = "".join(FULL_ROUTE.format(i) for i in range(FULL_ROUTES))
        self.stage.ports[8081] = free_port()
        self.start(SHOP, FULL + routes)
        backend = "\nbackend be_full\n    http-request return status 200\n"
        self.stage.write("conf/haproxy.cfg", self.stage.read("conf/haproxy.cfg") + backend)
        self.stage.start_master()
        self.stage.wait_for_decisions()
        with self.load() as load:
            self.wait_for_deciders(load, "agent")
            start = time.monotonic()
            wrk = self.stage.start("wrk", ["wrk", "-t1", "-c100", "-d5s", "--timeout", "10s",
                                           f"http://{ADDRESS}:{self.stage.ports[8081]}/page"])
            self.assertEqual(wrk.child.wait(30), 0)
            started = time.monotonic()
            first = self.wait_for_deciders(load, "agent", RATE, seconds=60)
        self.assert_nobody_noticed(load)
        self.record("agent full: another gateway floods it for 5 s", load, start, started,
                    first)

    # ---- HAProxy starts anew

    def test_haproxy_is_reloaded(self):
        self.start_both()
        with self.load() as load:
            self.wait_for_deciders(load, "agent", RATE)
            start = time.monotonic()
            for _ in range(3):
                old = self.stage.reload_haproxy()
                self.assertIsNotNone(load.wait_for(RATE))
                self.assert_ends(old)
        self.assert_nobody_noticed(load)
        self.record("HAProxy reloaded 3 times", load, start)

    def test_haproxy_is_reloaded_while_the_agent_is_away(self):
        self.start_both()
        self.stage.agent.kill()
        with self.load() as load:
            self.wait_for_deciders(load, "bridge", RATE)
            start = time.monotonic()
            for _ in range(3):
                old = self.stage.reload_haproxy()
                self.assertIsNotNone(load.wait_for(RATE))
                self.assert_ends(old)
        self.assert_nobody_noticed(load, deciders=["bridge"])
        self.record("HAProxy reloaded 3 times without the agent", load, start)

    def test_haproxy_starts_while_the_agent_is_away(self):
        self.start()
        self.stage.agent.kill()
        self.stage.start_master()
        with self.load() as load:
            start = time.monotonic()
            self.wait_for_deciders(load, "bridge", 3 * RATE)
            started = time.monotonic()
            self.stage.start_agent()
            first = self.wait_for_deciders(load, "agent")
        self.assert_nobody_noticed(load)
        self.record("HAProxy started without the agent", load, start, started, first)

    def assert_ends(self, pid):
        """A worker that was replaced is not kept alive by its bridge."""
        wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "the old worker ends", 30)

    # ---- requests and files

    def test_headers_are_larger_than_a_frame(self):
        """Those requests alone are decided by the bridge; nobody else loses the agent."""
        self.start()
        self.stage.be_patient()  # so that a stall of this machine is not taken for a lost agent
        self.stage.start_master()
        self.stage.wait_for_decisions()
        huge = [("X-Large", "b" * 10500), ("User-Agent", "Firefox/128")]
        answers = []
        with self.load() as load:
            self.wait_for_deciders(load, "agent")
            start = time.monotonic()
            for _ in range(200):
                answers.append(self.stage.get(host="a" * 4000, headers=huge))
            self.assertIsNotNone(load.wait_for(RATE))
        self.assertEqual({(answer.status, answer.by) for answer in answers}, {(200, "bridge")})
        self.assert_share(answers, "shop/v2", 60, points=FIREFOX_POINTS)
        self.assert_nobody_noticed(load, deciders=["agent"])
        self.record("200 requests with headers larger than a frame", load, start)

    def test_a_table_file_that_is_no_good_is_left_alone(self):
        self.start()
        self.stage.agent.kill()
        with open(self.stage.path("state/table"), "rb") as file:
            whole = file.read()
        versions = whole.replace(b"\xa7version\x01", b"\xa7version\x02")
        damaged = [("cut", whole[:len(whole) // 2]), ("damaged", flipped(whole)),
                   ("of another version", with_sums(versions)), ("empty", b"")]
        refused = 0
        for what, content in damaged:
            with self.subTest(what):
                self.write_table(content)
                self.stage.start_haproxy()
                haproxy = self.stage.haproxy
                with self.load() as load:
                    start = time.monotonic()
                    self.assertIsNotNone(load.wait_for(RATE))
                self.assertEqual(failures(load.samples)[:3], [])
                # Nobody decides: the route with the greatest weight serves.
                self.assertEqual({(sample.by, sample.service) for sample in load.samples},
                                 {(None, "v1")})
                self.record(f"HAProxy started without the agent, table file {what}", load, start)
                haproxy.stop()
                log = haproxy.log()
                # HAProxy 2.6 writes it to standard error, too, with a time before it.
                lines = re.findall("^pointsman bridge: .*the table is refused", log, re.M)
                self.assertEqual(len(lines), refused + 1, log)
                refused += 1

    def test_a_table_file_that_is_no_good_is_replaced_by_the_agents(self):
        self.start()
        self.stage.agent.kill()
        self.write_table(b"no table")
        self.stage.start_haproxy()
        self.stage.start_agent()
        self.stage.wait_for_decisions()
        self.stage.agent.kill()
        wait_until(lambda: self.stage.get().by == "bridge", "the bridge has the agent's table")


    def write_table(self, content):
        with open(self.stage.path("state/table"), "wb") as file:
            file.write(content)


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


def with_sums(content):
    """The same records with the check sums that belong to them."""
    result, at, index = b"", 0, 0
    while at < len(content):
        length = struct.unpack_from(">I", content, at)[0]
        payload = content[at + 8:at + 8 + length]
        total = index
        for word in struct.iter_unpack("<Q", payload + b"\0" * (-length % 8)):
            total = (total ^ word[0]) * 0x9E3779B97F4A7C15 & (1 << 64) - 1
            total ^= total >> 32
        result += struct.pack(">II", length, (total ^ length) & 0xFFFFFFFF) + payload
        at += 8 + length
        index += 1
    return result


if __name__ == "__main__":
    main()
