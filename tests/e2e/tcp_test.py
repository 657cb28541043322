"""tcp gateways: weights, conditions on address and TLS name, split and stickiness by source."""

import re
import socket
import ssl

from harness import EndToEndTest, main, options
from http_client import Closed, Connection
from machine import ADDRESS, free_port, wait_until

WEIGHTS = """
name: db
port: 5432/tcp
routes:
  db/v1: {weight: 80%, instances: ["$v1"]}
  db/v2: {weight: 20%, instances: ["$v2"]}
"""

BY_SOURCE = """
name: db
port: 5432/tcp
sticky: route
split_by: src
routes:
  db/v1: {weight: 50%, instances: ["$v1"]}
  db/v2: {weight: 50%, instances: ["$v2"]}
"""

BY_NAME = """
name: db
port: 5432/tcp
routes:
  db/v1: {weight: 100%, instances: ["$v1"]}
  db/v2: {weight: 0%, condition: sni ends with .beta.example, instances: ["$v2"]}
  db/v3: {weight: 0%, condition: src == 127.0.0.99, instances: ["$v3"]}
"""

STICKY = """
name: db
port: 5432/tcp
sticky: instance
routes:
  db/v1: {weight: 100%, instances: ["$v1", "$v2", "$v3"]}
"""


class From(Connection):
    """A connection from one of this machine's addresses."""

    def __init__(self, address, source):
        super().__init__(address)
        self.source = source

    def exchange(self, request):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, self.timeout, (self.source, 0))
        return super().exchange(request)


class Tcp(EndToEndTest):
    def setUp(self):
        self.stage.ports = {5432: free_port()}
        self.stage.web = (ADDRESS, self.stage.ports[5432])
        self.stage.accepts_decisions = lambda: True  # no response says who decided: the log does
        self.stage.service("v1", "v2", "v3")

    def service_for(self, source="127.0.0.1"):
        """The service that a new connection leads to."""
        connection = From(self.stage.web, source)
        try:
            return connection.get().service
        finally:
            connection.close()

    def services_for(self, count, **source):
        return [self.service_for(**source) for _ in range(count)]

    def log_lines(self, pattern):
        return re.findall(pattern, self.stage.haproxy.log())

    def assert_decided(self, count):
        """All of so many connections, by whom it should be."""
        wait_until(lambda: len(self.log_lines(r" by=(\S+)")) >= count, "the log is written")
        self.assertEqual(set(self.log_lines(r" by=(\S+)")), {options.by})

    def test_connections_are_shared_out_by_weight(self):
        self.stage.start_all(WEIGHTS)
        services = self.services_for(200)
        self.assertAlmostEqual(services.count("v1"), 160, delta=4)
        self.assertEqual(services.count("v1") + services.count("v2"), 200)
        self.assert_decided(200)

    def test_weights_change_while_connections_stay_open(self):
        self.stage.start_all(WEIGHTS)
        connection = self.stage.connection()
        before = connection.get().service
        self.stage.running_agent()
        self.stage.gateway(WEIGHTS.replace("80%", "0%").replace("20%", "100%"))
        wait_until(lambda: set(self.services_for(20)) == {"v2"}, "the change is taken")
        self.assertEqual(connection.get().service, before)
        connection.close()

    def test_a_route_that_is_down_is_stood_in_for_by_another(self):
        self.stage.start_all(WEIGHTS)
        self.stage.service_processes["v1"].stop()
        wait_until(self.only_v2_serves, "the check notices")
        self.assertIn("alternate=1", self.stage.haproxy.log())

    def only_v2_serves(self):
        try:
            return set(self.services_for(10)) == {"v2"}
        except Closed:  # the check has not noticed yet
            return False

    def test_a_source_stays_with_its_route_when_it_is_split_by_source(self):
        self.stage.start_all(BY_SOURCE)
        chosen = {source: self.service_for(source) for source in
                  (f"127.0.0.{i}" for i in range(10, 40))}
        self.assertEqual(set(chosen.values()), {"v1", "v2"})
        for source, service in chosen.items():
            self.assertEqual(self.service_for(source), service)

    def test_conditions_ask_for_the_source_and_the_name_in_the_hello(self):
        self.stage.start_all(BY_NAME)
        self.assertEqual(self.service_for(), "v1")
        self.assertEqual(self.service_for("127.0.0.99"), "v3")
        self.await_routes("db/v1", "db/v3")
        for name in ("a.beta.example", "A.BETA.example", "beta.example"):
            self.send_hello(name)
        self.await_routes("db/v1", "db/v3", "db/v2", "db/v2", "db/v1")

    def await_routes(self, *routes):
        """The log, which tells of a connection once it has ended, has these."""
        wait_until(lambda: len(self.log_lines(r" route=(\S+)")) >= len(routes), "lines of the log")
        self.assertEqual(self.log_lines(r" route=(\S+)"), list(routes))

    def send_hello(self, name):
        """The services speak no TLS: how the handshake ends says nothing."""
        context = ssl.create_default_context()
        with socket.create_connection(self.stage.web, 10) as stream:
            try:
                context.wrap_socket(stream, server_hostname=name).close()
            except (ssl.SSLError, OSError):
                pass

    def test_a_source_stays_with_its_instance(self):
        self.stage.start_all(STICKY)
        sources = [f"127.0.0.{i}" for i in range(10, 22)]
        chosen = {source: self.service_for(source) for source in sources}
        self.assertEqual(set(chosen.values()), {"v1", "v2", "v3"})
        for source in sources * 2:
            self.assertEqual(self.service_for(source), chosen[source])

    def test_no_connection_fails_when_the_agent_dies(self):
        self.only_by_the_agent()
        self.stage.start_all(WEIGHTS, patient=False)
        services = self.services_for(50)
        self.stage.agent.kill()
        services += self.services_for(150)
        self.assertAlmostEqual(services.count("v1"), 160, delta=8)
        self.assertEqual(services.count("v1") + services.count("v2"), 200)
        wait_until(lambda: len(self.log_lines(r" by=bridge")) > 100, "the log is written")
        self.stage.start_agent()
        wait_until(self.stage.agent_is_up, "the agent is up")
        by_agent = len(self.log_lines(r" by=agent"))
        wait_until(lambda: self.service_for() and len(self.log_lines(r" by=agent")) > by_agent,
                   "the agent decides again")
        self.assertEqual(self.log_lines(r" \d{4,}/[0-9-]+/\d+ \d+ --"), [], "somebody waited")


if __name__ == "__main__":
    main()
