"""How much of every time is the driver's own: asked of a server that answers at once with the same bytes."""

import socket
import threading

from benchmarks.client import Ask, Browser
from benchmarks.stats import percentile

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10000\r\n\r\n" + b"x" * 10000
_TIMES = 300


def overhead() -> float:
    """The p50 in milliseconds of a request to nobody: an upper bound, as it holds the answering too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer, args=[server], daemon=True).start()
        browser = Browser(server.getsockname()[1])
        took = [browser.send(Ask("/")).milliseconds for _ in range(_TIMES)]
        browser.close()
    return round(percentile(took, 0.5), 3)


def _answer(server: socket.socket) -> None:
    """Answer each request, whatever it asks, until the other side hangs up."""
    connection, _address = server.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while connection.recv(65536):
            connection.sendall(_ANSWER)
