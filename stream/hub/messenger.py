"""The messenger: sends alerts to a webhook, signed by the Standard Webhooks convention. No stranger's word is in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog

from stream.config.signing import sign
from stream.hub.alerts import Alert
from stream.hub.outbox import Letter, Outbox

TIMEOUT_S: Final = 10.0
GONE: Final = 410
LONGEST_S: Final = 60.0

log = structlog.get_logger(__name__)


class Messenger:
    """Delivers what ``outbox`` holds to ``url``. ``clock`` is hub time in ms; ``saved`` is called when the outbox changed."""

    def __init__(
        self, url: str, key: bytes, event: str, outbox: Outbox, clock: Callable[[], float], saved: Callable[[], None]
    ) -> None:
        self.outbox = outbox
        self.fault = ""
        """Why the last letter was not taken; empty when it was."""
        self._url, self._key, self._event = url, key, event
        self._clock, self._saved = clock, saved
        self._wake = asyncio.Event()

    def tell(self, alert: Alert) -> None:
        """An alert was raised, or is over."""
        now = int(self._clock())
        what = "ended" if alert.ended else "raised"
        self.outbox.put(f"{alert.id}-{what}", letter(alert, what, self._event, now), now)
        self._wake.set()

    async def run(self) -> None:
        """Send for ever."""
        import httpx2

        async with httpx2.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as client:
            while True:
                self._wake.clear()
                for due in self.outbox.due(int(self._clock())):
                    await self._send(client, due)
                left = self.outbox.next_ms(int(self._clock()))
                try:
                    await asyncio.wait_for(
                        self._wake.wait(), LONGEST_S if left is None else min(LONGEST_S, left / 1000)
                    )
                except TimeoutError:
                    continue

    async def _send(self, client: Any, due: Letter) -> None:
        import httpx2

        now = int(self._clock())
        stamp, body = str(now // 1000), due.body.encode()
        headers = {
            "content-type": "application/json",
            "webhook-id": due.id,
            "webhook-timestamp": stamp,
            "webhook-signature": sign(self._key, due.id, stamp, body),
        }
        try:
            answer = await client.post(self._url, content=body, headers=headers)
            self.fault = "" if answer.is_success else f"it answered {answer.status_code}"
            if answer.status_code == GONE:
                self.outbox.clear()
        except (httpx2.HTTPError, OSError) as fault:
            self.fault = f"it did not answer ({type(fault).__name__})"
        if not self.fault:
            self.outbox.taken(due.id)
        elif self.outbox.letters and not self.outbox.failed(due.id, int(self._clock())):
            log.error("an alert was given up", id=due.id, fault=self.fault)
        else:
            log.warning("an alert was not taken", id=due.id, fault=self.fault)
        self._saved()


def letter(alert: Alert, what: str, event: str, now: int) -> str:
    """The body of a message about an alert, at hub time ``now``."""
    data = {
        "id": alert.id,
        "kind": alert.kind,
        "says": alert.says,
        "do": alert.do,
        "since": _iso(alert.since),
        "ended": _iso(alert.ended) if alert.ended else None,
        "event": event,
    }
    return msgspec.json.encode({"type": f"alert.{what}", "timestamp": _iso(now), "data": data}).decode()


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
