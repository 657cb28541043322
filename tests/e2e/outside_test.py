"""The agent on another machine: HAProxy asks it over TLS, and each shows the other a certificate.
So does the bridge, through HAProxy's relay, and `table fetch`."""

import os
import re
import subprocess

from certificates import Authority
from harness import HERE, EndToEndTest, main, options
from machine import free_port, wait_until
from namespace import Namespace
from open_loop import (FIREFOX, PLAIN, OpenLoop, failures, share, visitors_who_moved)

UNIT = f"{HERE}/../../haproxy-conf/systemd/pointsman-table.service"
RATE = 150  # requests a second
NAME = "agent.example"
POINTS = 8
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
SETTINGS = """\
gateways: {folder}/gateways
services: {folder}/services
state: {folder}/state
spop:
  listen: {{address: "{host}:{spop}", tls: {tls}}}
  workers: 2
table:
  listen: {{address: "{host}:{table}", tls: {tls}}}
dns: {{listen: []}}
admin: {{listen: []}}
"""


class Outside(EndToEndTest):
    def setUp(self):
        self.only_by_the_agent()
        stage = self.stage
        stage.service("v1", "v2")
        stage.gateway(SHOP)
        self.authority = Authority(stage.path("tls"), "our-ca")
        self.agent_certificate = self.authority.issue("agent.pem", NAME)
        self.own_certificate = self.authority.issue("haproxy.pem", "haproxy1.example")
        self.table_port = free_port()
        self.namespace = Namespace()
        self.namespace.__enter__()
        self.addCleanup(self.namespace.__exit__)
        self.host = self.namespace.address
        tls = f"{{cert: {self.agent_certificate}, client_ca: {self.authority.path}}}"
        stage.write("pointsman.yaml", SETTINGS.format(
            folder=stage.folder, host=self.host, spop=stage.spop_port, table=self.table_port,
            tls=tls))

    def start_agent(self):
        self.stage.start_agent(host=self.host, within=self.namespace)

    def render(self, certificate=None):
        self.stage.render(
            "--demo", "--agent-ca", self.authority.path, "--agent-crt",
            certificate or self.own_certificate, "--agent-name", NAME, "--table-file",
            self.stage.path("table-of-haproxy"), agent=f"tls:{self.host}:{self.stage.spop_port}",
            table_agent=f"tls:{self.host}:{self.table_port}")

    def start(self, patient=False):
        """A patient HAProxy does not take a busy machine for an agent that is away."""
        self.start_agent()
        self.render()
        if patient:
            self.stage.edit("conf/pointsman.spoe.cfg", "timeout processing 25ms",
                            "timeout processing 5s")
            self.stage.edit("conf/haproxy.cfg", "timeout check 500ms", "timeout check 5s")
        self.stage.start_master()
        self.stage.wait_for_decisions()

    def load(self):
        return OpenLoop(self.stage.web, RATE)

    def wait_for(self, load, by, requests=2 * RATE):
        first = load.wait_for(1, lambda sample: sample.by == by, 30)
        self.assertIsNotNone(first, f"no decision by the {by}")
        self.assertIsNotNone(
            load.wait_for(requests, lambda sample: sample.by == by, 30, since=first.due))

    def assert_nobody_noticed(self, load, deciders=("agent", "bridge")):
        self.assertEqual(failures(load.samples)[:3], [])
        self.assertLessEqual({sample.by for sample in load.samples}, set(deciders))
        self.assertAlmostEqual(share(load.samples, PLAIN, "shop/v2"), 20, delta=POINTS)
        self.assertAlmostEqual(share(load.samples, FIREFOX, "shop/v2"), 60, delta=POINTS)
        self.assertEqual(visitors_who_moved(load.samples), [])

    def fetch(self, certificate=None, ca=None, name=NAME):
        """`table fetch` as on HAProxy's machine: exit code and standard error."""
        command = [options.program, "table", "fetch", "--once", "--to",
                   self.stage.path("table-of-haproxy"), "--from",
                   f"tls:{self.host}:{self.table_port}", "--ca", ca or self.authority.path,
                   "--name", name]
        if certificate:
            command += ["--crt", certificate]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return result.returncode, result.stderr

    def command_of_the_timer(self):
        """The shipped unit's, with this test's addresses and files."""
        with open(UNIT, encoding="utf-8") as unit:
            command = re.search("^ExecStart=(.*)$", unit.read(), re.M).group(1)
        for shipped, ours in (("/usr/bin/pointsman", options.program),
                              ("${FROM}", f"tls:{self.host}:{self.table_port}"),
                              ("${NAME}", NAME), ("${CA}", self.authority.path),
                              ("%d/certificate", self.own_certificate),
                              ("/var/lib/pointsman/table", self.stage.path("table-of-haproxy"))):
            self.assertIn(shipped, command)
            command = command.replace(shipped, ours)
        return command.split()

    # ---- what works

    def test_the_agent_decides_and_when_it_is_killed_the_bridge_by_its_table(self):
        """Visitors keep their routes: the keys of their tokens came by TLS."""
        self.start()
        self.bridge_has_the_table()
        with self.load() as load:
            self.wait_for(load, "agent")
            self.stage.agent.kill()
            self.wait_for(load, "bridge")
            self.start_agent()
            self.wait_for(load, "agent")
        self.assert_nobody_noticed(load)

    def bridge_has_the_table(self):
        """HAProxy has no table file here; a bridge that connects has the table soon after."""
        wait_until(lambda: "bridge of HAProxy" in self.stage.agent.log(), "a bridge asks", 20)
        relay = self.stage.path("chroot/pointsman-table1.sock")
        self.assertEqual(os.stat(relay).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(relay).st_uid, int(self.stage.identity()[0]))

    def test_a_start_without_an_agent_decides_by_the_table_that_was_fetched(self):
        self.start_agent()
        subprocess.run(self.command_of_the_timer(), check=True, timeout=60, capture_output=True)
        self.stage.agent.kill()
        self.render()
        self.stage.start_master()
        with self.load() as load:
            self.wait_for(load, "bridge")
        self.assert_nobody_noticed(load)
        self.assertEqual({sample.by for sample in load.samples}, {"bridge"})

    def test_certificates_are_replaced_under_load(self):
        self.start(patient=True)
        with self.load() as load:
            self.wait_for(load, "agent")
            for count in range(1, 6):
                self.authority.issue("agent.pem", NAME)
                # Both listeners say so.
                wait_until(lambda count=count: self.stage.agent.log().count(
                    "new certificates from") >= 2 * count, "the agent has them")
                self.assertIsNotNone(load.wait_for(RATE))
            self.authority.issue("agent.pem", "no longer", "DNS:other.example", days=-1)
            wait_until(lambda: "the certificates read before stay in use" in
                       self.stage.agent.log(), "the agent refuses an expired one")
            self.wait_for(load, "agent", RATE)
        self.assert_nobody_noticed(load, deciders=["agent"])

    # ---- who is kept out

    def test_strangers_are_refused_while_others_go_on(self):
        self.start(patient=True)
        other = Authority(self.stage.path("other"), "other-ca")
        stranger = other.issue("haproxy.pem", "stranger")
        expired = self.authority.issue("old.pem", "old", days=-1)
        with self.load() as load:
            self.wait_for(load, "agent", RATE)
            self.assert_refused(self.fetch(stranger),
                                "it does not know the CA of our certificate")
            self.assert_refused(self.fetch(expired), "our certificate has expired, it says")
            self.assert_refused(self.fetch(), "it wants a certificate of ours")
            self.assert_refused(self.fetch(self.own_certificate, name="else.example"),
                                "is for another host than else.example")
            self.assert_refused(self.fetch(self.own_certificate, ca=other.path),
                                "is of a CA that is not known here: CN = our-ca")
            self.wait_for(load, "agent", RATE)
        self.assert_nobody_noticed(load, deciders=["agent"])
        self.assertIn("no TLS from", self.stage.agent.log())

    def assert_refused(self, fetched, why):
        self.assertEqual(fetched[0], 1)
        self.assertIn(why, fetched[1])

    def test_an_haproxy_whose_certificate_has_expired_is_told_so_by_the_agents_log(self):
        self.start_agent()
        self.render(self.authority.issue("old.pem", "old haproxy", "DNS:old.example", days=-1))
        self.stage.start_haproxy()
        wait_until(lambda: "its certificate (CN = old haproxy) expired on" in
                   self.stage.agent.log(), "the agent says who and why")
        wait_until(lambda: self.stage.get().status == 200, "the frontend serves by itself")
        self.assertIsNone(self.stage.get().by)


if __name__ == "__main__":
    main()
