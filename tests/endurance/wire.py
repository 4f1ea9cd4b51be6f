"""The line between the phone and the server, which can be cut, lose answers, and break off in the middle of a photograph."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass
class Passed:
    """One request that went over the line."""

    method: str
    path: str
    status: int | None
    delivered: bool


@dataclass
class Wire:
    """Faults are switched on and off while it runs."""

    target: int
    down: bool = False
    answers_to_lose: int = 0
    # Called when half of the next part of a photograph is over: whoever kills the server there.
    in_the_middle: Callable[[], None] | None = None
    new_release: bytes = b""  # what makes the service worker another one
    passed: list[Passed] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def loses(self, method: str, path: str) -> bool:
        """Whether this answer gets lost: only of what sends, and only as often as was asked for."""
        with self.lock:
            if method not in ("POST", "PUT") or "/phone/arrivals/" not in path or not self.answers_to_lose:
                return False
            self.answers_to_lose -= 1
            return True

    def interrupts(self, method: str) -> Callable[[], None] | None:
        with self.lock:
            if method != "PUT":
                return None
            wanted, self.in_the_middle = self.in_the_middle, None
            return wanted

    def count(self, method: str, *, delivered: bool, status: int | None = None) -> int:
        return sum(
            one.method == method and one.delivered == delivered and "/phone/arrivals/" in one.path
            and (status is None or one.status == status)
            for one in self.passed
        )  # fmt: skip


@contextmanager
def wired(target: int) -> Iterator[tuple[Wire, int]]:
    """The line to the server on port ``target``, and its own port."""
    wire = Wire(target)
    server = _Line(("127.0.0.1", 0), _Handler)
    server.wire = wire
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield wire, server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Line(ThreadingHTTPServer):
    daemon_threads = True
    wire: Wire


class _Handler(BaseHTTPRequestHandler):
    server: _Line
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.wire.down:
            return
        status, delivered = None, False
        try:
            status, headers, answer = self._forward(body)
            delivered = not self.server.wire.down and not self.server.wire.loses(self.command, self.path)
            if delivered:
                self._answer(status, headers, answer)
        except (OSError, http.client.HTTPException):
            delivered = False
        self.server.wire.passed.append(Passed(self.command, self.path, status, delivered))

    do_GET = do_POST = do_PUT = do_HEAD = _pass

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        worker = self.path == "/sw.js"
        line = http.client.HTTPConnection("127.0.0.1", self.server.wire.target, timeout=60)
        try:
            line.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in _HOP and not (worker and name.lower() == "accept-encoding"):
                    line.putheader(name, value)
            line.putheader("Content-Length", str(len(body)))
            line.endheaders()
            half = len(body) // 2
            line.send(body[:half])
            if interrupt := self.server.wire.interrupts(self.command):
                interrupt()
            line.send(body[half:])
            answer = line.getresponse()
            added = self.server.wire.new_release if worker else b""
            return answer.status, answer.getheaders(), answer.read() + added
        finally:
            line.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            with suppress(OSError):
                self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass
