"""Posts as X's API v2 gives them: pages, lines of the filtered stream, flat posts, and notices of what is gone.

A line is a post with what it refers to inside (flat, as archives write it), ``{"data": post, "includes": …}`` of the stream,
or a page with ``data: [post, …]``. What a post refers to lies in ``includes``, by id, or where it is meant.

A post keeps the id of its first version for ever. A later version is an ``edit`` of it, and is told as the post as well, with
the new words at the first version's time, so that one that is first heard of after an edit counts. Who heard the post before
counts it once. A retweet carries the whole words of its original, since its own are cut. Live, the counts of posts that
are referred to become tallies.

Left out, and counted in ``dropped``: posts of protected accounts, and what X withholds in any country, because nobody knows
here in which one the wall hangs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import msgspec

from ingest import text as words
from ingest.accounts import opened
from ingest.formats import twitter, x_compliance
from ingest.formats.x_objects import (
    Entities,
    Glance,
    Line,
    Listed,
    Medium,
    Place,
    Post,
    Problem,
    User,
    may_withhold,
    user_of,
)
from ingest.formats.x_parts import RETWEETED, identity, links_of, named_in, number_of, retweeted, weight_of
from ingest.roles import Roles
from ingest.source import Deletion, Takedown
from stream.mention import (
    EARLIEST_MS,
    Author,
    Kind,
    Media,
    Mention,
    Person,
    Rejected,
    Retraction,
    Target,
    Unreadable,
    Withheld,
    rejected,
)
from stream.mention import Place as Where

Item = Mention | Deletion | Takedown | Rejected

_MOVING: Final = frozenset({"video", "animated_gif"})
_KINDS: Final[tuple[tuple[str, Kind], ...]] = (("retweeted", "repost"), ("replied_to", "reply"), ("quoted", "quote"))
_FAULTS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Reading(msgspec.Struct):
    """What one line says, in order.

    ``natives`` are the ids of later versions, by which a deletion may name a post; ``posts`` is how many X delivered;
    ``dropped`` counts by reason what was left out.
    """

    items: list[Item] = []
    natives: dict[str, str] = {}
    problems: list[Problem] = []
    dropped: Counter[str] = msgspec.field(default_factory=Counter)
    posts: int = 0


_Thing = TypeVar("_Thing")

_line = msgspec.json.Decoder(Line)
_post, _glance = msgspec.json.Decoder(Post), msgspec.json.Decoder(Glance)
_array = msgspec.json.Decoder(list[msgspec.Raw])
_object = msgspec.json.Decoder(dict[str, Any])
_medium, _place = msgspec.json.Decoder(Medium), msgspec.json.Decoder(Place)
_NO_ENTITIES: Final = Entities()


def parser(roles: Roles) -> Callable[[bytes], Sequence[Mention | Retraction | Rejected]]:
    """A parser of an archive's lines that gives the accounts in ``roles`` their role."""

    def parse(line: bytes) -> Sequence[Mention | Retraction | Rejected]:
        items = read(line, roles, source="archive").items
        return [x_compliance.retraction(i) if isinstance(i, Deletion | Takedown) else i for i in items]

    return parse


def read(line: bytes, roles: Roles, *, source: str, seen: int | None = None) -> Reading:
    """What ``line`` says; ``seen`` is when it came (None: each post when it was written).

    A post of a page that cannot be read comes as ``Rejected`` beside the others; a line that is but one raises ``Unreadable``,
    or ``Withheld`` where something in it is not for everybody.
    """
    try:
        return _read(line, roles, source, seen)
    except Unreadable as fault:
        if may_withhold(line):
            raise Withheld(str(fault)) from fault
        raise


def _read(line: bytes, roles: Roles, source: str, seen: int | None) -> Reading:
    try:
        whole = _line.decode(line)
        raws = _parts(whole, line)
    except _FAULTS as fault:
        raise Unreadable(_reason(fault)) from fault
    reader = _Reader(line, whole.includes or Listed(), roles, source, seen)
    reader.reading.problems = whole.errors or []
    for raw in raws:
        reader.take(raw)
    items = reader.reading.items
    if len(raws) == 1 and items and isinstance(items[0], Rejected):
        raise Unreadable(items[0].reason)
    return reader.reading


def _parts(whole: Line, line: bytes) -> Sequence[bytes | msgspec.Raw]:
    """The posts and notices of a line, each as JSON; none where it holds only errors, or says that a page is empty."""
    data = bytes(whole.data)
    if data in (b"", b"null"):
        empty = not bytes(whole.id) and (whole.errors is not None or bytes(whole.meta))
        return () if empty else (line,)
    return _array.decode(data) if data.startswith(b"[") else (data,)


def _good(decode: Callable[[msgspec.Raw], _Thing], raws: Iterable[msgspec.Raw] | None) -> Iterator[_Thing]:
    """Those that can be read; one that cannot is missed like one that was not included."""
    for raw in raws or ():
        try:
            yield decode(raw)
        except _FAULTS:
            continue


def _reason(fault: BaseException) -> str:
    return "nested too deeply" if isinstance(fault, RecursionError) else str(fault)


class _Reader:
    """Reads the posts of one line, which share what they refer to, into ``reading``."""

    def __init__(self, line: bytes, includes: Listed, roles: Roles, source: str, seen: int | None) -> None:
        self.reading = Reading()
        self._line, self._roles, self._source, self._seen = line, roles, source, seen
        self._users = {str(user.id): user for user in _good(user_of, includes.users)}
        self._posts = {str(post.id): post for post in _good(_post.decode, includes.tweets)}
        self._media = {medium.media_key: medium for medium in _good(_medium.decode, includes.media)}
        self._places = {place.id: place for place in _good(_place.decode, includes.places)}

    def take(self, raw: bytes | msgspec.Raw) -> None:
        """Read one post or notice."""
        reading = self.reading
        try:
            post = self._decoded(raw)
            if post.id is None or post.action is not None:
                self._notice(raw)
            else:
                reading.posts += 1
                reading.items += self._told(post)
        except _LeftOut as why:
            reading.dropped[str(why)] += 1
        except Unreadable as fault:
            at = EARLIEST_MS if self._seen is None else self._seen
            letter = rejected(self._source, str(fault), at, bytes(raw))
            reading.items.append(msgspec.structs.replace(letter, raw=b"") if may_withhold(self._line) else letter)

    def _decoded(self, raw: bytes | msgspec.Raw) -> Post:
        try:
            return _post.decode(raw)
        except _FAULTS as fault:
            self.reading.posts += 1
            for glance in _good(_glance.decode, (msgspec.Raw(raw),)):
                self._admit(Post(author_id=glance.author_id, author=glance.author))
            raise Unreadable(_reason(fault)) from fault

    def _notice(self, raw: bytes | msgspec.Raw) -> None:
        if (gone := x_compliance.notice(raw, self._seen)) is not None:
            self.reading.items.append(gone)
            return
        if (versions := x_compliance.versions(raw)) is not None:
            self.reading.natives.update(versions)
            return
        try:
            kinds = sorted(_object.decode(raw))
        except _FAULTS as fault:
            raise Unreadable(_reason(fault)) from fault
        if x_compliance.IGNORED.isdisjoint(kinds):
            raise Unreadable(f"no post and no notice: it has {', '.join(kinds)[:200] or 'nothing'}")
        self.reading.dropped["nothing to take away"] += 1

    def _told(self, post: Post) -> list[Item]:
        """The mention of ``post``; of a later version the first one in its words, then the edit."""
        self._admit(post)
        number = twitter.number(post.id, "the post")
        mention = self._mention(post, number)
        first = identity(post, number)
        counted = [] if self._seen is None else self._counted(post, self._seen)
        if first == number:
            return [mention, *counted]
        at = twitter.time_of_id(first) // 1000 * 1000  # whole seconds, as created_at has them
        versions = list(map(str, post.edit_history_tweet_ids or ()))
        for version in versions[1:]:
            self.reading.natives[f"x:{version}"] = f"x:{first}"
        revision = versions.index(str(number)) if str(number) in versions else len(versions)
        target = Target(f"x:{first}", mention.author.id)
        edit = msgspec.structs.replace(mention, id=f"x:{first}@{revision}", kind="edit", target=target)
        seen = at if self._seen is None else self._seen
        return [msgspec.structs.replace(mention, id=f"x:{first}", at=at, seen=seen), edit, *counted]

    def _counted(self, post: Post, seen: int) -> list[Mention]:
        """What X counted of the posts that ``post`` refers to, where they are included."""
        tallies = []
        for reference in post.referenced_tweets or ():
            other = self._posts.get(str(reference.id))
            if other is not None and (user := number_of(other.author_id)) and (weight := weight_of(other)) is not None:
                target = Target(f"x:{identity(other, twitter.number(other.id, 'the other post'))}", f"x:{user}")
                tallies.append(
                    Mention(
                        f"{target.id}.t{seen}",
                        self._source,
                        "tally",
                        seen,
                        seen,
                        Author(f"x:{user}"),
                        target=target,
                        weight=weight,
                    )
                )
        return tallies

    def _admit(self, post: Post) -> None:
        """Raises ``_LeftOut`` for a post that is not for everybody."""
        author = self._user_of(post)
        if author.protected:
            raise _LeftOut("protected")
        if any(held and (held.copyright or held.country_codes) for held in (post.withheld, author.withheld)):
            raise _LeftOut("withheld")

    def _mention(self, post: Post, number: int) -> Mention:
        kind, target, other = self._relation(post)
        said = post
        if kind == "repost" and other is not None and other.text is not None:
            self._admit(other)
            said = other
        note = said.note_tweet
        text = (note.text if note else None) or said.text
        if text is None:
            raise Unreadable("the post has no text")
        if kind == "repost":
            text = RETWEETED.sub("", text, count=1) if said is post else text
        entities = (note.entities if note else None) or said.entities or _NO_ENTITIES
        at = x_compliance.moment(post.created_at) if post.created_at else twitter.time_of_id(number)
        return Mention(
            id=f"x:{number}",
            source=self._source,
            kind=kind,
            at=at,
            seen=at if self._seen is None else self._seen,
            author=self._author(post),
            text=twitter.words(text),
            lang=twitter.language(said.lang or post.lang),
            target=target,
            mentions=self._people(post, kind, target),
            hashtags=words.unique(words.name(tag.tag) for tag in entities.hashtags or () if tag.tag),
            links=links_of(entities.urls or (), post),
            media=self._pictures(said),
            place=self._place(post),
            weight=None if kind == "repost" else weight_of(post),
            flags=("sensitive",) if said.possibly_sensitive or post.possibly_sensitive else (),
        )

    def _relation(self, post: Post) -> tuple[Kind, Target | None, Post | None]:
        """The kind, its target, and the other post where it is included. A reply that quotes is a reply."""
        by_type = {reference.type: reference for reference in reversed(post.referenced_tweets or ())}
        for word, kind in _KINDS:
            if (reference := by_type.get(word)) is None:
                continue
            number = twitter.number(reference.id, f"the {word} post")
            other = reference if reference.text is not None else self._posts.get(str(number), reference)
            user = number_of(other.author_id) or number_of(other.author.id if other.author else None)
            if not user and kind == "reply":
                user = number_of(post.in_reply_to_user_id)
            if not user and kind == "repost":
                user = next((number_of(who.id) for who in named_in(post) if who.username == retweeted(post)), "")
            return kind, Target(f"x:{identity(other, number)}", f"x:{user}" if user else ""), other
        return ("post" if post.in_reply_to_user_id is None else "reply"), None, None

    def _user_of(self, post: Post) -> User:
        known = self._users.get(str(post.author_id)) if post.author_id is not None else None
        return known or post.author or User(id=post.author_id)

    def _author(self, post: Post) -> Author:
        user = self._user_of(post)
        if user.id is None and post.author_id is None:
            raise Unreadable("the post has no author_id")
        stable = f"x:{twitter.number(post.author_id if user.id is None else user.id, 'the author')}"
        followers = user.public_metrics.followers_count if user.public_metrics else None
        return Author(
            id=stable,
            handle=words.name(user.username or ""),
            name=words.name(user.name or ""),
            avatar="".join(words.web_links([user.profile_image_url or ""])),
            followers=max(0, followers or 0),
            role=self._roles.get(stable, "public"),
            since=opened(user.created_at),
        )

    def _people(self, post: Post, kind: Kind, target: Target | None) -> tuple[Person, ...]:
        """Whom the author addresses. A retweet addresses whom it repeats, not those whom the repeated post names."""
        if kind == "repost":
            answered = target.author.removeprefix("x:") if target else ""
        else:
            answered = number_of(post.in_reply_to_user_id)
        named: dict[str, Person] = {}
        for who in named_in(post):
            number, handle = number_of(who.id), words.name(who.username)
            if (number or handle) and (kind != "repost" or number == answered):
                named.setdefault(number or handle, Person(id=f"x:{number}" if number else "", handle=handle))
        if answered and answered not in named:
            user = self._users.get(answered) or post.in_reply_to_user
            named[answered] = Person(id=f"x:{answered}", handle=words.name((user and user.username) or ""))
        return tuple(named.values())[: words.LIST_LIMIT]

    def _pictures(self, post: Post) -> tuple[Media, ...]:
        if post.attachments is None:
            return ()
        keys = post.attachments.media_keys or ()
        found = post.attachments.media or [self._media[key] for key in keys if key in self._media]
        pictures = []
        for medium in found[: words.LIST_LIMIT]:
            if address := "".join(words.web_links([medium.url or medium.preview_image_url or ""])):
                alt = words.words((medium.alt_text or "")[:1000])
                pictures.append(Media(address, "video" if medium.type in _MOVING else "image", alt))
        return tuple(pictures)

    def _place(self, post: Post) -> Where | None:
        geo = post.geo
        if geo is None:
            return None
        place = (self._places.get(geo.place_id) if geo.place_id else None) or geo
        west_south_east_north = place.geo.bbox if place.geo and place.place_type in twitter.EXACT_PLACES else None
        box = west_south_east_north or []
        corners = (box[:2], box[2:]) if len(box) == 4 else ()
        return twitter.place(place.country_code, geo.coordinates.coordinates if geo.coordinates else None, corners)


class _LeftOut(Exception):
    """A post is not for everybody; the message says why."""
