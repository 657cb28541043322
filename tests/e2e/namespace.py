"""Another machine: a network namespace, joined to this one by a pair of interfaces."""

import os
import subprocess

PID = os.getpid()


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


class Namespace:
    def __init__(self):
        self.name = f"pointsman-{PID}"
        self.here, self.there = f"pmh{PID}", f"pmt{PID}"
        network = f"10.{64 + (PID >> 14 & 0x3f)}.{PID >> 6 & 0xff}.{(PID & 0x3f) * 4}"
        start, _, last = network.rpartition(".")
        self.own_address = f"{start}.{int(last) + 1}"
        self.address = f"{start}.{int(last) + 2}"

    def __enter__(self):
        ip("netns", "add", self.name)
        ip("link", "add", self.here, "type", "veth", "peer", "name", self.there, "netns", self.name)
        ip("address", "add", f"{self.own_address}/30", "dev", self.here)
        ip("link", "set", self.here, "up")
        self.inside("address", "add", f"{self.address}/30", "dev", self.there)
        self.inside("link", "set", "lo", "up")
        self.connect()
        return self

    def __exit__(self, *_):
        ip("netns", "delete", self.name)  # and with it both interfaces

    def inside(self, *arguments):
        ip("-n", self.name, *arguments)

    def connect(self):
        self.inside("link", "set", self.there, "up")

    def cut_off(self):
        """From here on packets vanish, and nobody is told."""
        self.inside("link", "set", self.there, "down")

    def command(self, *command):
        return ["ip", "netns", "exec", self.name, *command]
