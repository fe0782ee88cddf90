"""The webhook: ``POST /mentions``, signed by the Standard Webhooks convention, one mention or an array of them.

202 means that the log has it; 503 that it has not, and that the sender should come again. A body whose signature nobody's
secret made is never kept, not even among the dead letters. Errors are JSON with a sentence.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.door import Door, PortTaken, listen
from ingest.payload import SOURCE, item_of
from ingest.roles import Roles, roles_of
from ingest.signature import Delivered, Refused, checked_headers, key_of, sender_of
from ingest.source import Batch, Context, Item, SourceUnavailable
from stream.mention import Unreadable, rejected

BODY_LIMIT: Final = 1024 * 1024
ARRAY_LIMIT: Final = 1000
WAITING: Final = 64
"""Messages that wait for the log; more are asked to come again."""
RETRY_AFTER_S: Final = 10
LOG_S: Final = 15.0
ALIVE_S: Final = 30.0
"""How often an open door that nobody knocks at says that it is open."""

_array = msgspec.json.Decoder(list[msgspec.Raw])


class Webhook:
    """The door at ``host:port`` for the senders in ``keys``; what they delivered is remembered in ``folder``."""

    name = SOURCE
    tells_deletions = True

    def __init__(
        self, host: str, port: int, keys: dict[str, bytes], roles: Roles, *, folder: Path, now: Callable[[], int]
    ) -> None:
        self._host, self._port, self._keys, self._roles = host, port, keys, roles
        self._folder, self._now = folder, now
        self._waiting: asyncio.Queue[Batch] = asyncio.Queue(WAITING)
        self._under_way: set[tuple[str, str]] = set()
        self._delivered: Delivered | None = None

    @property
    def port(self) -> int:
        """Where it listens; of use where 0 was asked for."""
        return self._port

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:  # noqa: ARG002, a webhook has none
        """What the senders deliver, as long as it is asked."""
        listener = self._listen()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._delivered = Delivered(self._folder / "delivered", self._now() / 1000)
        self._waiting = asyncio.Queue(WAITING)
        server = Door(self.app())
        serving = asyncio.create_task(server.serve([listener]), name="webhook")
        try:
            while not serving.done():
                waiting = asyncio.ensure_future(self._waiting.get())
                await asyncio.wait((waiting, serving), timeout=ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
                if waiting.done():
                    yield waiting.result()
                    continue
                waiting.cancel()
                if not serving.done():
                    yield Batch()
            raise SourceUnavailable("the webhook's server ended")
        finally:
            server.should_exit = True
            await serving
            listener.close()

    def app(self) -> Starlette:
        """The door as an ASGI application."""
        return Starlette(
            routes=[Route("/mentions", self._post, methods=["POST"])],
            exception_handlers={404: _not_found, 405: _not_found},
        )

    def _listen(self) -> socket.socket:
        where = f"{self._host} port {self._port}"
        try:
            listener = listen(self._host, self._port)
        except PortTaken as fault:
            raise SourceUnavailable(f"{where} is in use; choose another with [webhook] port") from fault
        except OSError as fault:
            raise SourceUnavailable(f"the webhook cannot listen on {where}: {fault.strerror}") from fault
        self._port = listener.getsockname()[1]
        return listener

    async def _post(self, request: Request) -> Response:
        try:
            return await self._take(request)
        except Refused as refusal:
            return _sentence(refusal.status, str(refusal))
        except ClientDisconnect:
            return _sentence(400, "The body ended too early.")

    async def _take(self, request: Request) -> Response:
        id, timestamp, signature = (request.headers.get(f"webhook-{h}", "") for h in ("id", "timestamp", "signature"))
        now_s = self._now() / 1000
        checked_headers(id, timestamp, signature, now_s)
        body = await _body(request)
        sender = sender_of(self._keys, id, timestamp, signature, body)
        message = (sender, id)
        assert self._delivered is not None
        if message in self._delivered:
            raise Refused(409, "This webhook-id was delivered before; use a new one for a new message.")
        if message in self._under_way:
            # Nobody knows yet whether the log takes it: a sender that heard "delivered" would not come again.
            return _later("This message is under way to the log")
        items, reasons = self._items(body, sender)
        self._under_way.add(message)
        try:
            if not await self._log_has(items):
                return _later("The log is away")
            self._delivered.add(sender, id, timestamp, now_s)
        finally:
            self._under_way.discard(message)
        faults = [{"index": i, "error": reason} for i, reason in reasons.items()]
        accepted = len(items) - len(faults)
        if faults and not accepted:
            return JSONResponse(
                {"error": f"Nothing could be read: {next(iter(reasons.values()))}.", "faults": faults}, 422
            )
        return JSONResponse({"accepted": accepted, **({"faults": faults} if faults else {})}, 202)

    def _items(self, body: bytes, sender: str) -> tuple[list[Item], dict[int, str]]:
        """What the body says, dead letters included, and by index why something could not be read."""
        now = self._now()
        items: list[Item] = []
        reasons: dict[int, str] = {}
        for i, raw in enumerate(_parts(body)):
            try:
                items.append(item_of(raw, sender, self._roles, now))
            except Unreadable as fault:
                reasons[i] = str(fault)
                items.append(rejected(f"{SOURCE}:{sender}", str(fault), now, raw))
        return items, reasons

    async def _log_has(self, items: list[Item]) -> bool:
        if not items:
            return True
        safe: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        batch = Batch(tuple(items), spool=False, done=lambda ok: None if safe.done() else safe.set_result(ok))
        try:
            self._waiting.put_nowait(batch)
            async with asyncio.timeout(LOG_S):
                return await safe
        except (asyncio.QueueFull, TimeoutError):
            return False


async def _body(request: Request) -> bytes:
    """The body, never more of it than ``BODY_LIMIT``. Raises ``Refused``."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            raise Refused(413, f"The body is larger than {BODY_LIMIT >> 10} kB; send fewer mentions at once.")
        chunks.append(chunk)
    return b"".join(chunks)


def _parts(body: bytes) -> list[bytes]:
    """The elements of an array, or the one thing. Raises ``Refused``."""
    if body.lstrip()[:1] != b"[":
        return [body]
    try:
        parts = [bytes(part) for part in _array.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused(422, f"The body is no JSON: {fault}.") from fault
    if len(parts) > ARRAY_LIMIT:
        raise Refused(413, f"At most {ARRAY_LIMIT} mentions are taken at once.")
    return parts


def _sentence(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, headers)


def _later(why: str) -> Response:
    retry = {"Retry-After": str(RETRY_AFTER_S)}
    return _sentence(503, f"{why}; send this again in {RETRY_AFTER_S} seconds.", headers=retry)


def _not_found(request: Request, fault: Exception) -> Response:  # noqa: ARG001, Starlette's signature
    return _sentence(getattr(fault, "status_code", 404), "Only POST /mentions is here.")


def create(context: Context) -> Webhook:
    """``webhook`` in ``[ingest] sources``, by ``[webhook]``. Raises ``ValueError`` for a sender without a good secret."""
    webhook = context.config.webhook
    if not webhook.senders:
        raise ValueError("the webhook has no senders; name one with [webhook.senders.NAME] secret")
    keys: dict[str, bytes] = {}
    for sender, settings in webhook.senders.items():
        if not sender.replace("-", "").replace("_", "").isalnum() or not sender.isascii() or sender != sender.lower():
            raise ValueError(f"webhook sender {sender!r}: a name has small letters, digits, - and _ only")
        try:
            keys[sender] = key_of(settings.secret)
        except ValueError as fault:
            raise ValueError(f"webhook sender {sender!r}: {fault}") from fault
    return Webhook(
        webhook.host,
        webhook.port,
        keys,
        roles_of(context.config.accounts),
        folder=context.folder / "webhook",
        now=context.now,
    )
