"""Alerts: what is wrong for long enough becomes one alert, which lasts until it has been well for long enough. Pure.

Signs are what is wrong at a moment; an alert stays on the tablet until somebody has seen it, also when it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec
import xxhash

Kind = Literal["raid", "mood", "source", "screens", "log"]

KEPT: Final = 50
"""Alerts that are kept; of more the oldest go, those that are over and seen first."""
KEPT_MS: Final = 24 * 3_600_000
"""How long an alert is kept that is over and seen."""


class Sign(msgspec.Struct, frozen=True):
    """Something is wrong now. ``key`` tells it from others of its kind; ``after_s`` is how long it must last to be an alert,
    ``well_s`` how long it must be well for the alert to be over.
    """

    kind: Kind
    key: str
    says: str
    do: str
    after_s: float
    well_s: float


class Alert(msgspec.Struct):
    """``since`` is when the first sign came, ``raised`` when it became an alert, ``ended`` when it was over, or 0."""

    id: str
    kind: Kind
    key: str
    says: str
    do: str
    since: int
    raised: int
    ended: int = 0
    seen_by: str = ""
    seen_at: int = 0


class _Suspicion(msgspec.Struct):
    """Since when a sign has been there, when it was last there, and its alert, once it is one."""

    since: int
    last: int
    well_ms: float
    alert: Alert | None = None


class Lookout:
    """Turns signs into alerts. Times are hub time in ms."""

    def __init__(self, alerts: Sequence[Alert] = ()) -> None:
        self._alerts = list(alerts)
        self._suspicions: dict[tuple[str, str], _Suspicion] = {
            (a.kind, a.key): _Suspicion(a.since, a.raised, 0.0, a) for a in alerts if not a.ended
        }

    @property
    def alerts(self) -> list[Alert]:
        """Every alert that is kept, the newest first."""
        return sorted(self._alerts, key=lambda a: (-a.raised, a.id))

    def waiting(self) -> list[Alert]:
        """Those that nobody has seen, and those that last."""
        return [a for a in self.alerts if not a.seen_by or not a.ended]

    def look(self, now: int, signs: Iterable[Sign]) -> list[Alert]:
        """What was raised or is over since the last look, given what is wrong now."""
        news: list[Alert] = []
        for sign in signs:
            key = (sign.kind, sign.key)
            found = self._suspicions.setdefault(key, _Suspicion(now, now, 0.0))
            found.last, found.well_ms = now, sign.well_s * 1000
            if found.alert is None and now - found.since >= sign.after_s * 1000:
                id = f"{sign.kind}-{now:x}-{xxhash.xxh32_hexdigest(sign.key.encode())}"
                found.alert = Alert(id, sign.kind, sign.key, sign.says, sign.do, found.since, now)
                self._alerts.append(found.alert)
                news.append(found.alert)
            elif found.alert is not None:
                found.alert.says, found.alert.do = sign.says, sign.do
        for place, found in list(self._suspicions.items()):
            if found.last == now:
                continue
            if found.alert is None:
                del self._suspicions[place]  # it was short
            elif now - found.last >= found.well_ms:
                found.alert.ended = now
                news.append(found.alert)
                del self._suspicions[place]
        self._forget(now)
        return news

    def see(self, id: str, by: str, at: int) -> bool:
        """Somebody has seen an alert; whether there is one that nobody had seen before."""
        for alert in self._alerts:
            if alert.id == id and not alert.seen_by:
                alert.seen_by, alert.seen_at = by, at
                return True
        return False

    def unsee(self, id: str) -> None:
        """It was taken back."""
        for alert in self._alerts:
            if alert.id == id:
                alert.seen_by, alert.seen_at = "", 0

    def _forget(self, now: int) -> None:
        self._alerts = [a for a in self._alerts if not (a.ended and a.seen_by and now - a.ended > KEPT_MS)]
        while len(self._alerts) > KEPT:
            over = (
                [a for a in self._alerts if a.ended and a.seen_by]
                or [a for a in self._alerts if a.ended]
                or self._alerts
            )
            self._alerts.remove(min(over, key=lambda a: a.raised))
