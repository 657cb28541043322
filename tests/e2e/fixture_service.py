"""A service for tests: NAME ADDRESS PORT... Answers every request with its name, the port, and what
it was asked: `x-service: NAME`, `x-port: PORT`, `x-path: PATH`, and the request's header lines as
the body."""

import asyncio
import sys


class Service(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]
        self.rest = b""

    def data_received(self, data):
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            head, self.rest = self.rest.split(b"\r\n\r\n", 1)
            line, _, headers = head.partition(b"\r\n")
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nx-service: %s\r\nx-port: %d\r\nx-path: %s\r\n"
                b"content-length: %d\r\n\r\n%s"
                % (NAME, self.port, line.split(b" ")[1], len(headers), headers))


async def serve(address, ports):
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Service, address, port, backlog=1024) for port in ports]
    await asyncio.gather(*(server.serve_forever() for server in servers))


NAME = sys.argv[1].encode()
asyncio.run(serve(sys.argv[2], [int(port) for port in sys.argv[3:]]))
