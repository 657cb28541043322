"""A service for tests: NAME ADDRESS PORT. Answers every request with its name and what it was
asked: `x-service: NAME`, `x-path: PATH`, and the request's header lines as the body."""

import asyncio
import sys


class Service(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.rest = b""

    def data_received(self, data):
        self.rest += data
        while b"\r\n\r\n" in self.rest:
            head, self.rest = self.rest.split(b"\r\n\r\n", 1)
            line, _, headers = head.partition(b"\r\n")
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nx-service: %s\r\nx-path: %s\r\ncontent-length: %d\r\n\r\n%s"
                % (NAME, line.split(b" ")[1], len(headers), headers))


async def serve(address, port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Service, address, port, backlog=1024)
    await server.serve_forever()


NAME = sys.argv[1].encode()
asyncio.run(serve(sys.argv[2], int(sys.argv[3])))
