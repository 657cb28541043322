"""What a test takes from this machine: an address and ports of its own, processes, HAProxy's
versions, and waiting by polling with a deadline."""

import glob
import os
import random
import re
import signal
import socket
import subprocess
import time

CACHE = os.environ.get("POINTSMAN_HAPROXY_CACHE", "/var/cache/haproxy-versions")
# Address of this process alone, so that tests of other processes never meet on a port.
PID = os.getpid()
ADDRESS = f"127.{PID >> 16 & 0x3f | 0x40}.{PID >> 8 & 0xff}.{PID & 0xff or 1}"


def wait_until(condition, what, seconds=20):
    """Polls until the condition holds and yields its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def find_haproxy(version):
    """The command that runs this version, e.g. "3.0"."""
    for command in ["/usr/sbin/haproxy", *sorted(glob.glob(f"{CACHE}/haproxy-*"))]:
        if os.access(command, os.X_OK):
            text = subprocess.run([command, "-v"], capture_output=True, text=True).stdout
            if re.search(rf"version {re.escape(version)}\.", text):
                return command
    return None


_ports = iter(random.sample(range(10000, 32000), 20000))


def free_port():
    """Never one twice, and below those that the kernel gives to outgoing connections."""
    for port in _ports:
        try:
            socket.create_server((ADDRESS, port)).close()
            return port
        except OSError:
            continue
    raise AssertionError("no free port")


class Process:
    """A child whose output goes to a file."""

    def __init__(self, name, command, log_path):
        self.name = name
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self.child = subprocess.Popen(command, stdout=log, stderr=log, cwd="/tmp")

    @property
    def pid(self):
        return self.child.pid

    def start_time(self):
        """In clock ticks since boot: with the pid it tells a process from its successor."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            return int(stat.read().rpartition(")")[2].split()[19])

    def is_running(self):
        return self.child.poll() is None

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        if self.is_running():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            try:
                self.child.wait(30)  # a drain takes 10 s at most, and a busy machine its time
            except subprocess.TimeoutExpired:
                self.kill()
        return self.child.returncode

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()
