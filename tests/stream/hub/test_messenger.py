"""Alerts on their way to a real receiver on loopback, which checks them as any receiver of Standard Webhooks would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ingest.signature import checked_headers, sender_of
from stream.hub.alerts import Alert
from stream.hub.messenger import Messenger
from stream.hub.outbox import Outbox
from tests.standins.http import Exchange, HttpStandIn

KEY = b"shared"
ALERT = Alert("log-1", "log", "", "The log does not answer.", "See whether its disk is full.", 0, 15_000)


class Desk:
    """A messenger with a clock that the test moves, and a count of how often its outbox was written down."""

    def __init__(self, url: str) -> None:
        self.now, self.saved = 1_790_000_000_000.0, 0
        self.messenger = Messenger(url, KEY, "Festival", Outbox(lambda: 0.0), lambda: self.now, self._save)

    def _save(self) -> None:
        self.saved += 1

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the messenger work until something holds."""
        running = asyncio.ensure_future(self.messenger.run())
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.005)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def answering(*statuses: int) -> Callable[[Exchange], Awaitable[None]]:
    """Answers with these, the last one for ever; 0 hangs up."""
    left = list(statuses)

    async def handle(exchange: Exchange) -> None:
        status = left.pop(0) if len(left) > 1 else left[0]
        if status:
            await exchange.answer(status)
        else:
            exchange.hang_up()

    return handle


async def test_message_is_signed_so_that_any_receiver_can_check_it() -> None:
    """The receiver finds the sender by the signature, the time near its own, and the words of the alert."""
    async with HttpStandIn(answering(204)) as receiver:
        desk = Desk(receiver.url)
        desk.messenger.tell(ALERT)
        await desk.until(lambda: desk.saved == 1)
    (got,) = receiver.seen
    id, stamp, signature = (got.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    checked_headers(id, stamp, signature, desk.now / 1000)
    assert sender_of({"hub": KEY}, id, stamp, signature, got.body) == "hub"
    assert json.loads(got.body)["data"]["says"] == "The log does not answer."
    assert desk.messenger.outbox.letters == []


async def test_what_is_not_taken_comes_again() -> None:
    """An error, and a connection that breaks, are tried again under the same id, signed anew; then it is well."""
    async with HttpStandIn(answering(500, 0, 202)) as receiver:
        desk = Desk(receiver.url)
        desk.messenger.tell(ALERT)
        await desk.until(lambda: desk.saved == 1)
        assert desk.messenger.fault == "it answered 500"
        desk.now += 5_000
        await desk.until(lambda: desk.saved == 2)
        assert "did not answer" in desk.messenger.fault
        desk.now += 30_000
        await desk.until(lambda: desk.saved == 3)
    assert desk.messenger.fault == ""
    assert len({each.headers["webhook-id"] for each in receiver.seen}) == 1
    assert len({each.headers["webhook-timestamp"] for each in receiver.seen}) == 3


async def test_receiver_that_wants_no_more_is_left_alone() -> None:
    """410 empties the outbox, and a redirect is followed nowhere."""
    async with HttpStandIn(answering(307, 410)) as receiver:
        desk = Desk(receiver.url)
        desk.messenger.tell(ALERT)
        await desk.until(lambda: desk.saved == 1)
        assert desk.messenger.fault == "it answered 307"
        desk.now += 5_000
        await desk.until(lambda: desk.saved == 2)
    assert desk.messenger.outbox.letters == []
