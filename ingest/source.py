"""What a source is: an asynchronous iterator of batches, found by its name.

A source of one's own is a package with an entry point in the group ``agora.sources`` whose object is a ``Factory``. It
yields batches; when it is asked for the next one, the last one is safe: in the log, or in the spool on disk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol

import msgspec

from stream.config import Config
from stream.mention import Mention, Rejected, Retraction

Item = Mention | Retraction | Rejected


class SourceUnavailable(Exception):
    """A source cannot run now; the message says why and what a person can do. It is tried again after a pause."""


class Batch(msgspec.Struct, frozen=True):
    """Items in the order in which the source told them.

    ``cursor`` is where the source stands after them, in words of its own; empty keeps the last one. With ``spool`` false
    the items are for the log or for nobody, because the sender will send them again. ``done`` hears whether they are safe.
    """

    items: tuple[Item, ...]
    cursor: str = ""
    spool: bool = True
    done: Callable[[bool], None] | None = None


class Source(Protocol):
    """One place where the public talks."""

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
    milliseconds UTC; ``folder`` is where it may keep files of its own.
    """

    config: Config
    now: Callable[[], int]
    folder: Path
    argument: str = ""


Factory = Callable[[Context], Source]

BUILT_IN: Final = ("archive", "simulation", "webhook")
GROUP: Final = "agora.sources"


def names() -> tuple[str, ...]:
    """Every source that can be named in ``[ingest] sources``, in alphabetical order."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def make(name: str, context: Context) -> Source:
    """The source called ``name``, written ``name`` or ``name:argument``. Raises ``ValueError`` for one that is not known."""
    word, _, argument = name.partition(":")
    context = msgspec.structs.replace(context, argument=argument)
    if word in BUILT_IN:
        factory: Factory = import_module(f"ingest.sources.{word}").create
        return factory(context)
    for point in entry_points(group=GROUP):
        if point.name == word:
            factory = point.load()
            return factory(context)
    raise ValueError(f"{word!r} is no source; known are {', '.join(names())}")
