#!/usr/bin/python3
"""Records what HAProxy really sends: tests/golden/spop/<version>/<name>.hex, one file a frame kind.

usage: capture.py VERSION HAPROXY      for example: capture.py 3.0 /usr/sbin/haproxy

Starts HAProxy with a small SPOE configuration and speaks just enough SPOP to it to see a health
check, a handshake, NOTIFYs and a DISCONNECT (3.1 and later close without one). The first line of
a file names what was recorded; each further line is one frame in hex, its length included. What
decode.py reads in them is written beside them, as decoded.jsonl.
"""
import http.client
import os
import pathlib
import re
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

import decode

HAPROXY_CFG = """
global
    maxconn 64
    stats socket {run}/stats.sock mode 600
defaults
    mode http
    timeout connect 1s
    timeout client 2s
    timeout server 2s
frontend web
    bind {web}
    filter spoe engine pointsman config {spoe}
    http-request send-spoe-group pointsman decide
    http-request return status 204 hdr x-ack "%[var(txn.pm.ack)]" hdr x-err "%[var(txn.pm.err)]"
backend agents
    mode {mode}
    option spop-check
    timeout server 30s
    server a1 {agent} check inter 200ms{purge}
"""

SPOE_CFG = """
[pointsman]
spoe-agent agent
    groups decide
    log global
    option var-prefix pm
    option set-on-error err
    option continue-on-error
    {async_option}
    timeout processing 500ms
    {timeouts}
    use-backend agents
spoe-message pointsman
    args gateway=str(web) method=method scheme=ssl_fc host=req.hdr(host) path=path query=query \
         src dst_port=dst_port headers=req.hdrs_bin nothing=req.cook(absent) six=str(2001:db8::1),ipmask(32,128) \
         hash=str(a),xxh64
spoe-group decide
    messages pointsman
"""

WEB_PORT = 18080  # fixed, since it is part of what is recorded
KINDS = {0: "unset", 1: "hello", 2: "disconnect", 3: "notify"}


def varint(data, at):
    value, at = data[at], at + 1
    if value < 0xF0:
        return value, at
    shift = 4
    while True:
        byte, at = data[at], at + 1
        value += byte << shift
        shift += 7
        if byte < 0x80:
            return value, at


def text(value):
    return bytes([len(value)]) + value


AGENT_HELLO = (bytes([101, 0, 0, 0, 1, 0, 0]) + text(b"version") + b"\x08" + text(b"2.0")
               + text(b"max-frame-size") + b"\x03\xf0\x31"  # 1024: short fragments
               + text(b"capabilities") + b"\x08" + text(b"pipelining,fragmentation"))
GOODBYE = (bytes([102, 0, 0, 0, 1, 0, 0]) + text(b"status-code") + b"\x03\x00"
           + text(b"message") + b"\x08" + text(b"normal"))
SET_ACK = b"\x01\x03\x02" + text(b"ack") + b"\x11"


class Recorder(socketserver.BaseRequestHandler):
    """Answers every frame as the agent does, and keeps each one that came."""
    frames = {}
    abandoned = set()

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while frame := self.receive_frame():
                reply = self.answer(frame)
                if reply:
                    self.request.sendall(len(reply).to_bytes(4, "big") + reply)
                if frame[0] == 2 or b"healthcheck\x11" in frame:
                    return
        except OSError:
            return

    def receive_frame(self):
        head = self.receive_exactly(4)
        return head and self.receive_exactly(int.from_bytes(head, "big"))

    def receive_exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.request.recv(count - len(data))
            if not part:
                return b""
            data += part
        return data

    def answer(self, frame):
        kind = "healthcheck" if b"healthcheck\x11" in frame else KINDS[frame[0]]
        flags = int.from_bytes(frame[1:5], "big")
        stream_end = varint(frame, 5)[1]
        ids = frame[5:varint(frame, stream_end)[1]]
        if kind == "notify" and not flags & 1:
            self.abandoned.add(ids)
        if ids in self.abandoned:
            kind = "fragments"
        self.frames.setdefault(kind, []).append(frame)
        if kind == "fragments":
            return bytes([103, 0, 0, 0, 3]) + ids + SET_ACK if frame[0] == 3 else None
        return {"hello": AGENT_HELLO, "healthcheck": AGENT_HELLO, "disconnect": GOODBYE,
                "notify": bytes([103, 0, 0, 0, 1]) + ids + SET_ACK}[kind]


def ask(method, path, headers):
    connection = http.client.HTTPConnection("127.0.0.1", WEB_PORT, timeout=5)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    print(f"{method} {path}: {response.status} ack={response.getheader('x-ack')}"
          f" err={response.getheader('x-err')}")


def wait_for(what, condition):
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what}: nothing came within 10 s")
        time.sleep(0.02)


def record(version, haproxy):
    newer = tuple(map(int, version.split("."))) >= (3, 1)
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Recorder)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="spop-capture-") as run:
        os.chmod(run, 0o755)
        spoe = pathlib.Path(run, "spoe.cfg")
        spoe.write_text(SPOE_CFG.format(
            async_option="" if newer else "option async",
            timeouts="" if newer else "timeout hello 1s\n    timeout idle 1s"))
        config = pathlib.Path(run, "haproxy.cfg")
        config.write_text(HAPROXY_CFG.format(
            run=run, web=f"127.0.0.1:{WEB_PORT}", spoe=spoe, mode="spop" if newer else "tcp",
            agent=f"127.0.0.1:{server.server_address[1]}",
            purge=" pool-purge-delay 1s" if newer else ""))
        process = subprocess.Popen([haproxy, "-db", "-f", str(config)])
        try:
            wait_for("health check", lambda: "healthcheck" in Recorder.frames)
            host = ("Host", "Shop.Example:8080")
            ask("GET", "/shoes?q=red%20ones", [host, ("User-Agent", "Firefox/128.0"),
                                               ("Cookie", "a=1; pm=token")])
            ask("POST", "/", [("Host", "h"), ("Content-Length", "0"), ("X-Bytes", "\xe9\xff")])
            ask("GET", "/big", [host, ("X-Long", "x" * 2600)])
            if not newer:
                wait_for("disconnect", lambda: "disconnect" in Recorder.frames)
        finally:
            process.terminate()
            process.wait()


def save(version):
    folder = pathlib.Path(__file__).parent / version
    folder.mkdir(exist_ok=True)
    for kind, frames in sorted(Recorder.frames.items()):
        kept = frames[:1] if kind in ("hello", "healthcheck", "disconnect") else frames
        lines = [f"# {kind} of HAProxy {version}"]
        lines += [(len(frame).to_bytes(4, "big") + frame).hex() for frame in kept]
        (folder / f"{kind}.hex").write_text("\n".join(lines) + "\n")
        print(f"{kind}: {len(frames)} seen, {len(kept)} kept")
    paths = sorted(str(path) for path in folder.glob("*.hex"))
    (folder / "decoded.jsonl").write_text("".join(f"{line}\n" for line in decode.lines(paths)))


if __name__ == "__main__":
    if len(sys.argv) != 3 or not re.fullmatch(r"\d+\.\d+", sys.argv[1]):
        sys.exit(__doc__)
    record(sys.argv[1], sys.argv[2])
    save(sys.argv[1])
