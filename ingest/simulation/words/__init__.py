"""What the made-up people say, one file a language; every sentence is invented."""

from __future__ import annotations

import msgspec


class Words(msgspec.Struct, frozen=True):
    """The sentences of one language.

    In them ``{thing}`` is something of the topic (``{Thing}`` with a capital), ``{place}`` a place, ``{time}`` a time of the
    day, ``{minutes}`` and ``{number}`` numbers. ``things`` has noun phrases by topic in the form that a subject takes.
    """

    lang: str
    things: dict[str, tuple[str, ...]]
    joyful: tuple[str, ...]
    calm: tuple[str, ...]
    cross: tuple[str, ...]
    openers: tuple[str, ...]
    closers: tuple[str, ...]
    agree: tuple[str, ...]
    """Replies that are glad."""
    ask: tuple[str, ...]
    """Replies that ask."""
    object: tuple[str, ...]
    """Replies that are not so glad."""
    answer: tuple[str, ...]
    """What the author of a post says to a reply."""
    quote: tuple[str, ...]
    """What stands above a quoted post."""
    together: tuple[str, ...]
    """Appended when a friend is named: ``{friend}`` is a handle."""
    bursts: dict[str, tuple[str, ...]]
    """Lines about a sudden event, by its name."""
