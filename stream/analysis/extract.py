"""From mentions to rows: everything that the statistics need of a text, read once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import xxhash

from stream.analysis import echoes, language, phrases, sentiment
from stream.analysis.columns import PEOPLE, POST, QUOTE, REPLY, REPOST, TERMS, Columns
from stream.analysis.names import Names
from stream.analysis.text import Texts
from stream.analysis.tracks import Tracker, bought
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

    def rows(self, mentions: Sequence[Mention], digests: Sequence[int]) -> Columns:
        """One row a mention (post, reply, repost or quote), in order."""
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
        rows.phrases[[mention.kind == "repost" for mention in mentions]] = 0
        person, form, label = self.names.people.id, self.names.forms.id, self.names.labels.id
        scalars: list[tuple[int, ...]] = []
        terms: list[tuple[int, int, int, int]] = []
        people: list[tuple[int, int, int, int]] = []
        for index, mention in enumerate(mentions):
            author, target, place, weight = mention.author, mention.target, mention.place, mention.weight
            named = self.tracker.find(mention)
            scalars.append(
                (
                    mention.at,
                    person(author.id),
                    form(author.handle) if author.handle else -1,
                    label(mention.source),
                    label(langs[index]),
                    label(place.country.upper()) if place is not None and place.country else -1,
                    min(max(author.followers, 0), _MOST),
                    min(max(weight.likes + weight.reposts + weight.replies, 0), _MOST) if weight is not None else 0,
                    KINDS[mention.kind],
                    ROLES[author.role],
                )
            )
            for place_in_row, (term, shown) in enumerate(_terms(mention, named.terms)):
                terms.append((index, place_in_row, self.names.terms.id(term), form(shown)))
            for place_in_row, (who, handle) in _addressed(mention):
                people.append((index, place_in_row, person(who), form(handle) if handle else -1))
            if named.tracks or named.early:
                rows.tracks[index], rows.early[index] = named.tracks, named.early
                rows.bought[index] = bought(mention)
            if target is not None and target.id:
                rows.target[index] = key_of(target.id)
            rows.key[index] = key_of(mention.id)
            if mention.links:
                rows.link[index] = echoes.link_key(mention.links[0])
        (
            rows.at[:], rows.author[:], rows.handle[:], rows.source[:], rows.lang[:], rows.country[:],
            rows.followers[:], rows.weight[:], rows.kind[:], rows.role[:],
        ) = np.array(scalars, np.int64).T  # fmt: skip
        rows.digest[:] = digests
        if terms:
            at, place_in_row, ids, shown_ids = np.array(terms).T
            rows.terms[at, place_in_row] = ids
            rows.forms[at, place_in_row] = shown_ids
        if people:
            at, place_in_row, ids, shown_ids = np.array(people).T
            rows.people[at, place_in_row] = ids
            rows.handles[at, place_in_row] = shown_ids
        return rows


def _language(mention: Mention) -> str:
    """The primary subtag: ``pt`` for ``pt-BR``. Where the source says nothing the text may tell, else it is ``und``."""
    primary = mention.lang.replace("_", "-").partition("-")[0].lower()
    return primary if primary not in ("", "und") else language.tell(mention.text) or "und"


def _terms(mention: Mention, tracked: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Topics of a mention, folded and as written, each once."""
    found: dict[str, str] = {}
    for tag in mention.hashtags:
        shown = tag.lstrip("#＃")
        if shown:
            found.setdefault("#" + shown.casefold(), "#" + shown)
    if "$" in mention.text:
        for cashtag in _CASHTAG.findall(mention.text):
            found.setdefault("$" + cashtag.casefold(), "$" + cashtag.upper())
    for term, shown in tracked:
        if "#" + term not in found:
            found.setdefault(term, shown)
    return list(found.items())[:TERMS]


def _addressed(mention: Mention) -> list[tuple[int, tuple[str, str]]]:
    """Whom a mention addresses, each once and never its author: place 0 is its target's author, then who is named.

    A repost repeats somebody else's words, so that those it names are not its own to name.
    """
    found: list[tuple[int, tuple[str, str]]] = []
    seen = {mention.author.id, ""}
    if mention.target is not None and mention.kind != "post" and mention.target.author not in seen:
        seen.add(mention.target.author)
        found.append((0, (mention.target.author, _handle(mention, mention.target.author))))
    if mention.kind == "repost":
        return found
    for named in mention.mentions:
        who = person_of(named, mention.source)
        if who not in seen and len(seen) <= PEOPLE:
            seen.add(who)
            found.append((len(found) + (not found or found[0][0] != 0), (who, named.handle.lstrip("@"))))
    return [entry for entry in found if entry[0] < PEOPLE]


def _handle(mention: Mention, author: str) -> str:
    return next((p.handle.lstrip("@") for p in mention.mentions if p.id == author), "")
