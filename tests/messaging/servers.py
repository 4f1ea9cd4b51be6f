"""A mail server and a gateway of this machine that keep what they are sent."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer


class Mailbox(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as is needed; refuses recipients while ``refuses``."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.kept: list[EmailMessage] = []
        self.refuses = False


class _Smtp(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 mailbox")
        for line in iter(self.rfile.readline, b""):
            word = line.strip().upper()[:4]
            if word == b"RCPT" and self.server.refuses:
                self._say("550 nobody called 陈小明 here")
            elif word == b"DATA":
                self._say("354 go on")
                self._keep()
            elif word == b"QUIT":
                return self._say("221 bye")
            else:
                self._say("250 ok")

    def _keep(self) -> None:
        lines: list[bytes] = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.kept.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self._say("250 kept")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class Gateway(HTTPServer):
    """Answers each POST with ``status``, and keeps headers and body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.kept: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

    @property
    def told(self) -> list[dict]:
        return [json.loads(body) for _headers, body in self.kept]


class _Posted(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.append((dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def running(server: socketserver.BaseServer) -> Iterator[socketserver.BaseServer]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
