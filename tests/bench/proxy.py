"""A bad network between walls and their hub: a TCP proxy on loopback that delays what passes, in order, each way on its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from random import Random
from typing import Final

USUAL_S: Final = (0.010, 0.030)
LATE_S: Final = 0.200
LATE_SHARE: Final = 0.05
CHUNK: Final = 65_536


class Proxy:
    """Listens on ``port`` of loopback, and hands what it hears to ``target`` (a port) after 20 ± 10 ms, one in twenty
    after 200 ms. As on a real line, what was sent later waits for what is late."""

    def __init__(self, target: int, seed: int) -> None:
        self.port = 0
        self._target = target
        self._random = Random(seed)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._work, name="proxy", daemon=True)

    def start(self) -> Proxy:
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the proxy did not start")
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)

        async def begin() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        ways = [asyncio.ensure_future(self._way(*way)) for way in ((reader, far_writer), (far_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        for end in (writer, far_writer):
            end.close()

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def hand_on() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                writer.write(data)
                await writer.drain()

        handing = asyncio.ensure_future(hand_on())
        try:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(CHUNK):
                    late = self._random.random() < LATE_SHARE
                    delay = LATE_S if late else self._random.uniform(*USUAL_S)
                    waiting.put_nowait((self._loop.time() + delay, data))
        finally:
            handing.cancel()
