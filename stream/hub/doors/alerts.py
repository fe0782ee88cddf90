"""How everything does, what went wrong while nobody looked, and that somebody has seen it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from stream.hub.doors.answers import VIEWER, Body, Moderator, Refused, TheHub, answer
from stream.hub.doors.plan import receipt
from stream.hub.subjects import SEEN

router = APIRouter(prefix="/api/v1")


class See(Body):
    """``seen`` false takes it back."""

    seen: bool


@router.get("/health", dependencies=[VIEWER])
async def health(hub: TheHub) -> Response:
    """Each part with its light (green, quiet, late, dead) and what to do (as on the tablet's ``health``)."""
    posted = hub.tablet.newest("health")
    return Response(posted.payload if posted else b'{"lines":[]}', media_type="application/json")


@router.get("/alerts", dependencies=[VIEWER])
async def alerts(hub: TheHub) -> Response:
    """The alerts of the last day, the newest first, those that are over and seen too."""
    return answer({"alerts": hub.warden.lookout.alerts})


@router.put("/alerts/{alert_id}")
async def see(alert_id: Annotated[str, Path(max_length=100)], body: See, session: Moderator, hub: TheHub) -> Response:
    """Somebody has seen an alert; it leaves the tablets when it is over."""
    if all(alert.id != alert_id for alert in hub.warden.lookout.alerts):
        raise Refused(404, "There is no such alert (any more).")
    return receipt(await hub.decide(f"alert:{alert_id}", SEEN if body.seen else None, by=session.desk))
