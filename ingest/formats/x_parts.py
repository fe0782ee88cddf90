"""Parts of a post of X's API v2: which post it is, whom it names, what it links to, what X counted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ingest import text as words
from ingest.formats import twitter
from ingest.formats.x_objects import Id, Named, Post, Url
from stream.mention import Weight

RETWEETED: Final = re.compile(r"RT @(\w{1,20}): ", re.ASCII)
_PICTURES: Final = ("pic.twitter.com/", "pic.x.com/")
_HOSTS: Final = [["twitter.com"], ["x.com"], ["mobile.twitter.com"], ["www.twitter.com"]]


def identity(post: Post, number: int) -> int:
    """The id of the first version of ``post``, whose own is ``number``."""
    return (
        twitter.number(post.edit_history_tweet_ids[0], "the first version") if post.edit_history_tweet_ids else number
    )


def named_in(post: Post) -> Iterable[Named]:
    """Whom the text names, the whole one where it is long."""
    note = post.note_tweet.entities if post.note_tweet else None
    return ((note.mentions if note else None) or (post.entities.mentions if post.entities else None)) or ()


def number_of(id: Id | None) -> str:
    """An id that may be missing or odd, where one can do without it."""
    return str(id) if id is not None and str(id).isascii() and str(id).isdigit() else ""


def retweeted(post: Post) -> str:
    """The handle after ``RT @`` of a retweet whose original is not included."""
    found = RETWEETED.match(post.text or "")
    return found[1] if found else ""


def links_of(urls: Iterable[Url], post: Post) -> tuple[str, ...]:
    """The pages linked, in full; the post's own pictures and the posts that it refers to are no links."""
    own = {str(id) for id in (post.id, *(post.edit_history_tweet_ids or ()))}
    own.update(str(reference.id) for reference in post.referenced_tweets or ())
    found = []
    for url in urls:
        address = url.expanded_url or url.url
        host, _, rest = address.partition("/status/")
        inside = host.split("/")[2:3] in _HOSTS and rest.partition("/")[0].partition("?")[0] in own
        if not inside and not url.media_key and not (url.display_url or "").startswith(_PICTURES):
            found.append(address)
    return words.web_links(found)


def weight_of(post: Post) -> Weight | None:
    """What X counted; None for nothing."""
    counts = post.public_metrics
    if counts is None:
        return None
    likes, reposts, replies = (
        max(0, count or 0) for count in (counts.like_count, counts.retweet_count, counts.reply_count)
    )
    return Weight(likes, reposts, replies) if likes or reposts or replies else None
