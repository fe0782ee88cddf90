"""The guard: an ASGI layer around the whole app that lets nobody past the sign-in page who has not signed in.

It refuses before the app is asked, so that paths, methods and bodies behind the door tell strangers nothing. It also bounds
bodies, checks hosts and origins, and puts the security headers on every answer.
"""

from __future__ import annotations

import math
from collections.abc import MutableMapping
from typing import Any, Final

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream.hub.porter import Porter

BODY_LIMIT: Final = 16 * 1024
"""Bytes of a request's body; the longest that is meant is a reason of a few hundred characters."""
UPLOADS: Final = {"/api/v1/agenda": 1024 * 1024, "/api/v1/pictures": 4 * 1024 * 1024}
"""Doors where files come in, for who has signed in, and how many bytes."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_SAFE: Final = frozenset({"GET", "HEAD"})
_OPEN: Final = frozenset({"/", "/wall", "/healthz", "/readyz", "/favicon.ico"})


def too_long(limit: int) -> str:
    size = f"{limit >> 20} MB" if limit >> 20 else f"{limit >> 10} kB"
    return f"More than {size} is not taken in here; choose a smaller file, or write less."


class Guard:
    """Wraps ``app``; puts ``session`` and ``token_scope`` into each request's state."""

    def __init__(self, app: ASGIApp, porter: Porter) -> None:
        self.app = app
        self.porter = porter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["session"] = self.porter.session(headers)
        state["token_scope"] = self.porter.scope(headers)
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send, headers)
        else:
            await self._http(scope, receive, send, headers)

    async def _http(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    ours[name] = value
                ours.setdefault("cache-control", "no-store")
            await send(message)

        if wait := self._wait_s(scope):
            told = f"Too many requests; try again in {math.ceil(wait)} s."
            await refuse(send_guarded, 429, told, retry_after=math.ceil(wait))
            return
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refuse(send_guarded, *refusal)
            return
        await self.app(scope, _bounded(receive, _limit(scope)), send_guarded)

    def _wait_s(self, scope: Scope) -> float:
        address = (scope.get("client") or ("",))[0]
        return self.porter.wait_s(scope["state"]["session"], scope["state"]["token_scope"], address)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        state, method = scope["state"], scope["method"]
        known = state["session"] is not None or state["token_scope"] is not None
        if not self.porter.knows_host(headers):
            return 421, "This hub does not go by that name; use its address, or name it in [hub] url of agora.toml."
        if method not in _SAFE and not self.porter.same_origin(headers):
            return 403, "This request came from another page; open the tablet page of the hub itself."
        if not known and not _is_open(method, scope["path"]):
            return 401, "Sign in with the PIN first."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _limit(scope):
            return 413, too_long(_limit(scope))
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """A wall comes with its token, a tablet with its cookie and from our own page; all others get 401."""
        state, path = scope["state"], scope["path"]
        welcome = (
            not self._wait_s(scope)
            and self.porter.knows_host(headers)
            and (
                (path == "/ws/wall" and state["token_scope"] == "wall")
                or (path == "/ws/tablet" and state["session"] is not None and self.porter.is_own_origin(headers))
            )
        )
        if welcome:
            await self.app(scope, receive, send)
            return
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 4401})
            return
        await refuse(send, 401, "Sign in with the PIN first; a wall needs its token.", kind="websocket.http.response")


async def refuse(
    send: Send, status: int, sentence: str, kind: str = "http.response", retry_after: int | None = None
) -> None:
    """Answer with a sentence that a person can act on, as JSON."""
    body = msgspec.json.encode({"error": sentence})
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})


def _is_open(method: str, path: str) -> bool:
    if path in ("/api/v1/session", "/api/v1/pairing"):
        return method == "POST"
    if path.startswith("/api/v1/pairing/"):
        return method == "PUT"
    return method in _SAFE and (path in _OPEN or path.startswith("/page/"))


def _limit(scope: Scope) -> int:
    """How many bytes a request may hold."""
    return UPLOADS.get(scope["path"], BODY_LIMIT) if scope["state"]["session"] is not None else BODY_LIMIT


def _bounded(receive: Receive, limit: int) -> Receive:
    left = limit

    async def receive_bounded() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, too_long(limit))
        return message

    return receive_bounded
