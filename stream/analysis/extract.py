"""From mentions to rows: everything that the statistics need of a text, read once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import xxhash

from stream.analysis import echoes, language, phrases, sentiment
from stream.analysis.columns import PEOPLE, POST, QUOTE, REPLY, REPOST, TERMS, Columns
from stream.analysis.names import Names
from stream.analysis.text import Texts
from stream.analysis.tracks import NOTHING, Tracker, bought
from stream.mention import Mention, Person

KINDS: Final = {"post": POST, "reply": REPLY, "repost": REPOST, "quote": QUOTE}
ROLES: Final = {"public": 0, "staff": 1, "brand": 2}
ROLE_NAMES: Final = ("public", "staff", "brand")

_CASHTAG: Final = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6})(?!\w)")
_MOST: Final = 2**31 - 1


def key_of(post_id: str) -> int:
    """The 64-bit key of a post's id; never 0, which stands for no post."""
    return xxhash.xxh3_64_intdigest(post_id.encode("utf-8", "surrogatepass")) or 1


def person_of(person: Person, source: str) -> str:
    """The stable id of somebody named, made from source and handle where the source gives no id; else empty."""
    if person.id:
        return person.id
    handle = person.handle.lstrip("@").casefold()
    return f"{source}:@{handle}" if handle else ""


class Extractor:
    """Reads mentions into rows; ids are those of ``names``."""

    def __init__(self, names: Names, tracker: Tracker) -> None:
        self.names = names
        self.tracker = tracker

    def rows(self, mentions: Sequence[Mention], keys: Sequence[int], digests: Sequence[int]) -> Columns:
        """One row a mention (post, reply, repost or quote), in order; ``keys`` are those of their ids."""
        rows = Columns(len(mentions))
        rows.terms[:] = -1
        rows.forms[:] = -1
        rows.people[:] = -1
        rows.handles[:] = -1
        if not mentions:
            return rows
        texts = Texts([mention.text for mention in mentions])
        langs = [_language(mention) for mention in mentions]
        rows.mood[:] = sentiment.read(texts, langs)
        rows.sign[:], rows.ends[:], rows.figures[:], rows.length[:] = echoes.read(
            texts, np.fromiter((mention.kind in ("reply", "quote") for mention in mentions), np.bool_, len(mentions))
        )
        rows.phrases[:] = phrases.find(texts, langs)
        names, n = self.names, len(mentions)
        authors = [mention.author for mention in mentions]
        rows.key[:], rows.digest[:] = keys, digests
        rows.at[:] = [mention.at for mention in mentions]
        rows.author[:] = names.people.ids([author.id for author in authors])
        rows.handle[:] = names.forms.ids([author.handle for author in authors])
        rows.source[:] = names.labels.ids([mention.source for mention in mentions])
        rows.lang[:] = names.labels.ids(langs)
        rows.country[:] = names.labels.ids(
            [mention.place.country.upper() if mention.place is not None else "" for mention in mentions]
        )
        rows.followers[:] = _counts([author.followers for author in authors])
        weights = (mention.weight for mention in mentions)
        rows.weight[:] = _counts([0 if w is None else w.likes + w.reposts + w.replies for w in weights])
        rows.kind[:] = np.fromiter(map(KINDS.__getitem__, [mention.kind for mention in mentions]), np.uint8, n)
        rows.role[:] = np.fromiter(map(ROLES.__getitem__, [author.role for author in authors]), np.uint8, n)
        targets = [(i, mention.target.id) for i, mention in enumerate(mentions) if mention.target and mention.target.id]
        rows.target[[i for i, _ in targets]] = [key_of(target) for _, target in targets]
        links = [(i, mention.links[0]) for i, mention in enumerate(mentions) if mention.links]
        rows.link[[i for i, _ in links]] = [_link_key(link) for _, link in links]
        rows.phrases[rows.kind == REPOST] = 0
        self._name(mentions, rows)
        return rows

    def _name(self, mentions: Sequence[Mention], rows: Columns) -> None:
        """Write which topics and tracks mentions name, and whom they address."""
        terms, people = _Places(), _Places()
        tracked = bool(self.tracker.names)
        for row, mention in enumerate(mentions):
            named = NOTHING
            if tracked:
                named = self.tracker.find(mention)
                if named.tracks or named.early:
                    rows.tracks[row] = named.tracks, named.early, bought(mention)
            if mention.hashtags or named.terms or "$" in mention.text:
                _terms(mention, named.terms, row, terms)
            if mention.mentions or mention.target is not None:
                _addressed(mention, row, people)
        if terms.rows:
            rows.terms[terms.rows, terms.places] = self.names.terms.ids(terms.names)
            rows.forms[terms.rows, terms.places] = self.names.forms.ids(terms.shown)
        if people.rows:
            rows.people[people.rows, people.places] = self.names.people.ids(people.names)
            rows.handles[people.rows, people.places] = self.names.forms.ids(people.shown)


class _Places:
    """Names, as they are known and as they are shown, with the row and the place in it of each."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.places: list[int] = []
        self.names: list[str] = []
        self.shown: list[str] = []

    def put(self, row: int, place: int, name: str, shown: str) -> None:
        self.rows.append(row)
        self.places.append(place)
        self.names.append(name)
        self.shown.append(shown)


def _counts(numbers: list[int]) -> list[int]:
    """Numbers as a column holds them."""
    if max(numbers) > _MOST or min(numbers) < 0:
        return [min(max(number, 0), _MOST) for number in numbers]
    return numbers


@lru_cache(20_000)
def _link_key(url: str) -> int:
    return echoes.link_key(url)


def _language(mention: Mention) -> str:
    """The primary subtag: ``pt`` for ``pt-BR``. Where the source says nothing the text may tell, else it is ``und``."""
    return _primary(mention.lang) or language.tell(mention.text) or "und"


@lru_cache(1000)
def _primary(lang: str) -> str:
    primary = lang.replace("_", "-").partition("-")[0].lower()
    return primary if primary != "und" else ""


def _terms(mention: Mention, tracked: Sequence[tuple[str, str]], row: int, out: _Places) -> None:
    """Put the topics of a mention, folded and as written, each once."""
    found: dict[str, str] = {}
    for tag in mention.hashtags:
        folded, shown = _tag(tag)
        if folded and folded not in found:
            found[folded] = shown
    if "$" in mention.text:
        for cashtag in _CASHTAG.findall(mention.text):
            found.setdefault("$" + cashtag.casefold(), "$" + cashtag.upper())
    for term, shown in tracked:
        if "#" + term not in found:
            found.setdefault(term, shown)
    for place, (name, shown) in enumerate(found.items()):
        if place == TERMS:
            break
        out.put(row, place, name, shown)


@lru_cache(20_000)
def _tag(tag: str) -> tuple[str, str]:
    """A hashtag folded and as it is shown; empty where it is nothing."""
    shown = tag.lstrip("#＃")
    return ("#" + shown.casefold(), "#" + shown) if shown else ("", "")


def _addressed(mention: Mention, row: int, out: _Places) -> None:
    """Put whom a mention addresses, each once and never its author: place 0 is its target's author, then who is named.

    A repost repeats somebody else's words, so that those it names are not its own to name.
    """
    target = mention.target.author if mention.target is not None and mention.kind != "post" else ""
    seen = {mention.author.id, ""}
    if target not in seen:
        seen.add(target)
        out.put(row, 0, target, _handle(mention, target))
    if mention.kind == "repost":
        return
    place = 1
    for named in mention.mentions:
        who = named.id or person_of(named, mention.source)
        if who in seen:
            continue
        if len(seen) > PEOPLE:
            break
        seen.add(who)
        out.put(row, place, who, named.handle.lstrip("@"))
        place += 1


def _handle(mention: Mention, author: str) -> str:
    for person in mention.mentions:
        if person.id == author:
            return person.handle.lstrip("@")
    return ""
