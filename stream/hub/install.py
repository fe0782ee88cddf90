"""``agora cert``: the hub's own authority, its fingerprint, and how a tablet learns to trust it."""

from __future__ import annotations

import contextlib
import html
import io
import socketserver
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Final

from stream.config import Config
from stream.config.addresses import reachable, url
from stream.config.authority import AuthorityUnusable, der, fingerprint
from stream.config.certificates import issued
from stream.hub import auth

NAME: Final = "agora.crt"
TYPE: Final = "application/x-x509-ca-cert"

STEPS: Final[tuple[tuple[str, str], ...]] = (
    (
        "iPad, iPhone",
        "Open the page in Safari, tap the certificate, allow the download. Then Settings, Profile Downloaded, Install. Then "
        "Settings, General, About, Certificate Trust Settings: switch on the one that begins with “Agora on”.",
    ),
    (
        "Android",
        "Download the certificate. Then Settings, search for “CA certificate” (under Security, Encryption and credentials), "
        "Install anyway, choose agora.crt.",
    ),
    (
        "Windows",
        "Download the certificate, then in a terminal: certutil -user -addstore Root agora.crt",
    ),
    (
        "macOS",
        "Download the certificate, then in a terminal: security add-trusted-cert -r trustRoot "
        "-k ~/Library/Keychains/login.keychain-db agora.crt",
    ),
    ("Firefox", "Settings, search for “certificates”, View Certificates, Authorities, Import; tick “websites”."),
)


def run(config: Config, *, out: Path | None, serve: bool, port: int) -> int:
    """Show the authority, write it to ``out``, offer it to devices until Ctrl-C; returns the exit code."""
    hub = config.hub
    if hub.certificate:
        print(f"The hub shows {hub.certificate}, which you gave it: devices that trust its issuer need nothing.")
        return 0
    try:
        pem = issued(auth.folder(), "hub", hub.host, hub.url).authority.read_bytes()
        if out is not None:
            write(pem, out)
        print(told(config, pem))
        if serve:
            with _server(hub.host, port, pem) as server, contextlib.suppress(KeyboardInterrupt):
                print(f"\n{code(server.url)}\n  {server.url}\n\nCtrl-C ends it.", flush=True)
                server.serve_forever()
    except AuthorityUnusable as fault:
        print(f"agora cert: {fault}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"agora cert: {fault.filename or fault}: {fault.strerror or ''}", file=sys.stderr)
        return 1
    return 0


def _server(host: str, port: int, pem: bytes) -> Server:
    try:
        return Server(host, port, pem)
    except OSError as fault:
        told = f"port {port} of {host} cannot be opened ({fault.strerror}); choose another --port"
        raise AuthorityUnusable(told) from fault


def told(config: Config, pem: bytes) -> str:
    """What a person at a terminal reads."""
    steps = "\n".join(f"  {device}\n    {step}" for device, step in STEPS)
    open_page = (
        f"The tablet page is then at {config.hub.public}/ without a warning. Walls need nothing: they learn it when they join."
        if config.hub.encrypted
        else "The hub speaks plain HTTP as it is configured now; it uses this as soon as [hub] host is not loopback."
    )
    return (
        f"The authority of this hub: {auth.folder() / 'authority' / 'ca.pem'}\n"
        f"SHA-256  {fingerprint(pem)}\n\n"
        "`agora cert --serve` shows it to devices on this network; compare the fingerprint before you trust it.\n"
        f"{steps}\n\n{open_page}"
    )


def write(pem: bytes, out: Path) -> None:
    """Write the authority to a file: PEM, or DER where its name ends in ``.crt`` or ``.der``. Raises ``OSError``."""
    out.write_bytes(der(pem) if out.suffix in (".crt", ".der") else pem)


class Server(socketserver.ThreadingTCPServer):
    """Two pages over plain HTTP, which is all that a device understands that does not trust the hub yet: no secret is here."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host: str, port: int, pem: bytes) -> None:
        self.pages = {"/": ("text/html; charset=utf-8", page(pem)), f"/{NAME}": (TYPE, der(pem))}
        super().__init__((host, port), _Answer)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return url(reachable(str(host)), int(port), encrypted=False)


class _Answer(BaseHTTPRequestHandler):
    server: Server
    timeout = 10

    def do_GET(self) -> None:
        kind, body = self.server.pages.get(self.path.partition("?")[0], ("", b""))
        self.send_response_only(HTTPStatus.OK if kind else HTTPStatus.NOT_FOUND)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-security-policy", "default-src 'none'")
        self.send_header("x-content-type-options", "nosniff")
        if kind:
            self.send_header("content-type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Who looks at a certificate is nobody's business."""


def page(pem: bytes) -> bytes:
    """The page that devices open."""
    steps = "".join(f"<h2>{html.escape(device)}</h2><p>{html.escape(step)}</p>" for device, step in STEPS)
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Agora: certificate</title>'
        f'<h1>Trust this hub</h1><p><a href="/{NAME}">The certificate of its authority</a>, SHA-256:</p>'
        f"<p><code>{fingerprint(pem)}</code></p><p>Install it only when the terminal shows the same.</p>{steps}</html>"
    ).encode()


def code(address: str) -> str:
    """A QR code of ``address`` for a terminal."""
    import segno

    drawn = io.StringIO()
    segno.make(address).terminal(drawn, compact=True)
    return drawn.getvalue()
