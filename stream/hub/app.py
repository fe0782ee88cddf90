"""The hub's doors put together: the app, and ``serve``, which is ``agora hub``."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from stream.config import Config
from stream.config.addresses import is_loopback
from stream.config.authority import AuthorityUnusable
from stream.config.authority import folder as authority_folder
from stream.config.certificates import issued, renew
from stream.config.doors import HubConfig
from stream.config.signing import key_of
from stream.hub import auth
from stream.hub.core import Hub, now_ms
from stream.hub.doors import act, alerts, machines, moderation, pairing, plan, rewind, say, session, show, tracks, walls
from stream.hub.doors.answers import mount_errors
from stream.hub.guard import Guard
from stream.hub.handshake import Refusing
from stream.hub.pages import Pages
from stream.hub.pairing import Pairing
from stream.hub.porter import Porter
from stream.hub.sockets import FRAME_LIMIT, SEND_BUFFER, Sockets
from stream.hub.sockets import router as sockets_router
from stream.log import LogUnavailable

MISCONFIGURED: Final = 2
GRACE_S: Final = 2
"""How long requests and sockets may take to end; then the hub has as long again to write its checkpoint."""

DOOR: Final = "hub"
"""The name of the certificate."""


def create_app(hub: Hub, porter: Porter | None = None) -> FastAPI:
    """The doors of ``hub``, which the caller starts and stops; ``auth.ensure`` has made the secrets of ``auth.folder()``."""
    porter = porter or Porter(auth.folder(), hub.config.hub, wall_clock=now_ms)
    app = FastAPI(title="Agora", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.hub, app.state.porter, app.state.sockets = hub, porter, Sockets(hub, porter)
    app.state.pairing = _pairing(hub)
    for door in (act, alerts, machines, session, show, plan, rewind, say, moderation, pairing, tracks, walls):
        app.include_router(door.router)
    app.include_router(sockets_router)
    mount_errors(app)
    _mount_page(app)
    app.add_middleware(Guard, porter=porter)
    hub.signed_in = porter.sessions.count
    return app


def _pairing(hub: Hub) -> Pairing:
    """The walls that ask to join, told to the tablets. A certificate of somebody else's authority is not for us to hand out."""

    def tell() -> None:
        hub.tablet.put("joining", msgspec.json.encode({"walls": asking.waiting()}))

    own = hub.config.hub.certificate and _own_certificate(hub.config.hub)
    authority = Path(hub.config.hub.certificate).with_name("ca.pem").read_text("ascii") if own else ""
    asking = Pairing(authority, time.monotonic, tell)
    return asking


def _mount_page(app: FastAPI) -> None:
    pages = Pages()

    @app.get("/")
    async def tablet(request: Request) -> Response:
        """The control page; it asks for the PIN itself."""
        return pages.page(request, "index.html")

    @app.get("/wall")
    async def wall(request: Request) -> Response:
        """The wall in a browser, for who has signed in."""
        if request.state.session is None:
            return RedirectResponse("/?next=wall", 303)
        return pages.page(request, "wall.html")

    @app.get("/favicon.ico")
    async def icon(request: Request) -> Response:
        return pages.page(request, "icon.svg")

    app.mount("/page", pages)


def problems(config: Config) -> list[str]:
    """Why the hub may not open its doors as configured, one sentence each; empty when it may."""
    hub, found = config.hub, []
    if bool(hub.certificate) != bool(hub.key):
        found.append("[hub] certificate and key belong together; give both, or neither.")
    if config.alerts.url and not _is_secret(config.alerts.secret):
        found.append(
            "Alerts are signed, so that nobody can make some up: give [alerts] secret by AGORA_ALERTS_SECRET, such as whsec_ "
            "and 32 random bytes in base64, and the same to the receiver."
        )
    if not is_loopback(hub.host) and not config.privacy.contact:
        found.append(
            "Where others can see the wall, people must know whom to write to: set [privacy] contact in agora.toml "
            "(or AGORA_PRIVACY_CONTACT)."
        )
    return found


def _is_secret(secret: str) -> bool:
    try:
        return bool(key_of(secret))
    except ValueError:
        return False


def certified(config: Config) -> Config:
    """The configuration with the certificate of the hub's own authority, where it needs one and none is given.

    Raises ``AuthorityUnusable``.
    """
    hub = config.hub
    if not hub.encrypted or hub.certificate:
        return config
    made = issued(auth.folder(), DOOR, hub.host, hub.url)
    if made.left_out:
        print(
            f"agora hub: the certificate is not good for {', '.join(made.left_out)}, because the hub's authority was made "
            f"before that name was known. Move {made.authority.parent} away, and a new authority is made.",
            file=sys.stderr,
        )
    shown = msgspec.structs.replace(hub, certificate=str(made.certificate), key=str(made.key))
    return msgspec.structs.replace(config, hub=shown)


def _own_certificate(hub: HubConfig) -> bool:
    return Path(hub.certificate).parent == authority_folder(auth.folder())


def serve(config: Config) -> int:
    """Run the hub until SIGTERM or SIGINT. Returns the exit code: 0 in order, 1 a fault that may pass, 2 that cannot."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr
    )
    if found := problems(config):
        return _fail(*found)
    try:
        listening = _listen(config.hub)
    except OSError as fault:
        return _fail(_cannot_listen(config.hub, fault))
    with contextlib.closing(listening):
        try:
            _tell_pins(auth.ensure(auth.folder()))
            config = certified(config)
            hub = Hub(config)
            app = create_app(hub)
        except (auth.SecretsUnreadable, AuthorityUnusable, ValueError) as fault:
            return _fail(str(fault))
        except OSError as fault:
            return _fail(f"{auth.folder()} cannot be written: {fault}; let AGORA_VAR name a folder that can.")
        try:
            server = _Server(_settings(app, config.hub))
        except (OSError, ssl.SSLError) as fault:
            return _fail(f"The certificate {config.hub.certificate} or its key cannot be used: {fault}.")
        try:
            asyncio.run(_run(hub, server, listening))
        except LogUnavailable as fault:
            return _fail(str(fault), code=1)
        except ValueError as fault:
            return _fail(str(fault))
    return 0


async def _run(hub: Hub, server: _Server, listening: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, server.stop)
    ended = asyncio.ensure_future(hub.wait())
    ended.add_done_callback(lambda _: server.stop())
    renewing = asyncio.ensure_future(_renew(hub.config.hub, server))
    try:
        await hub.start()
        await server.serve([listening])
    finally:
        renewing.cancel()
        await hub.stop()
    await ended


async def _renew(hub: HubConfig, server: _Server) -> None:
    context = server.config.ssl
    if context is not None and _own_certificate(hub):
        await renew(context, lambda: issued(auth.folder(), DOOR, hub.host, hub.url))


class _Server(uvicorn.Server):
    """uvicorn that leaves signals to ``_run``: it would raise them again at the end, and the hub could not close in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        """End in order; asked twice, at once."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _settings(app: FastAPI, hub: HubConfig) -> uvicorn.Config:
    settings = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws=Refusing,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=FRAME_LIMIT,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=hub.certificate or None,
        ssl_keyfile=hub.key or None,
    )
    settings.load()
    return settings


def _listen(hub: HubConfig) -> socket.socket:
    """The listening socket; what it accepts inherits the bounded send buffer."""
    family, kind, protocol, _, address = socket.getaddrinfo(hub.host, hub.port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
        listening.listen(256)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _cannot_listen(hub: HubConfig, fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        return (
            f"Port {hub.port} is in use on {hub.host}: end what listens there (another hub?), or choose another --port."
        )
    if fault.errno == errno.EACCES:
        return f"Port {hub.port} is only for root; choose a --port of 1024 or more."
    if fault.errno == errno.EADDRNOTAVAIL or isinstance(fault, socket.gaierror):
        return f"{hub.host} is no address of this machine; choose another --host (127.0.0.1, or 0.0.0.0 for all)."
    return f"The hub cannot listen on {hub.host} port {hub.port}: {fault.strerror or fault}."


def _tell_pins(pins: auth.Pins | None) -> None:
    if pins is None:
        return
    if auth.may_print(sys.stdout):
        print("PINs, shown this once:", *(f"{role} {pin[:4]} {pin[4:]}" for role, pin in pins.items()), sep="\n  ")
    else:
        print("PINs were made; `agora pin` in a terminal makes new ones and shows them.", file=sys.stderr)


def _fail(*sentences: str, code: int = MISCONFIGURED) -> int:
    for sentence in sentences:
        print(f"agora hub: {sentence}", file=sys.stderr)
    return code
