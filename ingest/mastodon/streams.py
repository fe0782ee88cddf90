"""The streams that a server offers: their names, where each is heard, and the timeline that fills its gaps."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import msgspec

_TIMELINES: Final = {"public": "public", "public:local": "public", "user": "home"}


class Stream(msgspec.Struct, frozen=True, order=True):
    """One stream; ``of`` is the hashtag or the list that it is of."""

    name: str
    of: str = ""

    @property
    def written(self) -> str:
        """As in the configuration: ``hashtag:kaleido``."""
        return f"{self.name}:{self.of}" if self.of else self.name

    @property
    def chosen(self) -> bool:
        """Whether the server chooses what is on it, by what somebody asked for; else it is all that the server knows."""
        return not self.name.startswith("public")

    @property
    def path(self) -> str:
        """Where it is heard as server-sent events."""
        return f"/api/v1/streaming/{self.name.replace(':', '/')}"

    @property
    def params(self) -> dict[str, str]:
        """What tells it from others of its name."""
        return {{"hashtag": "tag"}.get(self.name, self.name): self.of} if self.of else {}

    @property
    def timeline(self) -> tuple[str, dict[str, str]]:
        """Path and parameters of the timeline that holds what it said."""
        if self.of:
            kind = "tag" if self.name == "hashtag" else self.name
            return f"/api/v1/timelines/{kind}/{quote(self.of, safe='')}", {}
        return f"/api/v1/timelines/{_TIMELINES[self.name]}", {"local": "true"} if self.name == "public:local" else {}

    def message(self, type: str) -> dict[str, Any]:
        """What is said in a websocket to ``subscribe`` or ``unsubscribe``."""
        return {"type": type, "stream": self.name, **self.params}


def stream(written: str) -> Stream:
    """The stream that is written so. Raises ``ValueError`` for one that is not known.

    >>> stream("hashtag:#kaleido")
    Stream(name='hashtag', of='kaleido')
    """
    if written in _TIMELINES:
        return Stream(written)
    name, _, of = written.partition(":")
    of = of.strip().removeprefix("#") if name == "hashtag" else of.strip()
    if name in ("hashtag", "list") and of:
        return Stream(name, of)
    raise ValueError(f"{written!r} is no stream; write public, public:local, hashtag:NAME, list:ID or user")


def order(id: str) -> tuple[int, str]:
    """Sorts a server's local ids by age: they are numbers, or texts of one length."""
    return len(id), id


def rewound(id: str, ms: int) -> str:
    """A local id ``ms`` before ``id``, because a post that came late from elsewhere has an id of when it was written.

    Only Mastodon's own ids, which hold the time above their lowest 16 bits, can be rewound; others come back as they are.

    >>> rewound("115044070560414080", 60_000)
    '115044066628254080'
    """
    if not (id.isascii() and id.isdigit() and 17 <= len(id) <= 19):
        return id
    return str(int(id) - (ms << 16))
