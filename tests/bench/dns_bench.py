#!/usr/bin/python3
"""Measures the DNS responder: /usr/bin/python3 tests/bench/dns_bench.py.

dnsperf asks our responder, gdnsd, NSD and Knot for the same names of the same generated zone, each
with one worker; they take turns, round after round, and each figure is the median of its rounds.
CPU time per query is what counts on a noisy machine: the server's processes, user + system. The
echo is the floor: it sends replies as long as ours without looking anything up (dns_echo.cc). Of
the others those are measured that are installed: ./dev setup leaves them out, since their packages
start servers. Text goes to the terminal, JSON to <build>/dns_bench.json.
"""
import argparse
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from run import Processes, cpu_seconds, describe_machine, first_line, free_ports

ZONE = "hap.test"
SERVERS = ("echo", "pointsman", "gdnsd", "nsd", "knot")
SERVICES = 1000
INSTANCES = 10
CLIENTS = 8

NSD = """server:
    ip-address: 127.0.0.1
    port: {port}
    server-count: 1
    username: ""
    chroot: ""
    zonesdir: "{folder}"
    database: ""
    pidfile: "{folder}/nsd.pid"
    xfrdfile: "{folder}/xfrd.state"
    zonelistfile: "{folder}/zone.list"
    rrl-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: "{zone}"
    zonefile: "{folder}/zone"
"""
KNOT = """server:
    listen: 127.0.0.1@{port}
    rundir: "{folder}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}"
zone:
  - domain: {zone}
    storage: "{folder}"
    file: zone
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
"""
GDNSD = """options => {{
  listen => 127.0.0.1:{port}
  udp_threads => 1
  tcp_threads => 1
  run_dir => "{folder}/run"
  state_dir => "{folder}/state"
}}
"""


def instances_of(service):
    """(address, target) of each instance, as dns_server makes them."""
    for index in range(INSTANCES):
        place = service * INSTANCES + index
        octets = (10, place >> 16, place >> 8 & 255, place & 255)
        yield (".".join(map(str, octets)), "%02x%02x%02x%02x-1f90.addr" % octets)


def zone_text():
    lines = [f"$ORIGIN {ZONE}.", "$TTL 5", "@ SOA ns hostmaster 1 60 60 300 5", "@ NS ns",
             "ns A 127.0.0.1"]
    for service in range(SERVICES):
        for address, target in instances_of(service):
            lines += [f"{target} A {address}", f"s{service}.service A {address}",
                      f"s{service}.service SRV 1 25600 8080 {target}"]
    return "\n".join(lines) + "\n"


def query_files(folder):
    """What is asked in each row, as dnsperf reads it."""
    kinds = {"A": "s{}.service.hap.test A", "SRV": "s{}.service.hap.test SRV",
             "AAAA, none": "s{}.service.hap.test AAAA", "not there": "x{}.service.hap.test A"}
    for number, (kind, line) in enumerate(kinds.items()):
        path = folder / f"queries{number}"
        path.write_text("".join(line.format(i) + "\n" for i in range(SERVICES)))
        yield kind, path


def commands(build, folder, ports):
    """The servers that are here: name, command."""
    (folder / "zone").write_text(zone_text())
    nsd = folder / "nsd.conf"
    nsd.write_text(NSD.format(port=ports["nsd"], folder=folder, zone=ZONE))
    knot = folder / "knot.conf"
    knot.write_text(KNOT.format(port=ports["knot"], folder=folder, zone=ZONE))
    gdnsd = folder / "gdnsd"
    (gdnsd / "zones").mkdir(parents=True)
    (gdnsd / "zones" / ZONE).write_text(zone_text())
    (gdnsd / "config").write_text(GDNSD.format(port=ports["gdnsd"], folder=gdnsd))
    bench = build / "tests/bench"
    found = {"echo": [bench / "dns_echo", f"127.0.0.1:{ports['echo']}", SERVICES, INSTANCES],
             "pointsman": [bench / "dns_server", f"127.0.0.1:{ports['pointsman']}", 1, SERVICES,
                           INSTANCES],
             "gdnsd": ["gdnsd", "-c", gdnsd, "start"],
             "nsd": ["nsd", "-d", "-c", nsd], "knot": ["knotd", "-c", knot]}
    return {name: command for name, command in found.items() if shutil.which(command[0])}


def with_children(pid):
    """CPU time of a process and all below it."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_seconds(pid) + sum(with_children(child) for child in children)


def answer_counts(port):
    """What dig says of one answer: status and the sections' counts."""
    text = subprocess.run(
        ["dig", "@127.0.0.1", "-p", str(port), "+tries=1", "+timeout=1", "s7.service.hap.test",
         "SRV"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
    status = re.search(r"status: (\w+)", text)
    counts = re.search(r"ANSWER: (\d+)", text)
    return (status[1], int(counts[1])) if status and counts else None


def wait_until_served(name, port, processes, seconds=20):
    deadline = time.monotonic() + seconds
    while answer_counts(port) != ("NOERROR", INSTANCES):
        processes.check()
        if time.monotonic() > deadline:
            sys.exit(f"bench: {name} does not serve the zone: {answer_counts(port)}")
        time.sleep(0.1)


def measure(name, port, pid, queries, seconds):
    before = with_children(pid)
    text = subprocess.run(
        ["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", str(queries), "-e", "-l",
         str(seconds), "-c", str(CLIENTS), "-T", "1"], check=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    spent = with_children(pid) - before
    completed = int(re.search(r"Queries completed: +(\d+)", text)[1])
    lost = int(re.search(r"Queries lost: +(\d+)", text)[1])
    if completed == 0:
        sys.exit(f"bench: {name} answered nothing")
    return {"us": spent * 1e6 / completed, "lost": lost,
            "rate": float(re.search(r"Queries per second: +([\d.]+)", text)[1])}


def measure_all(build, rounds, seconds):
    next_port, release_ports = free_ports()
    ports = {name: next_port() for name in SERVERS}
    release_ports()
    rows = []
    with tempfile.TemporaryDirectory() as name, Processes(pathlib.Path(name)) as processes:
        folder = pathlib.Path(name)
        pids = {}
        for server, command in commands(build, folder, ports).items():
            pids[server] = processes.start(command).pid
            wait_until_served(server, ports[server], processes)
        for kind, queries in query_files(folder):
            taken = {server: [] for server in pids}
            for _ in range(rounds):
                for server, pid in pids.items():
                    taken[server].append(measure(server, ports[server], pid, queries, seconds))
            for server, measured in taken.items():
                rows.append({"query": kind, "server": server, "rounds": measured})
                for key in ("us", "rate", "lost"):
                    rows[-1][key] = round(statistics.median(r[key] for r in measured), 2)
    return rows


def show(report):
    for line in (report["machine"], *report["versions"], f"commit {report['commit']}"):
        print(line)
    print(f"{report['rounds']} rounds of {report['seconds']} s, {SERVICES} services of {INSTANCES} "
          "instances, one worker each; median\n")
    print(f"{'query':12}{'server':12}{'CPU µs/query':>14}{'answers/s':>12}{'lost':>8}")
    for row in report["rows"]:
        print(f"{row['query']:12}{row['server']:12}{row['us']:14.2f}{row['rate']:12,.0f}"
              f"{row['lost']:8.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/bench", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each server in each round")
    parser.add_argument("--quick", action="store_true", help="one round of 1 s: does it run?")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 1
    report = describe_machine(options.build)
    report["versions"] = [first_line("dpkg-query", "-W", name)
                          for name in ("dnsperf", "gdnsd", "nsd", "knot")]
    report.update(rounds=options.rounds, seconds=options.seconds,
                  rows=measure_all(options.build, options.rounds, options.seconds))
    show(report)
    text = json.dumps(report, indent=1, ensure_ascii=False)
    pathlib.Path(options.build, "dns_bench.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
