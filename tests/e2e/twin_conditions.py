"""Generated conditions, each of which knows how a request satisfies it or narrowly fails to. Every
test's value has a number of its own, so that requests made for one seldom satisfy another."""

import ipaddress
import re

OPERATORS = ("==", "!=", "in", "not in", "contains", "misses", "starts with", "ends with",
             "matches")
POSITIVE = {"!=": "==", "not in": "in", "misses": "contains", "absent": "present"}
NAMED = ("header", "cookie", "parameter")
TEXTS = ("host", "sni", "path", "query", "method", "scheme", "url", "user-agent", *NAMED)
KINDS = [*((field, operator) for field in TEXTS for operator in OPERATORS),
         *((field, operator) for field in NAMED for operator in ("present", "absent")),
         *((field, operator) for field in ("src", "port") for operator in OPERATORS[:4]),
         *(("browser", operator) for operator in OPERATORS[:4])]
# Many requests satisfy these: they stand behind a guard, a header that their own requests have.
BROAD = {"scheme", "src", "port"}

NAMES = {
    "header": ("X-A", "x-b", "Accept-Language", "Referer", "X_Under.score"),
    "cookie": ("a", "A", "__Host-b", "c.d"),
    "parameter": ("a", "A", "b[]", "c-d"),
}
# With the test's number in the place of #. Each ends a number with a letter: 1z is not in 11z.
VALUES = {
    "host": ("shop#z.example", "a.b#z.shop.example", "xn--bcher-#z.example", "under_#z.example",
             "10.0.0.#", "[2001:db8::#]"),
    "sni": ("sni#z.example", "a.b.sni#z.example"),
    "path": ("/v#z", "/é#z", "/a%2Fb#z", "/%zz#z", "/a;b=#z", "/it's#z", '/"#z"', "/a\\b#z",
             "/(#z)", "/a|b//#z", "/../#z", "/<#z>", "/%00#z", "/a,b#z"),
    "query": ("user=u&q#z", "user=u&q=é#z", "user=u&q#z=?", "user=u&&q=%20#z", "user=u&q+'#z"),
    "method": ("M#Z", "m#z", "M-#.z!", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE"),
    "url": ("/v#z?user=u&x=1", "/é#z?user=u", "/a%2Fb?user=u#z"),
    "user-agent": ("Agent #z/1.0", "ü#z", "curl/#z"),
    "header": ("v #z", "v,#z", "é#z", '"#z"', "it's #z", "a;b=#z", "a, b, #z", "a\\1#z", ""),
    "cookie": ("v#z", '"v#z"', "a b#z", "a=b#z", "é#z", "a,b#z", ""),
    "parameter": ("v#z", "a=b#z", "a%20b#z", "é#z", "a+b#z", "?#z", ""),
}
# What may stand before and behind a value.
FILLINGS = {
    "host": (b"", b"a", b"b."),
    "sni": (b"", b"a", b"b."),
    "path": (b"", b"/", b"/b", b"/%C3%A9", b"/\xff\xfe", b"/a//", b"/\xc3\xa9", b"/p" * 500),
    "query": (b"", b"&b=1", b"&", b"&\xff=%ff", b"&a==&"),
    "method": (b"", b"A", b"a."),
    "url": (b"", b"&b=1", b"/b", b"&\xff"),
    "user-agent": (b"", b"Mozilla/5.0 ", b" (X11; \xfc)", b"\t\\"),
    "header": (b"", b"a", b", b", b"\xff\xe9", b" \t b", b"\\0", b"a" * 1900),
    "cookie": (b"", b"a", b", b", b"\xff", b"=", b"%3B", b"\xa0", b"\x0b"),
    "parameter": (b"", b"a", b"=", b"\xff", b"%26", b"+", b"a" * 300),
}
# With the value in the place of VALUE.
PATTERNS = ("VALUE", "^(.*)VALUE(.*)$", "(VALUE)|(never)", "(?:(.)|)VALUE", "(?i:VALUE)",
            "(?<word>VALUE)[^/]*$", "^(?!.*stop)(?:.*?)(VALUE){1,2}", "(?s)\\A.*VALUE.*\\z",
            "[[:alnum:]]*?(VALUE)()", "((((((((VALUE))))))))(.?)", "\\QVALUE\\E", "(?=VALUE)(..)",
            "(?|(VALUE)x|(VALUE))", "(*UCP)(?:\\w*|)VALUE", "(?x) VALUE  # blanks are nothing",
            "(?:(.))?\\KVALUE", "VALUE(*ACCEPT)never", "(?:.|(never))*?VALUE")
AGENTS = {
    "Chrome": (b"Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",),
    "EDGE": (b"Mozilla/5.0 (X11) Chrome/120.0 Safari/537.36 Edg/120.0",),
    "firefox": (b"Mozilla/5.0 (X11; rv:121.0) Gecko/20100101 Firefox/121.0",),
    "IE": (b"Mozilla/5.0 (Trident/7.0; rv:11.0) like Gecko", b"Mozilla/5.0 (compatible; MSIE 9.0)"),
    "Safari": (b"Mozilla/5.0 (Macintosh) Version/17.1 Safari/605.1",),
}
NETWORKS = ("10.0.0.0/8", "10.1.2.3", "127.0.0.2/31", "192.0.2.64/26", "::ffff:10.0.0.0/104",
            "2001:db8::/33", "2001:db8::7", "::1")
SOURCES = ("127.0.0.2", "127.0.0.3", "::1", "10.1.2.3", "10.200.0.1", "192.0.2.77", "192.0.2.1",
           "2001:db8::7", "2001:db8:8000::1", "::ffff:10.1.2.3", "255.255.255.255")
PORTS = (1, 80, 443, 8443, 65535)


def quoted(rng, text):
    quote = rng.choice("'\"")
    return quote + text.replace(quote, quote * 2) + quote


def mapped(address):
    """IPv4 as IPv6, as comparisons see it."""
    address = ipaddress.ip_address(address)
    return int(address) + (0xFFFF << 32 if address.version == 4 else 0)


def is_within(source, network):
    plain = ipaddress.ip_network(network)
    bits = plain.max_prefixlen - plain.prefixlen
    return mapped(source) >> bits == mapped(plain.network_address) >> bits


class Test:
    """One test of a condition; `kind` is its field and operator."""

    def __init__(self, rng, kind, number):
        self.kind = kind
        self.field, self.operator = kind
        self.positive = POSITIVE.get(self.operator, self.operator)
        self.name = rng.choice(NAMES[self.field]) if self.field in NAMED else ""
        self.values = self.choose_values(rng, number)
        self.pattern = None
        self.captures = False
        if self.operator == "matches":
            form = rng.choice(PATTERNS)
            self.captures = re.search(r"\((?![?*])|\(\?<\w", form) is not None
            value = self.values[0] if "\\Q" in form else re.escape(self.values[0])
            self.pattern = form.replace("VALUE", value)
        self.text = self.write(rng)

    def is_broad(self):
        """Many requests satisfy it by chance."""
        return self.field in BROAD or self.operator in POSITIVE or self.values[:1] == [""]

    def choose_values(self, rng, number):
        count = 3 if self.positive == "in" else 1
        if self.positive == "present":
            return []
        if self.field == "scheme":
            return {"contains": ["ttps"], "starts with": ["https"], "ends with": ["s"],
                    "in": ["ftp", "https"]}.get(self.positive, ["https"])
        if self.field == "src":
            return rng.sample(NETWORKS, count)
        if self.field == "port":
            return [str(port) for port in rng.sample(PORTS, count)]
        if self.field == "browser":
            return rng.sample(sorted(AGENTS), count)
        values = [rng.choice(VALUES[self.field]).replace("#", f"{number}{part}")
                  for part in ("", "1", "2")[:count]]
        return [""] if "" in values else values

    def write(self, rng):
        field = {"parameter": "query", "browser": "user-agent"}.get(self.field, self.field)
        if self.name:
            name = self.name.swapcase() if field == "header" and rng.random() < 0.5 else self.name
            field += " " + quoted(rng, name)
        if self.positive == "present":
            return ("has " if self.operator == "present" else "misses ") + field
        if self.pattern is not None:
            return f"{field} matches {quoted(rng, self.pattern)}"
        values = [value if self.field in ("src", "port") else quoted(rng, value)
                  for value in self.values]
        if self.positive == "in":
            negation = "not " if self.operator == "not in" else ""
            return f"{negation}{field} in ({', '.join(values)})"
        return f"{field} {self.operator} {values[0]}"

    def fields(self):
        """Those that putting this test into a request may change."""
        groups = (("path", "query", "url", "parameter"), ("sni", "scheme", "src", "port"),
                  ("user-agent", "browser"))
        return next((group for group in groups if self.field in group), (self.field,))

    def put(self, rng, request, wanted):
        """Changes the request so that the test holds, or narrowly doesn't."""
        positive = wanted != (self.operator in POSITIVE)
        if self.field == "scheme":
            request.tls = positive
        elif self.field == "src":
            fit = [source for source in SOURCES
                   if any(is_within(source, value) for value in self.values) == positive]
            request.source = rng.choice(fit or SOURCES)
        elif self.field == "port":
            request.port = rng.choice([port for port in PORTS
                                       if (str(port) in self.values) == positive])
        elif self.field == "browser":
            agents = [agent for name in AGENTS if (name in self.values) == positive
                      for agent in AGENTS[name]]
            request.add_lines(rng, b"User-Agent", [rng.choice(agents)])
        elif self.positive == "present":
            self.put_presence(rng, request, positive)
        else:
            request.put(rng, self.field, self.name.encode(), self.subject(rng, positive))

    def put_presence(self, rng, request, positive):
        name = self.name.encode()
        value = rng.choice([b"", b"x"]) if self.field != "cookie" or not positive else b"x"
        if not positive and (self.field != "cookie" or value):
            name = rng.choice([name + b"x", b"x" + name])
        request.put(rng, self.field, name, value)

    def subject(self, rng, positive):
        """None: the field is to be absent."""
        value = rng.choice(self.values).encode()
        exact = self.positive in ("==", "in") and self.field != "user-agent"
        if not positive:
            if not value:
                return b"x" if exact and rng.random() < 0.5 else None
            value = self.near_miss(rng, value)
        before, after = (rng.choice(FILLINGS[self.field]) for _ in range(2))
        if value.startswith(b"["):
            return value
        if exact or self.positive == "starts with" or self.field in ("query", "url", "method"):
            before = b""
        elif self.field == "path" and before and not before.startswith(b"/"):
            before = b"/" + before
        if exact or self.positive == "ends with" or (self.field in ("host", "sni") and not before):
            after = b""
        return before + value + after

    def near_miss(self, rng, value):
        if value.startswith(b"["):  # HAProxy 3.2 refuses a host with one bracket
            return value.replace(b"::", b"::f")
        miss = value[:-1]
        ignores_case = self.field in ("host", "sni") or "(?i" in (self.pattern or "")
        if not ignores_case and value.swapcase() != value and rng.random() < 0.5:
            miss = value.swapcase()
        return miss


class Expression:
    """Tests put together by `and`, `or` or `not`."""

    def __init__(self, rng, word, parts):
        self.kind = ("expression", word)
        self.word, self.parts = word, parts
        texts = [f"({part.text})" if isinstance(part, Expression) or rng.random() < 0.3
                 else part.text for part in parts]
        self.text = f"not ({parts[0].text})" if word == "not" else f" {word} ".join(texts)

    def is_broad(self):
        return self.word == "not" or any(part.is_broad() for part in self.parts)

    def fields(self):
        return tuple(field for part in self.parts for field in part.fields())

    def put(self, rng, request, wanted):
        if self.word == "not":
            return self.parts[0].put(rng, request, not wanted)
        # One part settles it, or all together do; the others are anything.
        one = rng.randrange(len(self.parts))
        for place, part in enumerate(self.parts):
            settles = place == one or wanted == (self.word == "and")
            part.put(rng, request, wanted if settles else rng.random() < 0.5)
        return None


class Guarded(Expression):
    """A condition that only requests with a header of its own are asked."""

    def __init__(self, rng, condition, number):
        self.guard = f"g{number}z"
        super().__init__(rng, "and", [condition])
        self.kind = condition.kind
        inner = f"({condition.text})" if isinstance(condition, Expression) else condition.text
        parts = [inner, f"header X-Guard == {self.guard}"]
        rng.shuffle(parts)
        self.text = " and ".join(parts)

    def put(self, rng, request, wanted):
        request.add_lines(rng, b"X-Guard", [self.guard.encode()])
        self.parts[0].put(rng, request, wanted)


def random_expression(rng, word, numbers):
    """One test, or two of different fields, so that they can be satisfied apart."""
    first = Test(rng, rng.choice(KINDS), next(numbers))
    if word == "not":
        return Expression(rng, "not", [first])
    second = Test(rng, rng.choice(KINDS), next(numbers))
    while set(second.fields()) & set(first.fields()):
        second = Test(rng, rng.choice(KINDS), next(numbers))
    parts = [first, second]
    if rng.random() < 0.4:
        parts[1] = Expression(rng, "not", [second])
    return Expression(rng, word, parts)


def random_condition(rng, kind, numbers):
    """Of one test, or of an ("expression", word); behind a guard where it is broad."""
    condition = (random_expression(rng, kind[1], numbers) if kind[0] == "expression"
                 else Test(rng, kind, next(numbers)))
    if condition.is_broad() or rng.random() < 0.3:
        return Guarded(rng, condition, next(numbers))
    return condition
