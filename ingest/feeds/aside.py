"""Reads strangers' documents in a process of its own, which may hang, swell or die of them without harm to anybody.

The process lives as long as it does its work; it ends by itself when its parent does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
import sys
from typing import Any, Final

import msgspec

from ingest.formats.syndication import Feed, read
from stream.mention import Unreadable

LIMIT_S: Final = 20.0
MEMORY: Final = 1 << 30
"""Bytes of address space; feedparser needs some twenty times the size of what it reads."""

_SIZE = struct.Struct(">I")
_CODE: Final = "from ingest.feeds.aside import serve; serve()"


class Question(msgspec.Struct, array_like=True):
    """A document that is to be read, and what is known of it."""

    body: bytes
    content_type: str
    url: str


class Refusal(msgspec.Struct, array_like=True, tag=True):
    """Why a document cannot be read."""

    reason: str


class Answer(msgspec.Struct, array_like=True, tag=True):
    """What a document says."""

    feed: Feed


_question = msgspec.msgpack.Decoder(Question)
_answer: msgspec.msgpack.Decoder[Refusal | Answer] = msgspec.msgpack.Decoder(Refusal | Answer)


class Aside:
    """One process for one event loop. Each document has ``limit_s`` seconds, and waits for those before it."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def read(self, body: bytes, content_type: str, url: str) -> Feed:
        """The feed in ``body``. Raises ``Unreadable`` also when reading takes too long or too much memory."""
        async with self._turn:
            process = self._process or await self._start()
            try:
                async with asyncio.timeout(self._limit_s):
                    said = await _asked(process, msgspec.msgpack.encode(Question(body, content_type, url)))
            except TimeoutError:
                await self.close()
                raise Unreadable(f"reading it takes more than {self._limit_s:g} s") from None
            except (OSError, asyncio.IncompleteReadError):
                await self.close()
                raise Unreadable("reading it ends the process that reads it, for want of memory most likely") from None
            except BaseException:
                # The answer to a question that nobody waits for would be taken for the next one's.
                await self.close()
                raise
        answer = _answer.decode(said)
        if isinstance(answer, Refusal):
            raise Unreadable(answer.reason)
        return answer.feed

    async def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _CODE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
        return self._process


async def _asked(process: asyncio.subprocess.Process, question: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(_SIZE.pack(len(question)) + question)
    await process.stdin.drain()
    (size,) = _SIZE.unpack(await process.stdout.readexactly(_SIZE.size))
    return await process.stdout.readexactly(size)


def serve() -> None:
    """The work of the process: answer what comes on standard input, until it ends."""
    _bounded()
    # Whatever prints must not come between the answers.
    answers, sys.stdout = os.fdopen(os.dup(1), "wb"), sys.stderr
    questions = sys.stdin.buffer
    while len(head := questions.read(_SIZE.size)) == _SIZE.size:
        said = answered(_question.decode(questions.read(_SIZE.unpack(head)[0])))
        answers.write(_SIZE.pack(len(said)) + said)
        answers.flush()


def answered(question: Question) -> bytes:
    """The answer to ``question`` on the wire."""
    said: Any
    try:
        said = Answer(read(question.body, question.content_type, question.url))
    except Unreadable as fault:
        said = Refusal(str(fault))
    except MemoryError:
        said = Refusal("reading it needs too much memory")
    return msgspec.msgpack.encode(said)


def _bounded() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with contextlib.suppress(OSError):
        os.nice(5)
