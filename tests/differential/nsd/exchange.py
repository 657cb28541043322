"""Asks a server many questions, by UDP or TCP, and yields each reply beside its question. By UDP
some are under way at once, and one that stays without a reply is asked again, up to a deadline."""

import selectors
import socket
import struct
import time

UNDER_WAY = 64
PATIENCE = 1.0  # until a datagram counts as lost
DEADLINE = 60.0
PIPELINED = 20  # by TCP; both sides can buffer what this many need
RECEIVE_BUFFER = 1 << 20


def has_question(reply, question):
    """Whether it answers this one; a server that does not understand a query leaves it out."""
    return reply[4:6] == b"\0\0" or reply[12:12 + len(question)] == question


def ask_by_udp(target, questions):
    replies = [None] * len(questions)
    waiting = {}  # number of a message to index
    following = iter(range(len(questions)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own, \
            selectors.DefaultSelector() as selector:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        own.connect(target)
        own.setblocking(False)
        selector.register(own, selectors.EVENT_READ)
        deadline = time.monotonic() + DEADLINE

        def send(index):
            waiting[index & 0xffff] = index
            own.send(questions[index].message(index & 0xffff))

        for index in following:
            send(index)
            if len(waiting) == UNDER_WAY:
                break
        while waiting:
            if not selector.select(PATIENCE):
                if time.monotonic() > deadline:
                    raise AssertionError(f"{len(waiting)} replies stay out, as to "
                                         f"{questions[next(iter(waiting.values()))]}")
                for index in list(waiting.values()):
                    send(index)
            for reply in received(own):
                index = waiting.get(int.from_bytes(reply[:2], "big"))
                if index is None or not has_question(reply, questions[index].question):
                    continue  # the second reply to a query that was asked again
                replies[index] = reply
                del waiting[index & 0xffff]
                following_index = next(following, None)
                if following_index is not None:
                    send(following_index)
    return replies


def received(own):
    try:
        while True:
            yield own.recv(65535)
    except BlockingIOError:
        return


def ask_by_tcp(target, questions):
    replies = []
    with socket.create_connection(target, DEADLINE) as stream, stream.makefile("rb") as file:
        for start in range(0, len(questions), PIPELINED):
            some = questions[start:start + PIPELINED]
            messages = [question.message(number) for number, question in enumerate(some)]
            stream.sendall(b"".join(struct.pack(">H", len(m)) + m for m in messages))
            by_number = {}
            for _ in some:
                size, = struct.unpack(">H", file.read(2))
                reply = file.read(size)
                by_number[int.from_bytes(reply[:2], "big")] = reply
            replies += [by_number[number] for number in range(len(some))]
    return replies
