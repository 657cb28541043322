"""An agent that cannot be trusted: SOCKET NAME=VALUE... It answers every question with those
variables, whatever they say. Enough of SPOP (SPOE.txt section 3) for that, and no more."""

import os
import socketserver
import struct
import sys

VARIABLES = dict(argument.split("=", 1) for argument in sys.argv[2:])


def varint(number):
    if number < 240:
        return bytes([number])
    out = bytearray([number & 15 | 240])
    number = (number - 240) >> 4
    while number >= 128:
        out.append(number & 127 | 128)
        number = (number - 128) >> 7
    return bytes(out + bytes([number]))


def end_of_varint(data, at):
    if data[at] < 240:
        return at + 1
    at += 1
    while data[at] >= 128:
        at += 1
    return at + 1


def text(value):
    encoded = value.encode("latin-1")
    return varint(len(encoded)) + encoded


def string(value):
    return b"\x08" + text(value)


HELLO = (b"\x65\x00\x00\x00\x01\x00\x00" + text("version") + string("2.0") + text("max-frame-size")
         + b"\x03" + varint(16380) + text("capabilities") + string("pipelining"))


def ack(frame):
    ids = frame[5:end_of_varint(frame, end_of_varint(frame, 5))]
    actions = b"\x01\x03\x02" + text("ack") + b"\x11" + b"\x01\x03\x02" + text("gen") + b"\x04\x01"
    for name, value in VARIABLES.items():
        actions += b"\x01\x03\x02" + text(name) + string(value)
    return b"\x67\x00\x00\x00\x01" + ids + actions


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        while len(head := self.rfile.read(4)) == 4:
            frame = self.rfile.read(struct.unpack(">I", head)[0])
            if frame[0] == 2:
                return
            reply = HELLO if frame[0] == 1 else ack(frame)
            self.connection.sendall(struct.pack(">I", len(reply)) + reply)


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


with Server(sys.argv[1], Session) as server:
    os.chmod(sys.argv[1], 0o666)
    server.serve_forever()
