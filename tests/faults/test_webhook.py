"""A sender that misbehaves over the wire: what it did not send whole is nothing, and it holds up nobody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingest.cursors import Cursors
from ingest.ledger import Ledger
from ingest.publisher import Publisher
from ingest.signature import sign
from ingest.sources.webhook import Webhook
from ingest.spool import Spool
from ingest.supervisor import Supervisor
from stream.log import MENTIONS, REJECTED
from stream.log.sqlite import SqliteLog
from stream.mention import decode
from tests.ingest.cable import NOW, everything

KEY = b"a key"


def request(n: int, text: str, *, length: int = 0) -> bytes:
    """A signed message as it goes over the wire; ``length`` promises more than there is."""
    body = json.dumps({"id": str(n), "text": text, "author": {"id": "a"}}, ensure_ascii=False).encode()
    stamp = str(NOW // 1000)
    lines = [
        "POST /mentions HTTP/1.1", "host: agora", f"content-length: {length or len(body)}", f"webhook-id: m{n}",
        f"webhook-timestamp: {stamp}", f"webhook-signature: {sign(KEY, f'm{n}', stamp, body)}", "connection: close",
    ]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Door:
    """The real webhook under the real supervisor, and what the log has of it."""

    def __init__(self, source: Webhook, log: SqliteLog) -> None:
        self.source, self.log = source, log

    async def send(self, data: bytes, *, step: int = 1 << 20) -> int:
        """Send ``data`` in pieces; returns the status of the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.source.port)
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
            await writer.drain()
            await asyncio.sleep(0)
        answer = await reader.read()
        writer.close()
        return int(answer.split()[1])

    async def texts(self) -> list[str]:
        return [decode(record.value or b"").text for record in await everything(self.log, MENTIONS)]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    log = await SqliteLog.open(str(tmp_path / "agora.db"))
    source = Webhook("127.0.0.1", 0, {"desk": KEY}, {}, folder=tmp_path / "webhook", now=lambda: NOW)
    spool, ledger = Spool(tmp_path / "spool", 1 << 20), Ledger(tmp_path / "ledger.db", now=lambda: NOW)
    publisher, cursors = Publisher(log, spool, now=lambda: NOW), Cursors(tmp_path / "cursors.json", lambda: NOW)
    supervisor = Supervisor([source], publisher, cursors, now=lambda: NOW, ledger=ledger)
    running = asyncio.create_task(supervisor.run())
    while not source.port:
        await asyncio.sleep(0)
    yield Door(source, log)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    spool.close()
    ledger.shut()
    await log.close()


async def test_a_message_a_byte_at_a_time(door: Door) -> None:
    """Cut inside a character, it is whole again."""
    assert await door.send(request(1, "Wäll 🎐"), step=1) == 202
    assert await door.texts() == ["Wäll 🎐"]


async def test_who_hangs_up_in_the_middle_said_nothing(door: Door) -> None:
    """A message that broke off is not taken, nor kept as a dead letter; sent again under the same id it is taken once."""
    whole = request(1, "A wall")
    _, writer = await asyncio.open_connection("127.0.0.1", door.source.port)
    writer.write(whole[:-5])
    await writer.drain()
    writer.transport.abort()
    assert await door.send(whole) == 202
    assert await door.send(whole) == 409
    assert await door.texts() == ["A wall"]
    assert await everything(door.log, REJECTED) == []


async def test_who_falls_silent_holds_up_nobody(door: Door) -> None:
    """One that promised more than it sends waits alone."""
    _, writer = await asyncio.open_connection("127.0.0.1", door.source.port)
    writer.write(request(1, "Half a wall", length=5000))
    await writer.drain()
    assert await door.send(request(2, "A wall")) == 202
    assert await door.texts() == ["A wall"]
    writer.close()


async def test_what_nobody_knows_is_refused(door: Door) -> None:
    """A kind from the future and a body that is no JSON are told to the sender and kept as dead letters; 10 MB are not read."""
    unknown = request(1, "A wall").replace(b'"id"', b'"di"')
    assert await door.send(unknown) == 401
    stamp, body = str(NOW // 1000), b'{"kind": "surprise", "id": "1", "author": {"id": "a"}}'
    for n, said, status in ((2, body, 422), (3, b'{"id": "1', 422), (4, b"x" * (10 << 20), 413)):
        head = (
            f"POST /mentions HTTP/1.1\r\nhost: agora\r\ncontent-length: {len(said)}\r\nwebhook-id: m{n}\r\n"
            f"webhook-timestamp: {stamp}\r\nwebhook-signature: {sign(KEY, f'm{n}', stamp, said)}\r\nconnection: close\r\n\r\n"
        )
        try:
            assert await door.send(head.encode() + said) == status
        except ConnectionError:  # the door shut before all of it was sent
            assert status == 413
    assert len(await everything(door.log, REJECTED)) == 2
    assert await door.texts() == []
