#!/usr/bin/python3
"""Measures the bridge inside HAProxy: /usr/bin/python3 tests/bench/bridge.py.

A decision: CPU time of HAProxy's process (user + system) per request, one thread, of a frontend
that calls the bridge and sends its variables back, less that of the same frontend without the call.
The floor: likewise, of Lua that fetches and sets the same, but decides nothing. All are in one
process and take turns; each figure is the median of the rounds.

Take-over: latency of requests that the bridge decides, two threads, while each thread takes over
one table of 10,000 routes after the other, and while there is no agent; they take turns, too.
"""
import argparse
import contextlib
import glob
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import bridge_agent
from run import Processes, cpu_seconds, first_line

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = os.environ.get("POINTSMAN_HAPROXY_CACHE", "/var/cache/haproxy-versions")
MESSAGE_PACK = "/usr/share/lua/5.3/MessagePack.lua"
HEADERS = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
           "Cookie": "session=3f6a8c21; choice=last; theme=dark", "Accept-Language": "en"}
UNITS = {"us": 1, "ms": 1000, "s": 1000000}
ROUTES_TAKEN_OVER = 10000

CONFIGURATION = """global
    nbthread {threads}
    .if version_atleast(3.1)
    tune.lua.bool-sample-conversion normal
    .endif
    setenv POINTSMAN_TABLE {folder}/table-{rules}
    {agents}
    lua-load-per-thread {folder}/bridge/pointsman.lua
    lua-load-per-thread {folder}/floor.lua
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
frontend with
    bind 127.0.0.1:{with_port}
    http-request lua.pointsman
    {answer}
frontend floor
    bind 127.0.0.1:{floor_port}
    http-request lua.floor
    {answer}
frontend without
    bind 127.0.0.1:{without_port}
    {answer}
"""
ANSWER = "http-request return status 200 " + " ".join(
    f"hdr x-{name} %[var(txn.pm.{name})]" for name in ("gen", "route", "reason", "backend"))


def versions():
    """Commands of all HAProxys that are here, by version."""
    found = {}
    for command in ["/usr/sbin/haproxy", *sorted(glob.glob(f"{CACHE}/haproxy-*"))]:
        version = re.search(r"version (\d+\.\d+)", first_line(command, "-v"))
        if version:
            found[version[1]] = command
    return dict(sorted(found.items(), key=lambda one: [int(n) for n in one[0].split(".")]))


def free_ports(count):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]


class Bench:
    """One HAProxy with a bridge."""

    def __init__(self, processes, command, threads, rules, agents=""):
        self.with_port, self.floor_port, self.without_port = free_ports(3)
        folder = processes.folder
        path = folder / f"{self.with_port}.cfg"
        path.write_text(CONFIGURATION.format(
            threads=threads, rules=rules, folder=folder, answer=ANSWER,
            agents=f"setenv POINTSMAN_AGENTS {agents}" if agents else "",
            with_port=self.with_port, floor_port=self.floor_port,
            without_port=self.without_port))
        self.process = processes.start([command, "-db", "-f", path])
        self.wait(processes)

    def wait(self, processes):
        deadline = time.monotonic() + 60
        while True:
            processes.check()
            try:
                request = urllib.request.Request(f"http://127.0.0.1:{self.with_port}/",
                                                 headers=HEADERS)
                with urllib.request.urlopen(request, timeout=5) as response:
                    reason = response.headers["x-reason"]
                break
            except OSError:
                if time.monotonic() > deadline:
                    sys.exit("bench: HAProxy does not serve")
                time.sleep(0.05)
        if reason != "condition":
            sys.exit(f"bench: the bridge decides by {reason or 'nothing'}")


def run_wrk(port, seconds, connections):
    """Requests, and their latency of 50 % and 99 % in µs."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in HEADERS.items():
        command += ["-H", f"{name}: {value}"]
    text = subprocess.run(command + [f"http://127.0.0.1:{port}/some/path?x=1"], check=True,
                          text=True, stdout=subprocess.PIPE).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"bench: requests failed:\n{text}")
    latency = dict(re.findall(r"(50|99)% +([\d.]+(?:us|ms|s))", text))
    return (int(re.search(r"(\d+) requests in", text)[1]),
            *(in_microseconds(latency[part]) for part in ("50", "99")))


def in_microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * UNITS[unit]


def cost(bench, port, seconds):
    before = cpu_seconds(bench.process.pid)
    requests, _, _ = run_wrk(port, seconds, 4)
    return (cpu_seconds(bench.process.pid) - before) * 1e6 / requests


def measure_decisions(processes, command, options):
    for rules in (10, 1000):
        bench = Bench(processes, command, 1, rules)
        ports = (bench.with_port, bench.floor_port, bench.without_port)
        rounds = [[cost(bench, port, options.seconds) for port in ports]
                  for _ in range(options.rounds)]
        called, floor, plain = (statistics.median(values) for values in zip(*rounds))
        print(f"  decision, {rules:5,} routes: {called - plain:6.1f} µs, of which the floor "
              f"{floor - plain:.1f} ({called:.1f} with the call, {plain:.1f} without)", flush=True)


def measure_take_over(processes, command, options):
    path = pathlib.Path(tempfile.mkdtemp(dir=processes.folder), "agent.sock")
    agent = bridge_agent.Agent(path, (processes.folder / f"table-{ROUTES_TAKEN_OVER}").read_bytes())
    busy = Bench(processes, command, 2, ROUTES_TAKEN_OVER, f"unix@{path}")
    calm = Bench(processes, command, 2, ROUTES_TAKEN_OVER)
    rounds = [(run_wrk(busy.with_port, options.seconds, 2)[1:],
               run_wrk(calm.with_port, options.seconds, 2)[1:]) for _ in range(options.rounds)]
    if not options.quick and agent.tables_given == 0:
        sys.exit("bench: no table was taken over")
    figures = [[statistics.median(values) / 1000 for values in zip(*side)]
               for side in zip(*rounds)]
    (busy_half, busy_most), (calm_half, calm_most) = figures
    print(f"  take-over, {ROUTES_TAKEN_OVER:,} routes, {agent.tables_given} times: "
          f"50 % {busy_half:.2f} ms, 99 % {busy_most:.2f} ms; "
          f"without: {calm_half:.2f} ms, {calm_most:.2f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each frontend in each round")
    parser.add_argument("--haproxy", help="only this version, e.g. 3.0")
    parser.add_argument("--quick", action="store_true",
                        help="one round of 1 s with the first version: does it run?")
    options = parser.parse_args()
    chosen = {v: c for v, c in versions().items() if options.haproxy in (None, v)}
    if options.quick:
        options.rounds, options.seconds = 1, 1
        chosen = dict(list(chosen.items())[:1])
    if not chosen:
        sys.exit("bench: there is no such HAProxy")
    os.chdir(ROOT)  # later versions see the folder that they are started in
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before; "
          f"{options.rounds} rounds of {options.seconds} s")
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        shutil.copytree(ROOT / "lua/haproxy", folder / "bridge")
        shutil.copy(MESSAGE_PACK, folder / "bridge")
        shutil.copy(ROOT / "tests/bench/floor.lua", folder)
        for rules in (10, 1000, ROUTES_TAKEN_OVER):
            (folder / f"table-{rules}").write_bytes(bridge_agent.table(rules))
        for version, command in chosen.items():
            print(f"HAProxy {version}", flush=True)
            for measure in (measure_decisions, measure_take_over):
                with Processes(folder) as processes:
                    measure(processes, command, options)


if __name__ == "__main__":
    main()
