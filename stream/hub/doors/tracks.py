"""What is tracked: sets of terms of the configuration, and before them what staff decided; ingest and the figures follow."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from stream.analysis.tracks import MOST
from stream.hub.doors.answers import VIEWER, Body, Moderator, Refused, TheHub, answer
from stream.hub.doors.plan import receipt
from stream.hub.tracked import tracked

router = APIRouter(prefix="/api/v1/tracks")

Name = Annotated[str, Path(pattern=r"^[\w][\w .-]{0,39}$")]
Terms = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=200)]


class TrackBody(Body):
    """Terms are written as in ``[match]``; none switches the track off."""

    kind: Literal["brand", "competitor", "campaign", "topic"] = "topic"
    terms: Terms
    exclude: Terms = Field(default_factory=list)
    since: Annotated[str, Field(max_length=40)] = ""


@router.get("", dependencies=[VIEWER])
async def tracks(hub: TheHub) -> Response:
    """Every track with its terms, and who decided it where staff did."""
    return answer({"tracks": tracked(hub.config.tracks, hub.desk.ledger)})


@router.put("/{name}")
async def change(name: Name, body: TrackBody, session: Moderator, hub: TheHub) -> Response:
    """Track these terms from now on; posts of the window are counted anew."""
    known = {track["name"] for track in tracked(hub.config.tracks, hub.desk.ledger)}
    if name not in known and len(known) >= MOST:
        raise Refused(409, f"There are {MOST} tracks, which is all that can be counted; take one away first.")
    try:
        return receipt(await hub.decide(f"track:{name}", body.model_dump(), by=session.desk))
    except ValueError as fault:
        raise Refused(422, f"{str(fault)[:1].upper()}{str(fault)[1:]}.") from fault


@router.delete("/{name}")
async def back(name: Name, session: Moderator, hub: TheHub) -> Response:
    """Take back what staff decided: what the configuration says holds again, or nothing."""
    if name not in hub.desk.ledger.standing("track:"):
        raise Refused(404, f"Nobody changed a track “{name}” here; what agora.toml says is changed there.")
    return receipt(await hub.decide(f"track:{name}", None, by=session.desk))
