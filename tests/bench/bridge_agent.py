"""A table of many routes, and an agent that gives nothing but tables to bridges: as much of
docs/formats/table.md and docs/formats/bridge.md as the bench needs."""
import os
import socket
import struct
import threading

FACTOR = 0x9E3779B97F4A7C15
U64 = (1 << 64) - 1
PIECE_BYTES = 8000


def pack(value):
    """MessagePack; of maps, arrays and texts only forms that any size fits."""
    if isinstance(value, dict):
        parts = [pack(part) for item in value.items() for part in item]
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(parts)
    if isinstance(value, (list, tuple)):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))
    if isinstance(value, int):
        return b"\xd3" + struct.pack(">q", value)
    if isinstance(value, str):
        return b"\xdb" + struct.pack(">I", len(value.encode())) + value.encode()
    return b"\xc6" + struct.pack(">I", len(value)) + value


def check_of(payload, index):
    total = index
    for (word,) in struct.iter_unpack("<Q", payload + b"\0" * (-len(payload) % 8)):
        total = (total ^ word) * FACTOR & U64
        total ^= total >> 32
    return (total ^ len(payload)) & 0xFFFFFFFF


def condition(number, rules):
    """A quarter each by path, the path's beginning, user agent and cookie; the last one holds."""
    tests = [
        ["path", "is", "", [f"/page/{number}"]],
        ["path", "starts with", "", [f"/part/{number}/"]],
        ["user-agent", "is", "", [f"agent-{number};"]],
        ["cookie", "is", "choice", [f"value-{number}"]],
    ]
    test = ["cookie", "is", "choice", ["last"]] if number == rules else tests[number % 4]
    return {"text": "?", "start": 1, "steps": [test + [0, -1]], "strength": 10000,
            "tag": 1000000 + number}


def table(rules):
    """A table's bytes: one gateway for all hosts with so many conditional routes and two more."""
    routes = [{"kind": "route", "name": f"r{i}", "tag": i, "backend": "origin",
               "condition": condition(i, rules)} for i in range(1, rules + 1)]
    routes += [{"kind": "route", "name": f"v{i}", "tag": 2000000 + i, "backend": f"origin{i}",
                "share": 5000} for i in (1, 2)]
    maps = [{"kind": "gateway", "name": "bench", "hosts": 1, "routes": len(routes)},
            {"kind": "hosts", "hosts": ["*"]}] + routes
    maps.insert(0, {"format": "pointsman-table", "version": 1, "generation": 1,
                    "records": len(maps)})
    payloads = [pack(one) for one in maps]
    return b"".join(struct.pack(">II", len(p), check_of(p, i)) + p for i, p in enumerate(payloads))


class Agent:
    """Gives each bridge the same table again and again, under new ids, as fast as it is taken."""

    def __init__(self, path, content):
        self.content = content
        self.tables_given = 0
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(path))
        os.chmod(path, 0o666)
        self.listening.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listening.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """The bench's bridges ask for piece after piece, so questions need not be understood."""
        offset = number = 0
        with connection, connection.makefile("rb") as questions:
            while len(head := questions.read(4)) == 4:
                questions.read(struct.unpack(">I", head)[0])
                piece = self.content[offset:offset + PIECE_BYTES]
                answer = pack({"id": f"id-{number}", "size": len(self.content), "offset": offset,
                               "bytes": piece})
                connection.sendall(struct.pack(">I", len(answer)) + answer)
                offset += len(piece)
                if offset == len(self.content):
                    offset, number = 0, number + 1
                    self.tables_given += 1
