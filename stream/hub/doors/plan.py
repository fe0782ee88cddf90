"""What is planned: playlists, the schedule, the agenda of the event, and a fresh start."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from stream.hub.core import Hub, Receipt
from stream.hub.doors.answers import SIGNED_IN, Body, Moderator, Refused, TheHub, answer
from stream.hub.planned import planned
from stream.moderation.presentable import presentable
from stream.show import agenda_file
from stream.show.agenda import Agenda
from stream.show.playlist import LONGEST_S, MOST_ITEMS, SHORTEST_S
from stream.show.schedule import zone_of

router = APIRouter(prefix="/api/v1")

MOST: int = 60
"""Playlists, and slots of the schedule, that there may be."""
LONGEST_AGENDA = 300_000

Key = Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Seen = Annotated[int, Query(alias="rev")]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ItemBody(Body):
    layout: Annotated[str, Field(max_length=100)]
    seconds: Annotated[int, Field(ge=SHORTEST_S, le=LONGEST_S)]


class PlaylistBody(Body):
    """``rev`` is that of the playlist that the person saw, 0 for a new one."""

    title: Name
    items: Annotated[list[ItemBody], Field(min_length=1, max_length=MOST_ITEMS)]
    rev: int = 0


class PlayBody(Body):
    """The playlist to start, or null to stop."""

    id: Key | None
    rev: int | None = None


class SlotBody(Body):
    """``days`` are 0 for Monday to 6; an ``end`` before its ``start`` is on the next day."""

    days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
    start: Clock
    end: Clock
    layout: Annotated[str, Field(max_length=100)] = ""
    playlist: Annotated[str, Field(max_length=40)] = ""
    title: Annotated[str, Field(max_length=60)] = ""
    rev: int = 0


class AgendaBody(Body):
    """A CSV or iCalendar file as ``text``; times without a zone are in ``zone`` (empty: the schedule's)."""

    text: Annotated[str, Field(max_length=LONGEST_AGENDA)]
    name: Annotated[str, Field(max_length=100)] = ""
    zone: Annotated[str, Field(max_length=60)] = ""
    room: Annotated[str, Field(max_length=60)] = ""
    rev: int = 0


class AgendaChange(Body):
    """Which sessions turn the wall to ``speaker``, whether any may, and which room is before the wall."""

    on: bool | None = None
    room: Annotated[str, Field(max_length=60)] | None = None
    calm: Annotated[dict[str, bool], Field(default_factory=dict)]
    rev: int = 0


class FreshBody(Body):
    on: bool


@router.get("/programme", dependencies=[SIGNED_IN])
async def programme(hub: TheHub) -> Response:
    """Everything that is planned, as on the tablet's channel ``programme``."""
    return answer(told(hub)["programme"])


@router.get("/playlist", dependencies=[SIGNED_IN])
async def playlists(hub: TheHub) -> Response:
    """The playlists, and where the one that runs is."""
    plan = told(hub)["programme"]
    return answer({"playing": plan["playing"], "playlists": plan["playlists"], "rev": plan["revs"]["playlist"]})


@router.put("/playlist")
async def play(body: PlayBody, session: Moderator, hub: TheHub) -> Response:
    """Start a playlist from its first layout, or stop the one that runs."""
    if body.id is None:
        return receipt(await hub.put("playlist", None, seen=body.rev, by=session.desk))
    if body.id not in hub.desk.programme.plan.playlists:
        raise Refused(404, "There is no such playlist (any more); choose one from the list.")
    value = {"id": body.id, "since": int(hub.clock())}
    return receipt(await hub.put("playlist", value, seen=body.rev, by=session.desk))


@router.post("/playlist/next")
async def play_next(session: Moderator, hub: TheHub) -> Response:
    """Go on to the playlist's next layout now."""
    now = int(hub.clock())
    playing, since = hub.desk.programme.playing(now), hub.desk.programme.next_since(now)
    if playing is None or since is None:
        raise Refused(409, "No playlist runs; start one first.")
    return receipt(await hub.put("playlist", {"id": playing[0], "since": since}, seen=None, by=session.desk))


@router.post("/playlist")
async def make_playlist(body: PlaylistBody, session: Moderator, hub: TheHub) -> Response:
    """A new playlist."""
    enough(hub.desk.programme.plan.playlists)
    return await _put_playlist(new_key(), body, session.desk, hub)


@router.put("/playlist/{key}")
async def change_playlist(key: Key, body: PlaylistBody, session: Moderator, hub: TheHub) -> Response:
    """Another version of a playlist; 409 when somebody else has changed it since ``rev``."""
    return await _put_playlist(key, body, session.desk, hub)


@router.delete("/playlist/{key}")
async def remove_playlist(key: Key, session: Moderator, hub: TheHub, rev: Seen) -> Response:
    """Take a playlist away."""
    return receipt(await hub.put(f"playlist:{key}", None, seen=rev, by=session.desk), key)


@router.get("/schedule", dependencies=[SIGNED_IN])
async def schedule(hub: TheHub) -> Response:
    """The slots of the week in the schedule's time zone, which one it is in, and which come next."""
    plan = told(hub)["programme"]
    return answer({name: plan[name] for name in ("zone", "schedule", "slot", "coming")})


@router.post("/schedule")
async def make_slot(body: SlotBody, session: Moderator, hub: TheHub) -> Response:
    """A new slot."""
    enough(hub.desk.programme.plan.slots)
    return await _put_slot(new_key(), body, session.desk, hub)


@router.put("/schedule/{key}")
async def change_slot(key: Key, body: SlotBody, session: Moderator, hub: TheHub) -> Response:
    """Another version of a slot; 409 when somebody else has changed it since ``rev``."""
    return await _put_slot(key, body, session.desk, hub)


@router.delete("/schedule/{key}")
async def remove_slot(key: Key, session: Moderator, hub: TheHub, rev: Seen) -> Response:
    """Take a slot away."""
    return receipt(await hub.put(f"schedule:{key}", None, seen=rev, by=session.desk), key)


@router.get("/agenda", dependencies=[SIGNED_IN])
async def agenda(hub: TheHub) -> Response:
    """The sessions of the event, and which of them turn the wall to ``speaker``."""
    return answer(told(hub)["agenda"])


@router.put("/agenda")
async def import_agenda(body: AgendaBody, session: Moderator, hub: TheHub) -> Response:
    """Take over the sessions of a file in place of those before; answers what could not be read."""
    try:
        zone = zone_of(body.zone) if body.zone else hub.desk.programme.zone
    except ValueError as fault:
        raise Refused(422, f"{str(fault)[0].upper()}{str(fault)[1:]}.") from fault
    sessions, faults = agenda_file.read(body.text, zone)
    if not sessions:
        raise Refused(422, faults[0] if faults else "The file holds no session.", faults=faults)
    read = Agenda(sessions, presentable(body.name), zone.key, presentable(body.room))
    saved = await hub.put("agenda", msgspec.to_builtins(read), seen=body.rev, by=session.desk)
    return answer({"id": str(saved), "saved": saved.saved, "sessions": len(sessions), "faults": faults})


@router.patch("/agenda")
async def change_agenda(body: AgendaChange, session: Moderator, hub: TheHub) -> Response:
    """Decide which sessions turn the wall to ``speaker``."""
    now = hub.desk.programme.plan.agenda
    sessions = tuple(msgspec.structs.replace(s, calm=body.calm.get(s.id, s.calm)) for s in now.sessions)
    changed = msgspec.structs.replace(
        now,
        sessions=sessions,
        on=now.on if body.on is None else body.on,
        room=now.room if body.room is None else presentable(body.room),
    )
    return receipt(await hub.put("agenda", msgspec.to_builtins(changed), seen=body.rev, by=session.desk))


@router.delete("/agenda")
async def remove_agenda(session: Moderator, hub: TheHub, rev: Seen) -> Response:
    """Take the imported agenda away."""
    return receipt(await hub.put("agenda", None, seen=rev, by=session.desk))


@router.put("/fresh")
async def fresh_start(body: FreshBody, session: Moderator, hub: TheHub) -> Response:
    """Clear posts from before now from the stories, or let them come back."""
    value = {"since": hub.now()} if body.on else None
    return receipt(await hub.put("fresh", value, seen=None, by=session.desk))


async def _put_playlist(key: str, body: PlaylistBody, by: str, hub: Hub) -> Response:
    for item in body.items:
        known_layout(hub, item.layout)
    items = [{"layout": item.layout, "seconds": item.seconds} for item in body.items]
    value = {"title": presentable(body.title), "items": items}
    return receipt(await hub.put(f"playlist:{key}", value, seen=body.rev, by=by), key)


async def _put_slot(key: str, body: SlotBody, by: str, hub: Hub) -> Response:
    if bool(body.layout) == bool(body.playlist):
        raise Refused(422, "A slot shows either a layout or a playlist; choose one.")
    if body.layout:
        known_layout(hub, body.layout)
    elif body.playlist not in hub.desk.programme.plan.playlists:
        raise Refused(404, "There is no such playlist (any more); choose one from the list.")
    value = {
        "days": sorted(set(body.days)),
        "start": body.start,
        "end": body.end,
        "layout": body.layout,
        "playlist": body.playlist,
        "title": presentable(body.title),
    }
    return receipt(await hub.put(f"schedule:{key}", value, seen=body.rev, by=by), key)


def told(hub: Hub) -> dict[str, dict[str, Any]]:
    """What tablets read of the plan now, by channel."""
    return planned(hub.desk.programme, hub.desk.ledger, int(hub.clock()))


def receipt(saved: Receipt, key: str = "") -> Response:
    """The audit id, whether the log has the decision, and the key of what was put."""
    return answer({"id": str(saved), "saved": saved.saved, **({"key": key} if key else {})})


def known_layout(hub: Hub, name: str) -> None:
    """Refuse a layout that there is not."""
    if name not in hub.layouts():
        raise Refused(404, f"There is no layout “{name}”; there are: {', '.join(hub.layouts()) or 'none'}.")


def enough(there: Collection[object]) -> None:
    """Refuse one more than ``MOST``."""
    if len(there) >= MOST:
        raise Refused(409, f"There are {MOST} already; take some away first.")


def new_key() -> str:
    """An id for something new."""
    return secrets.token_hex(6)
