"""Looking back: winding the last minutes back, showing them from any moment, and back to live."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from stream.hub.doors.answers import Body, Moderator, Refused, TheHub, answer
from stream.hub.doors.show import air
from stream.hub.rewind import Unwound

router = APIRouter(prefix="/api/v1")

SHORTEST: int = 5
LONGEST: int = 24 * 60


class WindBody(Body):
    """``layout`` is what the past is shown on, by default what is on air; ``rev`` is what the person saw."""

    minutes: Annotated[int, Field(ge=SHORTEST, le=LONGEST)] = 60
    layout: Annotated[str, Field(max_length=100)] | None = None
    rev: int | None = None


class MomentBody(Body):
    """T in ms from which the past goes on; null is its beginning."""

    at: Annotated[int, Field(ge=0, le=1 << 53)] | None = None


@router.post("/rewind")
async def wind(body: WindBody, session: Moderator, hub: TheHub) -> Response:
    """Read the last minutes from the log; they go on air as soon as they are read, and take a minute there."""
    if body.layout is not None and body.layout not in hub.layouts():
        raise Refused(404, f"There is no layout “{body.layout}”; there are: {', '.join(hub.layouts()) or 'none'}.")
    if body.layout is not None and not hub.layouts()[body.layout].title:
        raise Refused(422, f"“{body.layout}” has no title, so the wall could not say that it shows the past.")
    try:
        hub.rewind.wind(body.minutes, layout=body.layout, seen_rev=body.rev, by=session.desk)
    except Unwound as fault:
        raise Refused(409, f"The wall cannot look back now: {fault}.") from None
    return answer({}, 202)


@router.put("/rewind")
async def go_to(body: MomentBody, session: Moderator, hub: TheHub) -> Response:
    """Show the past from a moment on."""
    try:
        return answer(air(await hub.rewind.play(body.at, session.desk), hub))
    except Unwound as fault:
        raise Refused(409, f"The wall cannot look back now: {fault}.") from None


@router.delete("/rewind")
async def live(session: Moderator, hub: TheHub) -> Response:
    """Back to live."""
    return answer(air(await hub.rewind.live(session.desk), hub))
