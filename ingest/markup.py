"""Plain words out of HTML: what a browser would show of it, without its tags, scripts and comments.

It reads tags as the "tokenization" section of the WHATWG's HTML standard does, as far as text needs it, in time that grows
with the length alone: ``html.parser`` takes minutes for 100 kB of opened and never closed tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

UNSEEN: Final = frozenset({"script", "style", "template", "iframe", "noembed", "noframes", "object", "head", "svg"})
"""Elements whose inside no reader sees."""
PARAGRAPHS: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "dl", "table", "figure", "hr"}
)
LINES: Final = frozenset(
    {"br", "div", "li", "tr", "dt", "dd", "section", "article", "header", "footer", "figcaption", "address", "aside"}
)

_TAG_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
_TAG_STOP = re.compile("[>\"']")
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_CLOSING = {name: re.compile(rf"</{name}(?![^\s/>])", re.IGNORECASE) for name in UNSEEN}
_SPACES = re.compile(r"\s+")


class Tag(NamedTuple):
    """One tag. ``name`` in small letters, ``attributes`` as written."""

    name: str
    closes: bool
    attributes: str


class Markup(NamedTuple):
    """What HTML says: its text, and where its links lead, in order."""

    text: str
    links: tuple[str, ...]


def plain(source: str) -> str:
    """The text that a reader sees in the HTML ``source``: paragraphs parted by an empty line, lines by a newline.

    >>> plain("<p>Fish &amp; <b>chips</b><br>today</p><script>x()</script><p>5 < 6</p>")
    'Fish & chips\\ntoday\\n\\n5 < 6'
    """
    return read(source).text


def read(source: str) -> Markup:
    """The text of the HTML ``source`` as ``plain`` gives it, and the addresses of its links."""
    if "<" not in source and "&" not in source:
        return Markup(_SPACES.sub(" ", source).strip(), ())
    said: list[str] = []
    links: list[str] = []
    kept_as_is = 0
    for token in tokens(source):
        if isinstance(token, str):
            text = html.unescape(token)
            said.append(text.replace("\r\n", "\n") if kept_as_is else _SPACES.sub(" ", text))
            continue
        if token.name in PARAGRAPHS:
            said.append("\n\n")
        elif token.name in LINES:
            said.append("\n")
        elif token.name in ("td", "th"):
            said.append(" ")
        if token.name == "pre":
            kept_as_is = max(0, kept_as_is + (-1 if token.closes else 1))
        elif token.name == "a" and not token.closes and (found := _HREF.search(token.attributes)):
            links.append(html.unescape(found[1] or found[2] or found[3] or "").strip())
    return Markup(_tidy("".join(said)), tuple(link for link in links if link))


def _tidy(text: str) -> str:
    """``text`` with single spaces, and at most one empty line in a row."""
    kept: list[str] = []
    for line in text.split("\n"):
        words = " ".join(line.split())
        if words or (kept and kept[-1]):
            kept.append(words)
    return "\n".join(kept).rstrip("\n")


def tokens(source: str) -> Iterator[str | Tag]:
    """Runs of text and tags, in order. What is opened and never closed ends the text, as in a browser."""
    unpaired: set[str] = set()
    text, position = 0, 0
    while (start := source.find("<", position)) >= 0:
        if source.startswith(("<!", "<?"), start):
            yield source[text:start]
            # `<!-->` is a whole comment, so the closing dashes may be the opening ones.
            end = source.find("-->", start + 2) + 2 if source.startswith("<!--", start) else source.find(">", start)
            if end < start:
                return
            text = position = end + 1
            continue
        name = _TAG_NAME.match(source, start + 1)
        if name is None:
            position = start + 1
            continue
        yield source[text:start]
        end = _end_of_tag(source, name.end(), unpaired)
        if end < 0:
            return
        tag = Tag(name[1].lower(), source[start + 1] == "/", source[name.end() : end])
        yield tag
        position = end + 1
        if tag.name in UNSEEN and not tag.closes and not tag.attributes.endswith("/"):
            closing = _CLOSING[tag.name].search(source, position)
            if closing is None:
                return
            position = closing.start()
        text = position
    yield source[text:]


def _end_of_tag(source: str, position: int, unpaired: set[str]) -> int:
    """Where the ``>`` is that ends the tag, or -1. ``unpaired`` keeps the quotes of which no more is to come."""
    while (stop := _TAG_STOP.search(source, position)) is not None:
        if stop[0] == ">":
            return stop.start()
        closing = -1 if stop[0] in unpaired else source.find(stop[0], stop.end())
        if closing < 0:
            unpaired.add(stop[0])
            return source.find(">", stop.end())
        position = closing + 1
    return -1
