"""Posts that want an answer: claim one, mark it answered, set it aside, open it again."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from stream.hub.doors.answers import VIEWER, Body, Moderator, Refused, TheHub, answer
from stream.hub.doors.plan import receipt

router = APIRouter(prefix="/api/v1/act")


class Standing(Body):
    """``open`` takes back what staff said. ``over`` takes a post over that another desk has claimed."""

    id: Annotated[str, Field(min_length=1, max_length=512)]
    state: Literal["open", "claimed", "answered", "aside"]
    over: bool = False


@router.get("", dependencies=[VIEWER])
async def wants(hub: TheHub) -> Response:
    """The posts that want an answer and their figures (as on the tablet's ``act``)."""
    posted = hub.tablet.newest("act")
    return Response(posted.payload, media_type="application/json") if posted else answer({"posts": []})


@router.put("")
async def stand(body: Standing, session: Moderator, hub: TheHub) -> Response:
    """Say how a post stands; 409 when another desk has it."""
    want = await hub.want(body.id)
    if want is None:
        raise Refused(404, "That post does not want an answer (any more).")
    if want.state == "claimed" and want.by != session.desk and not body.over:
        raise Refused(409, f"{want.by} has it.", by=want.by)
    value = None if body.state == "open" else {"state": body.state, "by": session.desk, "at": hub.now()}
    return receipt(await hub.decide(f"act:{body.id}", value, by=session.desk))
