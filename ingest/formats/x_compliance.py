"""Notices that a post or an account is gone: X's compliance streams, results of batch compliance, old deletion notices.

What takes something away is told: a deletion, a post dropped or withheld in some country, an account that was deleted,
suspended, protected or withheld, and a wish to have places forgotten, which takes the posts that tell them. What gives it back
(``undrop``, ``user_unprotect``, …) is not: the posts are not in the notice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from ingest.formats import twitter
from ingest.source import Deletion, Takedown
from stream.mention import EARLIEST_MS, Retraction, Unreadable


class _Named(msgspec.Struct):
    id: str | int | None = None
    id_str: str | None = None


class _Event(msgspec.Struct):
    tweet: _Named | None = None
    status: _Named | None = None
    user: _Named | None = None
    event_at: str | None = None


class _Edit(msgspec.Struct):
    initial_tweet_id: str = ""
    edit_tweet_ids: list[str] = []


class _Edited(msgspec.Struct):
    tweet_edit: _Edit | None = None


class _Notice(msgspec.Struct):
    delete: _Event | None = None
    drop: _Event | None = None
    withheld: _Event | None = None
    user_delete: _Event | None = None
    user_suspend: _Event | None = None
    user_protect: _Event | None = None
    user_withheld: _Event | None = None
    scrub_geo: _Event | None = None
    id: str | int | None = None
    action: str | None = None
    reason: str | None = None
    redacted_at: str | None = None


_REASONS: Final = {
    "delete": "deleted",
    "drop": "dropped by X",
    "withheld": "withheld",
    "user_delete": "account deleted",
    "user_suspend": "account suspended",
    "user_protect": "account protected",
    "user_withheld": "account withheld",
    "scrub_geo": "places withdrawn",
}
IGNORED: Final = frozenset({"undrop", "user_undelete", "user_unsuspend", "user_unprotect", "user_profile_modification"})
"""Events that take nothing away."""

_decoder, _edited = msgspec.json.Decoder(_Notice), msgspec.json.Decoder(_Edited)


def notice(raw: bytes | msgspec.Raw, seen: int | None) -> Deletion | Takedown | None:
    """What the notice ``raw`` takes away; None where it is no notice. ``seen`` is its time where it tells none.

    Raises ``Unreadable`` for a notice that does not say what is gone.
    """
    try:
        found = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
    if found.action is not None:
        if found.action != "delete":
            raise Unreadable(f"an action {found.action[:40]!r}; only delete is known")
        post = twitter.number(found.id, "the post")
        return Deletion(f"x:{post}", _time(found.redacted_at, seen, post), found.reason or "deleted")
    for name, reason in _REASONS.items():
        event: _Event | None = getattr(found, name)
        if event is not None:
            return _gone(event, reason, seen)
    return None


def versions(raw: bytes | msgspec.Raw) -> dict[str, str] | None:
    """The later ids of a post to its first, as the notice of an edit tells them; None where ``raw`` is none."""
    try:
        edit = _edited.decode(raw).tweet_edit
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
    if edit is None:
        return None
    first = twitter.number(edit.initial_tweet_id, "the first version")
    return {f"x:{twitter.number(id, 'a version')}": f"x:{first}" for id in edit.edit_tweet_ids}


def _gone(event: _Event, reason: str, seen: int | None) -> Deletion | Takedown | None:
    if (named := event.tweet or event.status) is not None:
        post = twitter.number(named.id_str or named.id, "the deleted post")
        return Deletion(f"x:{post}", _time(event.event_at, seen, post), reason)
    if event.user is None:
        return None
    user = twitter.number(event.user.id_str or event.user.id, "the account")
    return Takedown(f"x:{user}", _time(event.event_at, seen, None), reason)


def _time(told: str | None, seen: int | None, post: int | None) -> int:
    if told:
        return moment(told)
    if seen is not None:
        return seen
    return EARLIEST_MS if post is None else twitter.time_of_id(post)


def moment(told: str) -> int:
    """RFC 3339 as milliseconds UTC. Raises ``Unreadable`` for anything else."""
    try:
        read = datetime.fromisoformat(told)
        return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Unreadable(f"a time is {told[:60]!r}, not like '2023-01-05T19:38:01.000Z'") from None


def retraction(gone: Deletion | Takedown) -> Retraction:
    """What an archive, which remembers nothing, makes of a notice."""
    if isinstance(gone, Deletion):
        return Retraction(gone.native, "post", gone.at, gone.reason)
    return Retraction(gone.author, "author", gone.at, gone.reason)
