"""The client: one connection to the hub in a thread of its own, for ever tried again.

Frames are decoded here and handed to the store; a frame that is no message is counted and left out. What the wall has to say
waits in one place a kind: the newest state and the newest picture, never a queue.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import ssl
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection, connect

from stream.wire.messages import Picture, Ping, Pong, WallMessage, WallState, Watch, decode_from_hub, encode
from wall.clock import HubClock
from wall.feeds import Store
from wall.recording import Recorder

log = logging.getLogger(__name__)

FRAME_LIMIT: Final = 16 * 1024 * 1024
FIRST_PINGS: Final = 40
FIRST_PING_S: Final = 0.1
PING_S: Final = 1.0
SILENT_S: Final = 6.0
"""A connection on which nothing comes, not even an answer to a ping, is as good as closed."""
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 5.0
STEADY_S: Final = 10.0
OPEN_S: Final = 4.0


def wall_token(var: Path) -> str:
    """The wall's token: ``AGORA_HUB_TOKEN``, else ``tokens.wall`` in ``secrets.toml``, else empty."""
    if token := os.environ.get("AGORA_HUB_TOKEN", ""):
        return token
    try:
        return str(tomllib.loads((var / "secrets.toml").read_text(encoding="utf-8")).get("tokens", {}).get("wall", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def page_url(hub_url: str) -> str:
    """The address of a hub given as ``http://host:port``, ``https://…`` or ``host:port``, without a slash at its end."""
    address = hub_url.rstrip("/")
    return address if "://" in address else "http://" + address


def socket_url(hub_url: str) -> str:
    """The address of ``/ws/wall`` at a hub."""
    scheme, _, rest = page_url(hub_url).partition("://")
    return {"http": "ws", "https": "wss"}.get(scheme, scheme) + "://" + rest + "/ws/wall"


class Doorway(Protocol):
    """How a wall comes in: what it trusts and its token, asked for again at every try, and what it does when refused."""

    def token(self) -> str: ...

    def trust(self) -> ssl.SSLContext | None:
        """Whose certificates are good; None is whom the system trusts."""
        ...

    async def refused(self) -> None:
        """The hub does not know the token. May take as long as somebody needs to let the wall in."""
        ...


class Known:
    """A wall whose token somebody else takes care of."""

    def __init__(self, token: Callable[[], str]) -> None:
        self.token = token

    def trust(self) -> ssl.SSLContext | None:
        return None

    async def refused(self) -> None:
        return


def wait_before(attempt: int, chance: float) -> float:
    """Seconds before the ``attempt``-th try in a row (from 0); ``chance`` in 0 … 1 spreads the walls of a hall."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt, 10)) * (0.5 + 0.5 * chance)


class Client:
    """``clock`` is this machine's monotonic time in ms."""

    def __init__(
        self,
        hub_url: str,
        store: Store,
        clock: Callable[[], float],
        doorway: Doorway | Callable[[], str],
        *,
        recorder: Recorder | None = None,
        preview: bool = False,
    ) -> None:
        self.url = socket_url(hub_url) + ("?preview=1" if preview else "")
        self.watch = Watch(width=640, fps=0.0)
        """How the hub wants pictures; none before it says so."""
        self.bad_frames = 0
        self.connected = False
        self.hub_clock = HubClock()
        self._store = store
        self._clock = clock
        self._doorway: Doorway = Known(doorway) if callable(doorway) else doorway
        self._recorder = recorder
        self._unrecorded: list[tuple[float, bytes]] = []
        """Local time and frame of what came before the hub's clock was known."""
        self._random = random.Random()
        self._newest: dict[type[WallMessage], WallMessage] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._something: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._work, name="hub client", daemon=True)
        self._complaint = ""

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()
        self._started.wait()

    def stop(self) -> None:
        """Close the connection and end the thread; safe to call twice."""
        if self._loop is not None and self._thread.is_alive():
            if self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(timeout=3.0)
        if self._recorder is not None:
            self._recorder.close()

    def hub_ms(self) -> float:
        """Hub time now, as well as it is known."""
        return self.hub_clock.now(self._clock())

    def tell(self, message: WallState | Picture) -> None:
        """Send ``message`` to the hub unless a newer one of its kind comes first; any thread may call."""
        loop, something = self._loop, self._something
        if loop is None or something is None or not self.connected:
            return
        self._newest[type(message)] = message
        try:
            loop.call_soon_threadsafe(something.set)
        except RuntimeError:
            return

    def _work(self) -> None:
        asyncio.run(self._forever())

    async def _forever(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._something = asyncio.Event()
        self._task = asyncio.current_task()
        self._started.set()
        attempt = 0
        while True:
            began = self._loop.time()
            try:
                await self._connection()
                self._complain("the hub closed the connection")
            except asyncio.CancelledError:
                return
            except websockets.InvalidStatus as fault:
                refused = fault.response.status_code in (401, 403)
                self._complain("the hub does not know this wall's token" if refused else f"the hub answers {fault}")
                try:
                    if refused:
                        await self._doorway.refused()
                except asyncio.CancelledError:
                    return
            except ssl.SSLCertVerificationError as fault:
                self._complain(
                    f"the certificate of {self.url} is not trusted ({fault.verify_message}); where a token was given, let "
                    "[hub] authority name the file of the hub's authority"
                )
                try:
                    await self._doorway.refused()
                except asyncio.CancelledError:
                    return
            except (OSError, websockets.WebSocketException, TimeoutError, ValueError) as fault:
                self._complain(f"no hub at {self.url}: {fault or type(fault).__name__}")
            finally:
                self.connected = False
            attempt = 0 if self._loop.time() - began > STEADY_S else attempt + 1
            try:
                await asyncio.sleep(wait_before(max(0, attempt - 1), self._random.random()))
            except asyncio.CancelledError:
                return

    def _complain(self, what: str) -> None:
        """Say what is wrong once, not at every try."""
        if what != self._complaint:
            self._complaint = what
            log.warning("%s; trying again", what)

    async def _connection(self) -> None:
        token = self._doorway.token()
        trust = (self._doorway.trust() or ssl.create_default_context()) if self.url.startswith("wss:") else None
        async with connect(
            self.url,
            ssl=trust,
            additional_headers={"Authorization": f"Bearer {token}"} if token else None,
            compression=None,
            proxy=None,
            open_timeout=OPEN_S,
            close_timeout=0.5,
            ping_interval=None,
            max_size=FRAME_LIMIT,
        ) as socket:
            self._newest.clear()
            self.connected = True
            self._complaint = ""
            tasks = [
                asyncio.ensure_future(part) for part in (self._hear(socket), self._ping(socket), self._speak(socket))
            ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            except websockets.ConnectionClosed:
                return
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENT_S):
                frame = await socket.recv(decode=False)
            self.heard(bytes(frame), self._clock())

    def heard(self, frame: bytes, now: float) -> None:
        """One frame of the hub that arrived at local time ``now``."""
        try:
            message = decode_from_hub(frame)
        except (msgspec.DecodeError, ValueError):
            self.bad_frames += 1
            return
        match message:
            case Pong():
                self.hub_clock.pong(message.sent, now, message.hub)
            case Watch():
                self.watch = message
            case _:
                self.hub_clock.at_least(now, float(message.at))
        self._store.take(message)
        if self._recorder is not None and not isinstance(message, Pong | Watch):
            self._unrecorded.append((now, frame))
        if self._recorder is not None and self.hub_clock.synchronised:
            for heard, said in self._unrecorded:
                self._recorder.write(self.hub_clock.now(heard), said)
            self._unrecorded.clear()

    async def _ping(self, socket: ClientConnection) -> None:
        sent = 0
        while True:
            await socket.send(encode(Ping(sent=self._clock())))
            sent += 1
            await asyncio.sleep(FIRST_PING_S if sent < FIRST_PINGS else PING_S)

    async def _speak(self, socket: ClientConnection) -> None:
        assert self._something is not None
        while True:
            await self._something.wait()
            self._something.clear()
            for kind in (WallState, Picture):
                if (message := self._newest.pop(kind, None)) is not None:
                    await socket.send(encode(message))
