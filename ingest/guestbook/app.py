"""``agora guestbook``: the guest book's door, a process and a port of its own. Nobody's address is kept or written anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ingest.door import Door, PortTaken, listen
from ingest.guestbook import page
from ingest.guestbook.book import NUMBER_BYTES, SOURCE, Book, Form, Refused, withdrawn
from ingest.guestbook.words import WORDS, language
from ingest.health import Health
from ingest.status import StatusTeller
from stream.config import Config
from stream.config.addresses import is_loopback
from stream.config.authority import AuthorityUnusable
from stream.config.certificates import issued, renew
from stream.config.doors import GuestbookConfig
from stream.config.pace import Pace, address_key
from stream.log import MENTIONS, RETRACTIONS, Entry, Log, LogUnavailable, open_log
from stream.mention import encode

DOOR: Final = "guestbook"
BODY_LIMIT: Final = 8 * 1024
ALIVE_S: Final = 20.0
OPEN_S: Final = 5.0
PAGES: Final = (5.0, 200)
"""Pages a second, and at once, that one address may open."""
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

logger = structlog.get_logger("guestbook")


def now_ms() -> int:
    """The wall clock in integer milliseconds, UTC."""
    return time.time_ns() // 1_000_000


class Guestbook:
    """The doors. ``log`` is the log once it is open; ``now`` gives milliseconds UTC, ``clock`` seconds that never fall."""

    name = SOURCE
    tells_deletions = True
    silence_s = math.inf

    def __init__(self, config: Config, key: bytes, now: Callable[[], int], clock: Callable[[], float]) -> None:
        self.log: Log | None = None
        self.health = Health(self, now=now, monotonic=clock)
        self._settings = config.guestbook
        self._accent = config.theme.colours.accent
        self._place = page.Place(config.event.name, config.event.contact or config.privacy.contact)
        self._book = Book(key)
        self._now = now
        self._each = Pace(clock, 1 / 60, config.guestbook.per_address)
        self._all = Pace(clock, config.guestbook.per_minute / 60, config.guestbook.per_minute)
        self._pages = Pace(clock, *PAGES)

    def app(self) -> Starlette:
        """The guest book as an ASGI application."""
        routes = [
            Route("/", self._answered(self._form), methods=["GET"]),
            Route("/", self._answered(self._write), methods=["POST"]),
            Route("/message/{receipt}", self._answered(self._receipt), methods=["GET"]),
            Route("/message/{receipt}", self._answered(self._withdraw), methods=["POST"]),
            Route("/style.css", self._style, methods=["GET"]),
            Route("/healthz", self._alive, methods=["GET"]),
        ]
        return Starlette(routes=routes, exception_handlers={404: self._lost, 405: self._lost})

    def _answered(self, answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answered(request: Request) -> Response:
            if self._pages.wait_s(_who(request)):
                return Response(status_code=429, headers={"retry-after": "1"})
            if request.method == "POST" and not self._is_own_page(request):
                return self._told(request, 403)
            return await answer(request)

        return answered

    async def _form(self, request: Request) -> Response:
        return self._shown(request, Form())

    async def _write(self, request: Request) -> Response:
        fields = await _fields(request)
        if fields is None:
            return self._told(request, 413)
        form = Form(*(fields.get(name, "") for name in ("text", "name", "stamp", "website")))
        words = WORDS[_lang(request)]
        try:
            number = secrets.token_urlsafe(NUMBER_BYTES)
            mention = self._book.mention(form, number, words["visitor"], self._now())
        except Refused as refusal:
            return self._shown(request, form, 422, words[refusal.fault])
        who = _who(request)
        if wait := max(self._each.left_s(who), self._all.left_s("")):
            seconds = math.ceil(wait)
            sentence = words["wait"].format(seconds=seconds)
            return self._shown(request, form, 429, sentence, {"retry-after": str(seconds)})
        self._each.wait_s(who)
        self._all.wait_s("")
        if not await self._publish(Entry(mention.author.id, encode(mention)), deletion=False):
            return self._shown(request, form, 503, words["away"], {"retry-after": "60"})
        self.health.hear(1, 1)
        return RedirectResponse(f"/message/{self._book.receipt(number)}", 303, headers=HEADERS)

    async def _receipt(self, request: Request) -> Response:
        receipt = request.path_params["receipt"]
        if self._book.number_of(receipt) is None:
            return self._told(request, 404)
        lang = _lang(request)
        return _html(page.receipt(self._place, WORDS[lang], lang, f"/message/{receipt}"))

    async def _withdraw(self, request: Request) -> Response:
        number = self._book.number_of(request.path_params["receipt"])
        if number is None:
            return self._told(request, 404)
        lang = _lang(request)
        retraction = withdrawn(number, self._now())
        if not await self._publish(Entry(retraction.target, encode(retraction)), deletion=True):
            return self._told(request, 503, WORDS[lang]["away"])
        return _html(page.gone(self._place, WORDS[lang], lang))

    async def _publish(self, entry: Entry, *, deletion: bool) -> bool:
        """Whether the log has it."""
        try:
            if self.log is None:
                raise LogUnavailable("the log is not open yet")
            await self.log.publish(RETRACTIONS if deletion else MENTIONS, [entry])
        except LogUnavailable as fault:
            logger.warning("the log does not take messages", fault=str(fault))
            self.health.fail(fault)
            return False
        self.health.begin()
        self.health.hear(0, 0)
        return True

    async def _style(self, _: Request) -> Response:
        headers = {**HEADERS, "cache-control": "max-age=300"}
        return Response(page.style(self._accent), headers=headers, media_type="text/css")

    async def _alive(self, _: Request) -> Response:
        return Response(headers=HEADERS)

    async def _lost(self, request: Request, _: Exception) -> Response:
        return self._told(request, 404)

    def _shown(
        self, request: Request, form: Form, status: int = 200, fault: str = "", headers: dict[str, str] | None = None
    ) -> Response:
        lang = _lang(request)
        stamp = self._book.stamp(self._now() / 1000)
        return _html(page.form(self._place, WORDS[lang], lang, stamp, form, fault), status, headers)

    def _told(self, request: Request, status: int, sentence: str = "") -> Response:
        lang = _lang(request)
        return _html(page.lost(self._place, WORDS[lang], lang, sentence), status)

    def _is_own_page(self, request: Request) -> bool:
        """Whether a page of the guest book sent this, or something that is no browser."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("origin")
        hosts = {request.headers.get("host", ""), urlsplit(self._settings.url).netloc}
        return origin in (None, "null") or urlsplit(origin).netloc in hosts


def _who(request: Request) -> str:
    return address_key(request.client.host if request.client else "")


def _lang(request: Request) -> str:
    return language(request.headers.get("accept-language", ""))


def _html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(text, status, {**HEADERS, **(headers or {})})


async def _fields(request: Request) -> dict[str, str] | None:
    """The fields of a form; None where the body is too large or ends too early."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                return None
    except ClientDisconnect:
        return None
    try:
        read = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=16)
    except ValueError:
        return None
    return {name: values[0] for name, values in read.items()}


def problems(config: Config) -> list[str]:
    """Why the guest book may not open as configured, one sentence each."""
    found = []
    settings = config.guestbook
    if bool(settings.certificate) != bool(settings.key):
        found.append("[guestbook] certificate and key belong together; give both, or neither.")
    if not is_loopback(settings.host) and not config.privacy.contact:
        found.append(
            "Visitors must know whom to write to: set [privacy] contact in agora.toml (or AGORA_PRIVACY_CONTACT)."
        )
    return found


def run(config: Config) -> int:
    """Serve the guest book until SIGTERM or SIGINT; returns the exit code."""
    settings, var = config.guestbook, Path(os.environ.get("AGORA_VAR", "") or "var")
    if found := problems(config):
        return _fail(*found)
    try:
        listener = listen(settings.host, settings.port)
    except PortTaken:
        return _fail(f"Port {settings.port} is in use on {settings.host}; choose another with [guestbook] port.")
    except OSError as fault:
        return _fail(f"The guest book cannot listen on {settings.host} port {settings.port}: {fault.strerror}.")
    with contextlib.closing(listener):
        try:
            certificate, key = _certificate(settings, var)
            server = _server(Guestbook(config, _secret(var), now_ms, time.monotonic), settings, certificate, key)
        except (AuthorityUnusable, OSError) as fault:
            return _fail(str(fault))
        return asyncio.run(_serve(config, server, listener, var))


class _Server(Door):
    def __init__(self, book: Guestbook, config: uvicorn.Config) -> None:
        uvicorn.Server.__init__(self, config)
        self.book = book


def _server(book: Guestbook, settings: GuestbookConfig, certificate: str, key: str) -> _Server:
    made = uvicorn.Config(
        book.app(),
        http="h11",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.proxy),
        forwarded_allow_ips=settings.proxy or None,
        limit_concurrency=200,
        timeout_graceful_shutdown=2,
        ssl_certfile=certificate or None,
        ssl_keyfile=key or None,
    )
    made.load()
    return _Server(book, made)


async def _serve(config: Config, server: _Server, listener: socket.socket, var: Path) -> int:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, lambda: setattr(server, "should_exit", True))
    helpers = [asyncio.ensure_future(_follow(config, server.book))]
    context, settings = server.config.ssl, config.guestbook
    if context is not None and not settings.certificate:
        again = lambda: issued(var, DOOR, settings.host, settings.url)  # noqa: E731
        helpers.append(asyncio.ensure_future(renew(context, again)))
    try:
        await server.serve([listener])
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        if server.book.log is not None:
            await server.book.log.close()
    return 0


async def _follow(config: Config, book: Guestbook) -> None:
    """Open the log, however long that takes, and tell it how the guest book does."""
    while book.log is None:
        try:
            book.log = await open_log(config.log.url, prefix=config.log.prefix, timeout_s=config.log.timeout_s)
        except LogUnavailable as fault:
            logger.warning("waiting for the log", fault=str(fault))
            await asyncio.sleep(OPEN_S)
    async with asyncio.TaskGroup() as group:
        group.create_task(StatusTeller(book.log, [book.health], lambda: 0).run())
        group.create_task(_live(book))


async def _live(book: Guestbook) -> None:
    """An open door that nobody knocks at says that it is open."""
    while True:
        book.health.hear(0, 0)
        await asyncio.sleep(ALIVE_S)


def _certificate(settings: GuestbookConfig, var: Path) -> tuple[str, str]:
    if settings.certificate or not settings.encrypted:
        return settings.certificate, settings.key
    made = issued(var, DOOR, settings.host, settings.url)
    return str(made.certificate), str(made.key)


def _secret(var: Path) -> bytes:
    """The secret of receipts, made at the first start; nobody else on this machine reads it."""
    path = var / "guestbook.key"
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


def _fail(*sentences: str) -> int:
    for sentence in sentences:
        print(f"agora guestbook: {sentence}", file=sys.stderr)
    return 2
