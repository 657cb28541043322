#!/usr/bin/python3
"""Measures what a decision costs: ./dev bench.

One table of CPU time per request, HAProxy's and the agent's, from the accounting of their processes
(user + system), which holds on a noisy machine where requests per second do not. The setups take
turns, round after round, and each figure is the median of its rounds. Text goes to the terminal,
JSON to <build>/bench.json.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import setups as benched

CONNECTIONS = 16
TICKS = os.sysconf("SC_CLK_TCK")


def free_ports():
    """A function that gives a new unused port each time."""
    held = []

    def next_port():
        held.append(socket.socket())
        held[-1].bind(("127.0.0.1", 0))
        return held[-1].getsockname()[1]

    def release():
        for one in held:
            one.close()

    return next_port, release


def cpu_seconds(pid):
    """User and system time of a process with all its threads (proc(5), fields 14 and 15)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Processes:
    """Everything that is started here ends here."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, command):
        with open(self.folder / f"log-{len(self.running)}", "wb") as log:
            process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
        self.running.append(process)
        return process

    def start_haproxy(self, files):
        command = ["haproxy", "-db"]
        for file in files:
            command += ["-f", file]
        return self.start(command)

    def check(self):
        for number, process in enumerate(self.running):
            if process.poll() is not None:
                log = (self.folder / f"log-{number}").read_text()
                sys.exit(f"bench: {' '.join(map(str, process.args))} ended:\n{log}")


def get(setup):
    request = urllib.request.Request(f"http://127.0.0.1:{setup.port}/",
                                     headers=benched.request_headers(setup.rules))
    with urllib.request.urlopen(request, timeout=1) as response:
        return response.headers


def wait_until_served(setup, processes, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        processes.check()
        try:
            get(setup)
            return
        except OSError:
            if time.monotonic() > deadline:
                sys.exit(f"bench: {setup.name} does not serve")
            time.sleep(0.05)


def run_wrk(setup, seconds):
    """Requests served, requests failed, requests per second."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    for name, value in benched.request_headers(setup.rules).items():
        command += ["-H", f"{name}: {value}"]
    text = subprocess.run(command + [f"http://127.0.0.1:{setup.port}/"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    failed = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", text))
    return (int(re.search(r"(\d+) requests in", text)[1]), failed,
            float(re.search(r"Requests/sec: +([\d.]+)", text)[1]))


def measure(setup, haproxy, agent, seconds):
    before = [cpu_seconds(p.pid) for p in (haproxy, agent) if p]
    requests, failed, rate = run_wrk(setup, seconds)
    after = [cpu_seconds(p.pid) for p in (haproxy, agent) if p]
    if failed or not requests:
        sys.exit(f"bench: {setup.name}: {failed} of {requests} requests failed")
    spent = [(b - a) * 1e6 / requests for a, b in zip(before, after)]
    return {"haproxy": spent[0], "agent": spent[1] if agent else None, "rate": rate}


def median(rounds, key):
    values = [r[key] for r in rounds if r[key] is not None]
    return round(statistics.median(values), 2) if values else None


def measure_all(build, rounds, seconds):
    next_port, release_ports = free_ports()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        origin_files, setups = benched.all_setups(folder, build, next_port)
        release_ports()
        with Processes(folder) as processes:
            processes.start_haproxy(origin_files)
            pairs = []
            for setup in setups:
                agent = processes.start(setup.agent) if setup.agent else None
                pairs.append((setup, processes.start_haproxy(setup.haproxy_files), agent))
            for setup, _, _ in pairs:
                wait_until_served(setup, processes)
            taken = {setup.name: [] for setup in setups}
            for number in range(rounds):
                for setup, haproxy, agent in pairs:
                    if sys.stderr.isatty():
                        print(f"\r round {number + 1} of {rounds}: {setup.name:20}", end="",
                              file=sys.stderr)
                    taken[setup.name].append(measure(setup, haproxy, agent, seconds))
            if sys.stderr.isatty():
                print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    for setup, _, agent in pairs:
        if agent and not any(row["agent"] for row in taken[setup.name]):
            sys.exit(f"bench: {setup.name}: the agent was not asked")
    return [{"setup": name, "rounds": rows, "requests_per_second": round(median(rows, "rate")),
             "haproxy_us": median(rows, "haproxy"), "agent_us": median(rows, "agent")}
            for name, rows in taken.items()]


def run_decide(build):
    lines = subprocess.run([pathlib.Path(build, "tests/bench/decide_bench")], check=True,
                           text=True, stdout=subprocess.PIPE).stdout.splitlines()
    return [json.loads(line) for line in lines]


def first_line(*command):
    try:
        ran = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False)
    except OSError:
        return "unknown"
    return ran.stdout.splitlines()[0].strip() if ran.stdout else "unknown"


def describe_machine(build):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{cpu[1] if cpu else os.uname().machine}, {os.cpu_count()} processors, "
                   f"Linux {os.uname().release}",
        "versions": [first_line("haproxy", "-v"), first_line("wrk", "-v"),
                     first_line(str(pathlib.Path(build, "pointsman")), "version")],
        "commit": first_line("git", "rev-parse", "--short=12", "HEAD"),
    }


def ratios(rows):
    """The figures that matter, as costs in one run relative to one another."""
    cost = {row["setup"]: row for row in rows}

    def both(name):
        return cost[name]["haproxy_us"] + cost[name]["agent_us"]

    floor = cost["floor agent"]["agent_us"]
    native = cost["native rules 1000"]["haproxy_us"]
    return {
        "agent with 10 routes / floor agent": round(cost["agent routes 10"]["agent_us"] / floor, 2),
        "agent with 1,000 routes / floor agent":
            round(cost["agent routes 1000"]["agent_us"] / floor, 2),
        "HAProxy + agent / native, 1,000 rules": round(both("agent routes 1000") / native, 2),
    }


def show(report):
    for line in (report["machine"], *report["versions"], f"commit {report['commit']}"):
        print(line)
    print(f"{report['rounds']} rounds of {report['seconds']} s, {CONNECTIONS} connections, "
          "HAProxy with one thread; CPU µs per request, median\n")
    print(f"{'setup':22}{'HAProxy':>10}{'agent':>10}{'requests/s':>14}")
    for row in report["rows"]:
        agent = "–" if row["agent_us"] is None else f"{row['agent_us']:.1f}"
        print(f"{row['setup']:22}{row['haproxy_us']:10.1f}{agent:>10}"
              f"{row['requests_per_second']:14,}")
    print()
    for name, value in report["ratios"].items():
        print(f"{name:42}{value:6.2f}")
    for row in report["decide"]:
        print(f"decide alone, {row['conditions']:>6,} conditions: {row['ns']:>8,.0f} ns")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release", help="folder of the build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each setup in each round")
    parser.add_argument("--quick", action="store_true", help="one round of 1 s: does it run?")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1
    report = describe_machine(options.build)
    report.update(rounds=options.rounds, seconds=options.seconds,
                  rows=measure_all(options.build, options.rounds, options.seconds))
    report["ratios"] = ratios(report["rows"])
    report["decide"] = run_decide(options.build)
    show(report)
    text = json.dumps(report, indent=1, ensure_ascii=False)
    pathlib.Path(options.build, "bench.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
