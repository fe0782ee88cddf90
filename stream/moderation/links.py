"""Links and machines: what hides where a link leads, and what its source calls a bot."""

from __future__ import annotations

import re
from typing import Final, Literal

from stream.moderation.filters import Words
from stream.moderation.verdict import NO_OPINION, Verdict

SHORTENERS: Final = frozenset(
    [
        "bit.ly",
        "tinyurl.com",
        "is.gd",
        "ow.ly",
        "buff.ly",
        "cutt.ly",
        "rb.gy",
        "shorturl.at",
        "t.ly",
        "tiny.cc",
        "goo.gl",
        "s.id",
        "rebrand.ly",
        "lnkd.in",
    ]
)
"""Hosts that hide where a link leads. A network's own (t.co) is not among them: everything there passes through it."""
KNOWN: Final = 10_000
"""Hosts of which it is remembered whether there is a doubt."""
_HOST: Final = re.compile(r"^[a-z]+://(?P<user>[^/@?#]*@)?(?P<host>\[[^\]]*\]|[^/:?#]*)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"\[.*\]|\d+(\.\d+){3}|\d+|0x[0-9a-f]+")


class DoubtfulLinks:
    """Holds posts with a link that hides where it leads: a shortener, look-alike letters in the host, a bare address."""

    def __init__(self, on: bool, more: tuple[str, ...] = ()) -> None:
        self._on = on
        self._known: dict[str, str] = {}
        self._shorteners = SHORTENERS | {host.casefold() for host in more}

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        mention = words.mention
        if not self._on or mention is None or not mention.links:
            return NO_OPINION
        known = self._known.get
        for link in mention.links:
            end = link.find("/", link.find("://") + 3)
            host = link if end < 0 else link[:end]
            why = known(host)
            if why is None:
                if len(self._known) >= KNOWN:
                    self._known.clear()
                why = self._known[host] = self._doubt(host)
            if why:
                return Verdict("hold", why)
        return NO_OPINION

    def _doubt(self, link: str) -> str:
        found = _HOST.match(link)
        if found is None:
            return ""
        host = found["host"].casefold().rstrip(".")
        if found["user"]:
            return "link: a name before its host"
        if host.removeprefix("www.") in self._shorteners:
            return f"link: {host} hides where it leads"
        if not host.isascii() or any(label.startswith("xn--") for label in host.split(".")):
            return "link: letters of other alphabets in its host"
        return "link: a bare address" if _ADDRESS.fullmatch(host) else ""


class Bots:
    """What a bot says passes, waits for staff or is rejected, as the configuration says."""

    def __init__(self, what: Literal["pass", "hold", "reject"]) -> None:
        self._verdict = NO_OPINION if what == "pass" else Verdict(what, "a bot, says its source")

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        mention = words.mention
        return self._verdict if mention is not None and "bot" in mention.flags else NO_OPINION
