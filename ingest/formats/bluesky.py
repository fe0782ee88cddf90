"""Records of Bluesky: the post, as its author's repository holds it, and what refers to one.

A record says nothing about its author but the account's id; names and pictures come from elsewhere. Facets mark mentions, links
and tags by offsets in the UTF-8 *bytes* of the text. What in a record is not as it should be is left out where the post is
readable without it; labels are the exception: who cannot read what an author asked for must not show the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from ingest import text as words
from stream.mention import Author, Kind, Media, Mention, Person, Target, Unreadable, clean, repaired_time

POST: Final = "app.bsky.feed.post"
REPOST: Final = "app.bsky.feed.repost"
LIKE: Final = "app.bsky.feed.like"
PROFILE: Final = "app.bsky.actor.profile"

WITHHELD: Final = ("!no-unauthenticated", "!hide")
"""Labels by which nobody who has not signed in may see it."""
SENSITIVE: Final = frozenset({"porn", "sexual", "nudity", "graphic-media", "gore", "!warn"})
UNREADABLE: Final = "unreadable labels"

_IMAGE: Final = "https://cdn.bsky.app/img/feed_thumbnail/plain/{did}/{cid}"
_VIDEO: Final = "https://video.bsky.app/watch/{did}/{cid}/playlist.m3u8"

_AT = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/([A-Za-z0-9.-]+)/[A-Za-z0-9._:~-]+\Z")
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*\Z")
_CID = re.compile(r"[A-Za-z0-9]{1,200}\Z")
_HANDLE = re.compile(r"[A-Za-z0-9.-]{1,253}\Z")


class Post(msgspec.Struct, frozen=True):
    """A post record. ``withheld`` says why it must not be shown; ``reply`` is the parent's address; ``embed`` is JSON."""

    text: str
    created: int | None
    langs: tuple[str, ...]
    hashtags: tuple[str, ...]
    people: tuple[Person, ...]
    links: tuple[str, ...]
    reply: str
    flags: tuple[str, ...]
    withheld: str
    embed: bytes


class _Record(msgspec.Struct, rename="camel"):
    text: str = ""
    created_at: msgspec.Raw = msgspec.Raw(b"null")
    langs: msgspec.Raw = msgspec.Raw(b"null")
    facets: msgspec.Raw = msgspec.Raw(b"null")
    tags: msgspec.Raw = msgspec.Raw(b"null")
    reply: msgspec.Raw = msgspec.Raw(b"null")
    embed: msgspec.Raw = msgspec.Raw(b"null")
    labels: msgspec.Raw = msgspec.Raw(b"null")


class _Label(msgspec.Struct):
    val: str
    neg: bool = False


class _Labels(msgspec.Struct):
    values: list[_Label] = []


class _Reference(msgspec.Struct):
    uri: str


class _Subject(msgspec.Struct, rename="camel"):
    subject: _Reference
    created_at: msgspec.Raw = msgspec.Raw(b"null")


_record = msgspec.json.Decoder(_Record)
_labels = msgspec.json.Decoder(_Labels | None)
_subject = msgspec.json.Decoder(_Subject)


def read(record: bytes) -> Post:
    """The post in ``record``. Raises ``Unreadable`` when it is no object with a text."""
    try:
        said = _record.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
    flags, withheld = labels(bytes(said.labels))
    tags, people, links = _marked(said)
    parent = _loose(said.reply)
    return Post(
        text=said.text,
        created=_milliseconds(_loose(said.created_at)),
        langs=tuple(lang for lang in _strings(_loose(said.langs)) if len(lang) <= 35 and _LANG.match(lang)),
        hashtags=tags,
        people=people,
        links=links,
        reply=_address(parent.get("parent")) if isinstance(parent, dict) else "",
        flags=flags,
        withheld=withheld,
        embed=bytes(said.embed),
    )


def labels(raw: bytes) -> tuple[tuple[str, ...], str]:
    """The flags that an author's own labels (``com.atproto.label.defs#selfLabels``) ask for, and why it is withheld."""
    if raw == b"null":
        return (), ""
    try:
        found = _labels.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return (), UNREADABLE
    return judged(found.values if found else ())


def may_withhold(frame: bytes) -> bool:
    """Whether a frame that nobody can read may be of a record whose author asked for something.

    It holds labels; or it holds a record and was torn, so that labels may have stood behind.
    """
    return b'"labels"' in frame or (b'"record"' in frame and not frame.rstrip().endswith(b"}"))


def labels_of(profile: bytes) -> tuple[tuple[str, ...], str]:
    """``labels`` of a profile record."""
    try:
        return labels(bytes(_record.decode(profile).labels))
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault


def judged(found: Any) -> tuple[tuple[str, ...], str]:
    """Flags, and why it is withheld, by labels with ``val`` and ``neg``."""
    values = {label.val for label in found if not label.neg}
    flags = ("sensitive",) if values & SENSITIVE else ()
    withheld = next((value for value in WITHHELD if value in values), "")
    return (*flags, "bot") if "bot" in values else flags, withheld


def subject(record: bytes) -> str:
    """The address of the post that a like or a repost is about. Raises ``Unreadable``."""
    return _about(record)[0]


def _about(record: bytes) -> tuple[str, int | None]:
    try:
        said = _subject.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
    if not _AT.match(said.subject.uri):
        raise Unreadable(f"the subject is {said.subject.uri[:80]!r}")
    return said.subject.uri, _milliseconds(_loose(said.created_at))


def target(uri: str) -> Target:
    """The post at ``uri`` as a target."""
    return Target(f"bluesky:{uri}", f"bluesky:{uri.split('/')[2]}")


def mention(post: Post, uri: str, author: Author, *, source: str, heard: int, seen: int, revision: str = "") -> Mention:
    """The mention that ``post`` at ``uri`` is; with a ``revision`` the edit. It was heard by the network at ``heard`` ms.

    Raises ``Unreadable`` for text and times that no mention may have.
    """
    quoted, media, cards = _embedded(post.embed, author.id.removeprefix("bluesky:"))
    kind: Kind = "post"
    about: Target | None = None
    if revision:
        kind, about = "edit", Target(f"bluesky:{uri}", author.id)
    elif post.reply:
        kind, about = "reply", target(post.reply)
    elif quoted:
        kind, about = "quote", target(quoted)
    return Mention(
        id=f"bluesky:{uri}@{revision}" if revision else f"bluesky:{uri}",
        source=source,
        kind=kind,
        at=repaired_time(heard if post.created is None else post.created, seen),
        seen=seen,
        author=author,
        text=words.words(post.text),
        lang=post.langs[0] if post.langs else "",
        target=about,
        mentions=post.people,
        hashtags=post.hashtags,
        links=words.unique((*post.links, *words.web_links(cards))),
        media=media,
        flags=post.flags,
    )


def repost(record: bytes, uri: str, author: Author, *, source: str, heard: int, seen: int) -> Mention:
    """The repost at ``uri``, without words of its own. Raises ``Unreadable`` when it does not say of what."""
    original, created = _about(record)
    at = repaired_time(heard if created is None else created, seen)
    return Mention(f"bluesky:{uri}", source, "repost", at, seen, author, target=target(original))


def _marked(said: _Record) -> tuple[tuple[str, ...], tuple[Person, ...], tuple[str, ...]]:
    """Hashtags, people and links: as the facets mark them; of a text without facets, what is found in it."""
    tags = [tag for tag in _strings(_loose(said.tags)) if tag]
    facets = _loose(said.facets)
    if not isinstance(facets, list) or not facets:
        found = words.hashtags(said.text) if "#" in said.text or "＃" in said.text else ()
        return _named((*found, *tags)), (), words.links(said.text) if "://" in said.text else ()
    people: dict[str, Person] = {}
    links: list[str] = []
    marked: list[str] = []
    data = said.text.encode()
    for feature, start, end in _features(facets):
        match str(feature.get("$type", "")).rpartition("#")[2], feature:
            case "tag", {"tag": str(tag)}:
                marked.append(tag)
            case "link", {"uri": str(uri)}:
                links.append(uri)
            case "mention", {"did": str(did)} if did.startswith("did:") and len(did) <= 500:
                people.setdefault(did, Person(f"bluesky:{did}", _handle(data[start:end])))
    return _named((*marked, *tags)), tuple(people.values())[: words.LIST_LIMIT], words.web_links(links)


def _features(facets: list[Any]) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Each feature with the bytes of the text that it is about; where those are nonsense, about none."""
    for facet in facets:
        if not isinstance(facet, dict) or not isinstance(facet.get("features"), list):
            continue
        index = facet.get("index")
        start, end = (index.get("byteStart"), index.get("byteEnd")) if isinstance(index, dict) else (0, 0)
        if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start <= end:
            start = end = 0
        yield from ((feature, start, end) for feature in facet["features"] if isinstance(feature, dict))


def _handle(marked: bytes) -> str:
    """The handle in the marked bytes; empty where they hold none, or cut a character."""
    try:
        handle = marked.decode().strip().removeprefix("@")
    except UnicodeDecodeError:
        return ""
    return handle if _HANDLE.match(handle) else ""


def _named(tags: tuple[str, ...]) -> tuple[str, ...]:
    return words.unique(filter(None, (words.name(tag.lstrip("#＃")) for tag in tags))) if tags else ()


def _embedded(raw: bytes, did: str) -> tuple[str, tuple[Media, ...], list[str]]:
    """The address of the quoted post, the pictures and films, and the pages that hang on a post."""
    embed = _loose(raw)
    if not isinstance(embed, dict):
        return "", (), []
    quoted = ""
    about = embed.get("record")
    if isinstance(about, dict):  # of recordWithMedia one deeper
        inner = about.get("record")
        quoted = _address(inner if isinstance(inner, dict) else about)
    parts = [embed, embed["media"]] if isinstance(embed.get("media"), dict) else [embed]
    media: list[Media] = []
    pages: list[str] = []
    for part in parts:
        for pictures in (part.get("images"), part.get("media"), part.get("items")):
            for picture in pictures if isinstance(pictures, list) else ():
                if isinstance(picture, dict):
                    media += _blob(picture.get("image"), picture.get("alt"), did, "image")
        media += _blob(part.get("video"), part.get("alt"), did, "video")
        external = part.get("external")
        if isinstance(external, dict) and isinstance(external.get("uri"), str):
            pages.append(external["uri"])
    return quoted, tuple(media[: words.LIST_LIMIT]), pages


def _blob(blob: Any, alt: Any, did: str, kind: Literal["image", "video"]) -> list[Media]:
    if not isinstance(blob, dict):
        return []
    reference = blob.get("ref")
    cid = reference.get("$link") if isinstance(reference, dict) else blob.get("cid")
    if not isinstance(cid, str) or not _CID.match(cid):
        return []
    described = clean(alt[:2000]) if isinstance(alt, str) else ""
    return [Media((_IMAGE if kind == "image" else _VIDEO).format(did=did, cid=cid), kind, described)]


def _address(reference: Any) -> str:
    """The address in a reference to a post; empty for anything else, such as a list or a feed."""
    uri = reference.get("uri") if isinstance(reference, dict) else None
    found = _AT.match(uri) if isinstance(uri, str) else None
    return found[0] if found is not None and found[2] == POST else ""


def _loose(raw: bytes | msgspec.Raw) -> Any:
    """Any JSON; None for what is none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _strings(value: Any) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def _milliseconds(created: Any) -> int | None:
    """RFC 3339 as milliseconds since 1970; None for what is none: Jetstream's own time stands in for it."""
    if not isinstance(created, str):
        return None
    try:
        moment = datetime.fromisoformat(created)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
