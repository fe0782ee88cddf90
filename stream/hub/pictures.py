"""Strangers' pictures: which are fetched, which may be shown, and which must go.

Cards wish for the avatar of their author and for the first picture of their post. What was fetched is named by the hash of what
came, so that an approval is for this picture and not for whatever lies at its address tomorrow. Walls get those of cards that
they show.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import structlog

from stream.config import Config
from stream.hub.board import Board
from stream.media.cupboard import Cupboard
from stream.media.fetch import Fetcher, Unpictured
from stream.media.remake import remade
from stream.mention import Mention
from stream.moderation.filters import SENSITIVE
from stream.wire.messages import Still, encode

Kind = Literal["avatar", "picture"]

PIXELS: Final[Mapping[Kind, int]] = {"avatar": 256, "picture": 900}
AT_ONCE: Final = 3
AGAIN_S: Final = 600.0
"""What could not be fetched is asked for again after so long."""
TRIED: Final = 2_000

log = structlog.get_logger(__name__)

Fetch = Callable[[str, int], Awaitable[tuple[str, bytes]]]
"""The name and the small picture of what is at an address, at most so many pixels a side. Raises ``Unpictured``."""


class Wish(NamedTuple):
    """A picture that a post would have beside it; ``own`` is one of the house's people, whose pictures need no approval."""

    url: str
    kind: Kind
    alt: str
    own: bool


class _Kept(NamedTuple):
    """A picture that was fetched, and the posts that wish for it."""

    name: str
    wish: Wish
    posts: set[str]


def wishes(row: Mention) -> list[Wish]:
    """The pictures of a post: its author's, and the first that hangs on it where nobody says that it is sensitive."""
    own = row.author.role in ("brand", "staff")
    found = [Wish(row.author.avatar, "avatar", "", own)] if row.author.avatar else []
    if not SENSITIVE & set(row.flags):
        images = [m for m in row.media if m.kind == "image" and m.url]
        found += [Wish(images[0].url, "picture", images[0].alt, own)] if images else []
    return found


def named(data: bytes) -> str:
    """The name of a picture as it came."""
    return hashlib.sha256(data).hexdigest()[:32]


class Pictures:
    """``work`` belongs to the event loop, everything else to any thread. ``changed`` hears that cards may look otherwise."""

    def __init__(
        self, board: Board, cupboard: Callable[[], Cupboard], fetch: Fetch, clock: Callable[[], float], *, on: bool
    ) -> None:
        self.changed: Callable[[], None] = lambda: None
        self._board = board
        self._cupboard = cupboard
        self._fetch = fetch
        self._clock = clock
        self._on = on
        self._lock = threading.RLock()
        self._kept: dict[str, _Kept] = {}
        self._wanted: dict[str, tuple[Wish, set[str]]] = {}
        self._tried: dict[str, float] = {}
        self._decided: dict[str, str] = {}
        self._shown: set[str] = set()
        self._shelf: Cupboard | None = None
        self._wake: Callable[[], None] = lambda: None

    def decide(self, name: str, value: Mapping[str, Any] | None) -> None:
        """What staff say of a picture: approved, hidden, or nothing any more."""
        with self._lock:
            if value is None:
                self._decided.pop(name, None)
            else:
                self._decided[name] = str(value.get("show", ""))

    def tell(self, cards: Sequence[tuple[str, Mention]], stands: Callable[[str], bool]) -> dict[str, dict[Kind, str]]:
        """What the cards of these posts show, by post and kind; nothing of posts that no longer ``stand`` is kept."""
        if not self._on:
            return {}
        with self._lock:
            self._wanted = {}
            for post_id, row in cards:
                for wish in wishes(row):
                    self._wanted.setdefault(wish.url, (wish, set()))[1].add(post_id)
            for url, kept in list(self._kept.items()):
                kept.posts.update(self._wanted.get(url, (None, set()))[1])
                kept.posts.intersection_update({post for post in kept.posts if stands(post)})
                if not kept.posts:
                    self._forget(url)
            shown: dict[str, dict[Kind, str]] = {}
            for url, (wish, posts) in self._wanted.items():
                known = self._kept.get(url)
                if known is not None and self._may(known):
                    for post_id in posts:
                        shown.setdefault(post_id, {})[wish.kind] = known.name
            self._send({name for names in shown.values() for name in names.values()})
        self._wake()
        return shown

    def of(self, post_id: str) -> list[dict[str, str]]:
        """The pictures of a post as staff see them: ``name kind alt state``."""
        with self._lock:
            return [
                {"name": kept.name, "kind": kept.wish.kind, "alt": kept.wish.alt, "state": self._state(kept)}
                for kept in self._kept.values()
                if post_id in kept.posts
            ]

    def webp(self, name: str) -> bytes | None:
        """A picture that is kept."""
        with self._lock:
            known = self._shelf is not None and any(kept.name == name for kept in self._kept.values())
            return self._shelf.get(name) if known and self._shelf is not None else None

    async def work(self) -> None:
        """Fetch what is wished for, a few at a time, for ever."""
        shelf = await asyncio.to_thread(self._cupboard)
        if not self._on:
            return
        loop, wake = asyncio.get_running_loop(), asyncio.Event()

        def rouse() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(wake.set)

        self._wake = rouse
        self._shelf = shelf
        wake.set()
        while True:
            await wake.wait()
            wake.clear()
            fresh = self._next()
            if fresh:
                await asyncio.gather(*(self._get(url, wish) for url, wish in fresh))
                wake.set()

    def _next(self) -> list[tuple[str, Wish]]:
        now = self._clock() / 1000.0
        with self._lock:
            new = [
                (url, wish)
                for url, (wish, _) in self._wanted.items()
                if url not in self._kept and now - self._tried.get(url, float("-inf")) >= AGAIN_S
            ][:AT_ONCE]
            for url, _ in new:
                self._tried[url] = now
            for oldest in list(self._tried)[:-TRIED]:
                del self._tried[oldest]
            return new

    async def _get(self, url: str, wish: Wish) -> None:
        try:
            name, data = await self._fetch(url, PIXELS[wish.kind])
        except Unpictured as fault:
            log.info("a picture is left out", reason=str(fault))
            return
        with self._lock:
            wanted = self._wanted.get(url)
            if wanted is None or self._shelf is None:
                return
            gone = set(self._shelf.put(name, data))
            self._kept = {u: kept for u, kept in self._kept.items() if kept.name not in gone}
            self._kept[url] = _Kept(name, wish, set(wanted[1]))
        self.changed()

    def _state(self, kept: _Kept) -> str:
        return self._decided.get(kept.name) or ("approved" if kept.wish.own else "held")

    def _may(self, kept: _Kept) -> bool:
        return self._state(kept) == "approved"

    def _forget(self, url: str) -> None:
        """On disk too, unless another address has the same picture."""
        name = self._kept.pop(url).name
        self._tried.pop(url, None)
        if self._shelf is not None and all(kept.name != name for kept in self._kept.values()):
            self._shelf.drop(name)

    def _send(self, names: Iterable[str]) -> None:
        """Let walls have these pictures, and no others."""
        wanted = set(names)
        for name in self._shown - wanted:
            self._board.drop(f"still:{name}")
        for name in sorted(wanted - self._shown):
            data = self._shelf.get(name) if self._shelf is not None else None
            if data is not None:
                self._board.put(f"still:{name}", encode(Still(int(self._clock()), name, data)))
        self._shown = wanted


def at_the_hub(config: Config, board: Board, clock: Callable[[], float]) -> Pictures:
    """As a hub of this configuration has them: only what is said now is asked for, never what an archive names."""
    folder = Path(config.hub.checkpoint + ".pictures")
    fetcher: list[Fetcher] = []

    async def fetch(url: str, pixels: int) -> tuple[str, bytes]:
        if not fetcher:
            contact = config.privacy.contact
            known = f" (+{contact})" if contact and contact.isascii() and contact.isprintable() else ""
            fetcher.append(Fetcher(f"Agora/{version('agora-wall')}{known}"))
        data = await fetcher[0].fetch(url, largest=config.media.largest_mb << 20)
        return named(data), await remade(data, pixels)

    on = config.media.fetch and config.clock.mode == "live"
    return Pictures(board, lambda: Cupboard(folder, config.media.budget_mb << 20), fetch, clock, on=on)
