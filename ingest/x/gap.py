"""What was said while nobody listened, by X's search: for those without an enterprise contract, and paid like the stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import httpx2
import msgspec

from ingest.x.api import Api

SEARCH: Final = "/2/tweets/search/recent"
QUERY: Final = 512
"""Characters of a query."""
SHORTEST_MS: Final = 30_000
"""A shorter break is not searched: X's search does not know the last half minute yet."""
LONGEST_MS: Final = 3_600_000
"""A longer break is not filled: it would cost much and show little."""

FIELDS: Final = {
    "tweet.fields": "attachments,author_id,created_at,edit_history_tweet_ids,entities,geo,in_reply_to_user_id,lang,note_tweet,"
    "possibly_sensitive,public_metrics,referenced_tweets,withheld",
    "expansions": "author_id,attachments.media_keys,geo.place_id,in_reply_to_user_id,referenced_tweets.id,"
    "referenced_tweets.id.author_id",
    "user.fields": "created_at,name,profile_image_url,protected,public_metrics,username,withheld",
    "media.fields": "alt_text,media_key,preview_image_url,type,url",
    "place.fields": "country_code,geo,place_type",
}
"""What is asked of every post."""
_FEWEST, _MOST = 10, 100


class _Meta(msgspec.Struct):
    next_token: str = ""


class _Page(msgspec.Struct):
    meta: _Meta | None = None


_page = msgspec.json.Decoder(_Page)


async def missed(
    api: Api, client: httpx2.AsyncClient, queries: Sequence[str], since: int, left: Callable[[], int]
) -> AsyncGenerator[bytes]:
    """Pages of posts since ``since`` (ms UTC), newest first, as long as the ``left`` budget allows a page.

    Raises ``SourceUnavailable`` when X does not answer.
    """
    start = f"{datetime.fromtimestamp(since // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    for query in queries:
        token = ""
        while (most := min(_MOST, left())) >= _FEWEST:
            params = {**FIELDS, "query": query, "start_time": start, "max_results": str(most)}
            page = await api.ask(
                client, "GET", SEARCH, msgspec.Raw, params={**params, **({"next_token": token} if token else {})}
            )
            yield bytes(page)
            meta = _page.decode(page).meta
            token = meta.next_token if meta else ""
            if not token:
                break
