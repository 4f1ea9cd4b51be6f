"""A person's browser, as thin as it can be: one connection that is kept, cookies, and a clock."""

import gzip
import http.client
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_SIGN_IN = "/sign-in/"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Ask:
    """One request: a page, or a form with its fields."""

    path: str
    form: list[tuple[str, str]] | None = None
    # The answer without which the request was for nothing; a form that is refused comes back with 422 or 409.
    expected: int = 200

    @property
    def method(self) -> str:
        return "GET" if self.form is None else "POST"


@dataclass(frozen=True)
class Answer:
    """What came back: the body as it travelled, and how long it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    milliseconds: float

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


class Unexpected(Exception):
    """An answer that makes the measurement worthless."""


@dataclass
class Browser:
    """One connection to a server at 127.0.0.1."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)

    def reconnect(self) -> None:
        """A new connection, which may end at another worker."""
        self._connection.close()
        self._connection.connect()

    def send(self, ask: Ask) -> Answer:
        """Send it and read the whole answer; only this is timed."""
        if self._connection.sock is None:
            self._connection.connect()
        body = urlencode(ask.form).encode() if ask.form is not None else None
        headers = self._headers(body)
        began = time.perf_counter()
        self._connection.request(ask.method, ask.path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = (time.perf_counter() - began) * 1000
        self._keep_cookies(response)
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, content, took)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {
            "Accept-Encoding": "gzip",
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
        }
        return headers | ({"Content-Type": _FORM} if body is not None else {})

    def _keep_cookies(self, response: http.client.HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value

    def follow(self, path: str) -> tuple[str, Answer]:
        """The page that an address leads to, with its own address. Raises Unexpected where it leads to the sign-in."""
        asked = path
        for _ in range(_MOST_REDIRECTS):
            answer = self.send(Ask(path))
            if answer.status not in REDIRECTS:
                break
            parts = urlsplit(urljoin(path, answer.location))
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if answer.status != 200 or (path.startswith(_SIGN_IN) and not asked.startswith(_SIGN_IN)):
            raise Unexpected(f"{asked} led to {path}: {answer.status}")
        return path, answer

    def page(self, path: str) -> str:
        """The text of the page that an address leads to."""
        return self.follow(path)[1].text

    def close(self) -> None:
        self._connection.close()
