"""Websockets: ``/ws/wall`` (MessagePack, for walls) and ``/ws/tablet`` (JSON and pictures, for people).

One loop a socket sends the newest of each channel: what was replaced while the socket was busy is never sent, so there is no
queue, and a slow reader holds up only itself. uvicorn stops taking frames when 64 KiB wait in the process; the kernel's
buffer is bounded too (``SEND_BUFFER``), since megabytes in it would be seconds of old positions on a slow line.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import Any, Final

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketDisconnected

from stream.hub.board import Board, Posted
from stream.hub.core import Hub
from stream.hub.doors.session import described
from stream.hub.porter import WALL_PROTOCOL, Porter
from stream.hub.sessions import Session
from stream.wire.messages import Hello, Picture, Ping, Pong, WallState, decode_from_hub, decode_from_wall, encode

SEND_BUFFER: Final = 256 * 1024
FRAME_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a frame from a wall; a picture 1920 wide has some 300 kB."""
WORD_LIMIT: Final = 1024
"""Characters of a frame from a tablet."""
TICK_S: Final = 0.4
"""How often a tablet's socket looks for what no channel tells: its session, pictures that may not be shown any more."""
PUBLIC: Final = frozenset({"on_air", "walls", "notice", "sources"})
"""What an idle tablet still gets: nothing that the wall does not show to everybody."""

PREVIEW: Final = "preview:"
ON_AIR: Final = ("on_air", "labels:", "watch")
"""Channels that a preview has of its own."""

SIGNED_OUT: Final = 4401
BAD_FRAME: Final = 1003

router = APIRouter()


class Sockets:
    """The open sockets of one app, and what they share: each frame is made once for all of them."""

    def __init__(self, hub: Hub, porter: Porter) -> None:
        self.hub = hub
        self.porter = porter
        self.pictures = Board()
        """Its one channel ``pictures`` changes whenever a wall has sent one."""
        self._counts: Counter[str] = Counter({"wall": 0, "tablet": 0})
        self._framed: dict[str, tuple[int, str]] = {}
        self._painted: dict[tuple[int, ...], tuple[Picture, bytes]] = {}

    def counts(self) -> dict[str, int]:
        """Open sockets by door."""
        return dict(self._counts)

    @asynccontextmanager
    async def counted(self, door: str) -> AsyncIterator[None]:
        self._counts[door] += 1
        try:
            yield
        finally:
            self._counts[door] -= 1

    def text(self, posted: Posted) -> str:
        """The tablet's frame of what a channel holds: ``{"channel", "rev", "data"}``."""
        framed = self._framed.get(posted.channel)
        if framed is None or framed[0] != posted.rev:
            head = f'{{"channel":{msgspec.json.encode(posted.channel).decode()},"rev":{posted.rev},"data":'
            framed = self._framed[posted.channel] = (posted.rev, head + posted.payload.decode() + "}")
        return framed[1]

    def painted(self, picture: Picture) -> bytes:
        """The tablet's frame of a picture: length of a JSON head (u4 little-endian), the head, the JPEG."""
        painted = self._painted.get(picture.screens)
        if painted is None or painted[0] is not picture:
            painted = self._painted[picture.screens] = (picture, framed(picture))
        return painted[1]


def framed(picture: Picture, preview: str = "") -> bytes:
    """The frame of a picture for a tablet; ``preview`` is the layout that a preview shows."""
    fields: dict[str, Any] = {
        "screens": picture.screens,
        "at": picture.at,
        "width": picture.width,
        "height": picture.height,
    }
    head = msgspec.json.encode(fields | {"preview": preview} if preview else fields)
    return len(head).to_bytes(4, "little") + head + picture.jpeg


async def send_newest(
    board: Board,
    send: Callable[[Posted], Awaitable[None]],
    seen: dict[str, int],
    only: Callable[[], Collection[str] | None] = lambda: None,
) -> None:
    """Send what changes on ``board`` for ever, the newest of each channel at the moment it is sent.

    ``only`` names the channels that may be sent now, or None for all of them.
    """
    while True:
        for posted in await board.changed(seen):
            newest = board.newest(posted.channel)
            seen[posted.channel] = newest.rev if newest else posted.rev
            allowed = only()
            if newest is not None and (allowed is None or newest.channel in allowed):
                await send(newest)


@router.websocket("/ws/wall")
async def wall(socket: WebSocket) -> None:
    """A wall: hello first, then the newest of every channel; it pings, and tells what it shows."""
    sockets: Sockets = socket.app.state.sockets
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(subprotocol=WALL_PROTOCOL if WALL_PROTOCOL in offered else None)
    if socket.query_params.get("preview") == "1":
        await _together(_feed(socket, sockets.hub.board, preview=True), _listen_preview(socket, sockets))
        return
    async with sockets.counted("wall"):
        await _together(_feed(socket, sockets.hub.board), _listen(socket, sockets))


async def _feed(socket: WebSocket, board: Board, *, preview: bool = False) -> None:
    """Everything that a wall needs; the preview's wall has another layout, other labels and other wishes for pictures."""

    async def send(posted: Posted) -> None:
        own = posted.channel.startswith(PREVIEW)
        if own == preview or (preview and not posted.channel.startswith(ON_AIR)):
            await socket.send_bytes(posted.payload)

    seen: dict[str, int] = {}
    if hello := board.newest("hello"):
        seen["hello"] = hello.rev
        await send(hello)
    await send_newest(board, send, seen)


async def _listen_preview(socket: WebSocket, sockets: Sockets) -> None:
    """The preview's wall is none of the hall's: only its pictures count."""
    while True:
        try:
            message = decode_from_wall(await socket.receive_bytes())
        except (msgspec.DecodeError, KeyError):
            await socket.close(BAD_FRAME, "not a message of a wall")
            return
        match message:
            case Ping(sent):
                await socket.send_bytes(encode(Pong(sent, sockets.hub.clock())))
            case Picture():
                if sockets.hub.preview.painted(message):
                    sockets.pictures.put("preview", b"")


async def _listen(socket: WebSocket, sockets: Sockets) -> None:
    hub = sockets.hub
    names: set[str] = set()
    try:
        while True:
            try:
                message = decode_from_wall(await socket.receive_bytes())
            except (msgspec.DecodeError, KeyError):
                await socket.close(BAD_FRAME, "not a message of a wall")
                return
            match message:
                case Ping(sent):
                    await socket.send_bytes(encode(Pong(sent, hub.clock())))
                case WallState():
                    if sockets.porter.scope(socket.headers) != "wall":
                        await socket.close(SIGNED_OUT, "this wall was turned out")
                        return
                    names.add(message.name)
                    hub.walls.put_state(message)
                case Picture():
                    hub.walls.put_picture(message)
                    sockets.pictures.put("pictures", b"")
    finally:
        for name in names:
            hub.walls.leave(name)
        sockets.pictures.put("pictures", b"")


@router.websocket("/ws/tablet")
async def tablet(socket: WebSocket) -> None:
    """A tablet, or with ``?view=wall`` somebody who watches the wall in a browser and wants large pictures."""
    sockets: Sockets = socket.app.state.sockets
    session: Session = socket.state.session
    watching = socket.query_params.get("view") == "wall"
    await socket.accept()
    async with sockets.counted("tablet"):
        with sockets.hub.walls.watched() if watching else nullcontext():
            person = _Tablet(socket, sockets, session, only=PUBLIC if watching else None)
            await _together(person.tell(), person.show(), person.watch_session(), person.hear())


class _Tablet:
    """One tablet's socket."""

    def __init__(self, socket: WebSocket, sockets: Sockets, session: Session, only: Collection[str] | None) -> None:
        self.socket, self.sockets, self.session, self.only = socket, sockets, session, only
        self.seen: dict[str, int] = {}
        self.locked = sockets.porter.sessions.idle(session)

    async def tell(self) -> None:
        """Hello, then the channels."""
        await self.say("hello", greeting(self.sockets, self.session))

        async def send(posted: Posted) -> None:
            await self.socket.send_text(self.sockets.text(posted))

        await send_newest(self.sockets.hub.tablet, send, self.seen, lambda: PUBLIC if self.locked else self.only)

    async def show(self) -> None:
        """The newest pictures, and which of them may still be shown."""
        sent: dict[tuple[int, ...], Picture] = {}
        seen: dict[str, int] = {}
        told: list[list[int]] | None = None
        looked: Picture | None = None
        while True:
            for posted in await _within(self.sockets.pictures.changed(seen), TICK_S):
                seen[posted.channel] = posted.rev
            given = self.sockets.hub.walls.picture()
            names = [list(p.screens) for p in given]
            if names != told:
                told = names
                await self.say("pictures", {"screens": names})
            for picture in given:
                if sent.get(picture.screens) is not picture:
                    sent[picture.screens] = picture
                    await self.socket.send_bytes(self.sockets.painted(picture))
            sent = {p.screens: sent[p.screens] for p in given}
            preview = self.sockets.hub.preview
            if preview.picture is not looked and preview.watched_by(self.session.key):
                looked = preview.picture
                if looked is not None:
                    await self.socket.send_bytes(framed(looked, preview.layout))

    async def watch_session(self) -> None:
        """Sign the tablet out when its session ends, lock it when it falls idle, and unlock it when its PIN was entered."""
        sessions = self.sockets.porter.sessions
        while True:
            await asyncio.sleep(TICK_S)
            if not sessions.alive(self.session):
                await self.socket.close(SIGNED_OUT, "signed out")
                return
            if sessions.idle(self.session) != self.locked:
                self.locked = not self.locked
                await self.say("session", described(self.session, self.sockets.porter))
                if not self.locked:
                    for posted in self.sockets.hub.tablet.since({}):
                        if self.only is None or posted.channel in self.only:
                            await self.socket.send_text(self.sockets.text(posted))

    async def hear(self) -> None:
        """A tablet says only one thing: that its person has touched it."""
        while True:
            try:
                word = await self.socket.receive_text()
            except KeyError:
                word = None
            if word is None or len(word) > WORD_LIMIT:
                await self.socket.close(BAD_FRAME, "a tablet says short words only")
                return
            if word == "touch":
                self.sockets.porter.sessions.act(self.session)

    async def say(self, channel: str, data: Any) -> None:
        await self.socket.send_text(msgspec.json.encode({"channel": channel, "data": data}).decode())


def greeting(sockets: Sockets, session: Session) -> dict[str, Any]:
    """What a tablet must know first. ``now`` is hub time, so that it can tell how old things are."""
    hub = sockets.hub
    greeting: dict[str, Any] = {
        "now": hub.clock(),
        "session": described(session, sockets.porter),
        "grid": msgspec.to_builtins(hub.config.wall.grid),
        "encrypted": sockets.porter.tls,
        "loopback": hub.config.hub.host in ("127.0.0.1", "::1", "localhost"),
        "show": msgspec.to_builtins(hub.config.show),
    }
    if (posted := hub.board.newest("hello")) and isinstance(hello := decode_from_hub(posted.payload), Hello):
        greeting |= {"mode": hello.mode, "mode_label": hello.mode_label, "event": hello.event.name}
    return greeting


async def _together(*loops: Awaitable[None]) -> None:
    """Run the loops of a socket until one ends or the other side is gone."""
    tasks = [asyncio.ensure_future(_until_gone(loop)) for loop in loops]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)  # not gather, which forgets who cancelled it
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _until_gone(loop: Awaitable[None]) -> None:
    """``WebSocketDisconnected`` is how starlette says that our own side has closed the socket meanwhile."""
    with suppress(WebSocketDisconnect, WebSocketDisconnected):
        await loop


async def _within(waiting: Awaitable[list[Posted]], seconds: float) -> list[Posted]:
    try:
        return await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return []
