"""``make demo LAN=1``: the demo for phones in the same network, over HTTPS.

Beside it, on the next port, a plain page offers the root certificate that the phone has to install once.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from config.certificates import Certificates, certificates
from config.running import Stop

LOOPBACK = "127.0.0.1"
ROOT_ADDRESS = "/village-voices-demo.crt"
_HOW = {
    "zh-Hans": (
        "在安卓手机上安装演示证书",
        (
            "下载证书。",
            "打开手机“设置”，搜索“CA 证书”（常在“安全 › 更多安全设置 › 加密与凭据 › 安装证书”）；"
            "选择“CA 证书”，确认提示，再选刚下载的文件。手机须设有锁屏密码。",
            "在“信任的凭据 › 用户”中打开它，核对 SHA-256 指纹与电脑屏幕上显示的一致；不一致就删除。",
            "然后打开演示地址。演示结束后在同一处删除证书。",
        ),
        "下载证书",
    ),
    "en": (
        "Install the demo's certificate on an Android phone",
        (
            "Download the certificate.",
            "Open the phone's Settings and search for “CA certificate” (often under Security › More security settings › "
            "Encryption & credentials › Install a certificate); choose “CA certificate”, confirm the warning, and pick the "
            "file that was downloaded. The phone needs a screen lock.",
            "Open it under “Trusted credentials › User” and compare its SHA-256 fingerprint with the one on the computer's "
            "screen; if they differ, remove it.",
            "Then open the demo's address. Remove the certificate in the same place when the demonstration is over.",
        ),
        "Download the certificate",
    ),
}


@dataclass(frozen=True)
class Lan:
    """Where phones find the demo, and with what certificate."""

    address: str
    port: int
    files: Certificates

    @property
    def origin(self) -> str:
        return f"https://{_bracketed(self.address)}:{self.port}"

    @property
    def offer(self) -> str:
        """The plain page with the root certificate."""
        return f"http://{_bracketed(self.address)}:{self.port + 1}/"

    @property
    def environment(self) -> dict[str, str]:
        """What the demo's settings are told, beyond those of a demo on this machine only."""
        return {
            "DEMO_HTTPS": "1",
            "SITE_ADDRESS": self.origin,
            "ALLOWED_HOSTS": ",".join([_bracketed(self.address), LOOPBACK, "localhost"]),
        }

    @property
    def gunicorn(self) -> list[str]:
        """How the web server is called: this machine's own pages come from the same address as the phone's."""
        return [
            "--bind", f"{_bracketed(self.address)}:{self.port}",
            "--bind", f"{LOOPBACK}:{self.port}",
            "--certfile", str(self.files.certificate),
            "--keyfile", str(self.files.key),
        ]  # fmt: skip


def lan(wanted: str, port: int, folder: Path) -> Lan | None:
    """For LAN=1 or LAN=<this machine's address>; none where LAN is not set. Raises Stop."""
    if wanted.strip().lower() in ("", "0", "no", "off"):
        return None
    address = own_address() if wanted.strip().lower() in ("1", "yes", "on") else _given(wanted.strip())
    for one, host in ((port, address), (port + 1, address)):
        _must_be_free(host, one)
    return Lan(address, port, certificates(folder, [address, LOOPBACK]))


def own_address() -> str:
    """The address by which this machine is known in its network; nothing is sent to learn it. Raises Stop."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = probe.getsockname()[0]
        except OSError:
            found = LOOPBACK
    if ipaddress.ip_address(found).is_loopback:
        raise Stop(
            "this machine has no address in a network that a phone could reach; give it: LAN=192.168.…"
        )
    return found


def _given(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address))
    except ValueError as error:
        raise Stop(f"LAN must be 1 or this machine's IP address, not {address!r}.") from error


def _must_be_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"{host}, port {port}, can't be served: {error.strerror or error}.") from error


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@contextmanager
def offered(found: Lan) -> Iterator[None]:
    """Offer the root certificate on the plain page as long as this lasts."""
    with _server(found) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def said(found: Lan) -> str:
    """What the terminal says of the phone's way in."""
    lines = [f"\nOn a phone in the same network open {found.offer} first, then {found.origin}"]
    for title, steps, _link in _HOW.values():
        lines += ["", title, *(f"  {n}. {text}" for n, text in enumerate(steps, 1))]
    lines += ["", f"SHA-256: {found.files.fingerprint}", f"({found.files.root})"]
    return "\n".join(lines)


def _server(found: Lan) -> ThreadingHTTPServer:
    page, root = _page(found).encode(), found.files.root_der

    class Offer(BaseHTTPRequestHandler):
        """Two addresses, and nothing else of this machine."""

        def do_GET(self) -> None:
            if self.path == ROOT_ADDRESS:
                self._answer(root, "application/x-x509-ca-cert")
            elif self.path == "/":
                self._answer(page, "text/html; charset=utf-8")
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in found.address else socket.AF_INET

    return Server((found.address, found.port + 1), Offer)


def _page(found: Lan) -> str:
    parts = [
        f'<section lang="{language}"><h1>{title}</h1><ol>{"".join(f"<li>{text}</li>" for text in steps)}</ol>'
        f'<p><a href="{ROOT_ADDRESS}">{link}</a> · <a href="{found.origin}">{found.origin}</a></p></section>'
        for language, (title, steps, link) in _HOW.items()
    ]
    return (
        '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>民情办理 · Village Voices</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">' + "".join(parts) + "</html>"
    )


def from_environment(port: int, folder: Path) -> Lan | None:
    """What ``make demo`` was asked for."""
    return lan(os.environ.get("LAN", ""), port, folder)
