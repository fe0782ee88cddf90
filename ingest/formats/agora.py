"""Our own format: a mention or a retraction as JSON, one a line, as the log holds them.

A line with ``scope`` is a retraction. ``seen`` stays as it was recorded. An account that the configuration names has the role
given there; others keep the role that the archive gives them, because our own export wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from ingest import text
from ingest.roles import Roles
from stream.mention import Mention, Retraction, Unreadable, decode, decode_retraction


class _Glance(msgspec.Struct):
    """Enough of a line to tell a retraction from a mention."""

    scope: Literal["post", "author"] | None = None


_glance = msgspec.json.Decoder(_Glance)


def parser(roles: Roles) -> Callable[[bytes], Sequence[Mention | Retraction]]:
    """A parser of lines that gives the accounts in ``roles`` their role."""

    def parse(line: bytes) -> Sequence[Mention | Retraction]:
        if b'"scope"' in line and _is_retraction(line):
            return (decode_retraction(line),)
        mention = decode(line)
        tidy = text.words(mention.text)
        author = mention.author
        role = roles.get(author.id, author.role)
        if tidy != mention.text:
            mention = msgspec.structs.replace(mention, text=tidy)
        if role != author.role:
            mention = msgspec.structs.replace(mention, author=msgspec.structs.replace(author, role=role))
        return (mention,)

    return parse


def _is_retraction(line: bytes) -> bool:
    try:
        return _glance.decode(line).scope is not None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
