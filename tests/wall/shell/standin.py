"""A stand-in for the hub: a real websocket server on loopback that speaks the wire's own frames."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from stream.wire.messages import (
    HubMessage,
    Picture,
    Ping,
    Pong,
    WallMessage,
    WallState,
    decode_from_wall,
    encode,
)


class StandIn:
    """Sends what ``say`` was given, the newest of each name, to every wall; remembers what walls say."""

    def __init__(self, clock: Callable[[], float], token: str = "") -> None:
        self.clock = clock
        self.token = token
        self.said: dict[str, bytes] = {}
        self.heard: list[WallMessage] = []
        self.refused = 0
        self.port = 0
        self._walls: set[ServerConnection] = set()
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, port: int = 0) -> StandIn:
        self.port = port
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def stop(self) -> None:
        """Like a hub that was killed: connections break, nobody listens any more."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._break(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    async def _break(self) -> None:
        assert self._server is not None
        for wall in list(self._walls):
            wall.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    def say(self, name: str, message: HubMessage) -> None:
        self.say_frame(name, encode(message))

    def say_frame(self, name: str, frame: bytes) -> None:
        self.said[name] = frame
        if self._ready.is_set():
            asyncio.run_coroutine_threadsafe(self._send(frame), self._loop).result(5)

    def wait(self, until: Callable[[StandIn], bool], seconds: float = 20.0) -> bool:
        """Whether ``until`` became true; looked at whenever a wall has said something."""
        end = time.monotonic() + seconds
        with self._changed:
            while not until(self):
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(min(left, 0.5)):
                    if until(self):
                        return True
                    if time.monotonic() >= end:
                        return False
            return True

    @property
    def states(self) -> list[WallState]:
        return [m for m in self.heard if isinstance(m, WallState)]

    @property
    def pictures(self) -> list[Picture]:
        return [m for m in self.heard if isinstance(m, Picture)]

    async def _send(self, frame: bytes) -> None:
        for wall in list(self._walls):
            await wall.send(frame)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def begin() -> None:
            self._server = await serve(
                self._serve, "127.0.0.1", self.port, process_request=self._admit, ping_interval=None, max_size=2**24
            )
            self.port = self._server.sockets[0].getsockname()[1]
            self._ready.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()
        self._loop.close()

    def _admit(self, _: ServerConnection, request: Request) -> Response | None:
        if request.path == "/ws/wall" and request.headers.get("Authorization", "") == (
            f"Bearer {self.token}" if self.token else ""
        ):
            return None
        with self._changed:
            self.refused += 1
            self._changed.notify_all()
        return Response(401, "Unauthorized", Headers())

    async def _serve(self, wall: ServerConnection) -> None:
        for frame in list(self.said.values()):
            await wall.send(frame)
        self._walls.add(wall)
        with contextlib.suppress(ConnectionClosed):
            await self._listen(wall)
        self._walls.discard(wall)

    async def _listen(self, wall: ServerConnection) -> None:
        async for frame in wall:
            message = decode_from_wall(frame if isinstance(frame, bytes) else frame.encode())
            if isinstance(message, Ping):
                await wall.send(encode(Pong(message.sent, self.clock())))
            with self._changed:
                self.heard.append(message)
                self._changed.notify_all()
