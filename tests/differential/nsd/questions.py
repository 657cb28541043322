"""Random queries about the names of a model: those that are there, those near, below, above and
beside them, and those outside of its zones, as bytes (RFC 1035 section 4)."""

import dataclasses
import functools
import string
import struct

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, DS, HTTPS = 1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 65
AXFR, ANY = 252, 255
IN = 1
TYPES = [A] * 6 + [AAAA] * 4 + [SRV] * 6 + [TXT] * 3 + [PTR] * 2
TYPES += [CNAME, NS, SOA, MX, HTTPS, ANY, DS]
SIZES = [0, 100, 511, 512, 513, 600, 1232, 1400, 4096]
OUTSIDE = ["", "test", "example.com", "www.example.com", "xhap.test", "hap.testx", "ap.test",
           "in-addr.arpa", "11.in-addr.arpa", "1.0.0.11.in-addr.arpa", "ip6.arpa", "arpa"]
LETTERS = (string.ascii_letters + string.digits + "-_*").encode()

RECURSION_DESIRED, AUTHENTIC_DATA, CHECKING_DISABLED, RESERVED = 0x100, 0x20, 0x10, 0x40


@dataclasses.dataclass(frozen=True)
class Question:
    labels: tuple
    kind: int
    kind_class: int = IN
    flags: int = 0
    size: int = None  # that OPT announces; None: without OPT
    dnssec_ok: bool = False

    @functools.cached_property
    def name(self):
        return b"".join(bytes([len(label)]) + label for label in self.labels) + b"\0"

    @functools.cached_property
    def question(self):
        return self.name + struct.pack(">HH", self.kind, self.kind_class)

    def message(self, number):
        with_opt = self.size is not None
        opt = struct.pack(">BHHIH", 0, 41, self.size, self.dnssec_ok << 15, 0) if with_opt else b""
        return struct.pack(">6H", number, self.flags, 1, 0, 0, with_opt) + self.question + opt

    def limit(self):
        """The longest reply by UDP (RFC 6891 section 6.2.5)."""
        return max(512, self.size or 0)

    def __str__(self):
        name = b".".join(self.labels).decode("ascii", "backslashreplace")
        opt = "no OPT" if self.size is None else f"OPT {self.size}{' DO' * self.dnssec_ok}"
        return f"{name}. TYPE{self.kind} CLASS{self.kind_class} flags {self.flags:#x}, {opt}"


def sure():
    """In the world with addresses each of comparison.CHOICES is met by one of these."""
    crowd = (b"crowd", b"service", b"hap", b"test")
    inner = (b"in", b"deep", b"vh", b"test")
    return [Question((b"77", b"0", b"0", b"10", b"in-addr", b"arpa"), PTR, size=2048),
            Question(crowd, SRV), Question(crowd, SRV, size=3000), Question(crowd, ANY),
            Question(crowd, A, kind_class=255), Question(inner, SRV), Question(inner, DS)]


class Asker:
    """Asks about a limited number of names, so that most of them are asked for in many ways."""

    def __init__(self, random, model):
        self.random = random
        self.there = sorted(model.names)
        # Zones, and names with many records, are few among all names.
        self.notable = model.zones + [name for name in self.there if len(model.names[name]) > 20]
        self.names = self.there + [self.near(random.choice(self.there)) for _ in self.there * 2]
        self.names += [tuple(text.encode().split(b".")) if text else () for text in OUTSIDE * 8]

    def near(self, labels):
        """Up to three steps away."""
        for _ in range(self.random.choice([1, 1, 2, 3])):
            step = self.random.choice([self.above, self.below, self.below, self.misspelt,
                                       self.exchanged, self.long, self.beside])
            changed = step(labels)
            if sum(len(label) + 1 for label in changed) < 255:
                labels = changed
        return labels

    def above(self, labels):
        return labels[self.random.randint(1, 2):]

    def below(self, labels):
        return (self.label(), *labels)

    def beside(self, labels):
        """The name that a wildcard would stand for, or the wildcard itself."""
        return (self.random.choice([b"*", b"w", self.label()]), *labels[1:])

    def misspelt(self, labels):
        if not labels:
            return labels
        place = self.random.randrange(len(labels))
        label = bytearray(labels[place])
        label[self.random.randrange(len(label))] = self.random.choice(LETTERS)
        return (*labels[:place], bytes(label), *labels[place + 1:])

    def exchanged(self, labels):
        """The front of one name, and the end of another one."""
        other = self.random.choice(self.there)
        return labels[:self.random.randint(1, 2)] + other[self.random.randint(1, 2):]

    def long(self, labels):
        count = self.random.choice([1, 30, 120])
        most = (254 - sum(len(label) + 1 for label in labels)) // 2
        return (b"a",) * min(count, most) + labels

    def label(self):
        if self.random.random() < 0.5:
            return self.random.choice([b"w", b"shop", b"a", b"*", b"_tcp", b"_udp", b"blue", b"ns",
                                       b"service", b"0a000063-1f90"])
        size = self.random.choice([1, 1, 2, 5, 63])
        return bytes(self.random.choice([self.random.randrange(256), *LETTERS])
                     for _ in range(size))

    def spelt(self, label):
        """With letters of any case."""
        return bytes(byte ^ 0x20 if chr(byte).isascii() and chr(byte).isalpha()
                     and self.random.random() < 0.5 else byte for byte in label)

    def question(self):
        random = self.random
        labels = random.choice(random.choices(
            (self.there, self.names, self.notable), weights=(45, 45, 10))[0])
        if random.random() < 0.2:
            labels = tuple(map(self.spelt, labels))
        kind = random.choice(TYPES) if random.random() < 0.97 else random.randrange(65536)
        kind_class = IN if random.random() < 0.99 else random.choice([0, 3, 4, 254, 255])
        flags = random.choice([0, RECURSION_DESIRED])
        if random.random() < 0.1:
            flags |= random.choice([AUTHENTIC_DATA, CHECKING_DISABLED, RESERVED])
        if random.random() < 0.4:
            return Question(labels, kind, kind_class, flags)
        size = random.choice(SIZES) if random.random() < 0.8 else random.randint(512, 4096)
        return Question(labels, kind, kind_class, flags, size, random.random() < 0.3)
