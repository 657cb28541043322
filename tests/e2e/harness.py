"""Starts what an end-to-end test needs: HAProxy of one version (chrooted, as its own user), the
agent and small services, each on addresses of this test alone. Waits by polling with a deadline,
never by sleeping a fixed time; shows configuration and logs only where a test failed; ends only
the processes that it started."""

import argparse
import os
import pwd
import re
import shutil
import socket
import string
import subprocess
import sys
import tempfile
import unittest

from http_client import Closed, Connection, Load
from machine import ADDRESS, Process, find_haproxy, free_port, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77  # the exit code that ctest takes for "not run"

# Debian's library, which the bridge finds by itself where HAProxy sees this machine's /usr/share.
MESSAGE_PACK = "/usr/share/lua/5.3/MessagePack.lua"

options = argparse.Namespace(program=None, haproxy=None, version=None, by="agent")


class Stage:
    """One test's world, below one temporary folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pointsman-e2e-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.socket_folder = f"{self.folder}/chroot/pointsman"
        for folder in ("gateways", "services", "state", "conf", "chroot/pointsman"):
            os.makedirs(f"{self.folder}/{folder}")
        self.processes = []
        self.services = {}  # name: "address:port"
        self.service_processes = {}
        self.ports = {8080: free_port()}
        self.web = (ADDRESS, self.ports[8080])
        self.hosts = (ADDRESS, free_port())
        self.spop_port = free_port()
        self.agent = None
        self.haproxy = None
        self.configurations = ["haproxy.cfg"]  # HAProxy's -f, in conf/; Pointsman's comes last
        self.write("pointsman.yaml", f"""\
gateways: {self.folder}/gateways
services: {self.folder}/services
state: {self.folder}/state
spop:
  listen: ["unix:{self.socket_folder}/spop.sock", "{ADDRESS}:{self.spop_port}"]
  workers: 2
  socket_owner: "haproxy:haproxy"
table:
  listen: ["unix:{self.socket_folder}/table.sock"]
  socket_owner: "haproxy:haproxy"
dns:
  listen: ["{ADDRESS}:{free_port()}"]
admin:
  listen: ["unix:{self.folder}/admin.sock"]
""")

    # ---- files

    def path(self, name):
        return f"{self.folder}/{name}"

    def write(self, name, text):
        """Whole or not at all, as an editor saves."""
        with open(self.path(name) + "~", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.path(name) + "~", self.path(name))

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def gateway(self, text, **values):
        """Writes a gateway; $v1 in its text is the address of service v1."""
        filled = string.Template(text).substitute(self.services, **values)
        name = re.search(r"^name: *(\S+)", filled, re.M).group(1).replace("/", "_")
        self.write(f"gateways/{name}.yaml", filled)

    def change(self, text, **values):
        """Writes a gateway and returns when decisions are taken from it."""
        self.running_agent()
        before = self.get().generation
        self.gateway(text, **values)
        # Each thread of HAProxy has a bridge of its own.
        times = 30 if options.by == "bridge" else 1
        wait_until(lambda: all(self.get().generation > before for _ in range(times)),
                   "the change is taken")

    # ---- processes

    def start(self, name, command):
        process = Process(name, command, self.path(f"{name}.log"))
        self.processes.append(process)
        return process

    def service(self, *names):
        for name in names:
            address, port = self.services.setdefault(name, f"{ADDRESS}:{free_port()}").split(":")
            self.service_processes[name] = self.start(
                name, [sys.executable, f"{HERE}/fixture_service.py", name, address, port])
        for name in names:
            wait_until(lambda name=name: self.accepts(self.services[name]), f"service {name}")

    @staticmethod
    def accepts(address):
        host, port = address.rsplit(":", 1)
        try:
            socket.create_connection((host, int(port)), 1).close()
            return True
        except OSError:
            return False

    def pointsman(self, *arguments):
        """Runs a subcommand; its standard output."""
        result = subprocess.run([options.program, *arguments], capture_output=True, text=True)
        if result.returncode != 0:
            raise AssertionError(f"pointsman {' '.join(arguments)}: exit {result.returncode}\n"
                                 f"{result.stdout}{result.stderr}")
        return result.stdout

    def start_agent(self, host=ADDRESS, within=None):
        """`within` another network namespace, where the host's address is."""
        command = [options.program, "agent", "-c", self.path("pointsman.yaml")]
        self.agent = self.start("agent", within.command(*command) if within else command)
        wait_until(lambda: self.accepts(f"{host}:{self.spop_port}"), "the agent listens")
        wait_until(lambda: os.path.exists(self.path("state/table")), "the agent writes its table")

    def running_agent(self):
        """The agent; started where it is away since the bridge decides."""
        if not self.agent.is_running():
            self.start_agent()
        return self.agent

    def identity(self):
        user = pwd.getpwnam("haproxy")
        return str(user.pw_uid), str(user.pw_gid)

    def render(self, *kind, bridge=True, agent=None, table_agent=None):
        """Files into conf/, for an HAProxy that is chrooted into chroot/ and not root."""
        uid, gid = self.identity()
        binds = [f"{port}={ADDRESS}:{here}" for port, here in self.ports.items()]
        arguments = [*kind, "-c", self.path("pointsman.yaml"), "-o", self.path("conf"),
                     "--chroot", self.path("chroot"),
                     "--agent", agent or f"unix:{self.socket_folder}/spop.sock",
                     "--table-agent", table_agent or f"unix:{self.socket_folder}/table.sock"]
        if not bridge:
            arguments += ["--no-bridge"]
        if kind != ("--snippet",):
            arguments += ["--user", uid, "--group", gid, "--log", "stdout format raw local0",
                          "--stats-socket", self.path("stats.sock"),
                          "--bind", f"{self.hosts[0]}:{self.hosts[1]}"]
            for bind in binds:
                arguments += ["--port-bind", bind]
        self.pointsman("render", *arguments)
        if bridge:
            shutil.copy(MESSAGE_PACK, self.path("conf/pointsman"))

    def check_configuration(self):
        """As an administrator does before a start; the versions must not even warn."""
        result = subprocess.run([options.haproxy, "-c", *self.configuration_arguments()],
                                capture_output=True, text=True)
        text = result.stdout + result.stderr
        if result.returncode != 0 or "WARNING" in text or "ALERT" in text:
            raise AssertionError(f"haproxy -c is not content:\n{text}")

    def configuration_arguments(self):
        return [word for name in self.configurations for word in ("-f", self.path(f"conf/{name}"))]

    def start_haproxy(self, *arguments):
        self.check_configuration()
        self.haproxy = self.start("haproxy", [options.haproxy, *(arguments or ["-db"]),
                                              *self.configuration_arguments()])
        wait_until(self.answers_stats, "HAProxy is up")

    def start_master(self):
        """HAProxy as systemd starts it: a master, which a reload gives a new worker."""
        self.start_haproxy("-W", "-S", self.path("master.sock"))

    def reload_haproxy(self):
        """Returns when a new worker serves."""
        before = self.worker_pid()
        wait_until(self.ask_for_reload, "the master takes the reload")
        wait_until(lambda: self.worker_pid() not in (None, before), "a new worker")
        return before

    def ask_for_reload(self):
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(10)
            try:
                stream.connect(self.path("master.sock"))
            except ConnectionRefusedError:  # a master that starts itself anew is not there yet
                return False
            stream.sendall(b"reload\n")
            while stream.recv(4096):
                pass
            return True

    def worker_pid(self):
        try:
            return re.search(r"^Pid: (\d+)", self.stats("show info"), re.M).group(1)
        except (OSError, AttributeError):
            return None

    def answers_stats(self):
        try:
            return "Uptime" in self.stats("show info")
        except OSError:
            return False

    def be_patient(self):
        """HAProxy waits longer for the agent than it does as shipped: for tests about decisions, on
        machines that are busy. Tests about failures leave the times as they are."""
        for name, shipped in (("pointsman.spoe.cfg", "timeout processing 25ms"),
                              (self.configurations[-1], "timeout check 100ms")):
            self.edit(f"conf/{name}", shipped, shipped.rpartition(" ")[0] + " 5s")

    def never_ask_the_agent(self):
        """HAProxy has no agent to ask; its bridge gets tables from it all the same."""
        self.edit("conf/haproxy.cfg", "server agent1 unix@/pointsman/spop.sock",
                  "server agent1 unix@/pointsman/spop.sock disabled")

    def edit(self, name, old, new):
        text = self.read(name)
        if old not in text:
            raise AssertionError(f"{name} has no '{old}'")
        self.write(name, text.replace(old, new))

    def start_all(self, *gateways, patient=True, bridge=True):
        """Agent and HAProxy for these gateways, until decisions come from where they should. If
        that is the bridge, HAProxy starts while the agent is away, and never asks it."""
        for text in gateways:
            self.gateway(text)
        self.start_agent()
        self.render("--demo", bridge=bridge)
        if patient:
            self.be_patient()
        if options.by == "bridge":
            self.never_ask_the_agent()
            self.agent.stop()
        self.start_haproxy()
        self.wait_for_decisions()

    def wait_for_decisions(self, seconds=20):
        up = self.agent_is_up if options.by == "agent" else lambda: True
        wait_until(lambda: up() and self.accepts_decisions(),
                   f"decisions by the {options.by}", seconds)

    def accepts_decisions(self):
        """Of some gateway: which one depends on the test."""
        targets = [target for target in (self.web, self.hosts)
                   if self.accepts(f"{target[0]}:{target[1]}")]
        return targets == [self.hosts] or self.get().by == options.by

    def agent_is_up(self):
        return self.server_state("pointsman-agents", "agent1")["status"].startswith("UP")

    # ---- what tests ask

    def connection(self, target=None):
        return Connection(target or self.web)

    def get(self, path="/", **request):
        connection = self.connection()
        try:
            return connection.get(path, **request)
        finally:
            connection.close()

    def get_host(self, host, path="/"):
        connection = self.connection(self.hosts)
        try:
            return connection.get(path, host=host)
        finally:
            connection.close()

    def get_many(self, count, **request):
        connection = self.connection()
        responses = [connection.get(**request) for _ in range(count)]
        connection.close()
        return responses

    def load(self, connections, **request):
        return Load(self.web, connections, **request)

    def stats(self, command):
        """An answer of HAProxy's stats socket."""
        with socket.socket(socket.AF_UNIX) as stream:
            stream.settimeout(10)
            stream.connect(self.path("stats.sock"))
            stream.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: stream.recv(65536), b"")).decode()

    def server_state(self, backend, server):
        lines = self.stats("show stat").lstrip("# ").splitlines()
        names = lines[0].split(",")
        for line in lines[1:]:
            row = dict(zip(names, line.split(",")))
            if (row["pxname"], row["svname"]) == (backend, server):
                return row
        raise AssertionError(f"no server {backend}/{server}")

    # ---- end

    def stop_all(self):
        for process in reversed(self.processes):
            process.stop()

    def show(self):
        for name in ("conf/haproxy.cfg", "agent.log", "haproxy.log"):
            if os.path.exists(self.path(name)):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    lines = file.read().splitlines()
                print(f"---- {name}", *lines[-80:], sep="\n", file=sys.stderr)

    def sanitizer_reports(self):
        """Whether an agent built with a sanitizer complained, at its end included."""
        if not os.path.exists(self.path("agent.log")):
            return False
        with open(self.path("agent.log"), encoding="utf-8", errors="replace") as file:
            text = file.read()
        return re.search("(Thread|Address|Leak)Sanitizer|runtime error:", text) is not None

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class EndToEndTest(unittest.TestCase):
    """A test with a stage of its own."""

    def run(self, result=None):
        self.stage = Stage()
        faults = len(result.failures) + len(result.errors)
        try:
            super().run(result)
        finally:
            self.stage.stop_all()
            if self.stage.sanitizer_reports():
                result.failures.append((self, "a sanitizer reports a fault of the agent"))
            if len(result.failures) + len(result.errors) > faults:
                self.stage.show()
            self.stage.remove()

    def only_by_the_agent(self):
        """For a test that is about the agent itself."""
        if options.by != "agent":
            self.skipTest("is about the agent")

    def assert_share(self, responses, route, percent, points=1):
        """The route's share of the responses, within so many points."""
        share = 100 * sum(response.route == route for response in responses) / len(responses)
        self.assertAlmostEqual(share, percent, delta=points, msg=f"share of {route}")

    def assert_nothing_failed(self, load):
        self.assertEqual(load.failures[:5], [], f"{len(load.failures)} failed")
        self.assertGreater(len(load.responses), 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True, help="the pointsman program")
    parser.add_argument("--haproxy", required=True, help="HAProxy's version, e.g. 3.0")
    parser.add_argument("--by", choices=["agent", "bridge"], default="agent",
                        help="who decides; bridge: as if there were no agent to ask")
    given, rest = parser.parse_known_args()
    wanted = os.environ.get("POINTSMAN_HAPROXY", "").split()
    if wanted and given.haproxy not in wanted:
        print(f"HAProxy {given.haproxy} is not among POINTSMAN_HAPROXY={' '.join(wanted)}")
        sys.exit(SKIPPED)
    options.program = os.path.abspath(given.program)
    options.version = given.haproxy
    options.by = given.by
    options.haproxy = find_haproxy(given.haproxy)
    if options.haproxy is None:
        sys.exit(f"HAProxy {given.haproxy} is not installed: tests/support/haproxy_versions.sh "
                 f"installs it; POINTSMAN_HAPROXY=\"2.6 …\" limits the tests to what is there")
    if os.geteuid() != 0:
        sys.exit("the end-to-end tests start HAProxy as root, as it is started in earnest")
    unittest.main(module="__main__", argv=[sys.argv[0], *rest], verbosity=2)
