#!/usr/bin/python3
"""Prints the SPOP frames of hex files as JSON, one frame a line (SPOE.txt section 3).

usage: decode.py FILE.hex ...      lines that start with # are skipped

Shares no code with the agent: the tests compare what the agent's decoder reads with what this one
reads. A text is printed as it is, with \\u00XX for each byte that is not ASCII.
"""
import ipaddress
import json
import sys

TYPES = {0: "UNSET", 1: "HAPROXY-HELLO", 2: "HAPROXY-DISCONNECT", 3: "NOTIFY",
         101: "AGENT-HELLO", 102: "AGENT-DISCONNECT", 103: "ACK"}


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        if count > len(self.data):
            raise ValueError("truncated")
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def varint(self):
        value = self.number(1)
        if value >= 240:
            shift = 4
            while True:
                byte = self.number(1)
                value += byte << shift
                shift += 7
                if byte < 128:
                    break
        return value

    def text(self):
        return self.take(self.varint()).decode("latin-1")

    def value(self):
        tag = self.number(1)
        kind, flags = tag % 16, tag // 16
        if kind == 0:
            return {"null": None}
        if kind == 1:
            return {"bool": flags % 2 == 1}
        if kind in (2, 4):
            value = self.varint()
            return {"int32" if kind == 2 else "int64":
                    value - 2**64 if value >= 2**63 else value}
        if kind in (3, 5):
            return {"uint32" if kind == 3 else "uint64": self.varint()}
        if kind == 6:
            return {"ipv4": str(ipaddress.IPv4Address(self.take(4)))}
        if kind == 7:
            return {"ipv6": str(ipaddress.IPv6Address(self.take(16)))}
        if kind in (8, 9):
            return {"str" if kind == 8 else "bin": self.text()}
        raise ValueError(f"type {kind}")

    def keys(self, count=None):
        keys = []
        while self.data if count is None else len(keys) < count:
            keys.append([self.text(), self.value()])
        return keys


def decode(reader):
    kind, flags = reader.number(1), reader.number(4)
    frame = {"type": TYPES.get(kind, kind), "flags": flags,
             "stream": reader.varint(), "frame": reader.varint()}
    if kind == 0 or (kind == 3 and not flags & 1):
        frame["fragment_bytes"] = len(reader.data)
    elif kind == 3:
        frame["messages"] = []
        while reader.data:
            name = reader.text()
            frame["messages"].append([name, reader.keys(reader.number(1))])
    else:
        frame["keys"] = reader.keys()
    return frame


def lines(paths):
    for path in paths:
        with open(path, encoding="ascii") as file:
            frames = [line.strip() for line in file if not line.startswith("#")]
        for frame in frames:
            reader = Reader(bytes.fromhex(frame))
            if reader.number(4) != len(reader.data):
                sys.exit(f"{path}: the length does not fit the frame")
            yield json.dumps(decode(reader))


if __name__ == "__main__":
    for line in lines(sys.argv[1:]):
        print(line)
