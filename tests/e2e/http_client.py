"""A small, fast HTTP/1.1 client over keep-alive connections, and a load of several of them."""

import socket
import threading


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # list of (lower-case name, value)
        self.body = body

    def header(self, name):
        """The first value of that name, or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def route(self):
        return self.header("x-pointsman-route")

    @property
    def reason(self):
        return self.header("x-pointsman-reason")

    @property
    def by(self):
        return self.header("x-pointsman-by")

    @property
    def generation(self):
        return int(self.header("x-pointsman-generation") or 0)

    @property
    def service(self):
        return self.header("x-service")

    @property
    def cookies(self):
        """Set-Cookie as {name: value}."""
        pairs = (value.split(";")[0] for key, value in self.headers if key == "set-cookie")
        return dict(pair.split("=", 1) for pair in pairs)


class Closed(Exception):
    """The connection ended before the first byte of a response."""


class Connection:
    """One keep-alive connection. As a browser does, a request is sent again once when a connection
    that has been in use ended before any byte of the response; that is counted in `retried`."""

    def __init__(self, address, timeout=10):
        self.address = address
        self.timeout = timeout
        self.socket = None
        self.rest = b""
        self.retried = 0

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None
        self.rest = b""

    def get(self, path="/", host="test.example", headers=()):
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in headers]
        request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        used = self.socket is not None
        try:
            return self.exchange(request)
        except Closed:
            if not used:
                raise
            self.retried += 1
            return self.exchange(request)

    def exchange(self, request):
        if self.socket is None:
            self.socket = socket.create_connection(self.address, self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket.sendall(request)
            head = self.read_head()
        except (ConnectionError, Closed) as error:
            self.close()
            raise Closed(str(error)) from error
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ", 2)[1])
        pairs = [line.split(":", 1) for line in lines[1:]]
        fields = [(name.lower(), value.strip()) for name, value in pairs]
        length = next((int(value) for name, value in fields if name == "content-length"), 0)
        response = Response(status, fields, self.read_exactly(length))
        if (response.header("connection") or "").lower() == "close":
            self.close()
        return response

    def read_head(self):
        while b"\r\n\r\n" not in self.rest:
            data = self.socket.recv(65536)
            if not data:
                raise Closed("end of file") if not self.rest else ValueError("cut response")
            self.rest += data
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        return head

    def read_exactly(self, length):
        while len(self.rest) < length:
            data = self.socket.recv(65536)
            if not data:
                raise ValueError("cut response body")
            self.rest += data
        body, self.rest = self.rest[:length], self.rest[length:]
        return body


class Load:
    """Requests on several connections at once, until the `with` block ends."""

    def __init__(self, address, connections, **request):
        self.address = address
        self.request = request
        self.responses = []  # in order of arrival
        self.failures = []
        self.retried = 0
        self.ending = threading.Event()
        self.grown = threading.Condition()
        self.threads = [threading.Thread(target=self.run) for _ in range(connections)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()

    def run(self):
        connection = Connection(self.address)
        while not self.ending.is_set():
            try:
                response = connection.get(**self.request)
            except (OSError, ValueError, Closed) as error:
                connection.close()
                with self.grown:
                    self.failures.append(repr(error))
                continue
            with self.grown:
                self.responses.append(response)
                if response.status != 200:
                    self.failures.append(f"status {response.status}")
                self.grown.notify_all()
        with self.grown:
            self.retried += connection.retried
        connection.close()

    def wait_for(self, count, matching=lambda response: True, timeout=20):
        """Until `count` more responses that match have come; False when time ran out."""
        with self.grown:
            looked_at, found = len(self.responses), 0

            def enough():
                nonlocal looked_at, found
                found += sum(map(matching, self.responses[looked_at:]))
                looked_at = len(self.responses)
                return found >= count

            return self.grown.wait_for(enough, timeout)
