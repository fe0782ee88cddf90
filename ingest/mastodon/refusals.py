"""What a server's refusals mean, in sentences that say what a person can do, with the pause that the server asks for."""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from ingest.backoff import BackOff
from ingest.source import SourceUnavailable

FIRST_S: Final = 1.0
LONGEST_S: Final = 300.0
WELL_S: Final = 60.0
"""A connection that lasted this long was well: the next failure is the first again."""
LONGEST_LIMIT_S: Final = 3600.0


class _Answer(msgspec.Struct):
    error: str = ""


class Refusals:
    """Those of the server called ``name`` in the configuration, at ``host``; ``token`` tells whether there is one."""

    def __init__(
        self,
        name: str,
        host: str,
        token: bool,
        *,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        draw: Callable[[], float],
    ) -> None:
        self._name, self._host, self._token = name, host, token
        self._now, self._monotonic, self._draw = now, monotonic, draw
        self._pauses = BackOff(FIRST_S, LONGEST_S, draw=draw)
        self._began = monotonic()

    def begin(self) -> None:
        """A connection is tried."""
        self._began = self._monotonic()

    def broken(self, why: str) -> SourceUnavailable:
        """The connection failed, or ended by itself; ``why`` completes a sentence that begins with the host."""
        if self._monotonic() - self._began >= WELL_S:
            self._pauses.reset()
        return SourceUnavailable(f"{self._host} {why}", pause_s=self._pauses.next())

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceUnavailable:
        """The server answered, but not with what was asked for."""
        said = _said(body)
        if status == 429:
            sentence = f"{self._host} asks for fewer requests; it is asked again when it allows"
            return SourceUnavailable(sentence, pause_s=self._limited(headers))
        if status >= 500:
            return self.broken(f"is in trouble (HTTP {status}{said})")
        variable = f"AGORA_MASTODON_SERVERS_{self._name.upper().replace('-', '_')}_TOKEN"
        make = f"make one under Preferences › Development with the scope read, and put it into {variable}"
        if status in (401, 422) and not self._token:
            sentence = f"{self._host} wants a token, as every Mastodon since 4.2 does to be heard live; {make}"
        elif status == 401:
            sentence = f"{self._host} refuses the token{said}; {make}"
        elif status in (403, 422):
            sentence = (
                f"{self._host} forbids this{said}; its token needs the scope read, and the server must offer the stream"
            )
        else:
            table = f"[mastodon.servers.{self._name}]"
            sentence = (
                f"{self._host} does not know what it is asked (HTTP {status}{said}); check url and streams in {table}"
            )
        return SourceUnavailable(sentence, stopped=True)

    def _limited(self, headers: Mapping[str, str]) -> float:
        """Seconds until the server may be asked again, and up to a tenth more."""
        wait = _after(headers.get("retry-after", ""), self._now()) or _until(
            headers.get("x-ratelimit-reset", ""), self._now()
        )
        if wait is None:
            return self._pauses.next()
        return min(max(wait, 1.0), LONGEST_LIMIT_S) * (1 + 0.1 * self._draw())


def _said(body: bytes) -> str:
    try:
        said = msgspec.json.decode(body, type=_Answer).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    said = " ".join(said[:200].split())
    return f": {said}" if said.isprintable() and said else ""


def _after(value: str, now: int) -> float | None:
    """``Retry-After``: seconds, or a date as mail writes it."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return email.utils.parsedate_to_datetime(value).timestamp() - now / 1000
    except (ValueError, TypeError, OverflowError):
        return None


def _until(value: str, now: int) -> float | None:
    """``X-RateLimit-Reset``: a date as ISO 8601 writes it."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now / 1000
