"""Who stands behind an account of Bluesky: handle, name, picture, followers, and whether they wish to be shown at all.

Profiles come from ``app.bsky.actor.getProfiles``, 25 a call. A post waits for its author's profile for a moment only, then goes
out without. Who was not known then is asked for later all the same, because they may have asked not to be shown to strangers.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2
import msgspec
import structlog

from ingest import text as words
from ingest.backoff import BackOff
from ingest.bluesky.profile_cache import Profile, ProfileCache
from ingest.formats import bluesky
from stream.mention import Unreadable

PATH: Final = "/xrpc/app.bsky.actor.getProfiles"
CHUNK: Final = 25
CALLS: Final = 4
"""Calls under way at once."""
OWED: Final = 5_000
"""Accounts that are still to be asked for; the oldest are given up first."""
BODY_LIMIT: Final = 1 << 20
FIRST_S: Final = 2.0
LONGEST_S: Final = 120.0
LONGEST_ASKED_S: Final = 3600.0

_NO_BOTS = re.compile(r"(?<!\w)#nobots?(?!\w)", re.IGNORECASE)

logger = structlog.get_logger("ingest")


class _Unwilling(Exception):
    """The service does not answer now; ``pause_s`` is what it asked for, if it did."""

    def __init__(self, reason: str, pause_s: float | None = None) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


class _Label(msgspec.Struct):
    val: str = ""
    neg: bool = False


class _Profile(msgspec.Struct, rename="camel"):
    did: str
    handle: Any = ""
    display_name: Any = ""
    avatar: Any = ""
    followers_count: Any = 0
    description: Any = ""
    labels: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct):
    profiles: list[msgspec.Raw]


_answer = msgspec.json.Decoder(_Answer)
_profile = msgspec.json.Decoder(_Profile)
_labels = msgspec.json.Decoder(list[_Label] | None)


class Profiles:
    """The profiles that the service at ``url`` gives, over ``cache``.

    A post waits at most ``patience_s``, a call takes at most ``timeout_s``. ``opted_out`` gathers accounts of which the service
    said lately that they are not to be shown.
    """

    def __init__(
        self,
        url: str,
        cache: ProfileCache,
        *,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        draw: Callable[[], float],
        agent: str,
        patience_s: float = 0.8,
        timeout_s: float = 2.0,
    ) -> None:
        self._url, self._cache, self._agent = url.rstrip("/"), cache, agent
        self._now, self._monotonic = now, monotonic
        self._patience_s, self._timeout_s = patience_s, timeout_s
        self._back_off = BackOff(FIRST_S, LONGEST_S, draw=draw)
        self._shut_until = float("-inf")
        self._client: httpx2.AsyncClient | None = None
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._owed: dict[str, None] = {}
        self.opted_out: set[str] = set()
        self.fault = ""
        """Why the service did not answer the last time; empty when it did."""

    async def of(self, dids: Collection[str]) -> dict[str, Profile]:
        """Those of ``dids`` that are known now or in a moment."""
        known = self._cache.get(dids)
        missing = [did for did in dids if did not in known]
        self._ask(missing)
        under_way = {self._asking[did] for did in missing if did in self._asking}
        if under_way:
            await asyncio.wait(under_way, timeout=self._patience_s)
            known |= self._cache.get(missing)
        self._owe(did for did in missing if did not in known and did not in self._asking)
        if not missing and self._owed and not self._asking:
            self._ask(list(self._owed)[:CHUNK])
        return known

    async def ids_of(self, handles: Collection[str]) -> dict[str, str]:
        """The ids of the accounts with these handles (in small letters), as far as the service answers and knows them."""
        found: dict[str, str] = {}
        wanted = list(handles)
        for first in range(0, len(wanted), CHUNK):
            answer = await self._answers(wanted[first : first + CHUNK]) if self._willing() else None
            found.update({profile.handle.lower(): profile.did for profile in answer or () if profile.handle})
        return {handle: found[handle] for handle in wanted if handle in found}

    def changed(self, renamed: Mapping[str, str], others: Collection[str]) -> None:
        """These accounts have other handles now (empty: who knows), and about ``others`` anything may be new."""
        self._cache.rename({did: handle for did, handle in renamed.items() if handle})
        self._cache.forget([*others, *(did for did, handle in renamed.items() if not handle)])

    async def close(self) -> None:
        """End what is under way."""
        tasks = set(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _willing(self) -> bool:
        return self._monotonic() >= self._shut_until

    def _ask(self, dids: Iterable[str]) -> None:
        new = [did for did in dids if did not in self._asking]
        for first in range(0, len(new), CHUNK):
            if not self._willing() or len(set(self._asking.values())) >= CALLS:
                return
            chunk = new[first : first + CHUNK]
            task = asyncio.create_task(self._learn(chunk), name="profiles")
            self._asking.update(dict.fromkeys(chunk, task))

    async def _learn(self, dids: list[str]) -> None:
        try:
            profiles = await self._answers(dids)
            if profiles is None:
                self._owe(dids)
                return
            told = {profile.did for profile in profiles}
            self._cache.put([*profiles, *(Profile(did, absent=True) for did in dids if did not in told)])
            # Of what cannot be read nobody knows that it is a wish, and a wish is kept for good.
            self.opted_out |= {p.did for p in profiles if p.withheld not in ("", bluesky.UNREADABLE)}
            for did in dids:
                self._owed.pop(did, None)
        finally:
            for did in dids:
                self._asking.pop(did, None)

    def _owe(self, dids: Iterable[str]) -> None:
        self._owed.update(dict.fromkeys(dids))
        while len(self._owed) > OWED:
            del self._owed[next(iter(self._owed))]

    async def _answers(self, actors: list[str]) -> list[Profile] | None:
        """What the service says about ``actors``; None when it says nothing now."""
        try:
            async with asyncio.timeout(self._timeout_s):
                body = await self._body(actors)
            answer = _answer.decode(body) if body else _Answer([])
        except (_Unwilling, httpx2.HTTPError, TimeoutError, ValueError, RecursionError) as fault:
            asked_s = fault.pause_s if isinstance(fault, _Unwilling) else None
            pause_s = self._back_off.next()
            pause_s = pause_s if asked_s is None else min(max(asked_s, pause_s), LONGEST_ASKED_S)
            self._shut_until = self._monotonic() + pause_s
            self.fault = str(fault) or type(fault).__name__
            logger.warning("no profiles from Bluesky", reason=self.fault, pause_s=pause_s)
            return None
        self._back_off.reset()
        self.fault = ""
        return [profile for raw in answer.profiles if (profile := _read(raw)) is not None]

    async def _body(self, actors: list[str]) -> bytes:
        """The answer's body; empty where it says that the question was wrong."""
        if self._client is None:
            headers = {"User-Agent": self._agent}
            self._client = httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(self._timeout_s))
        async with self._client.stream("GET", self._url + PATH, params=[("actors", a) for a in actors]) as answer:
            if answer.status_code == 400:
                return b""
            if answer.status_code != 200:
                after_s = retry_after_s(answer.headers.get("retry-after", ""), self._now())
                raise _Unwilling(f"status {answer.status_code}", after_s)
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > BODY_LIMIT:
                    raise _Unwilling(f"an answer of more than {BODY_LIMIT} bytes")
            return bytes(body)


def _read(raw: msgspec.Raw) -> Profile | None:
    """The profile; None for what is none. Who cannot read what an account asks for does not show it."""
    try:
        said = _profile.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    try:
        flags, withheld = bluesky.judged(_labels.decode(said.labels) or ())
    except (msgspec.DecodeError, UnicodeDecodeError):
        flags, withheld = (), bluesky.UNREADABLE
    if not withheld and _NO_BOTS.search(_text(said.description)):
        withheld = "#nobot"
    handle, avatar, followers = _text(said.handle), _text(said.avatar), said.followers_count
    return Profile(
        said.did,
        handle=_name("" if handle == "handle.invalid" else handle),
        name=_name(_text(said.display_name)),
        avatar=avatar if len(avatar) <= 2048 else "",
        followers=max(0, followers) if isinstance(followers, int) else 0,
        flags=flags,
        withheld=withheld,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _name(text: str) -> str:
    try:
        return words.name(text)
    except Unreadable:
        return ""


def retry_after_s(value: str, now_ms: int) -> float | None:
    """Seconds that a ``Retry-After`` header asks for; None for none."""
    if value.strip().isdecimal() and value.isascii():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now_ms / 1000)
    except (ValueError, TypeError, OverflowError):
        return None
