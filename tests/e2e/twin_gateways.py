"""Generated gateways in which nothing is left to a roll: of a gateway's routes one has all of the
weight, or none has any, or a key of the request splits them. A condition that is not asked of keys
takes all of its requests, or none."""

import json

from twin_conditions import KINDS, Test, random_condition

COUNT = 20
REWRITES = (
    "/new%[path]",
    "%[path]/more if not method == GET",
    "/\\2/\\1 if path matches '^/([^/]*)(?:/(.*))?$'",
    "/ua/\\1\\2 if user-agent matches '(Chrome|Firefox)(/[0-9]*)'",
    "/h\\1 if has header x-a and (header X-A matches '(.*)' or path == /)",
    "/q/\\1 if query matches '([^&]*)$'",
    "\\1 if cookie user matches '^(.*)$'",
    "/o/\\1\\9 if host matches '^([A-Z0-9]+)()()()()()()()(.?)'",
    "/z/\\1 if header host matches '^(.*)$'",
    "/z\\1 if header Cookie matches '[a-z]+ *= *([^;]*)'",
    "/p\\1 if not path matches '^/(a)' and url matches '(.)$'",
)
KEYS = {"header": "header X-User-Id", "cookie": "cookie user", "query": "query user", "src": "src"}
COOKIE_FORMS = ({}, {"ttl": "1h", "idle": "10m"}, {"secure": "always", "same_site": "None"},
                {"secure": "never", "domain": "example"}, {"path": "/a", "cookie": "pin_#"})


class Route:
    """`condition` is what requests can be made for, if any."""

    def __init__(self, name, condition=None, next_gateway=None):
        self.name = name
        self.condition = condition
        self.next = next_gateway
        self.shape = {}

    def is_decisive(self):
        """The answer tells whether the condition held."""
        has_strength = "condition_strength" in self.shape
        return self.condition is not None and self.next is None and not has_strength


class Gateway:
    def __init__(self, rng, number, kinds, numbers, others):
        """`others` may be referred to."""
        self.name = rng.choice((f"g{number}", f"team/g{number}", f"Team-{number}/web.x"))
        self.hosts = [f"g{number}.example", f"*.g{number}.example"] + ["*"] * (number == 0)
        self.shape = {"name": self.name, "virtual_hosts": self.hosts}
        self.weights = ("one", "keyed", "none", "keyed", "one")[number % 5]
        kinds_of_keys = sorted(KEYS) if self.weights == "keyed" else [None, None, *KEYS]
        # The first one gets what no other has: requests that lack its key.
        self.split_by = rng.choice(kinds_of_keys) if number > 0 else None
        self.others = others
        self.is_sticky = not others and rng.random() < 0.7
        self.allow_forced = rng.random() < 0.6
        self.routes = self.make_routes(rng, kinds, numbers)
        self.fill_shape(rng, number)

    def make_routes(self, rng, kinds, numbers):
        conditions = [random_condition(rng, kind, numbers) for kind in kinds]
        routes = [Route("", condition) for condition in conditions]
        for _ in range(2):  # conditions that are met and lost
            route = Route("", random_condition(rng, rng.choice(KINDS), numbers))
            strengths = ("0%", "30%", "0.01%") if self.weights == "keyed" else ("0%",)
            route.shape["condition_strength"] = rng.choice(strengths)
            routes.insert(rng.randrange(len(routes) + 1), route)
        for other in self.others:
            condition = random_condition(rng, ("expression", "or"), numbers)
            routes.insert(rng.randrange(len(routes) + 1), Route("", condition, other))
        plain = [Route("") for _ in range(rng.randint(1, 3))]
        if self.others and rng.random() < 0.5:
            plain.append(Route("", next_gateway=rng.choice(self.others)))
        for route in plain:
            routes.insert(rng.randrange(len(routes) + 1), route)
        for place, route in enumerate(routes):
            route.name = rng.choice((f"r{place}", f"{self.name}/r{place}", f"R.{place}"))
            self.shape_route(rng, route)
        return self.give_weights(rng, routes, plain)

    def shape_route(self, rng, route):
        if route.condition:
            route.shape["condition"] = route.condition.text
        if route.next:
            route.shape["gateway"] = route.next.name
            return
        # Some share a backend, and then are no alternates of one another.
        route.shape["backend"] = f"be{rng.randrange(6)}"
        if rng.random() < 0.1:
            route.shape["epoch"] = rng.randrange(1, 9)
        rewrites = [self.rewrite_of(rng, route) for _ in range(rng.choice((0, 0, 1, 2)))]
        if rewrites:
            route.shape["rewrites"] = [{"path": rewrite} for rewrite in rewrites]

    def rewrite_of(self, rng, route):
        test = route.condition
        if isinstance(test, Test) and test.captures and rng.random() < 0.7:
            return f"/c/\\1%[path] if {test.text}"
        return rng.choice(REWRITES)

    def give_weights(self, rng, routes, plain):
        if self.weights == "keyed":
            for route in routes:
                route.shape["weight"] = rng.choice((0, 1, 5, 20))
            plain[0].shape["weight"] = 7
        else:
            whole = rng.choice(plain + routes[:1]) if self.weights == "one" else None
            for route in routes:
                route.shape["weight"] = "100%" if route is whole else "0%"
        return routes

    def fill_shape(self, rng, number):
        self.cookie = "pm_" + "".join(c if c.isascii() and c.isalnum() else "-" for c in self.name)
        if self.split_by:
            self.shape["split_by"] = KEYS[self.split_by]
        if self.is_sticky:
            form = {key: value.replace("#", str(number))
                    for key, value in rng.choice(COOKIE_FORMS).items()}
            self.cookie = form.get("cookie", self.cookie)
            self.shape["sticky"] = {"by": rng.choice(("route", "instance")), **form}
        if self.allow_forced:
            self.shape["allow_forced"] = True
        if rng.random() < 0.3:
            self.shape["evict_at_zero"] = True
        if rng.random() < 0.15:
            self.shape["on_unhealthy"] = "strict"
        self.shape["routes"] = {route.name: route.shape for route in self.routes}

    def reachable(self):
        """This one, and all that its routes lead to."""
        return [self, *(found for other in self.others for found in other.reachable())]

    def needed_keys(self):
        """What a request must have, lest a roll decides in the place of a key."""
        return {gateway.split_by for gateway in self.reachable() if gateway.split_by}

    def to_yaml(self):
        return json.dumps(self.shape, indent=1, ensure_ascii=False) + "\n"


def random_gateways(rng, numbers):
    """Every kind of test stands in two gateways, and each way to put tests together in several."""
    kinds = 2 * KINDS + [("expression", word) for word in ("and", "or", "not") for _ in range(8)]
    rng.shuffle(kinds)
    gateways = []
    for number in range(COUNT):
        # The first ones lead to the last ones, at most three deep.
        others = rng.sample(gateways[:6], 2) if number >= COUNT - 4 else []
        if 4 <= number < 6:
            others = rng.sample(gateways[:4], 1)
        gateways.append(Gateway(rng, number, kinds[number::COUNT], numbers, others))
    return gateways
