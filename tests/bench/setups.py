"""What is compared: one HAProxy each, with one thread, in front of the same origin.

Every setup gets the same request, which only the last of its N rules matches.
"""
import pathlib
import subprocess

GLOBAL = """global
    nbthread 1
    maxconn 4000
"""

DEFAULTS = """defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
"""

AGENT_SETTINGS = """spop:
  listen: ["127.0.0.1:{port}"]
  workers: 1
gateways: {folder}/gateways.yaml
state: {folder}/state
"""


def request_headers(rules):
    return {"Host": f"h{max(rules, 1)}.example", "User-Agent": "Mozilla/5.0 (Bench)",
            "Accept": "text/html,application/xhtml+xml", "Accept-Language": "en",
            "Accept-Encoding": "gzip, deflate", "Cookie": "session=3f6a8c21; theme=dark"}


class Setup:
    """One row of the table. `agent` is the command of the agent beside HAProxy, or None."""

    def __init__(self, name, rules, port):
        self.name = name
        self.rules = rules
        self.port = port
        self.agent = None
        self.haproxy_files = []


def origin(folder, port):
    path = folder / "origin.cfg"
    path.write_text(f"""{GLOBAL}{DEFAULTS}
frontend origin
    bind 127.0.0.1:{port}
    http-request return status 200 content-type text/plain string "0123456789"
""")
    return [path]


def origin_backend(port):
    return f"backend origin\n    server origin 127.0.0.1:{port}\n"


def native(folder, name, rules, port, origin_port):
    """HAProxy's own rules: host, user-agent and a random share, as a canary is written by hand."""
    setup = Setup(name, rules, port)
    lines = [
        f"    use_backend origin if {{ req.hdr(host) -i h{i}.example }}"
        f" {{ req.hdr(user-agent) -m sub Bench }} {{ rand(100) lt 50 }}"
        for i in range(1, rules + 1)
    ]
    path = folder / f"native-{rules}.cfg"
    path.write_text("\n".join([
        GLOBAL + DEFAULTS, "frontend bench", f"    bind 127.0.0.1:{port}", *lines,
        "    default_backend origin", origin_backend(origin_port)]))
    setup.haproxy_files = [path]
    return setup


def gateway(rules, port):
    routes = [
        f"  r{i}:\n    weight: 0%\n    backend: origin\n"
        f"    condition: host == h{i}.example and user-agent contains Bench\n"
        f"    condition_strength: 50%\n"
        for i in range(1, rules + 1)
    ]
    return (f"name: bench\nport: {port}/http\nroutes:\n{''.join(routes)}"
            "  rest:\n    weight: 100%\n    backend: origin\n")


def with_agent(folder, name, rules, port, agent_port, origin_port, program):
    """The same rules as a gateway, HAProxy configured as Pointsman renders it: all headers sent."""
    setup = Setup(name, rules, port)
    own = folder / name.replace(" ", "-")
    own.mkdir()
    (own / "gateways.yaml").write_text(gateway(rules, port))
    (own / "pointsman.yaml").write_text(AGENT_SETTINGS.format(port=agent_port, folder=own))
    subprocess.run([program, "render", "-g", own / "gateways.yaml", "-o", own, "--chroot", "",
                    "--user", "", "--group", "", "--agent", f"127.0.0.1:{agent_port}"],
                   check=True, stdout=subprocess.DEVNULL)
    (own / "bench.cfg").write_text(GLOBAL + origin_backend(origin_port))
    setup.haproxy_files = [own / "haproxy.cfg", own / "bench.cfg"]
    setup.agent = [program, "agent", "-c", own / "pointsman.yaml"]
    return setup


def all_setups(folder, build, ports):
    program = pathlib.Path(build, "pointsman")
    origin_port = ports()
    setups = [native(folder, "pass-through", 0, ports(), origin_port)]
    for rules in (10, 100, 1000):
        setups.append(native(folder, f"native rules {rules}", rules, ports(), origin_port))
    for rules in (10, 100, 1000):
        setups.append(with_agent(folder, f"agent routes {rules}", rules, ports(), ports(),
                                 origin_port, program))
    agent_port = ports()
    floor = with_agent(folder, "floor agent", 10, ports(), agent_port, origin_port, program)
    floor.agent = [pathlib.Path(build, "tests/bench/floor_agent"), str(agent_port), "origin"]
    setups.append(floor)
    return origin(folder, origin_port), setups
