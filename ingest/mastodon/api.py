"""What is asked of a server now and then: where it streams, and pages of its timelines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx2
import msgspec

from ingest.feeds.fetch import user_agent
from ingest.mastodon.refusals import Refusals
from ingest.mastodon.streams import Stream
from ingest.source import SourceUnavailable

ANSWER_LIMIT: Final = 16 * 1024 * 1024
ANSWER_S: Final = 30.0
PAGE: Final = 40
"""Statuses on one page of a timeline: the most that Mastodon gives."""

_NOT_OFFERED: Final = (403, 404, 410, 422)


class _Urls(msgspec.Struct, frozen=True):
    streaming: str = ""


class _Configuration(msgspec.Struct, frozen=True):
    urls: _Urls = _Urls()


class _Instance(msgspec.Struct, frozen=True):
    configuration: _Configuration = _Configuration()


class Api:
    """The server at ``url``. Everything raises ``SourceUnavailable`` for what it refuses."""

    def __init__(self, url: str, token: str, refusals: Refusals, *, contact: str = "") -> None:
        self._url, self._token, self._contact = url.rstrip("/"), token, contact
        self._refusals = refusals

    @property
    def headers(self) -> dict[str, str]:
        """Who asks. The token stands here and never in an address, because addresses are written to journals."""
        headers = {"user-agent": user_agent(self._contact)}
        return headers | ({"authorization": f"Bearer {self._token}"} if self._token else {})

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A client for the server and for its streams."""
        limits = httpx2.Limits(max_connections=None)
        async with httpx2.AsyncClient(headers=self.headers, timeout=httpx2.Timeout(ANSWER_S), limits=limits) as client:
            yield client

    async def streaming(self, client: httpx2.AsyncClient) -> str:
        """The address of the server that streams, ``https://…``; the server itself where it does not say."""
        status, headers, body = await self._get(client, "/api/v2/instance", {})
        if status == 429 or status >= 500:
            raise self._refusals.answer(status, headers, body)
        try:
            found = urlsplit(msgspec.json.decode(body, type=_Instance).configuration.urls.streaming)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
            return self._url
        scheme = {"wss": "https", "https": "https", "ws": "http", "http": "http"}.get(found.scheme, "")
        # A token that was given for https goes nowhere in the clear.
        if not found.netloc or not scheme or (scheme == "http" and self._url.startswith("https:")):
            return self._url
        return urlunsplit((scheme, found.netloc, found.path.rstrip("/"), "", ""))

    async def page(
        self, client: httpx2.AsyncClient, stream: Stream, *, min_id: str = "", limit: int = PAGE
    ) -> list[Any] | None:
        """Statuses of the stream's timeline: the newest, or with ``min_id`` those that follow it at once.

        None where the server offers no such timeline, although it may stream, or gives what is none.
        """
        path, params = stream.timeline
        params = {**params, "limit": str(limit), **({"min_id": min_id} if min_id else {})}
        status, headers, body = await self._get(client, path, params)
        if status in _NOT_OFFERED:
            return None
        if status != 200:
            raise self._refusals.answer(status, headers, body)
        try:
            return msgspec.json.decode(body, type=list[Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None

    async def _get(
        self, client: httpx2.AsyncClient, path: str, params: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        try:
            async with client.stream("GET", self._url + path, params=params, follow_redirects=True) as response:
                return response.status_code, response.headers, await body_of(response)
        except httpx2.HTTPError as fault:
            raise self.unreachable(fault) from fault

    def unreachable(self, fault: Exception) -> SourceUnavailable:
        """The network failed on the way to the server."""
        return self._refusals.broken(f"cannot be reached: {str(fault) or type(fault).__name__}")


async def body_of(response: httpx2.Response, limit: int = ANSWER_LIMIT) -> bytes:
    """The body, cut at ``limit``."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > limit:
            break
    return bytes(body[:limit])
