"""Subjects of decisions beside the programme (post, author, term, raid, alert, track), and which values mean something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from stream.act.book import STATES
from stream.config import TrackConfig
from stream.mention import terms
from stream.moderation.folding import term
from stream.times import moment

HIDDEN: Final[Mapping[str, Any]] = {"show": "hidden"}
APPROVED: Final[Mapping[str, Any]] = {"show": "approved"}
SEEN: Final[Mapping[str, Any]] = {"seen": True}


class Subject(NamedTuple):
    """``key`` is a post's, an author's, a raid's or an alert's id, the term, the track's name, or the number of a screen."""

    kind: Literal["post", "author", "term", "raid", "pin", "alert", "track", "act", "picture", "feature"]
    key: str


def parse(subject: str) -> Subject:
    """``post:<id>``, ``pin:<post id>``, ``raid:<id>``, ``block:author:<id>``, ``block:term:<term>``, ``alert:<id>``,
    ``track:<name>``, ``act:<post id>``, ``picture:<name>`` or ``feature:<screen>``.

    Raises ``ValueError`` for anything else.
    """
    kind, _, rest = subject.partition(":")
    if kind == "post" and rest:
        return Subject("post", rest)
    if kind == "raid" and rest:
        return Subject("raid", rest)
    if kind == "pin" and rest:
        return Subject("pin", rest)
    if kind == "feature" and rest.isdecimal():
        return Subject("feature", rest)
    if kind == "picture" and rest:
        return Subject("picture", rest)
    if kind == "alert" and rest:
        return Subject("alert", rest)
    if kind == "track" and rest:
        return Subject("track", rest)
    if kind == "act" and rest:
        return Subject("act", rest)
    what, _, key = rest.partition(":")
    if kind == "block" and key and what == "author":
        return Subject("author", key)
    if kind == "block" and key and what == "term":
        return Subject("term", key)
    raise ValueError(f"{subject!r} is no subject; write post:<id>, raid:<id>, block:author:<id> or block:term:<term>")


def checked(subject: Subject, value: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """``value`` if it can be decided about ``subject``; None clears. Raises ``ValueError`` with what could be."""
    if subject.kind == "post" and value not in (None, HIDDEN, APPROVED):
        raise ValueError('a post is {"show": "hidden"}, {"show": "approved"} or null')
    if subject.kind == "raid" and value is not None:
        return _checked_raid(value)
    if subject.kind == "picture" and value not in (None, HIDDEN, APPROVED):
        raise ValueError('a picture is {"show": "hidden"}, {"show": "approved"} or null')
    if subject.kind == "alert" and value not in (None, SEEN):
        raise ValueError('an alert is {"seen": true} or null')
    if subject.kind == "term" and not term(subject.key).strip():
        raise ValueError(f"{subject.key!r} has no letter that could be blocked")
    if subject.kind == "track" and value is not None:
        return _track(value)
    if subject.kind == "act" and value is not None:
        return _standing(value)
    if subject.kind == "feature" and value is not None:
        return _featured(value)
    if value is None or subject.kind in ("post", "alert", "picture"):
        return value
    return {}


def _track(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a track whose terms can be found. Raises ``ValueError`` with a sentence for the first fault."""
    try:
        track = msgspec.convert(value, TrackConfig)
    except msgspec.ValidationError as fault:
        raise ValueError(f"that is no track ({fault})") from fault
    if wrong := terms.faults(track.terms) or terms.faults(track.exclude):
        raise ValueError(wrong[0])
    if track.since:
        moment(track.since)
    written: Mapping[str, Any] = msgspec.to_builtins(track)
    return written


def _featured(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The post that stands large on a screen, since a hub time in ms. Raises ``ValueError``."""
    if not isinstance(value.get("post"), str) or not value["post"] or not isinstance(value.get("since"), int):
        raise ValueError('what stands large on a screen is {"post": its id, "since": a time in ms} or null')
    return {"post": value["post"], "since": value["since"]}


def _standing(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """How a post stands that wants an answer: who says so, and when. Raises ``ValueError``."""
    if value.get("state") not in STATES or not isinstance(value.get("by"), str) or not isinstance(value.get("at"), int):
        raise ValueError(f"a post is {', '.join(STATES)}, by somebody, at a time in ms")
    return {"state": value["state"], "by": value["by"], "at": value["at"]}


def _checked_raid(value: Mapping[str, Any]) -> Mapping[str, Any]:
    authors = value.get("authors", [])
    known = isinstance(authors, list) and all(isinstance(author, str) for author in authors)
    if not known or value.get("show") not in ("hidden", "approved") or not value.keys() <= {"show", "authors"}:
        raise ValueError(
            'a raid is {"show": "hidden"}, with "authors" to block if wanted, {"show": "approved"} or null'
        )
    return value
