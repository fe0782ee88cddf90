"""Statuses as Mastodon's REST and streaming interfaces give them: one a line, or a recording of a stream as it came.

A post has one identity however many servers tell of it: its ``uri``. So has an author: name and host, from the account's own
address, because that is all that every server, of every version, says of the people named in a text as well; ``acct`` of one
and the same person differs from server to server, and an account's ``uri`` is missing before 4.2.

What is not open (see ``ingest.mastodon.openness``) is left out. What is no JSON may be a private status torn in two, so nothing
of it may be kept: ``Withheld``. In an archive ``seen`` is the time of the post.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, Final

import msgspec

from ingest.mastodon.openness import closed, may_be_kept
from ingest.mastodon.status import Account, Status, author_of, mentions_of
from ingest.roles import Roles
from stream.mention import Mention, Retraction, Unreadable, Withheld, validate

SOURCE: Final = "mastodon"
REMEMBERED: Final = 100_000
"""Local ids that are remembered, so that replies and deletions find their post."""

_document = msgspec.json.Decoder()


class Known(OrderedDict[str, str]):
    """Local id (``host/123``) to the id of the mention; of more than ``REMEMBERED`` the oldest are forgotten."""

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


class Closed(Exception):
    """A status that must not enter any topic. The message is the reason that is counted; ``author`` who asked, if anybody."""

    def __init__(self, reason: str, author: str = "") -> None:
        super().__init__(reason)
        self.author = author


def document(raw: bytes) -> Any:
    """The JSON in ``raw``. Raises ``Withheld``, because who is not told the visibility cannot know it."""
    try:
        return _document.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Withheld(f"no JSON, so its visibility is unknown: {fault}") from fault


def read(
    status: Any, roles: Roles, *, server: str, known: MutableMapping[str, str], seen: int | None, source: str = SOURCE
) -> tuple[Mention, ...]:
    """The post in ``status`` and, where it was changed since, the edit; ``known`` learns its ids.

    ``server`` is the host that told of it, ``seen`` the time (ms) at which it did, None for an archive. Raises ``Closed``, and
    ``Unreadable`` for what is open and broken, ``Withheld`` where something closed is within.
    """
    try:
        if reason := closed(status):
            raise Closed(reason, _author_of_opt_out(status, reason))
        keep = may_be_kept(status)
    except RecursionError as fault:
        raise Withheld("nested too deeply") from fault
    try:
        told = msgspec.convert(status, Status)
        mentions = mentions_of(told, roles, server=server, known=known, seen=seen, source=source)
        for mention in mentions:
            validate(mention)
    except (msgspec.ValidationError, Unreadable) as fault:
        raise (Unreadable if keep else Withheld)(str(fault)) from fault
    for id, native in ((told.id, mentions[0].id), _repeated(told)):
        if id:
            known[f"{server}/{id}"] = native
    return mentions


def natives(status: Mapping[str, Any], server: str, known: Mapping[str, str]) -> dict[str, str]:
    """The local ids under which ``server`` may say that the status, or what it repeats, is gone."""
    ids = (status.get("id"), (status.get("reblog") or {}).get("id"))
    return {native: known[native] for native in (f"{server}/{id}" for id in ids if id) if native in known}


def parser(roles: Roles) -> Callable[[bytes], Sequence[Mention | Retraction]]:
    """A parser of lines that gives the accounts in ``roles`` their role.

    A line is a status, the ``data:`` of a recorded stream, or a recorded frame of a websocket. Of other things that a stream
    says, and of deletions of what was not told before, nothing comes.
    """
    known = Known()
    newest = 0

    def parse(line: bytes) -> Sequence[Mention | Retraction]:
        nonlocal newest
        line = line.strip()
        if line.startswith((b":", b"event:", b"id:", b"retry:")):
            return ()
        told = document(line.removeprefix(b"data:"))
        if isinstance(told, dict) and isinstance(told.get("payload"), str) and "event" in told:
            told = document(told["payload"].encode())
        if isinstance(told, int | str):
            target = known.get(f"/{told}")
            # A recorded deletion does not say when; it is not earlier than what was told before it.
            return (Retraction(target=target, scope="post", at=newest),) if target else ()
        if isinstance(told, list):
            raise Withheld("a list; write one status a line")
        if not isinstance(told, dict) or "visibility" not in told:
            return ()
        try:
            mentions = read(told, roles, server="", known=known, seen=None, source="archive")
        except Closed:
            return ()
        newest = max(newest, mentions[-1].at)
        return mentions

    return parse


def _repeated(status: Status) -> tuple[str, str]:
    original = status.reblog
    return (original.id or "", f"{SOURCE}:{original.uri}") if original is not None else ("", "")


def _author_of_opt_out(status: Any, reason: str) -> str:
    if reason not in ("noindex", "nobot"):
        return ""
    # A repost is closed for its own author or for the one whom it repeats; both tell it in the same way.
    account = status["account"] if closed({**status, "reblog": None}) else status["reblog"]["account"]
    try:
        return author_of(msgspec.convert(account, Account))
    except (msgspec.ValidationError, Unreadable):
        return ""
