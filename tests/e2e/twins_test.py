"""The agent and its twin, the bridge, decide alike inside HAProxy, by HAProxy's own fetches and
converters. One HAProxy, one agent, the same gateways: one frontend asks the agent alone, the other
the bridge alone, and both answer with all variables that were set. Nothing is left to rolls, so the
answers to one request are equal. The seed is printed; POINTSMAN_SEED=<number> runs it again."""

import collections
import dataclasses
import itertools
import os
import random
import re
import socket
import ssl
import subprocess
import time

from harness import EndToEndTest, main, options
from http_client import Connection
from machine import ADDRESS, free_port, wait_until
from sticky_token import TAKEN, read, read_keys
from twin_conditions import KINDS
from twin_gateways import random_gateways
from twin_requests import Tokens, request_for

REQUESTS = 600        # at least
REQUESTS_MOST = 6000  # until each kind has been seen often enough
OFTEN = 2             # each kind of test decided a request, and each let one go
PORTS = ("plain", "proxied", "tls")
VARIABLES = ("by", "reason", "gateway", "route", "backend", "path", "cookie", "alternate",
             "alternate_route", "alternate_path", "alternate_cookie")
CAPTURED = ("/c/", "/q/", "/o/", "/ua/", "/z/")  # how paths with captured groups begin
REASONS = ("forced", "condition", "sticky", "weight", "none")

FRONTEND = """
frontend by-{by}
    bind {address}:{plain}
    bind [::1]:{v6}
    bind unix@{folder}/{by}.sock
    bind {address}:{proxied} accept-proxy
    bind {address}:{tls} accept-proxy ssl crt {folder}/tls.pem
    # Bytes above 0x7f in paths.
    option {accept}
    http-request set-var(txn.pm_gateway) req.fhdr(x-gateway) if {{ req.fhdr(x-gateway) -m found }}
    {decide}
    http-request return status 200 hdr gen %[var(txn.pm.gen)] {answer}
"""
DECIDE = {
    "agent": "filter spoe engine pointsman config {folder}/conf/pointsman.spoe.cfg\n"
             "    http-request send-spoe-group pointsman decide",
    "bridge": "http-request lua.pointsman",
}


class Doors:
    """Connections to one frontend, kept open, by how they come."""

    def __init__(self, address, ports, v6_port, unix_path):
        self.address, self.ports = address, ports
        self.v6_port, self.unix_path = v6_port, unix_path
        self.connections = {}
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.tls.check_hostname = False
        self.tls.verify_mode = ssl.CERT_NONE

    def exchange(self, door, request):
        connection = self.connections.get(door)
        if connection is None:
            connection = self.connections[door] = Connection(None)
        if connection.socket is None:
            connection.socket = self.open(door)
        return connection.exchange(request)

    def open(self, door):
        if door.source is None:
            stream = socket.socket(socket.AF_UNIX)
            stream.settimeout(10)
            stream.connect(self.unix_path)
        elif not door.is_proxied():
            target = (("::1", self.v6_port) if ":" in door.source
                      else (self.address, self.ports["plain"]))
            stream = socket.create_connection(target, 10, (door.source, 0))
        else:
            target = (self.address, self.ports["tls" if door.tls else "proxied"])
            stream = socket.create_connection(target, 10)
            # Or the first record of TLS waits for the PROXY line to be acknowledged.
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream.sendall(door.proxy_line())
            if door.tls:
                stream = self.tls.wrap_socket(stream, server_hostname=door.sni)
        return stream

    def close(self):
        for connection in self.connections.values():
            connection.close()


def variables_of(response):
    """By name; None: it was not set."""
    values = {"status": response.status, "gen": response.header("gen")}
    for name in VARIABLES:
        value = response.header(f"x-{name}")  # none in an answer to what is no request
        value = "absent" if value is None else bytes.fromhex(value).decode("latin-1")
        values[name] = None if value == "absent" else value
    return values


class Twins(EndToEndTest):
    def setUp(self):
        self.maxDiff = None
        seed = int(os.environ.get("POINTSMAN_SEED") or random.randrange(1 << 32))
        print(f"POINTSMAN_SEED={seed}", flush=True)
        self.rng = random.Random(seed)
        self.gateways = random_gateways(self.rng, itertools.count(1))
        self.held, self.refused = collections.Counter(), collections.Counter()
        self.seen = collections.Counter()
        self.differences = []

    # ---- the stage

    def start(self):
        stage = self.stage
        for number, gateway in enumerate(self.gateways):
            stage.write(f"gateways/{number:02}.yaml", gateway.to_yaml())
        stage.start_agent()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=twins.example",
                        "-keyout", stage.path("tls.pem.key"), "-out", stage.path("tls.pem")],
                       check=True, capture_output=True)
        stage.render()
        stage.be_patient()
        self.doors = {}
        # Both have the same ports, at which conditions look. Tests' own addresses are above 127.63.
        frontends = (self.frontend("agent", ADDRESS) +
                     self.frontend("bridge", re.sub(r"^127\.\d+", "127.63", ADDRESS)))
        text = stage.read("conf/haproxy.cfg")
        head = text[:text.index("\nfrontend ")]
        agents = re.search(r"\nbackend pointsman-agents\n(?: .*\n)+", text).group(0)
        stage.write("conf/haproxy.cfg", head + frontends + agents)
        stage.start_haproxy()
        wait_until(stage.agent_is_up, "the agent is up")

    def frontend(self, by, address):
        ports = self.doors["agent"].ports if self.doors else {name: free_port() for name in PORTS}
        v6_port = free_port()
        folder = self.stage.folder
        self.doors[by] = Doors(address, ports, v6_port, f"{folder}/{by}.sock")
        unsafe = "unsafe-violations-in" if options.version == "3.2" else "invalid"
        answer = " ".join(f"hdr x-{name} %[var(txn.pm.{name},absent),hex]" for name in VARIABLES)
        return FRONTEND.format(by=by, address=address, v6=v6_port, folder=folder, answer=answer,
                               accept=f"accept-{unsafe}-http-request",
                               decide=DECIDE[by].format(folder=folder), **ports)

    def mint(self, gateway):
        route = self.rng.choice(gateway.routes)
        return self.stage.pointsman("token", "mint", "-c", self.stage.path("pointsman.yaml"),
                                    "--gateway", gateway.name, "--route", route.name,
                                    "--ttl", "1h").strip().encode()

    # ---- asking both

    def ask(self, door, raw):
        """Both, within one second of the clock: tokens hold the time. Lua's may be some ms late."""
        while True:
            second = int(time.time() - 0.05)
            answers = [variables_of(self.doors[by].exchange(door, raw)) for by in self.doors]
            if int(time.time()) == second:
                return answers

    def comparable(self, answer, by):
        """Tokens as what they say: a roll that a condition drew is anybody's."""
        values = dict(answer, by=answer["by"] == by)
        for name in ("cookie", "alternate_cookie"):
            if values[name] is not None:
                values[name] = self.readable(values[name])
        return values

    def readable(self, cookie):
        name, text, attributes = re.match(r"([^=]*)=([^;]*)(.*)$", cookie).groups()
        gateway = next(one for one in self.gateways if one.is_sticky and one.cookie == name)
        token = read(text, gateway.name, self.secret)
        outcomes = token.conditions
        if not gateway.split_by:
            outcomes = tuple((tag, outcome & TAKEN) for tag, outcome in outcomes)
        return name, dataclasses.replace(token, conditions=outcomes), attributes

    def show(self, gateway, door, raw, answers):
        agent, bridge = answers
        shown = [f"{name}: {agent[name]}" if agent[name] == bridge[name] else
                 f"{name} DIFFERS:\n  agent  {agent[name]}\n  bridge {bridge[name]}"
                 for name in agent]
        yaml = "".join(one.to_yaml() for one in gateway.reachable())
        return "\n".join([yaml, repr(door), repr(raw), *shown])

    # ---- what was seen

    def count(self, gateway, route, wanted, answer):
        for name in ("reason", "status"):
            self.seen[answer[name]] += 1
        for name in ("alternate", "alternate_cookie", "cookie", "path"):
            self.seen[name] += answer[name] is not None
        self.seen["capture"] += (answer["path"] or "").startswith(CAPTURED)
        self.seen["referred"] += answer["gateway"] not in (None, gateway.name)
        if not route.is_decisive():
            return
        names = [one.name for one in gateway.routes]
        here = answer["reason"] == "condition" and answer["gateway"] == gateway.name
        took = here and answer["route"]
        if took == route.name:
            self.held[route.condition.kind] += 1
        elif not wanted and answer["reason"] != "forced" and (
                not took or names.index(took) > names.index(route.name)):
            self.refused[route.condition.kind] += 1

    def aim(self, number):
        """A gateway and its route, whose condition is to hold or not: of a kind that was seen too
        seldom, now and then any."""
        routes = [(gateway, route) for gateway in self.gateways for route in gateway.routes]
        if number % 4 == 0:
            return (*self.rng.choice(routes), self.rng.random() < 0.3)
        wanted = self.rng.random() < 0.6
        decisive = [one for one in routes if one[1].is_decisive()]
        counter = self.held if wanted else self.refused
        few = [one for one in decisive if counter[one[1].condition.kind] < OFTEN]
        return (*self.rng.choice(few or decisive), wanted)

    def lacking(self):
        """What has not been seen as often as it should."""
        kinds = KINDS + [("expression", word) for word in ("and", "or", "not")]
        few = [("held", kind) for kind in kinds if self.held[kind] < OFTEN]
        few += [("refused", kind) for kind in kinds if self.refused[kind] < OFTEN]
        enough = {name: 8 for name in (*REASONS, "alternate", "cookie", "path", "capture",
                                       "alternate_cookie", "referred")}
        enough.update({kind: 2 for kind in Tokens.KINDS})
        return few + [name for name, count in enough.items() if self.seen[name] < count]

    # ---- the test

    def make_request(self, number):
        """What it is made for, and the request; the tokens' kinds take turns."""
        gateway, route, wanted = self.aim(number)
        request = request_for(self.rng, gateway, route, wanted)
        while self.rng.random() < (0.5 if number % 4 == 0 else 0.25):
            kind = next(self.kinds_of_tokens)
            of = self.rng.choice(gateway.reachable())
            self.seen[kind] += self.tokens.add(self.rng, kind, of, request)
        return gateway, route, wanted, request

    def compare(self, number):
        gateway, route, wanted, request = self.make_request(number)
        door, raw = request.door(), request.raw(self.rng)
        answers = self.ask(door, raw)
        first, second = map(self.comparable, answers, ("agent", "bridge"))
        if first != second or (first["status"] == 200 and not first["by"]):
            self.differences.append(self.show(gateway, door, raw, (first, second)))
        self.count(gateway, route, wanted, answers[0])
        self.keep_cookie(first, answers[0])

    def test_agent_and_bridge_answer_alike(self):
        self.start()
        key_id, self.secret = read_keys(self.stage.read("state/sticky.keys"))[0]
        self.cookies = collections.defaultdict(list)
        minted = {gateway.name: self.mint(gateway) for gateway in self.gateways}
        self.tokens = Tokens((key_id, self.secret), self.cookies, minted, time.time)
        self.kinds_of_tokens = itertools.cycle((*Tokens.KINDS, "as it came", "as it came", "older"))
        number = 0
        while number < REQUESTS or (self.lacking() and number < REQUESTS_MOST):
            number += 1
            self.compare(number)
        for doors in self.doors.values():
            doors.close()
        print(f"{number} requests: {dict(self.seen)}")
        self.assertEqual(len(self.differences), 0, "\n\n".join(
            [f"{len(self.differences)} differ, the first ones:", *self.differences[:3]]))
        self.assertEqual(self.lacking(), [], "seen too seldom")
        self.assertGreater(self.seen[200], 0.97 * number, "HAProxy refused too many requests")

    def keep_cookie(self, readable, answer):
        if readable["cookie"]:
            name, _, _ = readable["cookie"]
            gateway = next(one for one in self.gateways if one.is_sticky and one.cookie == name)
            text = re.match(r"[^=]*=([^;]*)", answer["cookie"]).group(1)
            self.cookies[gateway.name].append((text, read(text, gateway.name, self.secret)))


if __name__ == "__main__":
    main()
