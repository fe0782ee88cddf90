"""What a source is: an asynchronous iterator of batches, found by its name.

A source of one's own is a package with an entry point in the group ``agora.sources`` whose object is a ``Factory``. It
yields batches; when it is asked for the next one, the last one is safe: in the log, or in the spool on disk.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec

from ingest.matching import Matcher
from stream.config import Config
from stream.mention import Mention, Rejected, Retraction


class Deletion(msgspec.Struct, frozen=True):
    """A network says that ``native`` is gone: a post, a repost or a like, by the id that its batch gave it or by a copy's.

    It becomes retractions of what we published under that id, and of the reposts of it; else it becomes nothing, but a post
    that comes after it within a day is not published.
    """

    native: str
    at: int
    reason: str = "deleted"


class Takedown(msgspec.Struct, frozen=True):
    """A network says that everything of the author with the id ``author`` (``bluesky:did:plc:…``) is gone.

    It becomes a retraction when we published anything of theirs, or a repost of it, within seven days. What the author wrote
    until ``at`` does not come back; what is written later, when the account is active again, is published.
    """

    author: str
    at: int
    reason: str = "taken down"


class Reaction(msgspec.Struct, frozen=True):
    """Somebody liked, reposted or answered ``target`` (an id as in ``Mention.id``); ``native`` is the reaction's own id.

    Where we published the target it counts, once, and travels as a tally, and ``mention``, if given, is published as well;
    where we did not, nothing happens. Who wants a repost or reply in any case says it as a ``Mention``.
    """

    target: str
    native: str
    kind: Literal["like", "repost", "reply"]
    at: int
    mention: Mention | None = None


LogItem = Mention | Retraction | Rejected
"""What goes to the log as it is."""

Item = LogItem | Deletion | Takedown | Reaction
"""What a source may say. ``Deletion``, ``Takedown`` and ``Reaction`` need a source that is ``remembered``."""


class SourceUnavailable(Exception):
    """A source cannot run now; the message says why and what a person can do. It is tried again after a pause.

    ``pause_s`` is the pause that the network's own rules ask for, jitter included; None leaves it to the supervisor.
    ``stopped`` says that waiting alone does not help soon: a refused token, a spent budget.
    """

    def __init__(self, sentence: str, *, pause_s: float | None = None, stopped: bool = False) -> None:
        super().__init__(sentence)
        self.pause_s, self.stopped = pause_s, stopped


class Batch(msgspec.Struct, frozen=True):
    """Items in the order in which the source told them; none at all is a sign of life: connected, and nothing new.

    ``cursor`` is where the source stands after them, in words of its own; empty keeps the last one. With ``spool`` false
    the items are for the log or for nobody, because the sender will send them again. ``done`` hears whether they are safe.
    ``natives`` gives the ids under which a later ``Deletion`` may name a mention: native id to the mention's id. The mention's
    own id always works. A native id is the source's own: two servers, two sources, may number their posts alike.
    """

    items: tuple[Item, ...] = ()
    cursor: str = ""
    spool: bool = True
    done: Callable[[bool], None] | None = None
    natives: Mapping[str, str] = {}


class Source(Protocol):
    """One place where the public talks.

    A source may also have ``remembered = True``: what it published is remembered for seven days, so that deletions and
    reactions find it, and what comes twice (from two servers, or after a rewind) is published once. Such a source says every
    edit it hears, once for each revision: those of posts that we did not publish are dropped. Where it is the edit that makes
    a post match, it says the post as it is now (kind ``post``, its own id) before the edit. Counts of the network's own
    (kind ``tally``) come out at most once in ten seconds for a post.

    And ``source``, the word that its mentions carry, where that differs from ``name`` (``mastodon`` for ``mastodon:social``);
    ``dropped``, a ``Counter`` of what it left out, by reason, for the figures; ``silence_s``, how long it may go without any
    batch (default 300) before people are told that something is wrong; ``figures``, numbers by name that it counts itself;
    ``complaint``, what is wrong while it runs, and behind "; " what to do, empty when all is well.
    """

    @property
    def name(self) -> str:
        """The word under which its cursor, its counts and its log lines are kept."""
        ...

    @property
    def tells_deletions(self) -> bool:
        """Whether it says that a post was deleted; if not, nobody may show its posts for long."""
        ...

    def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """Everything after ``cursor`` (empty: from where a newcomer starts). It ends when there is nothing more to come.

        Whatever it raises is a failure: it is asked again, after a pause, from the cursor of the last batch that is safe.
        """
        ...


class Context(msgspec.Struct, frozen=True):
    """What a source is made with.

    ``argument`` is what stood after the colon of its name in ``[ingest] sources``; ``now`` tells the wall clock in
    milliseconds UTC; ``folder`` is where it may keep files of its own; ``matcher`` says what is listened for, and changes
    while the source runs; ``pause`` and ``draw`` (0 … 1) are the clock's and the dice's, so that tests own them.
    """

    config: Config
    now: Callable[[], int]
    folder: Path
    argument: str = ""
    matcher: Matcher = msgspec.field(default_factory=Matcher)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random


Factory = Callable[[Context], "Source | Sequence[Source]"]

BUILT_IN: Final = ("archive", "bluesky", "hackernews", "mastodon", "rss", "simulation", "webhook", "x")
GROUP: Final = "agora.sources"


def names() -> tuple[str, ...]:
    """Every source that can be named in ``[ingest] sources``, in alphabetical order."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def make(name: str, context: Context) -> tuple[Source, ...]:
    """The sources called ``name``, written ``name`` or ``name:argument``; several where it listens in several places.

    Raises ``ValueError`` for one that is not known.
    """
    word, _, argument = name.partition(":")
    context = msgspec.structs.replace(context, argument=argument)
    if word in BUILT_IN:
        factory: Factory = import_module(f"ingest.sources.{word}").create
        return _several(factory(context))
    for point in entry_points(group=GROUP):
        if point.name == word:
            factory = point.load()
            return _several(factory(context))
    raise ValueError(f"{word!r} is no source; known are {', '.join(names())}")


def _several(made: Source | Sequence[Source]) -> tuple[Source, ...]:
    return tuple(made) if isinstance(made, Sequence) else (made,)
