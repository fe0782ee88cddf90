"""What is on air: the layouts, taking one, back to the programme, freezing, and the safe scene."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import Field

from stream.hub.core import Hub
from stream.hub.doors.answers import (
    SIGNED_IN,
    Body,
    Moderator,
    Refused,
    SignedIn,
    TheHub,
    ThePorter,
    answer,
    at_least,
)
from stream.hub.preview import Busy, Unseen
from stream.hub.sessions import Session
from stream.wire.messages import Graph, Layout, OnAir

router = APIRouter(prefix="/api/v1")

EvenIdle = Annotated[Session, Depends(at_least("moderator", even_idle=True))]


class Take(Body):
    """``rev`` is the revision that the person saw when choosing."""

    layout: Annotated[str, Field(max_length=100)]
    rev: int


class Turn(Body):
    """The node of the snapshot's graph ``topics`` or ``people`` that the wall turns to, by its id."""

    graph: Graph
    id: Annotated[str, Field(min_length=1, max_length=512)]
    rev: int


class Switch(Body):
    on: bool


@router.get("/layouts", dependencies=[SIGNED_IN])
async def layouts(hub: TheHub) -> Response:
    """The layouts that may be taken, and what is wrong in their files."""
    return answer({"layouts": [described(layout) for layout in hub.layouts().values()], "faults": hub.faults()})


@router.get("/layout", dependencies=[SIGNED_IN])
async def on_air(hub: TheHub) -> Response:
    """What is on air, why, by whom and until when."""
    return answer(air(hub.on_air, hub))


@router.put("/layout")
async def take(body: Take, session: Moderator, hub: TheHub) -> Response:
    """Put a layout on air; 409 when somebody else decided since ``rev``."""
    try:
        taken = await hub.take(body.layout, seen_rev=body.rev, by=session.desk)
    except KeyError:
        known = ", ".join(hub.layouts()) or "none"
        raise Refused(404, f"There is no layout “{body.layout}”; there are: {known}.") from None
    return answer(air(taken, hub))


@router.delete("/layout")
async def back_to_programme(session: Moderator, hub: TheHub) -> Response:
    """End a take."""
    return answer(air(await hub.back_to_programme(session.desk), hub))


@router.get("/focus", dependencies=[SIGNED_IN])
async def focus(hub: TheHub) -> Response:
    """What the whole wall turns to: ``{"focus": {"graph", "id"}}``, or null."""
    return answer({"focus": _focus(hub)})


@router.put("/focus")
async def turn(body: Turn, session: Moderator, hub: TheHub) -> Response:
    """Turn the whole wall to a topic or a person; 409 when somebody else decided since ``rev``."""
    try:
        turned = await hub.focus(body.graph, body.id, seen_rev=body.rev, by=session.desk)
    except KeyError:
        what = "topic" if body.graph == "topics" else "person"
        raise Refused(404, f"That {what} is not in the conversation now; choose one from the list.") from None
    return answer(air(turned, hub))


@router.delete("/focus")
async def turn_back(session: Moderator, hub: TheHub) -> Response:
    """Turn back to the programme."""
    return answer(air(await hub.back_to_programme(session.desk), hub))


class Look(Body):
    layout: Annotated[str, Field(max_length=100)]


@router.put("/preview")
async def look(body: Look, session: Moderator, hub: TheHub) -> Response:
    """Look at a layout with the present data for the next ten seconds; its pictures come on the tablet's socket."""
    layout = hub.layouts().get(body.layout)
    if layout is None:
        raise Refused(404, f"There is no layout “{body.layout}”; there are: {', '.join(hub.layouts()) or 'none'}.")
    try:
        hub.preview.look(layout, session.key, session.desk)
    except Busy as busy:
        raise Refused(409, f"{busy.by} is looking at a preview of “{busy.layout}”; there is one at a time.") from None
    except Unseen as fault:
        raise Refused(503, f"No preview here: {fault}. You can take the layout all the same.") from None
    return answer({"layout": body.layout})


@router.delete("/preview")
async def look_away(session: SignedIn, hub: TheHub) -> Response:
    """Look no more."""
    hub.preview.leave(session.key)
    return answer({})


@router.put("/freeze")
async def freeze(body: Switch, session: Moderator, hub: TheHub) -> Response:
    """Hold the picture, or release it; hides and deletions still apply."""
    return answer(air(await hub.freeze(body.on, session.desk), hub))


@router.put("/panic")
async def panic(body: Switch, session: EvenIdle, hub: TheHub, porter: ThePorter) -> Response:
    """Show the safe scene on every screen, even from an idle tablet; only one that is awake releases it."""
    if not body.on and porter.sessions.idle(session):
        raise Refused(423, "Nobody has touched this tablet for ten minutes; enter the PIN to release.", locked=True)
    return answer(air(await hub.panic(body.on, session.desk), hub))


def described(layout: Layout) -> dict[str, Any]:
    """A layout as a tablet needs it: what each panel shows and on which screens."""
    panels = [{"visual": p.visual, "screens": p.screens, "caption": p.caption} for p in layout.panels]
    return {"name": layout.name, "title": layout.title, "subtitle": layout.subtitle, "panels": panels}


def air(on_air: OnAir, hub: Hub) -> dict[str, Any]:
    """``OnAir`` with its layout's name and title, as the tablet's channel has it; ``now`` is hub time."""
    told: dict[str, Any] = msgspec.to_builtins(on_air)
    layout = {"layout": on_air.layout.name, "title": on_air.layout.title}
    return {**told, **layout, "focus": _focus(hub), "now": hub.clock()}


def _focus(hub: Hub) -> dict[str, str] | None:
    turned = hub.desk.programme.turned_to
    return {"graph": turned[0], "id": turned[1]} if turned else None
