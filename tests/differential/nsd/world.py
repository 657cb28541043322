"""A random world for the responder: zones, services and gateways, and the files by which the agent
learns of them. It holds what is hard about names: instances that share an address, labels and names
that are too long, hosts at and around a zone's own name, wildcards beside and below what is there,
a zone inside of another one, networks that end within a label."""

import dataclasses
import ipaddress
import json

HOME = "hap.test"
SHOP = "shop.vh.test"  # hosts of the first gateway
WILD = "wild.vh.test"
ZONES = [HOME, "vh.test", "in.deep.vh.test"]
# Where HAProxy is said to be: its addresses, or a name that leads outside of the zones, to a
# service, to nothing, and back to where it came from.
ADVERTISED = {
    "addresses": ["10.9.9.1", "10.9.9.2", "10.9.9.1", "fd00:1::99"],
    "outside": ["lb.example.com"],
    "a service": [f"web.service.{HOME}"],
    "nothing": [f"nothing.service.{HOME}"],
    "a loop": [SHOP],
    "a loop by a wildcard": [f"any.{WILD}"],
}
REVERSE = ["10.0.0.0/8", "172.16.0.0/13", "198.51.100.0/28", "fd00:1::/33"]
NETWORKS = ["10.0.0.0/24", "172.20.0.0/16", "198.51.100.0/28", "192.0.2.0/28", "fd00:1::/120",
            "fd00:1:8000::/120"]
PORTS = [1, 80, 443, 8080, 65535]
WEIGHTS = [0, 1, 50, 100, 100, 255, 256]
WORDS = ["web", "api", "a", "b", "x-1", "9", "tcp", "service", "addr", "gateway", "ns",
         "0a000001-1f90", "l" * 63, "m" * 62]
TAGS = ["blue", "v2", "tcp", "service", "t" * 63, "7"]


@dataclasses.dataclass
class Instance:
    address: str
    port: int
    weight: int
    id: str = ""
    tags: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Gateway:
    name: str
    port: int  # 0: none
    hosts: list
    instances: list  # of its one route; none: the route goes to a service


@dataclasses.dataclass
class World:
    advertise: list
    ttl: int
    services: dict  # of services files: name to instances
    gateways: list
    zones: list = dataclasses.field(default_factory=lambda: ZONES)
    reverse: list = dataclasses.field(default_factory=lambda: REVERSE)


class Generator:
    def __init__(self, random, advertised):
        self.random = random
        self.advertise = ADVERTISED[advertised]
        self.addresses = [self.address() for _ in range(60)]
        self.hosts = []  # of all gateways so far

    def world(self):
        services = {name: self.instances(self.random.choice([0, 1, 2, 3, 5, 12]))
                    for name in WORDS + [f"s{number}" for number in range(25)]}
        services["empty"] = []
        services["big"] = self.instances(60)
        services["huge"] = self.instances(200)
        services["crowd"] = [Instance("10.0.0.77", port, 100, f"c{port}") for port in range(2, 60)]
        gateways = [self.first_gateway(), *self.other_gateways()]
        return World(self.advertise, self.random.randint(1, 600), services, gateways)

    def address(self):
        network = ipaddress.ip_network(self.random.choice(NETWORKS))
        return str(network[self.random.randrange(network.num_addresses)])

    def instances(self, count):
        """Each with an address and port of its own, but many share an address."""
        places = set()
        while len(places) < count:
            places.add((self.random.choice(self.addresses), self.port()))
        return [Instance(address, port, self.random.choice(WEIGHTS), f"I{number}_{port}",
                         self.random.sample(TAGS, self.random.choice([0, 0, 1, 2, 3])))
                for number, (address, port) in enumerate(sorted(places))]

    def port(self):
        return self.random.choice(PORTS + [self.random.randint(1, 65535)])

    def first_gateway(self):
        """Has the hosts that other worlds must not miss."""
        self.hosts = [SHOP, f"*.{WILD}", f"x.{WILD}", f"a.b.{SHOP}", *ZONES, f"below.{ZONES[2]}",
                      f"*.{ZONES[2]}", f"under.service.{HOME}", f"gateway.{HOME}",
                      "www.example.com"]
        return Gateway("shop", 8080, list(self.hosts), [])

    def other_gateways(self):
        segments = WORDS[:8] + ["API", "a.b", "A_b", "k" * 64, "k" * 61]
        names = {"/".join(self.random.choice(segments) for _ in range(self.random.randint(1, 4)))
                 for _ in range(30)}
        one_spelling = {name.lower(): name for name in sorted(names) if len(name) <= 240}
        for number, name in enumerate(one_spelling.values()):
            port = self.random.choice([0, 20000 + number])
            hosts = [] if "k" * 64 in name else self.new_hosts()
            instances = [Instance(self.random.choice(self.addresses), 1000 + number, weight)
                         for weight in self.random.sample(WEIGHTS, 2)][:self.random.randint(0, 1)]
            if len(name) > 50:
                instances = []
            yield Gateway(name, port, hosts, instances)

    def new_hosts(self):
        words = ["w", "shop", "deep", "a", "b", "x-1", "WWW"]
        fresh = []
        for _ in range(self.random.randint(0, 4)):
            above = self.random.choice(ZONES + [host.removeprefix("*.") for host in self.hosts])
            labels = self.random.choices(words, k=self.random.choice([0, 1, 1, 2]))
            if self.random.random() < 0.3:
                labels.insert(0, "*")
            host = ".".join(labels + [above])
            if host.lower() not in map(str.lower, self.hosts):
                fresh.append(host)
                self.hosts.append(host)
        return fresh


# ---- as files

def settings_text(world, folder, dns_listen):
    return json.dumps({
        "gateways": f"{folder}/gateways.yaml", "services": f"{folder}/services.yaml",
        "state": f"{folder}/state", "spop": {"listen": f"unix:{folder}/spop.sock", "workers": 1},
        "admin": {"listen": f"unix:{folder}/admin.sock"}, "advertise": world.advertise,
        "dns": {"listen": dns_listen, "zones": world.zones, "reverse": world.reverse,
                "ttl": f"{world.ttl}s"}}, indent=1)


def services_text(world):
    """JSON is YAML."""
    return "".join("---\n" + json.dumps({
        "name": name, "instances": [dataclasses.asdict(each) for each in instances]}) + "\n"
        for name, instances in world.services.items())


def gateway_text(gateway):
    route = {"weight": "100%", "service": "web"}
    if gateway.instances:
        route = {"weight": "100%", "instances": [
            {"address": each.address, "port": each.port, "weight": each.weight}
            for each in gateway.instances]}
    text = {"name": gateway.name, "virtual_hosts": gateway.hosts, "routes": {"v1": route}}
    if gateway.port:
        text["port"] = gateway.port
    return "---\n" + json.dumps(text) + "\n"


def write_files(world, folder, dns_listen):
    for name, text in (("pointsman.yaml", settings_text(world, folder, dns_listen)),
                       ("services.yaml", services_text(world)),
                       ("gateways.yaml", "".join(map(gateway_text, world.gateways)))):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "state").mkdir()
