"""The HTML of a status as plain text: paragraphs and lines stay, links come whole, what nobody is meant to see goes.

Mastodon shows a long address by three spans of which the first and last are ``invisible``; others cut it and put an ellipsis.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Final

from ingest.markup import LINES, PARAGRAPHS, UNSEEN, Markup, Tag, tokens
from stream.mention import Unreadable

HTML_LIMIT: Final = 500_000
"""Characters of HTML that are read: far more than the longest text needs."""

_EMPTY: Final = frozenset(
    {"br", "hr", "img", "wbr", "input", "link", "meta", "source", "area", "col", "embed", "track"}
)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BREAKS = re.compile(r"\n{3,}")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)


def content(source: str) -> Markup:
    """What a reader of the status sees, and where its links lead; people, hashtags and the quoted post are no links.

    Raises ``Unreadable`` when it is too long.

    >>> content('<p>Look <a href="https://a.example/long"><span class="ellipsis">a.example/lo</span></a></p>').text
    'Look https://a.example/long'
    """
    if len(source) > HTML_LIMIT:
        raise Unreadable(f"HTML of {len(source)} characters; at most {HTML_LIMIT} are read")
    if "<" not in source and "&" not in source:
        return Markup(_SPACES.sub(" ", source).strip(), ())
    reader = _Reader()
    for token in tokens(source):
        if isinstance(token, Tag):
            reader.tag(token)
        else:
            reader.say(html.unescape(token))
    return reader.end()


class _Reader:
    """What was seen until now. An element hides what is in it until it is closed, by itself or by one around it."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._links: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._names: Counter[str] = Counter()
        self._hidden = 0
        self._address: str | None = None
        self._label: list[str] = []

    def say(self, text: str) -> None:
        if self._hidden or not text:
            return
        text = text.replace("\r\n", "\n") if self._names["pre"] else _SPACES.sub(" ", text)
        (self._said if self._address is None else self._label).append(text)

    def tag(self, tag: Tag) -> None:
        self._break(tag.name)
        if tag.closes:
            self._close(tag.name)
            return
        given = {found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "") for found in _attributes(tag)}
        classes = given.get("class", "").split()
        if tag.name == "img" and not self._hidden and any("emoji" in name for name in classes):
            # A custom emoji where the server does not leave its shortcode in the text.
            (self._said if self._address is None else self._label).append(given.get("alt", ""))
        if tag.name in _EMPTY:
            return
        hides = tag.name in UNSEEN or "quote-inline" in classes
        # The invisible parts of an address belong to it; elsewhere what is invisible was not meant to be read.
        hides = hides or ("invisible" in classes and self._address is None)
        self._open.append((tag.name, hides))
        self._names[tag.name] += 1
        self._hidden += hides
        if tag.name == "a" and not self._hidden and not {"mention", "hashtag"} & set(classes):
            self._end_link()
            self._address = given.get("href", "").strip()

    def end(self) -> Markup:
        """What it was altogether."""
        self._end_link()
        text = "\n".join(line.strip(" \t") for line in "".join(self._said).split("\n"))
        return Markup(_BREAKS.sub("\n\n", text).strip(), tuple(dict.fromkeys(self._links)))

    def _close(self, name: str) -> None:
        while self._names[name]:
            opened, hides = self._open.pop()
            self._names[opened] -= 1
            self._hidden -= hides
            if opened == "a":
                self._end_link()
            if opened == name:
                return

    def _break(self, name: str) -> None:
        if self._hidden or name not in PARAGRAPHS | LINES:
            return
        out = self._said if self._address is None else self._label
        if name in PARAGRAPHS:
            out.append("\n\n")
        elif name == "br" or (out and not out[-1].endswith("\n")):
            out.append("\n")

    def _end_link(self) -> None:
        if self._address is None:
            return
        address, label = self._address, "".join(self._label)
        self._address, self._label = None, []
        if _SCHEME.match(address):
            self._links.append(address)
            label = address if _shortens(label.strip(), address) else label
        self._said.append(label)


def _attributes(tag: Tag) -> list[re.Match[str]]:
    return list(_ATTRIBUTE.finditer(tag.attributes)) if tag.attributes else []


def _shortens(label: str, address: str) -> bool:
    """Whether ``label`` is the beginning of ``address``, as servers show one that is long."""
    beginning = label.removesuffix("…").removesuffix("...")
    if _SCHEME.match(label) and beginning == label:
        return False
    whole, beginning = (_SCHEME.sub("", text.casefold(), count=1).removeprefix("www.") for text in (address, beginning))
    return len(beginning) >= 4 and whole.startswith(beginning)
