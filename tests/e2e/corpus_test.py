"""HAProxy takes what is rendered from gateways with every field, of every kind, without a word."""

import json
import os
import subprocess

import yaml

from harness import EndToEndTest, HERE, main, options

ROOT = os.path.dirname(os.path.dirname(HERE))
CORPUS = f"{ROOT}/tests/golden/render/corpus.yaml"
SCHEMA = f"{ROOT}/docs/schema/gateway.schema.json"
# A user's own file, with what the corpus refers to.
OWN = """
global
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    timeout connect 2s
    timeout client 10s
    timeout server 10s
frontend own
    bind 127.0.0.1:1
    default_backend be_legacy
backend be_legacy
    http-request return status 200
"""
LEGACY = "backend be_legacy\n    mode http\n    http-request return status 200\n"
# A frontend of its own, and values of all kinds in comments.
TEMPLATE = """
global
    log stdout format raw local0
defaults
    mode http
    log global
    timeout connect 2s
    timeout client 10s
    timeout server 10s
{{#frontends}}

frontend own-{{name}}
{{#binds}}
    bind {{{.}}}
{{/binds}}
{{> decide}}
    use_backend %[var(txn.pm_used)] if pm_settled
{{/frontends}}
{{#gateways}}
# {{name}}: {{metadata.team}} {{metadata.note}}
{{#routes}}
# {{name}} {{weight}} {{condition}} {{#rewrites}}{{.}} {{/rewrites}}
{{/routes}}
{{/gateways}}

backend be_legacy
    http-request return status 200
{{> agents}}
{{> resolvers}}
{{> backends}}
"""
HEADERS = [f"x-header-{number}" for number in range(32)]


def mappings(value):
    """All mappings in a document."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from mappings(inner)


def properties(schema):
    """The keys that gateways may have, at whatever level."""
    for mapping in mappings(schema):
        if isinstance(mapping.get("properties"), dict):
            yield from mapping["properties"]


class Corpus(EndToEndTest):
    def setUp(self):
        self.stage.write("own.cfg", OWN)
        self.stage.write("legacy.cfg", LEGACY)
        self.stage.write("edge.cfg.mustache", TEMPLATE)
        os.mkdir(self.stage.path("tls"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x", "-keyout",
                        self.stage.path("tls/x.pem.key"), "-out", self.stage.path("tls/x.pem")],
                       check=True, capture_output=True)

    def check(self, *kind, own=None, settings=""):
        """Renders by --check, and asks HAProxy once more about the files where they lie."""
        self.stage.write("settings.yaml", f"state: {self.stage.path('state')}\n{settings}\n")
        uid, gid = self.stage.identity()
        command = [options.program, "render", *kind, "-c", self.stage.path("settings.yaml"), "-g",
                   CORPUS, "-o", self.stage.path("conf"), "--no-bridge", "--user", uid, "--group",
                   gid, "--check", "--haproxy", options.haproxy]
        own_files = []
        if own:
            command += ["--with", self.stage.path(own)]
            own_files = ["-f", self.stage.path(own)]
        rendered = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(rendered.returncode, 0, rendered.stderr)
        self.assertNotIn("HAProxy:", rendered.stderr)
        name = rendered.stdout.splitlines()[0]
        checked = subprocess.run([options.haproxy, "-c", *own_files, "-f", name],
                                 capture_output=True, text=True, check=False)
        said = checked.stdout + checked.stderr
        self.assertEqual(checked.returncode, 0, said)
        self.assertNotIn("WARNING", said)

    def test_a_complete_configuration(self):
        self.check(own="legacy.cfg")

    def test_a_complete_configuration_with_all_that_an_edge_does(self):
        edge = {"certificates": self.stage.path("tls"), "redirect_to_https": True, "hsts": "1d",
                "proxy_protocol": ["10.0.0.0/8", "fd00::/8"], "trust_forwarded": "192.0.2.0/24"}
        self.check("--demo", own="legacy.cfg",
                   settings=f"edge: {json.dumps(edge)}\nvirtual_host_domain: x.example\n")

    def test_sections_beside_an_own_file(self):
        self.check("--sections", own="own.cfg")

    def test_with_as_many_headers_and_acls_as_there_may_be(self):
        self.check("--sections", own="own.cfg",
                   settings=f"spoe: {{headers: {json.dumps(HEADERS)}}}\n")

    def test_an_own_template(self):
        self.check("--template", self.stage.path("edge.cfg.mustache"))

    def test_the_corpus_has_gateways_enough_and_every_field(self):
        with open(CORPUS, encoding="utf-8") as file:
            gateways = list(yaml.safe_load_all(file))
        self.assertGreaterEqual(len(gateways), 40)
        with open(SCHEMA, encoding="utf-8") as file:
            wanted = set(properties(json.load(file)))
        found = {str(key) for gateway in gateways for mapping in mappings(gateway)
                 for key in mapping}
        self.assertEqual(wanted - found, set())

    def test_haproxys_own_message_comes_with_the_gateways_line(self):
        for key, value in (("balance", "nonsense 5"), ("condition", "<nonsense 5>")):
            self.stage.write("bad.yaml", "name: bad\nport: 1\nroutes:\n  v1:\n"
                             f"    {key}: {value}\n    instances: [\"192.0.2.1:80\"]\n")
            rendered = subprocess.run(
                [options.program, "render", "-g", self.stage.path("bad.yaml"), "--no-bridge",
                 "--check", "--haproxy", options.haproxy, "-o", self.stage.path("none")],
                capture_output=True, text=True, check=False)
            self.assertEqual(rendered.returncode, 1)
            self.assertRegex(rendered.stderr,
                             rf"bad.yaml:5:\d+: routes.v1.{key}: HAProxy: .*haproxy.cfg:\d+")
            self.assertFalse(os.path.exists(self.stage.path("none")))


if __name__ == "__main__":
    main()
