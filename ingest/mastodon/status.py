"""What a status says, field by field, as a mention."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from ingest import text as words
from ingest.accounts import opened
from ingest.mastodon.content import content
from ingest.mastodon.openness import closed
from ingest.roles import Roles
from stream.mention import Author, Kind, Media, Mention, Person, Role, Target, Unreadable, Weight

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)
_KINDS: Final[dict[str, Literal["image", "video", "audio"]]] = {
    "image": "image",
    "gifv": "video",
    "video": "video",
    "audio": "audio",
}


class Account(msgspec.Struct):
    """An author, or somebody named in a text, who comes with the first four fields only."""

    id: str | int | None = None
    username: str | None = None
    acct: str | None = None
    url: str | None = None
    uri: str | None = None
    display_name: str | None = None
    avatar: str | None = None
    avatar_static: str | None = None
    bot: bool | None = None
    limited: bool | None = None
    followers_count: int | None = None
    created_at: str | None = None


class _Tag(msgspec.Struct):
    name: str | None = None


class _Media(msgspec.Struct):
    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class _Card(msgspec.Struct):
    url: str | None = None


class _Option(msgspec.Struct):
    title: str | None = None


class _Poll(msgspec.Struct):
    options: list[_Option] | None = None


class Status(msgspec.Struct):
    """One status. What a server leaves out is None."""

    account: Account
    created_at: datetime
    uri: str
    id: str | None = None
    edited_at: datetime | None = None
    content: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    reblog: Status | None = None
    quote: dict[str, Any] | None = None
    mentions: list[Account] | None = None
    tags: list[_Tag] | None = None
    media_attachments: list[_Media] | None = None
    card: _Card | None = None
    poll: _Poll | None = None
    favourites_count: int | None = None
    reblogs_count: int | None = None
    replies_count: int | None = None


def mentions_of(
    status: Status, roles: Roles, *, server: str, known: Mapping[str, str], seen: int | None, source: str
) -> tuple[Mention, ...]:
    """The post as it reads now and, where it was changed, the edit of that time. Raises ``Unreadable``.

    ``server`` is the host that told of it, ``known`` what its local ids (``host/123``) stand for.
    """
    at = _ms(status.created_at)
    id = _id(status)
    kind, target = _relation(status, server, known)
    said = status.reblog or status
    markup = content(said.content or "")
    author = _author(status.account, roles)
    post = Mention(
        id=id,
        source=source,
        kind=kind,
        at=at,
        seen=at if seen is None else seen,
        author=author,
        text=words.words(_whole(said, markup.text)),
        lang=(said.language or "")[:35],
        target=target,
        mentions=_people(status, target),
        hashtags=_hashtags(said, markup.text),
        links=words.web_links((*markup.links, *((said.card.url,) if said.card and said.card.url else ()))),
        media=_pictures(said.media_attachments or []),
        weight=None if kind == "repost" else _weight(status),
        flags=_flags(status, said),
    )
    if status.edited_at is None or kind == "repost":
        return (post,)
    edited = _ms(status.edited_at)
    # The edit alone would change nothing where nobody heard the post, and where somebody did, the post comes twice.
    edit = msgspec.structs.replace(
        post,
        id=f"{id}@{edited}",
        kind="edit",
        at=edited,
        seen=edited if seen is None else seen,
        target=Target(id=id, author=author.id),
    )
    return (post, edit)


def author_of(account: Account) -> str:
    """The id of the person, the same from every server: ``mastodon:name@host``. Raises ``Unreadable`` without an address.

    >>> author_of(Account(username="Ada", acct="Ada", url="https://social.example/@Ada"))
    'mastodon:ada@social.example'
    """
    try:
        # Servers see to it that the name is the host's to give; ``uri`` is what they checked.
        host = urlsplit(account.uri or account.url or "").netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    name, _, home = (account.acct or "").partition("@")
    name, host = account.username or name, host or home
    if not name or not host or any(c.isspace() for c in name + host):
        raise Unreadable("an account has no name or no address")
    return f"mastodon:{name}@{host}".lower()


def _id(status: Status) -> str:
    if not status.uri:
        raise Unreadable("the status has no uri")
    return f"mastodon:{status.uri}"


def _ms(time: datetime) -> int:
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // _MS


def _relation(status: Status, server: str, known: Mapping[str, str]) -> tuple[Kind, Target | None]:
    if status.reblog is not None:
        return "repost", Target(id=_id(status.reblog), author=author_of(status.reblog.account))
    if status.in_reply_to_id:
        # Until the server told of the post under this number, the number is all that anybody knows of it.
        native = f"{server}/{status.in_reply_to_id}"
        return "reply", Target(id=known.get(native, f"mastodon:{native}"), author=_answered(status))
    quoted = _quoted(status.quote) if status.quote is not None else None
    return ("quote", quoted) if quoted is not None else ("post", None)


def _answered(status: Status) -> str:
    """The author who is answered, as far as the status says it: oneself, or somebody named in it."""
    number = status.in_reply_to_account_id
    if not number:
        return ""
    return next((_person_id(a) for a in (status.account, *(status.mentions or ())) if a.id == number), "")


def _quoted(quote: dict[str, Any]) -> Target | None:
    """The quoted status, if both its author and its visibility allow anybody to see it there."""
    quoted = quote.get("quoted_status", quote if "uri" in quote else None)
    if quoted is None or quote.get("state", "accepted") != "accepted" or closed(quoted):
        return None
    try:
        account = msgspec.convert(quoted["account"], Account)
    except msgspec.ValidationError:
        return None
    uri = quoted.get("uri")
    return Target(id=f"mastodon:{uri}", author=_person_id(account)) if isinstance(uri, str) and uri else None


def _whole(said: Status, text: str) -> str:
    """The warning before the text, the text, and what a poll offers."""
    options = (said.poll.options if said.poll else None) or []
    offers = "\n".join(f"– {option.title}" for option in options if option.title)
    return "\n\n".join(part for part in ((said.spoiler_text or "").strip(), text, offers) if part)


def _author(account: Account, roles: Roles) -> Author:
    stable = author_of(account)
    role: Role = roles.get(stable) or roles.get(f"mastodon:{account.uri}") or "public"
    return Author(
        id=stable,
        handle=_handle(account),
        name=words.name(account.display_name or account.username or ""),
        avatar=(account.avatar_static or account.avatar or "")[:2048],
        followers=max(0, account.followers_count or 0),
        role=role,
        since=opened(account.created_at),
    )


def _handle(account: Account) -> str:
    """``name@host``, also of those who live at the server that tells of them."""
    acct = account.acct or account.username or ""
    return words.name(acct if "@" in acct else _person_id(account).removeprefix("mastodon:") or acct)


def _person_id(account: Account) -> str:
    try:
        return author_of(account)
    except Unreadable:
        return ""


def _people(status: Status, target: Target | None) -> tuple[Person, ...]:
    """Whom the author addresses. A repost addresses whom it repeats, not those whom the repeated post names."""
    if status.reblog is not None:
        return (Person(id=target.author if target else "", handle=_handle(status.reblog.account)),)
    people = {
        _handle(account): Person(id=_person_id(account), handle=_handle(account)) for account in status.mentions or ()
    }
    return tuple(person for handle, person in people.items() if handle)[: words.LIST_LIMIT]


def _hashtags(said: Status, text: str) -> tuple[str, ...]:
    """What the server counts as hashtags, spelled as in the text where it is there: servers tell them in small letters."""
    spelled = {tag.casefold(): tag for tag in words.hashtags(text)}
    names = [words.name(tag.name) for tag in said.tags or () if tag.name]
    return words.unique(spelled.get(name.casefold(), name) for name in names)


def _pictures(media: list[_Media]) -> tuple[Media, ...]:
    return tuple(
        Media(
            url=address[:2048],
            kind=_KINDS.get(medium.type or "", "other"),
            alt=words.words((medium.description or "")[:1000]),
        )
        for medium in media[: words.LIST_LIMIT]
        if (address := medium.url or medium.remote_url)
    )


def _weight(status: Status) -> Weight | None:
    counts = [max(0, count or 0) for count in (status.favourites_count, status.reblogs_count, status.replies_count)]
    return Weight(*counts) if any(counts) else None


def _flags(status: Status, said: Status) -> tuple[str, ...]:
    flags = {
        "sensitive": said.sensitive or said.spoiler_text or status.sensitive,
        "bot": status.account.bot,
        "limited": status.account.limited or said.account.limited,
    }
    return tuple(flag for flag, raised in flags.items() if raised)
