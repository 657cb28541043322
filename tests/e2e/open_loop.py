"""A load of requests at fixed times, whatever the answers take: a stall of the server shows in the
latency of every request that was due meanwhile. It runs in a process of its own, before others on
a busy machine, so that the test does not disturb it. Latency counts from the time at which the
request was due; `late` is the client's own part of it."""

import collections
import gc
import multiprocessing
import os
import select
import socket
import threading
import time

PLAIN, FIREFOX, VISITOR = "plain", "firefox", "visitor"
VISITORS = 50
CONNECTIONS = 400
PATIENCE = 10  # seconds until an answer counts as failed

# `due` is time.monotonic() of any process of this machine; latency and late in seconds. Status 0:
# failed. `again`: it was sent twice, since a connection that had been in use was closed.
Sample = collections.namedtuple(
    "Sample", "due late latency status again kind visitor gateway route reason by service fault")


def kind_of(number):
    """Of four requests: two from nobody in particular, one that meets a condition on the browser,
    and one of a visitor who keeps cookies."""
    return (PLAIN, PLAIN, FIREFOX, VISITOR)[number % 4]


class Exchange:
    """One request under way on one connection."""

    def __init__(self, number, due):
        self.due = due
        self.late = max(0.0, time.monotonic() - due)
        self.kind = kind_of(number)
        self.visitor = number // 4 % VISITORS if self.kind == VISITOR else None
        self.again = False

    def request(self, cookies):
        agent = "Firefox/128" if self.kind == FIREFOX else "curl/8"
        lines = ["GET /page HTTP/1.1", "Host: test.example", f"User-Agent: {agent}"]
        if self.visitor is not None and cookies[self.visitor]:
            pairs = cookies[self.visitor].items()
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in pairs))
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Connection:
    def __init__(self, address):
        self.socket = socket.create_connection(address, 2)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.exchange = None
        self.received = b""
        self.used = False

    def fileno(self):
        return self.socket.fileno()

    def send(self, exchange, cookies):
        self.exchange, self.received = exchange, b""
        self.socket.sendall(exchange.request(cookies))

    def receive(self):
        """Status and headers of a whole answer; None while it is not there."""
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("end of file")
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        lines = head.decode("latin-1").split("\r\n")
        fields = [line.split(": ", 1) for line in lines[1:]]
        fields = [(name.lower(), value) for name, value in fields]
        length = next((int(value) for name, value in fields if name == "content-length"), 0)
        if len(body) < length:
            return None
        self.used = True
        return int(lines[0].split(" ", 2)[1]), fields


class Client:
    """What runs in the other process."""

    def __init__(self, address, rate, pipe):
        self.address = address
        self.interval = 1 / rate
        self.pipe = pipe
        self.idle = []
        self.busy = []
        self.cookies = [{} for _ in range(VISITORS)]
        self.samples = []

    def run(self):
        start = time.monotonic()
        number, told = 0, start
        while not self.pipe.poll():
            now = time.monotonic()
            # What finds no connection free waits; its latency counts from when it was due.
            while start + number * self.interval <= now and len(self.busy) < CONNECTIONS:
                self.send(Exchange(number, start + number * self.interval))
                number += 1
            self.wait(max(0.0, start + number * self.interval - time.monotonic()))
            if now - told > 0.05:
                self.tell()
                told = now
        deadline = time.monotonic() + PATIENCE
        while self.busy and time.monotonic() < deadline:
            self.wait(0.05)
        for connection in self.busy:
            self.add(connection.exchange, 0, [], "no answer")
        self.tell()
        self.pipe.send(None)
        for connection in self.busy + self.idle:
            connection.socket.close()

    def tell(self):
        if self.samples:
            self.pipe.send(self.samples)
        self.samples = []

    def send(self, exchange):
        connection = None
        try:
            connection = self.idle.pop() if self.idle else Connection(self.address)
            connection.send(exchange, self.cookies)
        except OSError as fault:
            return self.failed(connection, exchange, str(fault))
        self.busy.append(connection)

    def failed(self, connection, exchange, fault):
        """As a browser does, one more try when a connection that was in use has ended."""
        if connection is None:
            return self.add(exchange, 0, [], "no connection: " + fault)
        connection.socket.close()
        if connection.used and not connection.received and not exchange.again:
            exchange.again = True
            self.idle = [other for other in self.idle if not has_ended(other)]
            return self.send(exchange)
        return self.add(exchange, 0, [], fault)

    def wait(self, seconds):
        readable, _, _ = select.select(self.busy, [], [], seconds)
        for connection in readable:
            exchange = connection.exchange
            try:
                answer = connection.receive()
            except (OSError, ValueError) as fault:
                self.busy.remove(connection)
                self.failed(connection, exchange, str(fault))
                continue
            if answer:
                self.busy.remove(connection)
                self.idle.append(connection)
                self.add(exchange, *answer)
        late = time.monotonic() - PATIENCE
        for connection in [other for other in self.busy if other.exchange.due < late]:
            self.busy.remove(connection)
            connection.socket.close()
            self.add(connection.exchange, 0, [], f"no answer within {PATIENCE} s")

    def add(self, exchange, status, fields, fault=None):
        headers = dict(fields)
        if exchange.visitor is not None:
            for name, value in fields:
                if name == "set-cookie":
                    cookie, _, content = value.split(";")[0].partition("=")
                    self.cookies[exchange.visitor][cookie] = content
        names = ("gateway", "route", "reason", "by")
        marks = (headers.get(f"x-pointsman-{name}") for name in names)
        self.samples.append(Sample(exchange.due, exchange.late, time.monotonic() - exchange.due,
                                   status, exchange.again, exchange.kind, exchange.visitor,
                                   *marks, headers.get("x-service"), fault))


def has_ended(connection):
    """Whether the other side has closed an idle connection."""
    readable, _, _ = select.select([connection], [], [], 0)
    if readable:
        connection.socket.close()
    return bool(readable)


def run_client(address, rate, pipe):
    gc.disable()  # nothing here refers to itself
    os.nice(-10)
    Client(address, rate, pipe).run()


class OpenLoop:
    """Requests at `rate` a second until the `with` block ends; then all samples are there."""

    def __init__(self, address, rate):
        self.samples = []  # in order of arrival
        self.grown = threading.Condition()
        self.pipe, theirs = multiprocessing.Pipe()
        self.child = multiprocessing.Process(target=run_client, args=(address, rate, theirs))
        self.reader = threading.Thread(target=self.read)

    def __enter__(self):
        self.child.start()
        self.reader.start()
        return self

    def __exit__(self, *_):
        self.pipe.send("end")
        self.reader.join()
        self.child.join()

    def read(self):
        while True:
            samples = self.pipe.recv()
            if samples is None:
                return
            with self.grown:
                self.samples += samples
                self.grown.notify_all()

    def wait_for(self, count, matching=lambda sample: True, timeout=20, since=None):
        """Until `count` samples that match and were due from now (or `since`) on are there; the
        first of them, or None when time ran out."""
        since = time.monotonic() if since is None else since
        with self.grown:
            def found():
                return [sample for sample in self.samples
                        if sample.due >= since and matching(sample)]

            if not self.grown.wait_for(lambda: len(found()) >= count, timeout):
                return None
            return found()[0]

    def between(self, start, end):
        return [sample for sample in self.samples if start <= sample.due < end]


def percentile(samples, percent, of="latency"):
    """Of the latency, or of how late the client was, in milliseconds."""
    latencies = sorted(getattr(sample, of) for sample in samples)
    return 1000 * latencies[min(len(latencies) - 1, int(len(latencies) * percent / 100))]


def failures(samples):
    return [sample for sample in samples if sample.status != 200]


def share(samples, kind, route):
    """The part of the requests of this kind that the route served, in percent."""
    routes = [sample.route for sample in samples if sample.kind == kind]
    return 100 * routes.count(route) / max(1, len(routes))


def visitors_who_moved(samples):
    """Those who were served by more than one route."""
    routes = collections.defaultdict(set)
    for sample in samples:
        if sample.kind == VISITOR:
            routes[sample.visitor].add(sample.route)
    return [visitor for visitor, served in routes.items() if len(served) > 1]
