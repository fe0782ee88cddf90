"""What is on air: the layouts, taking one, back to the programme, freezing, and the safe scene."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Response
from pydantic import Field

from stream.hub.doors.answers import SIGNED_IN, Body, Moderator, Refused, TheHub, ThePorter, answer, at_least
from stream.hub.sessions import Session
from stream.wire.messages import Layout, OnAir

router = APIRouter(prefix="/api/v1")

EvenIdle = Annotated[Session, Depends(at_least("moderator", even_idle=True))]


class Take(Body):
    """``rev`` is the revision that the person saw when choosing."""

    layout: Annotated[str, Field(max_length=100)]
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
    return answer(air(hub.on_air, hub.clock()))


@router.put("/layout")
async def take(body: Take, session: Moderator, hub: TheHub) -> Response:
    """Put a layout on air; 409 when somebody else decided since ``rev``."""
    try:
        taken = await hub.take(body.layout, seen_rev=body.rev, by=session.desk)
    except KeyError:
        known = ", ".join(hub.layouts()) or "none"
        raise Refused(404, f"There is no layout “{body.layout}”; there are: {known}.") from None
    return answer(air(taken, hub.clock()))


@router.delete("/layout")
async def back_to_programme(session: Moderator, hub: TheHub) -> Response:
    """End a take."""
    return answer(air(await hub.back_to_programme(session.desk), hub.clock()))


@router.put("/freeze")
async def freeze(body: Switch, session: Moderator, hub: TheHub) -> Response:
    """Hold the picture, or release it; hides and deletions still apply."""
    return answer(air(await hub.freeze(body.on, session.desk), hub.clock()))


@router.put("/panic")
async def panic(body: Switch, session: EvenIdle, hub: TheHub, porter: ThePorter) -> Response:
    """Show the safe scene on every screen, even from an idle tablet; only one that is awake releases it."""
    if not body.on and porter.sessions.idle(session):
        raise Refused(423, "Nobody has touched this tablet for ten minutes; enter the PIN to release.", locked=True)
    return answer(air(await hub.panic(body.on, session.desk), hub.clock()))


def described(layout: Layout) -> dict[str, Any]:
    """A layout as a tablet needs it: what each panel shows and on which screens."""
    panels = [{"visual": p.visual, "screens": p.screens, "caption": p.caption} for p in layout.panels]
    return {"name": layout.name, "title": layout.title, "subtitle": layout.subtitle, "panels": panels}


def air(on_air: OnAir, now: float) -> dict[str, Any]:
    """``OnAir`` with its layout's name and title, as the tablet's channel has it; ``now`` is hub time."""
    told: dict[str, Any] = msgspec.to_builtins(on_air)
    return {**told, "layout": on_air.layout.name, "title": on_air.layout.title, "now": now}
