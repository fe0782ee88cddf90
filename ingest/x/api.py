"""Requests to X: one client, bounded answers, refusals as ``SourceUnavailable``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, TypeVar

import httpx2
import msgspec

from ingest.source import SourceUnavailable
from ingest.x.refusals import Refusals

ANSWER_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of an answer that is read; a thousand rules are two megabytes."""
ANSWER_S: Final = 30.0
SILENCE_S: Final = 35.0
"""X sends a heartbeat every 20 s."""

_Answer = TypeVar("_Answer")


class Api:
    """X at ``url`` with the bearer ``token``. ``silence_s`` is how long a stream may be without a heartbeat."""

    def __init__(
        self, url: str, token: str, refusals: Refusals, *, contact: str = "", silence_s: float = SILENCE_S
    ) -> None:
        self._url, self._token, self._contact = url.rstrip("/"), token, contact
        self._silence_s = silence_s
        self.refusals = refusals

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[httpx2.AsyncClient]:
        """A client; requests need one. Raises ``SourceUnavailable`` where there is no token."""
        if not self._token:
            raise SourceUnavailable("X needs a bearer token; put it into AGORA_X_TOKEN", stopped=True)
        headers = {"authorization": f"Bearer {self._token}", "user-agent": _agent(self._contact)}
        timeout = httpx2.Timeout(ANSWER_S, read=self._silence_s)
        async with httpx2.AsyncClient(base_url=self._url, headers=headers, timeout=timeout, trust_env=True) as client:
            yield client

    async def ask(
        self,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        type: type[_Answer],
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        also: tuple[int, ...] = (),
    ) -> _Answer:
        """The answer read as ``type``; one of the statuses in ``also`` is read likewise. Raises ``SourceUnavailable``."""
        try:
            async with client.stream(method, path, params=params, json=json) as response:
                body = await _body(response)
        except httpx2.TransportError as fault:
            raise self.refusals.network(fault) from fault
        if not response.is_success and response.status_code not in also:
            raise self.refusals.answer(response.status_code, response.headers, body)
        try:
            return msgspec.json.decode(body, type=type)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise self.refusals.answer(response.status_code, response.headers, b"") from fault

    @asynccontextmanager
    async def stream(
        self, client: httpx2.AsyncClient, path: str, params: Mapping[str, str]
    ) -> AsyncIterator[httpx2.Response]:
        """A stream that X has begun. Raises ``SourceUnavailable`` for one that it refuses, or that breaks."""
        try:
            async with client.stream("GET", path, params=params) as response:
                if response.status_code != 200:
                    raise self.refusals.answer(response.status_code, response.headers, await _body(response))
                self.refusals.begun()
                yield response
        except httpx2.TransportError as fault:
            raise self.refusals.network(fault) from fault


async def _body(response: httpx2.Response) -> bytes:
    """The body, cut at ``ANSWER_LIMIT``."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > ANSWER_LIMIT:
            break
    return bytes(body[:ANSWER_LIMIT])


def _agent(contact: str) -> str:
    try:
        number = version("agora-wall")
    except PackageNotFoundError:
        number = "0"
    return f"Agora/{number}{f' (+{contact})' if contact.isascii() and contact.isprintable() and contact else ''}"
