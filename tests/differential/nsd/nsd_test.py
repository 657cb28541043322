#!/usr/bin/python3
"""The agent's DNS and NSD, asked the same: nsd_test.py --program PROGRAM [--seed N] [--queries N].

The agent serves random worlds (world.py); NSD has master files that model.py makes of the same
worlds from what docs/dns.md says. Both get the same random queries (questions.py) by UDP, some by
TCP, and dnspython reads the replies. Differences other than comparison.CHOICES fail the test, and
so does a choice that is never met, so that the list holds no more than what is true."""

import argparse
import collections
import json
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import comparison
import exchange
import model
import questions
import world

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "e2e"))
from machine import ADDRESS, Process, free_port, wait_until  # noqa: E402

AT_ONCE = 10000  # queries, of which both replies are kept
SHOWN = 10
FIRST_SHARE = 0.5  # of the queries: for the world with addresses, where most names are
TCP_SHARE = 0.05

NSD = """server:
    ip-address: {address}
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
    ipv4-edns-size: 4096
    hide-version: yes
    hide-identity: yes
remote-control:
    control-enable: no
"""


class Stage:
    """The two servers of one world, below one temporary folder."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pointsman-nsd-", dir="/tmp"))
        self.processes = []
        self.model = None
        self.ours = (ADDRESS, free_port())
        self.theirs = (ADDRESS, free_port())

    def start_agent(self, program, the_world):
        world.write_files(the_world, self.folder, f"{ADDRESS}:{self.ours[1]}")
        self.start("agent", [program, "agent", "-c", str(self.folder / "pointsman.yaml")])
        # Until it is ready, services may be missing.
        wait_until(lambda: b" 200 " in self.admin("/readyz"), "the agent is ready")
        self.model = model.Model(the_world, self.revision())

    def start(self, name, command):
        process = Process(name, command, str(self.folder / f"{name}.log"))
        self.processes.append(process)

    def start_nsd(self, nsd):
        text = NSD.format(address=self.theirs[0], port=self.theirs[1], folder=self.folder)
        for number, (zone, records) in enumerate(self.model.master_files().items()):
            (self.folder / f"zone{number}").write_text(records, encoding="utf-8")
            text += f'zone:\n    name: "{zone}"\n    zonefile: "zone{number}"\n'
        (self.folder / "nsd.conf").write_text(text, encoding="utf-8")
        self.start("nsd", [nsd, "-d", "-c", str(self.folder / "nsd.conf")])
        for target in (self.ours, self.theirs):
            wait_until(lambda target=target: self.serves(target), f"{target} serves")

    def serves(self, target):
        """The apexes of all zones, with this revision's number."""
        asked = [questions.Question(zone, questions.SOA) for zone in self.model.zones]
        try:
            replies = exchange.ask_by_tcp(target, asked)
        except (OSError, ValueError):
            return False
        return all(reply[3] & 15 == 0 and reply[7] == 1 for reply in replies)

    def admin(self, path):
        with socket.socket(socket.AF_UNIX) as stream:
            try:
                stream.connect(str(self.folder / "admin.sock"))
            except OSError:
                return b""
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: stream.recv(65536), b""))

    def revision(self):
        return json.loads(self.admin("/v1/services").partition(b"\r\n\r\n")[2])["revision"]

    def logs(self):
        return "\n".join(process.log()[-2000:] for process in self.processes)

    def end(self):
        for process in self.processes:
            process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Comparison:
    """Asks both servers of a stage, and counts what differs."""

    def __init__(self, stage):
        self.stage = stage
        self.decoder = comparison.Decoder()
        self.choices = collections.Counter()
        self.codes = collections.Counter()
        self.faults = []

    def ask(self, ask, asked):
        """Compares; yields our replies, and those that are shorter than they should be."""
        short = []
        replies = zip(ask(self.stage.ours, asked), ask(self.stage.theirs, asked))
        for question, (ours, theirs) in zip(asked, replies):
            found = self.judge(question, ours, theirs)
            if ask is exchange.ask_by_udp and len(ours) > question.limit():
                self.fault(question, f"{len(ours)} bytes")
            if {"front", "whole names", "additional"} & set(found):
                short.append((question, ours))
        return short

    def judge(self, question, ours, theirs):
        view = self.decoder.view(question, theirs)
        try:
            own = self.decoder.view(question, ours)
            self.codes[own.code] += 1
            found = comparison.differences(question, own, view)
        except comparison.Fault as fault:
            self.fault(question, f"{fault}\nours: {own}\nNSD's: {view}")
            return []
        self.choices.update(found)
        return found

    def fault(self, question, text):
        self.faults.append(f"{question}: {text}")

    def compare(self, asked):
        """By UDP; what was too short is compared by TCP, too, where all of it comes."""
        short = self.ask(exchange.ask_by_udp, asked)
        whole = exchange.ask_by_tcp(self.stage.ours, [question for question, _ in short])
        theirs = exchange.ask_by_tcp(self.stage.theirs, [question for question, _ in short])
        for (question, reply), ours, other in zip(short, whole, theirs):
            found = self.judge(question, ours, other)
            if "front" in found or "additional" in found:
                self.fault(question, "by TCP it is not whole")
            try:
                if len(reply) != len(ours):
                    comparison.check_truncated(question, reply, ours)
            except comparison.Fault as fault:
                self.fault(question, str(fault))
        self.ask(exchange.ask_by_tcp, asked[:int(len(asked) * TCP_SHARE)])


def run_world(options, kind, count):
    """Yields the comparison of one world."""
    seeded = random.Random(f"{options.seed} {kind}")
    stage = Stage()
    done = None
    try:
        stage.start_agent(options.program, world.Generator(seeded, kind).world())
        stage.start_nsd(options.nsd)
        done = Comparison(stage)
        asker = questions.Asker(seeded, stage.model)
        done.compare(questions.sure())
        for start in range(0, count, AT_ONCE):
            done.compare([asker.question() for _ in range(min(AT_ONCE, count - start))])
        if stage.revision() != int(stage.model.serial):
            done.faults.append("the revision changed meanwhile: the run says nothing")
        return done
    finally:
        if done is None:
            print(stage.logs())
        stage.end()


def undocumented():
    """Choices that docs/dns.md does not list in its table, or the other way round."""
    text = (HERE.parents[2] / "docs/dns.md").read_text(encoding="utf-8")
    section = text.partition("\n## Choices\n")[2].partition("\n## ")[0]
    listed = re.findall(r"(?m)^\| ([\w ]+) \|", section)[1:]
    return set(listed) ^ set(comparison.CHOICES)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the pointsman program")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--queries", type=int, default=100000)
    options = parser.parse_args()
    options.nsd = subprocess.run([HERE.parents[1] / "support/nsd.sh"], check=True, text=True,
                                 stdout=subprocess.PIPE).stdout.strip()
    print(f"seed {options.seed}", flush=True)
    choices, faults = collections.Counter(), []
    for number, kind in enumerate(world.ADVERTISED):
        share = FIRST_SHARE if number == 0 else (1 - FIRST_SHARE) / (len(world.ADVERTISED) - 1)
        done = run_world(options, kind, round(options.queries * share))
        print(f"{kind}: {dict(done.codes)}, {len(done.decoder.known)} different replies, "
              f"{len(done.faults)} faults", flush=True)
        choices += done.choices
        faults += done.faults
    for fault in faults[:SHOWN]:
        print(fault)
    for name, meaning in comparison.CHOICES.items():
        print(f"{choices[name]:8} {name}: {meaning}")
    unmet = [name for name in comparison.CHOICES if not choices[name]]
    if unmet:
        print(f"never met: {', '.join(unmet)}: a choice that does not differ is none")
    elsewhere = undocumented()
    if elsewhere:
        print(f"not both here and in docs/dns.md: {', '.join(sorted(elsewhere))}")
    sys.exit(1 if faults or unmet or elsewhere else 0)


if __name__ == "__main__":
    main()
