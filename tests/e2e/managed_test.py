"""The agent keeps HAProxy's configuration: what changes its text is checked, reloaded and seen to
run, while traffic flows and whatever goes wrong."""

import contextlib
import os
import queue
import shutil
import socket
import threading

from harness import HERE, MESSAGE_PACK, EndToEndTest, main, options
from http_client import Load
from machine import ADDRESS, free_port, wait_until

TEMPLATES = f"{HERE}/../../haproxy-conf/templates"
CHANGES = 100
AT_ONCE = 2  # changes that nobody waits for, before the next one is waited for

SHOP = """
name: shop
port: 8080
routes:
  base: {weight: 50%, instances: ["$v1"]}
  extra-$number: {weight: 50%, balance: $balance, instances: ["$v2"]}
"""
SIDE = """
name: side
port: 8081
routes:
  side-$number: {balance: $balance, instances: ["$v1"]}
"""
LONG = """
name: long
port: 8082
routes:
  long: {instances: ["$long"]}
"""
WEIGHTS = """
name: shop
port: 8080
sticky: route
routes:
  base: {weight: $share%, instances: ["$v1"]}
  extra-0:
    weight: $rest%
    condition: has header x-$share
    condition_strength: 10%
    balance: roundrobin
    instances: ["$v2"]
"""


class LongService:
    """Serves one upgraded connection, which echoes, and one download of as many blocks as the test
    lets go."""

    BLOCK = b"x" * 1000

    def __init__(self, blocks):
        self.blocks = blocks
        self.allowed = queue.Queue()
        self.listener = socket.create_server((ADDRESS, 0))
        self.address = f"{ADDRESS}:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[peer], daemon=True).start()

    def serve(self, peer):
        with peer, contextlib.suppress(ConnectionError):  # health checks end as they like
            self.answer(peer)

    def answer(self, peer):
        head = b""
        while b"\r\n\r\n" not in head:
            data = peer.recv(65536)
            if not data:
                return  # a health check
            head += data
        if b"upgrade: websocket" in head.lower():
            peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                         b"Connection: Upgrade\r\n"  # the key's answer as of RFC 6455
                         b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            while data := peer.recv(65536):
                peer.sendall(data)
            return
        size = self.blocks * len(self.BLOCK)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(self.blocks):
            self.allowed.get()
            peer.sendall(self.BLOCK)

    def close(self):
        self.listener.close()


class Asked:
    """A connection to a gateway with a request on it."""

    def __init__(self, port, lines):
        self.socket = socket.create_connection((ADDRESS, port), 10)
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.some()
        self.head, self.rest = self.rest.split(b"\r\n\r\n", 1)

    def some(self):
        data = self.socket.recv(65536)
        if not data:
            raise AssertionError("the connection ended")
        return data

    def read(self, size):
        while len(self.rest) < size:
            self.rest += self.some()
        data, self.rest = self.rest[:size], self.rest[size:]
        return data


# The library lies elsewhere than the files, which are the agent's alone.
SETTINGS = """\
manage_haproxy:
  folder: {stage.folder}/conf{template}
  check: [{haproxy}, -c, -f, FILE]
  master: {stage.folder}/master.sock
  chroot: {stage.folder}/chroot
  user: "{user}"
  group: "{group}"
  stats_socket: {stage.folder}/stats.sock
  log: stdout format raw local0
  port_bind: [{binds}]
  demo: true
edge:
  listen: "{stage.hosts[0]}:{stage.hosts[1]}"
"""


def manage(stage, *more_ports, template=None):
    """Has the stage's agent keep HAProxy's configuration, in conf/; before it starts."""
    for port in more_ports:
        stage.ports[port] = free_port()
    os.makedirs(stage.path("lua"))
    shutil.copy(MESSAGE_PACK, stage.path("lua"))
    os.environ["LUA_PATH"] = stage.path("lua/?.lua;;")
    user, group = stage.identity()
    binds = ", ".join(f'"{port}={ADDRESS}:{here}"' for port, here in stage.ports.items())
    stage.write("pointsman.yaml", stage.read("pointsman.yaml") + SETTINGS.format(
        stage=stage, haproxy=options.haproxy, user=user, group=group, binds=binds,
        template=f"\n  template: {template}" if template else ""))


class Managed(EndToEndTest):
    def start(self, *more, template=None):
        stage = self.stage
        stage.service("v1", "v2")
        manage(stage, 8081, 8082, 8083, template=template)
        self.shop(0)
        for text in more:
            stage.gateway(text)
        stage.start_agent()
        wait_until(lambda: os.path.exists(stage.path("conf/haproxy.cfg")), "the files are there")
        stage.start_master()
        stage.wait_for_decisions()
        self.wait_for_log("HAProxy runs its new configuration", 1)

    def wait_for_log(self, text, times=None, seconds=30):
        """`times` from the start of the test; without it, once more than now."""
        wanted = times or self.logged(text) + 1
        wait_until(lambda: self.logged(text) >= wanted, f"the log says: {text}", seconds)

    def logged(self, text):
        return self.stage.agent.log().count(text)

    def shop(self, number, balance="roundrobin"):
        self.stage.gateway(SHOP, number=number, balance=balance)

    def side(self, number, balance="roundrobin"):
        self.stage.gateway(SIDE, number=number, balance=balance)

    def wait_for_route(self, route, port=8080, seconds=30):
        def serves():
            target = (ADDRESS, self.stage.ports[port])
            if not self.stage.accepts(f"{target[0]}:{target[1]}"):
                return False
            connection = self.stage.connection(target)
            try:
                return any(connection.get().route == route for _ in range(4))
            finally:
                connection.close()
        wait_until(serves, f"{route} serves", seconds)

    def assert_no_decision_lost(self, load):
        self.assert_nothing_failed(load)
        undecided = [r for r in load.responses if r.by not in ("agent", "bridge")]
        self.assertEqual(undecided, [], f"{len(undecided)} without a decision")

    # ---- changes

    def test_100_structural_changes_under_load(self):
        service = LongService(blocks=CHANGES // AT_ONCE)
        self.stage.services["long"] = service.address
        self.start(LONG)
        port = self.stage.ports[8082]
        wait_until(lambda: self.stage.accepts(f"{ADDRESS}:{port}"), "the gateway long")
        upgraded = Asked(port, ["GET /chat HTTP/1.1", "Host: x", "Connection: Upgrade",
                                "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="])
        self.assertTrue(upgraded.head.startswith(b"HTTP/1.1 101"), upgraded.head)
        download = Asked(port, ["GET /large HTTP/1.1", "Host: x"])
        with self.stage.load(4) as load:
            for number in range(1, CHANGES + 1):
                self.shop(number)
                if number % 2:
                    self.side(number)
                else:
                    os.unlink(self.stage.path("gateways/side.yaml"))
                if number % AT_ONCE:
                    continue
                taken = load.wait_for(1, lambda r, n=number: r.route == f"extra-{n}", 30)
                self.assertTrue(taken, f"change {number}")
                word = b"after change %d" % number
                upgraded.socket.sendall(word)
                self.assertEqual(upgraded.read(len(word)), word)
                service.allowed.put(None)
        self.assert_no_decision_lost(load)
        size = service.blocks * len(service.BLOCK)
        self.assertEqual(download.read(size), service.BLOCK * service.blocks)
        self.assertGreaterEqual(self.logged("HAProxy runs its new configuration"),
                                CHANGES // AT_ONCE)
        errors = [line for line in self.stage.agent.log().splitlines() if " error " in line]
        self.assertEqual(errors, [])
        folders = [name for name in os.listdir(self.stage.path("conf"))
                   if name.startswith("pointsman-")]
        self.assertLessEqual(len(folders), 2)
        upgraded.socket.close()
        download.socket.close()
        service.close()

    def test_a_gateway_whose_routes_are_all_new_is_served_all_the_time(self):
        self.start()
        self.side(0)
        self.wait_for_route("side-0", port=8081)
        with Load((ADDRESS, self.stage.ports[8081]), 2) as load:
            for number in range(1, 6):
                self.side(number)
                taken = load.wait_for(1, lambda r, n=number: r.route == f"side-{n}", 30)
                self.assertTrue(taken, f"change {number}")
        # Until HAProxy has the new route, the old one serves.
        self.assert_nothing_failed(load)

    def test_weights_conditions_and_stickiness_need_no_reload(self):
        self.start()
        worker = self.stage.worker_pid()
        text = self.stage.read("conf/haproxy.cfg")
        for share in (50, 10, 90, 0, 100):
            before = self.stage.get().generation
            self.stage.gateway(WEIGHTS, share=share, rest=100 - share)
            wait_until(lambda b=before: self.stage.get().generation > b, "the change is taken")
        # One that needs a reload is the first that has one.
        reloads = self.logged("HAProxy runs its new configuration")
        self.assertEqual(self.stage.worker_pid(), worker)
        self.assertEqual(self.stage.read("conf/haproxy.cfg"), text)
        self.side(1)
        self.wait_for_route("side-1", port=8081)
        self.wait_for_log("HAProxy runs its new configuration", reloads + 1)
        self.assertEqual(self.logged("HAProxy runs its new configuration"), reloads + 1)

    # ---- faults

    def test_a_gateway_that_haproxy_refuses_is_named_and_the_others_go_on(self):
        self.start()
        self.side(1)
        self.wait_for_route("side-1", port=8081)
        with self.stage.load(2) as load:
            self.side(1, balance="no_such_algorithm")
            self.shop(1)
            self.wait_for_log("HAProxy refuses gateway side", 1)
            self.assertTrue(load.wait_for(1, lambda r: r.route == "extra-1", 30))
            self.wait_for_route("side-1", port=8081)
            self.assertNotIn("no_such_algorithm", self.stage.read("conf/haproxy.cfg"))
            self.assertRegex(self.stage.agent.log(),
                             r"gateways/side\.yaml:5:\d+: routes\.side-1\.balance: HAProxy: ")
            self.side(2, balance="leastconn")
            self.wait_for_log("HAProxy takes all gateways again", 1)
            self.wait_for_route("side-2", port=8081)
        self.assert_no_decision_lost(load)

    def test_a_port_that_is_taken_leaves_what_runs_untouched(self):
        self.start()
        taken = socket.create_server((ADDRESS, self.stage.ports[8083]))
        with self.stage.load(2) as load:
            before = self.stage.read("conf/haproxy.cfg")
            self.stage.gateway("name: taken\nport: 8083\nroutes: {t: {instances: [\"$v1\"]}}\n")
            if options.version == "2.6":  # says why in its own log alone
                self.wait_for_log("HAProxy did not take the new configuration", 1, 60)
            else:
                self.wait_for_log("HAProxy refuses gateway taken", 1)
            wait_until(lambda: self.stage.read("conf/haproxy.cfg") == before, "the files are back")
            taken.close()
            self.shop(1)
            self.assertTrue(load.wait_for(1, lambda r: r.route == "extra-1", 30))
            self.wait_for_route("t", port=8083)
        self.assert_no_decision_lost(load)

    def test_the_agent_is_restarted_in_the_middle(self):
        self.start()
        worker = self.stage.worker_pid()
        reloads = self.logged("HAProxy runs its new configuration")
        with self.stage.load(2) as load:
            self.assertEqual(self.stage.agent.stop(), 0)
            self.stage.start_agent()
            self.wait_for_log("HAProxy is managed", 2)
            self.side(1)
            self.wait_for_route("side-1", port=8081)
            self.wait_for_log("HAProxy runs its new configuration", reloads + 1)
            # Nothing but the change has made it reload.
            self.assertEqual(self.logged("HAProxy runs its new configuration"), reloads + 1)
            self.assertNotEqual(self.stage.worker_pid(), worker)
            # Killed, perhaps in the middle of a change.
            self.shop(1)
            self.stage.agent.kill()
            self.stage.start_agent()
            self.assertTrue(load.wait_for(1, lambda r: r.route == "extra-1", 30))
        self.assert_no_decision_lost(load)

    def test_an_agent_that_starts_anew_knows_what_haproxy_serves(self):
        self.start()
        self.side(1)
        self.wait_for_log("HAProxy runs its new configuration", 2)
        with self.stage.load(2) as load:
            for number, broken in enumerate((SIDE, "name: side\nport: 8081\nroutes: 5\n"), 1):
                self.assertEqual(self.stage.agent.stop(), 0)
                self.stage.gateway(broken, number=1, balance="no_such_algorithm")
                self.shop(number)
                self.stage.start_agent()
                self.assertTrue(load.wait_for(1, lambda r, n=number: r.route == f"extra-{n}", 30))
                self.wait_for_route("side-1", port=8081)
            self.side(2)
            self.wait_for_route("side-2", port=8081)
        self.assert_no_decision_lost(load)

    def test_a_template_of_ones_own_is_broken_and_mended(self):
        os.makedirs(self.stage.path("own"))
        shutil.copy(f"{TEMPLATES}/complete.mustache", self.stage.path("own/edge.cfg.mustache"))
        self.partial("http-after-response set-header X-Edge one")
        self.start(template=self.stage.path("own/edge.cfg.mustache"))
        with self.stage.load(2) as load:
            self.partial("http-after-response set-header X-Edge {{metdata}}")
            self.wait_for_log("HAProxy's configuration goes by its template as it was: " +
                              self.stage.path("own/forwarded.mustache:1:43: no data has the name"))
            self.shop(1)
            self.assertTrue(load.wait_for(
                1, lambda r: (r.route, r.header("x-edge")) == ("extra-1", "one"), 30))
            before = self.stage.read("conf/haproxy.cfg")
            self.partial("no-such-keyword")
            self.wait_for_log("HAProxy refuses the configuration whatever changed in gateways")
            self.assertEqual(self.stage.read("conf/haproxy.cfg"), before)
            self.partial("http-after-response set-header X-Edge two")
            self.assertTrue(load.wait_for(1, lambda r: r.header("x-edge") == "two", 30))
        self.assert_no_decision_lost(load)

    def partial(self, line):
        """Of all frontends; it stands in for one that is shipped."""
        self.stage.write("own/forwarded.mustache", f"    {line}\n")

    def test_the_masters_socket_is_gone_for_a_while(self):
        self.start()
        worker = self.stage.worker_pid()
        master = self.stage.path("master.sock")
        with self.stage.load(2) as load:
            os.rename(master, master + ".away")
            self.side(1)
            self.wait_for_log("HAProxy is not running", self.logged("HAProxy is not running") + 1)
            # What HAProxy would start with is what it ran.
            self.assertNotIn("side__side-1", self.stage.read("conf/haproxy.cfg"))
            self.assertEqual(self.stage.worker_pid(), worker)
            os.rename(master + ".away", master)
            self.wait_for_route("side-1", port=8081)
        self.assert_no_decision_lost(load)


if __name__ == "__main__":
    main()
