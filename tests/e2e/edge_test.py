"""Virtual hosts on two ports: HTTP/2 over TLS, redirects, HSTS, PROXY headers, X-Forwarded-*."""

import json
import os
import re
import socket
import subprocess

from harness import EndToEndTest, main
from machine import ADDRESS, free_port

SHOP = """
name: shop
virtual_hosts: [shop.example.com]
routes:
  v1: {weight: 50%, instances: ["$v1"]}
  v2: {weight: 50%, instances: ["$v2"]}
"""
WEB = """
name: web
routes:
  v3: {weight: 100%, instances: ["$v3"]}
"""
HOSTS = ("shop.example.com", "web.example.net")


class Edge(EndToEndTest):
    def start(self, **settings):
        self.tls_port = free_port()
        self.make_certificate()
        edge = {"certificates": self.stage.path("tls"),
                "tls_listen": f"{ADDRESS}:{self.tls_port}", **settings}
        # WEB is found by its default virtual host.
        self.stage.write("pointsman.yaml", self.stage.read("pointsman.yaml") +
                         f"edge: {json.dumps(edge)}\nvirtual_host_domain: example.net\n")
        self.stage.service("v1", "v2", "v3")
        self.stage.start_all(SHOP, WEB)

    def make_certificate(self):
        os.mkdir(self.stage.path("tls"))
        names = ",".join(f"DNS:{host}" for host in HOSTS)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={HOSTS[0]}",
                        "-addext", f"subjectAltName={names}", "-keyout",
                        self.stage.path("tls/edge.pem.key"), "-out",
                        self.stage.path("tls/edge.pem")], check=True, capture_output=True)

    def curl(self, url, *arguments):
        """Status, HTTP version, headers by lower-case name, and the body: what the service got."""
        resolve = [word for host in HOSTS for port in (self.tls_port, self.stage.hosts[1])
                   for word in ("--resolve", f"{host}:{port}:{ADDRESS}")]
        result = subprocess.run(
            ["curl", "--silent", "--show-error", "--include", "--max-time", "20", "--cacert",
             self.stage.path("tls/edge.pem"), *resolve, *arguments, url],
            capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        head, _, body = result.stdout.replace("\r\n", "\n").partition("\n\n")
        first, *lines = head.split("\n")
        version, status = re.match(r"HTTP/(\S+) (\d+)", first).groups()
        headers = dict(line.split(": ", 1) for line in lines)
        return int(status), version, {k.lower(): v for k, v in headers.items()}, body

    def https(self, host, path="/"):
        return f"https://{host}:{self.tls_port}{path}"

    def http(self, host, path="/"):
        return f"http://{host}:{self.stage.hosts[1]}{path}"

    def test_virtual_hosts_are_served_over_tls_by_http_2_and_1(self):
        self.start(hsts="365d")
        for arguments, version in ((["--http2"], "2"), (["--http1.1"], "1.1")):
            for host, routes in ((HOSTS[0], ("v1", "v2")), (HOSTS[1], ("v3",))):
                status, spoken, headers, _ = self.curl(self.https(host), *arguments)
                self.assertEqual((status, spoken), (200, version))
                self.assertIn(headers["x-pointsman-route"], routes)
                self.assertEqual(headers["strict-transport-security"], "max-age=31536000")
        status, _, headers, _ = self.curl(self.http(HOSTS[0]))
        self.assertEqual(status, 200)
        self.assertNotIn("strict-transport-security", headers)

    def test_old_tls_is_refused(self):
        self.start()
        result = subprocess.run(["openssl", "s_client", "-connect", f"{ADDRESS}:{self.tls_port}",
                                 "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], input="",
                                capture_output=True, text=True, check=False)
        self.assertNotEqual(result.returncode, 0)

    def test_many_streams_over_http_2_keep_the_split(self):
        self.start()
        command = ["h2load", "--requests=2000", "--clients=4", "--max-concurrent-streams=20",
                   f"--connect-to={ADDRESS}:{self.tls_port}",
                   f"https://{HOSTS[0]}:{self.tls_port}/"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        output = result.stdout + result.stderr
        self.assertEqual(result.returncode, 0, output)
        self.assertIn("Application protocol: h2", output)
        self.assertIn("2000 total, 2000 started, 2000 done, 2000 succeeded, 0 failed", output)
        self.assertIn("status codes: 2000 2xx", output)
        counts = [int(self.stage.server_state(f"shop__{name}", "BACKEND")["stot"])
                  for name in ("v1", "v2")]
        self.assertGreaterEqual(sum(counts), 2000)
        self.assertAlmostEqual(counts[0] / sum(counts), 0.5, delta=0.02)

    def test_clear_text_is_redirected_and_tls_is_not(self):
        self.start(redirect_to_https=True)
        status, _, headers, _ = self.curl(self.http(HOSTS[0], "/a?b=c"))
        self.assertEqual(status, 308)
        self.assertTrue(headers["location"].startswith(f"https://{HOSTS[0]}"))
        self.assertTrue(headers["location"].endswith("/a?b=c"))
        self.assertEqual(self.curl(self.https(HOSTS[0]))[0], 200)

    def test_instances_are_told_who_asked_whatever_clients_say(self):
        self.start()
        _, _, _, seen = self.curl(self.https(HOSTS[0]), "-HX-Forwarded-For: 192.0.2.1",
                                  "-HX-Forwarded-Proto: http", "-HX-Forwarded-Host: evil.example",
                                  "-HX-Forwarded-Port: 1")
        lines = dict(line.split(": ", 1) for line in seen.strip().split("\n"))
        told = {name.lower(): value for name, value in lines.items()}
        self.assertNotIn("192.0.2.1", seen)
        self.assertEqual(told["x-forwarded-proto"], "https")
        self.assertEqual(told["x-forwarded-host"].split(":")[0], HOSTS[0])
        self.assertEqual(told["x-forwarded-port"], str(self.tls_port))

    def test_what_a_trusted_balancer_says_is_kept(self):
        self.start(trust_forwarded="127.0.0.0/8")
        _, _, _, seen = self.curl(self.https(HOSTS[0]), "-HX-Forwarded-For: 192.0.2.1",
                                  "-HX-Forwarded-Proto: http")
        seen = seen.lower() + "\n"
        self.assertIn("x-forwarded-for: 192.0.2.1\n", seen)
        self.assertIn("x-forwarded-proto: http\n", seen)
        self.assertIn(f"x-forwarded-port: {self.tls_port}\n", seen)  # which it did not say

    def test_a_proxy_header_of_the_balancer_tells_the_client(self):
        self.start(proxy_protocol="127.200.0.0/16")
        reply = self.ask_from("127.200.0.9", b"PROXY TCP4 192.0.2.7 192.0.2.8 1234 80\r\n")
        self.assertIn("x-forwarded-for: 192.0.2.7\r\n", reply)
        self.assertIn("x-forwarded-port: 80\r\n", reply)
        # From elsewhere it is no header, but a bad request; without one all is well.
        self.assertIn(" 400 ", self.ask_from(ADDRESS, b"PROXY TCP4 192.0.2.7 192.0.2.8 1 80\r\n"))
        self.assertIn("x-forwarded-for: " + ADDRESS, self.ask_from(ADDRESS, b""))

    def ask_from(self, address, before):
        """A whole exchange from that address, the headers' names in lower case."""
        with socket.create_connection(self.stage.hosts, 10, (address, 0)) as stream:
            stream.sendall(before + b"GET / HTTP/1.1\r\nHost: shop.example.com\r\n"
                           b"Connection: close\r\n\r\n")
            reply = b"".join(iter(lambda: stream.recv(65536), b"")).decode().lower()
            return reply + "\r\n"  # behind the last header that the service got


if __name__ == "__main__":
    main()
