"""What docs/dns.md says that the zones of a world hold, as master files (RFC 1035 section 5) for
another server. Written from the document, not from the responder's code.

A master file cannot say that a name is there without records, as that of a service without
instances is. Such a name gets a name below it, MARKER, for which nobody asks."""

import collections
import ipaddress
import re

import dns.name

MARKER = b"marker-of-a-name-without-records"
OWN = (b"service", b"addr", b"gateway")


def labels_of(text):
    """Of a host name, in lower case; the root has none."""
    return tuple(label.encode() for label in text.lower().split("."))


def fits(labels):
    return (all(1 <= len(label) <= 63 for label in labels)
            and sum(len(label) + 1 for label in labels) + 1 <= 255)


def text_of(labels):
    return dns.name.Name([*labels, b""]).to_text()


def service_of_route(gateway):
    """The service that the instances of a gateway's route are."""
    return re.sub("[^a-z0-9]", "-", f"{gateway.name}-v1".lower()).strip("-")


class Model:
    def __init__(self, world, serial):
        self.world = world
        self.serial = serial
        self.home = labels_of(world.zones[0])
        self.names = collections.defaultdict(set)  # labels to (type, data)
        self.ports = collections.defaultdict(set)  # of an address
        self.zones = [labels_of(zone) for zone in world.zones] + self.reverse_zones()
        for zone in self.zones:
            self.add(zone, "SOA", f"ns.{text_of(self.home)} {text_of((b'hostmaster', *zone))} "
                                  f"{serial} 60 30 86400 {world.ttl}")
            self.add(zone, "NS", f"ns.{text_of(self.home)}")
        for label in (b"ns", *OWN):
            self.add_name((label, *self.home))
        self.add_name((b"_tcp", b"service", *self.home))
        for name, instances in self.all_services().items():
            self.add_service(name.encode(), instances)
        for gateway in world.gateways:
            self.add_gateway(gateway)
        self.add_pointers()

    def add(self, labels, kind, data):
        if fits(labels):
            self.names[labels].add((kind, data))

    def add_name(self, labels):
        if fits(labels):
            self.names.setdefault(labels, set())

    def all_services(self):
        services = dict(self.world.services)
        for gateway in self.world.gateways:
            if gateway.instances:  # of two with one name, the first is the service
                services.setdefault(service_of_route(gateway), gateway.instances)
        return services

    # ---- services

    def add_service(self, name, instances):
        below = (b"service", *self.home)
        self.add_records((name, *below), instances)
        self.add_records((b"_" + name, b"_tcp", *below), instances)
        for tag in {tag for each in instances for tag in each.tags}:
            some = [each for each in instances if tag in each.tags]
            self.add_records((tag.encode(), name, *below), some)
            self.add_records((b"_" + tag.encode(), b"_" + name, b"_tcp", *below), some)

    def add_records(self, owner, instances):
        self.add_name(owner)
        for each in instances:
            address = ipaddress.ip_address(each.address)
            if each.weight > 0:
                self.add_address(owner, address)
            self.add_srv(owner, address, each.port, min(65535, 256 * each.weight))
            place = f"[{address}]" if address.version == 6 else address
            name = each.id or f"{address}-{each.port}"
            strings = [f"id={name}", f"address={place}:{each.port}", f"weight={each.weight}",
                       *(f"tag={tag}" for tag in sorted(each.tags))]
            self.add(owner, "TXT", " ".join(f'"{string}"' for string in strings))

    def add_address(self, owner, address):
        self.add(owner, "A" if address.version == 4 else "AAAA", str(address))

    def add_srv(self, owner, address, port, weight):
        target = self.endpoint(address, port)
        self.add(owner, "SRV", f"0 {weight} {port} {text_of(target)}")
        self.add_address(target, address)
        self.ports[address].add(port)

    def endpoint(self, address, port):
        return (b"%s-%04x" % (address.packed.hex().encode(), port), b"addr", *self.home)

    # ---- gateways

    def add_gateway(self, gateway):
        segments = [segment.lower().encode() for segment in gateway.name.split("/")]
        name = (*reversed(segments), b"gateway", *self.home)
        if not fits(name):
            return
        self.add_name(name)
        self.add_places(name, gateway)
        for host in map(labels_of, gateway.hosts):
            if host in self.zones:
                if not self.alias():
                    self.add_places(host, gateway)
            elif self.zone_of(host) and not self.is_own(host):
                self.add(host, "CNAME", text_of(name))

    def alias(self):
        only = self.world.advertise[0]
        return None if re.match("[0-9.]+$|.*:", only) else only

    def add_places(self, owner, gateway):
        if self.alias():
            self.add(owner, "CNAME", text_of(labels_of(self.alias())))
            return
        for address in map(ipaddress.ip_address, self.world.advertise):
            self.add_address(owner, address)
            if gateway.port:
                self.add_srv(owner, address, gateway.port, 25600)

    def is_own(self, labels):
        return any(labels[-len(self.home) - 1:] == (label, *self.home) for label in OWN)

    # ---- zones

    def zone_of(self, labels):
        """The closest zone above or at a name."""
        for start in range(len(labels)):
            if labels[start:] in self.zones:
                return labels[start:]
        return None

    def reverse_zones(self):
        """The fewest zones that hold just the addresses of the networks."""
        zones = []
        for network in map(ipaddress.ip_network, self.world.reverse):
            step = 8 if network.version == 4 else 4
            whole = -(-network.prefixlen // step) * step
            for part in network.subnets(new_prefix=whole):
                labels = labels_of(part[0].reverse_pointer)
                zones.append(labels[(part.max_prefixlen - whole) // step:])
        return zones

    def add_pointers(self):
        for address, ports in self.ports.items():
            owner = labels_of(address.reverse_pointer)
            for port in ports if self.zone_of(owner) else ():
                self.add(owner, "PTR", text_of(self.endpoint(address, port)))

    # ---- what comes of it

    def master_files(self):
        """Of each zone, by its name."""
        have_names_below = {labels[start:] for labels in self.names
                            for start in range(1, len(labels))}
        lines = collections.defaultdict(list)
        for labels, records in self.names.items():
            zone = lines[text_of(self.zone_of(labels))]
            if not records and labels not in have_names_below:
                zone.append(f'{text_of((MARKER, *labels))} {self.world.ttl} TXT "x"')
            zone += [f"{text_of(labels)} {self.world.ttl} {kind} {data}"
                     for kind, data in sorted(records, key=lambda record: record[0] != "SOA")]
        return {zone: "\n".join(text) + "\n" for zone, text in lines.items()}
