"""Requests made for one condition of one gateway, as raw bytes, and the doors by which they come:
the client's address, the port and the name in TLS are a connection's."""

import base64
import dataclasses

from sticky_token import FORCED, TAKEN, Token, sign
from twin_conditions import NAMES, SOURCES

DIRECT = ("127.0.0.2", "127.0.0.3", "::1")  # this machine's; the others are told by PROXY lines
KEY_VALUES = (b"u1", b"u2", b"user 77", b"\xff\xc3\xa9", b"a=b", b"k" * 500)
COOKIE_ENDS = (b"; ", b"; ", b";", b" ;", b";;", b" ; \t", b"; ; ")
NOISE = (("X-Forwarded-For", b"10.1.2.3"), ("Accept", b"*/*"), ("X-Long", b"l" * 2500),
         ("X-Empty", b""), ("X-Bytes", b"\xe9\xff\x80"), ("Forwarded", b"for=10.1.2.3;host=x"),
         ("Cookie", b""), ("cOOkie", b"; ;a;=;==;A"), ("User-Agent", b""))


@dataclasses.dataclass(frozen=True)
class Door:
    """How a connection comes: directly, told by a PROXY line, or over a unix socket (no source)."""
    source: str | None
    port: int | None = None
    tls: bool = False
    sni: bytes | None = None

    def is_proxied(self):
        return self.source is not None and (
            self.tls or self.port is not None or self.source not in DIRECT)

    def proxy_line(self):
        family, here = ("TCP6", "2001:db8::1") if ":" in self.source else ("TCP4", "192.0.2.1")
        return f"PROXY {family} {self.source} {here} 4000 {self.port or 7777}\r\n".encode()


class Request:
    def __init__(self, rng):
        self.method = b"GET"
        self.path = b"/"
        self.query = None
        self.parameters = []
        self.host = b""
        self.gateway = None  # named by the frontend
        self.version = b"1.1"
        self.lines = []  # (name, value)
        self.cookies = []  # name=value, with blanks as they like
        self.source, self.port, self.tls, self.sni = rng.choice(SOURCES[:3]), None, False, None

    def door(self):
        tls = self.tls or self.sni is not None
        return Door(self.source or "::1" if tls or self.port else self.source, self.port, tls,
                    self.sni)

    def add_lines(self, rng, name, values):
        for value in values:
            spelled = rng.choice((name, name, name.lower(), name.upper(), name.swapcase()))
            self.lines.append((spelled, value))

    def put(self, rng, field, name, subject):
        """The field's text; None takes it away."""
        count = rng.choice((0, 0, 1, 2))
        noise = [rng.choice((b"n", b"", b"no, no", b"\xff")) for _ in range(count)]
        found = [subject] if subject is not None else []
        several = noise[:1] + found + noise[1:]
        if field == "host":
            self.host = self.decorated_host(rng, subject or b"")
        elif field == "sni":
            text = subject.upper() if rng.random() < 0.3 else subject
            self.sni = text + b"." * (rng.random() < 0.2)
        elif field == "path":
            self.path = subject or b"/"
        elif field == "query":
            self.query, self.parameters = subject, []
        elif field == "url":
            self.path, mark, query = subject.partition(b"?")
            self.query, self.parameters = query if mark else None, []
        elif field == "method":
            self.method = subject
        elif field == "user-agent":
            self.add_lines(rng, b"User-Agent", several)
        elif field == "header":
            self.add_lines(rng, name, several)
        elif field == "cookie":
            for value in several:
                blanks = [rng.choice((b"", b"", b" ", b"\t")) for _ in range(3)]
                self.cookies.append(name + blanks[0] + b"=" + blanks[1] + value + blanks[2])
        else:
            bare = [name if value == b"" and rng.random() < 0.5 else name + b"=" + value
                    for value in several]
            self.parameters += [text.replace(b" ", b"+").replace(b"#", b"") for text in bare]

    @staticmethod
    def decorated_host(rng, host):
        if rng.random() < 0.3:
            host = host.upper()
        if rng.random() < 0.2 and not host.endswith(b"]"):
            host += b"."
        return host + rng.choice((b"", b"", b":80", b":", b":8a", b":65536"))

    def make_noise(self, rng):
        self.lines += [(name.encode(), value) for name, value in rng.sample(NOISE, 2)]
        if rng.random() < 0.3:
            self.cookies.append(rng.choice((b"x=1", b"\xff", b"=", b"user2=1", b'x="a;b"')))
        if rng.random() < 0.3:
            for field in ("cookie", "parameter"):
                self.put(rng, field, rng.choice(NAMES[field]).encode(), b"other")
        rng.shuffle(self.lines)

    def ensure_keys(self, rng, keys):
        """The first occurrence counts."""
        value = rng.choice(KEY_VALUES)
        if "header" in keys:
            self.lines.insert(0, (rng.choice((b"X-User-Id", b"x-user-id")), value))
        if "cookie" in keys:
            self.lines.insert(0, (b"Cookie", b"user=" + value))
        if "query" in keys and not (self.query or b"").startswith(b"user=u"):
            self.query = b"user=" + value.replace(b" ", b"+") + b"&" + (self.query or b"")
        if "src" in keys and self.source is None:
            self.source = "::1"

    def target(self, rng):
        query = b"&".join(([self.query] if self.query is not None else []) + self.parameters)
        is_there = self.query is not None or self.parameters or (
            rng.random() < 0.1 and self.path != b"*")
        target = self.path + (b"?" + query if is_there else b"")
        has_authority = self.host and not set(self.host) & set(b"[:")
        if rng.random() < 0.1 and self.path != b"*" and has_authority:
            target = (b"https://" if self.tls else b"http://") + self.host + target
        return target

    def raw(self, rng):
        lines = [*self.lines]
        cookies, line = self.cookies, b""
        for number, cookie in enumerate(cookies):
            line += cookie + rng.choice(COOKIE_ENDS)
            if rng.random() < 0.2 or number == len(cookies) - 1:
                lines.append((rng.choice((b"Cookie", b"cookie", b"COOKIE")), line.rstrip(b"; \t")))
                line = b""
        if self.gateway is not None:
            lines.append((b"X-Gateway", self.gateway.encode()))
        if self.version == b"1.1" or self.host:
            lines.insert(rng.randrange(len(lines) + 1), (b"Host", self.host))
        text = b"".join(name + b":" + rng.choice((b" ", b"", b" \t ")) + value +
                        rng.choice((b"", b"", b" \t")) + b"\r\n" for name, value in lines)
        return (self.method + b" " + self.target(rng) + b" HTTP/" + self.version + b"\r\n" + text +
                b"\r\n")


def request_for(rng, gateway, route, wanted):
    """Satisfies the route's condition or narrowly doesn't."""
    request = Request(rng)
    if rng.random() < 0.1:
        request.source = None
    elif rng.random() < 0.3:
        request.source = rng.choice(SOURCES)
    request.make_noise(rng)
    if route.condition:
        route.condition.put(rng, request, wanted)
    if request.host or rng.random() < 0.5:
        request.gateway = gateway.name
        request.host = request.host or b"other.example"
    else:
        host = rng.choice(gateway.hosts).replace("*.", rng.choice(("a.", "A.b."))).encode()
        request.host = request.decorated_host(rng, host.replace(b"*", b"nobodys.host"))
    if rng.random() < 0.05:
        make_odd(rng, gateway, request)
    request.ensure_keys(rng, gateway.needed_keys())
    return request


def make_odd(rng, gateway, request):
    """Legal and seldom seen."""
    what = rng.randrange(4)
    if what == 0 and "query" not in gateway.needed_keys():
        request.method, request.path = b"OPTIONS", b"*"
        request.query, request.parameters = None, []
    elif what == 1:
        request.gateway = rng.choice((gateway.name.swapcase(), gateway.name + "/", "nobody"))
    elif what == 2:  # then the host finds the gateway
        request.gateway = ""
        request.host = gateway.hosts[0].encode()
    else:
        request.gateway, request.host, request.version = gateway.name, b"", b"1.0"
        request.lines.append((b"Connection", b"keep-alive"))


class Tokens:
    """Puts tokens into requests: made by the agent, minted, forged and spoilt. `cookies` are those
    that the agent has set for each gateway, and `minted` the overrides: (route, token)."""

    KINDS = ("as it came", "older", "refresh is due", "idle", "expired", "from the future",
             "other outcomes", "another gateway's", "of an unknown key", "wrongly signed", "cut",
             "padded", "not canonical", "unknown flag", "another version", "unknown route",
             "minted", "minted for another", "override has ended", "override without a route")

    def __init__(self, key, cookies, minted, now):
        self.key_id, self.secret = key
        self.cookies = cookies
        self.minted = minted
        self.now = now

    def add(self, rng, kind, gateway, request):
        """False: there is nothing yet to make it from."""
        text = self.text_of(rng, kind, gateway)
        if text is None:
            return False
        place = rng.choice(("cookie", "cookie", "header", "query"))
        if place == "header":
            request.add_lines(rng, b"X-Pointsman-Force", [text])
        elif place == "query":
            request.parameters.append(b"pm_force=" + text)
        else:
            cookie = gateway.cookie.encode() + b"=" + text
            request.cookies.insert(rng.randrange(len(request.cookies) + 1), cookie)
        return True

    def text_of(self, rng, kind, gateway):
        if kind.startswith("minted"):
            return self.minted[gateway.name if kind == "minted" else self.another(rng, gateway)]
        known = self.cookies.get(gateway.name)
        if not known:
            return None
        text, token = rng.choice(known)
        spoilt = {"as it came": text, "cut": text[:-3], "padded": text + "=",
                  "not canonical": text[:-1] + ("B" if len(text) % 4 else text[-1] + " A"),
                  "wrongly signed": ("B" if text[-9] == "A" else "A").join((text[:-9], text[-8:]))}
        if kind in spoilt:
            return spoilt[kind].encode()
        name = self.another(rng, gateway) if kind == "another gateway's" else gateway.name
        return sign(self.changed(rng, kind, token), name, self.secret).encode()

    def another(self, rng, gateway):
        return rng.choice([name for name in sorted(self.minted) if name != gateway.name])

    def changed(self, rng, kind, token):
        now = int(self.now())
        ages = {"older": (60, 60), "refresh is due": (500, 500), "idle": (90000, 87000),
                "expired": (2600000, 60), "from the future": (-1000, -1000),
                "override has ended": (500, 60), "override without a route": (60, -500)}
        issued, seen = ages.get(kind, (0, 0))
        change = {"issued": now - issued, "seen": now - seen}
        if kind.startswith("override"):
            change.update(flags=FORCED, conditions=())
        if kind in ("unknown route", "override without a route"):
            change.update(route_tag=rng.randrange(1, 1 << 32))
        if kind == "other outcomes":
            change.update(conditions=tuple((tag, rng.choice((0, TAKEN)) | rng.randrange(10000))
                                           for tag, _ in token.conditions))
        if kind == "of an unknown key":
            change.update(key=token.key ^ 0x55)
        if kind in ("unknown flag", "another version"):
            change.update(flags=2 if kind == "unknown flag" else 0,
                          version=1 if kind == "unknown flag" else 2)
        return dataclasses.replace(token, **change)
