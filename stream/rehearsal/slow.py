"""A network that is slower than it was, or away: a proxy between two parts that can delay what passes, in order."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Final, Self

CHUNK: Final = 64 * 1024


class SlowLine:
    """TCP from a port of loopback to ``port``; ``delay`` and ``jitter`` in seconds hold each piece up, both ways."""

    def __init__(self, port: int, rng: random.Random) -> None:
        self._port, self._rng = port, rng
        self.delay = self.jitter = 0.0
        self.port = 0
        self._cut = False
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def cut(self) -> None:
        """Break every connection, and take none before ``mend``."""
        self._cut = True
        for line in self._lines:
            line.cancel()

    def mend(self) -> None:
        """Take connections again."""
        self._cut = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.close()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        for source, sink in ((reader, back), (there, writer)):
            line = asyncio.create_task(self._carry(source, sink), name="slow-line")
            self._lines.add(line)
            line.add_done_callback(self._lines.discard)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """What comes in leaves later, never overtaking what came before it."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(256)

        async def leave() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(due - loop.time())
                if not data:
                    return
                sink.write(data)
                await sink.drain()

        leaving = asyncio.create_task(leave(), name="slow-line-out")
        due = 0.0
        try:
            data = b"."
            while data:
                data = await source.read(CHUNK)
                held = self.delay + self._rng.uniform(-self.jitter, self.jitter)
                due = max(due, loop.time() + max(0.0, held))
                await waiting.put((due, data))
            await leaving
        except (OSError, asyncio.CancelledError):
            leaving.cancel()
        finally:
            with contextlib.suppress(OSError, RuntimeError):
                sink.close()
