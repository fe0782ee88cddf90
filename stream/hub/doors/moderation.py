"""Moderation: hide, approve or pin posts, block authors and terms, decide about a raid; what waits, what was decided, undo."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from stream.hub.core import Conflict, Hub, Receipt
from stream.hub.doors.answers import VIEWER, Body, Moderator, Refused, TheHub, answer

router = APIRouter(prefix="/api/v1/moderation")

MOST: Final = 200
"""Posts of one request."""

Id = Annotated[str, Field(min_length=1, max_length=512)]
Reason = Annotated[str, Field(max_length=300)]


class PostDecision(Body):
    """``clear`` takes an earlier decision back, so that the rules decide again."""

    id: Id
    decision: Literal["hide", "approve", "clear"]
    reason: Reason = ""
    anyway: bool = False


class PostsDecision(Body):
    """One decision about several posts; each is written down by itself."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST)]
    decision: Literal["hide", "approve", "clear"]
    reason: Reason = ""
    anyway: bool = False


class RaidDecision(Body):
    """One decision about everything that belongs to a raid; ``block`` also blocks all its accounts."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    decision: Literal["hide", "approve", "clear"]
    block: bool = False
    reason: Reason = ""
    anyway: bool = False


class Pin(Body):
    id: Id
    pinned: bool = True


class Feature(Body):
    """The post that stands large on ``screen``, or null to release it."""

    screen: Annotated[int, Field(ge=1, le=32)]
    id: Id | None


class AuthorDecision(Body):
    id: Id
    blocked: bool = True
    reason: Reason = ""


class TermDecision(Body):
    term: Annotated[str, Field(min_length=1, max_length=100)]
    blocked: bool = True
    reason: Reason = ""


class PictureDecision(Body):
    """``clear`` takes an earlier decision back: a stranger's picture then waits again."""

    name: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    decision: Literal["hide", "approve", "clear"]
    reason: Reason = ""


class Undo(Body):
    """The audit id of a decision, or of several that were made at once."""

    id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    ids: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=MOST)] = ()


_SHOW: dict[str, dict[str, Any] | None] = {"hide": {"show": "hidden"}, "approve": {"show": "approved"}, "clear": None}


@router.get("/held", dependencies=[VIEWER])
async def held(hub: TheHub) -> Response:
    """Posts that wait for a decision, oldest first."""
    return answer({"posts": hub.held()})


@router.get("/posts", dependencies=[VIEWER])
async def posts(hub: TheHub) -> Response:
    """The newest posts with their state, newest first."""
    return answer({"posts": hub.posts()})


@router.get("/audit", dependencies=[VIEWER])
async def audit(hub: TheHub, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Response:
    """The newest decisions, newest first; ids, never content."""
    return answer({"decisions": await hub.audit(limit)})


@router.put("/post")
async def decide_post(body: PostDecision, session: Moderator, hub: TheHub) -> Response:
    """Hide or approve a post; 409 when somebody else has just decided otherwise, unless ``anyway``."""
    return await _decide(hub, f"post:{body.id}", _SHOW[body.decision], session.desk, body.reason, anyway=body.anyway)


@router.put("/posts")
async def decide_posts(body: PostsDecision, session: Moderator, hub: TheHub) -> Response:
    """Hide or approve several posts; those that cannot be are counted in ``refused`` with the first reason."""
    value = _SHOW[body.decision]
    outcomes = await asyncio.gather(
        *(
            hub.decide(f"post:{i}", value, by=session.desk, reason=body.reason, anyway=body.anyway)
            for i in dict.fromkeys(body.ids)
        ),
        return_exceptions=True,
    )
    receipts = [outcome for outcome in outcomes if isinstance(outcome, Receipt)]
    faults = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    for fault in faults:
        if not isinstance(fault, ValueError | Conflict):
            raise fault
    if not receipts:
        raise _refusal(faults[0])
    told: dict[str, Any] = {
        "ids": list(map(str, receipts)),
        "saved": all(r.saved for r in receipts),
        "refused": len(faults),
    }
    return answer({**told, "why": _refusal(faults[0]).sentence if faults else ""})


@router.put("/raid")
async def decide_raid(body: RaidDecision, session: Moderator, hub: TheHub) -> Response:
    """Hide or approve a raid as one, and block its accounts if wanted."""
    value = _SHOW[body.decision]
    if value is not None and body.block:
        value = {**value, "authors": "all"}
    return await _decide(hub, f"raid:{body.id}", value, session.desk, body.reason, anyway=body.anyway)


@router.put("/pin")
async def pin(body: Pin, session: Moderator, hub: TheHub) -> Response:
    """Let a post stand first among the stories, or no more."""
    return await _decide(hub, f"pin:{body.id}", {} if body.pinned else None, session.desk, "")


@router.put("/feature")
async def feature(body: Feature, session: Moderator, hub: TheHub) -> Response:
    """Let a post stand large on a screen until it is released, or is hidden or taken back."""
    if body.screen > hub.config.wall.grid.count:
        raise Refused(404, f"There is no screen {body.screen}; the wall has 1 to {hub.config.wall.grid.count}.")
    value = None if body.id is None else {"post": body.id, "since": int(hub.clock())}
    return await _decide(hub, f"feature:{body.screen}", value, session.desk, "")


@router.put("/picture")
async def decide_picture(body: PictureDecision, session: Moderator, hub: TheHub) -> Response:
    """Hide or approve an avatar or a picture of a post, as it is, wherever it hangs."""
    return await _decide(hub, f"picture:{body.name}", _SHOW[body.decision], session.desk, body.reason)


@router.get("/pictures/{name}", dependencies=[VIEWER])
async def picture(name: str, hub: TheHub) -> Response:
    """A picture that was fetched, made anew, approved or not."""
    webp = hub.pictures.webp(name)
    if webp is None:
        raise Refused(404, "There is no such picture (any more).")
    return Response(webp, media_type="image/webp", headers={"cache-control": "no-store"})


@router.put("/author")
async def decide_author(body: AuthorDecision, session: Moderator, hub: TheHub) -> Response:
    """Block an author, who then counts nowhere, or take the block back."""
    return await _decide(hub, f"block:author:{body.id}", {} if body.blocked else None, session.desk, body.reason)


@router.put("/term")
async def decide_term(body: TermDecision, session: Moderator, hub: TheHub) -> Response:
    """Block a term, or take the block back."""
    return await _decide(hub, f"block:term:{body.term}", {} if body.blocked else None, session.desk, body.reason)


@router.post("/undo")
async def undo(body: Undo, session: Moderator, hub: TheHub) -> Response:
    """Write the old value of a decision back, or those of several."""
    ids = [*([body.id] if body.id else []), *body.ids]
    if not ids:
        raise Refused(422, "Say which decision to take back: id, or ids.")
    try:
        receipts = [await hub.undo(audit_id, session.desk) for audit_id in ids[:1]]
        receipts += await asyncio.gather(*(hub.undo(audit_id, session.desk) for audit_id in ids[1:]))
        return _receipt(receipts[0])
    except KeyError:
        raise Refused(404, "That decision is not in the audit list (any more).") from None
    except ValueError as fault:
        raise Refused(422, f"{fault}.") from fault


async def _decide(
    hub: Hub, subject: str, value: dict[str, Any] | None, by: str, reason: str, *, anyway: bool = True
) -> Response:
    try:
        return _receipt(await hub.decide(subject, value, by=by, reason=reason, anyway=anyway))
    except (ValueError, Conflict) as fault:
        raise _refusal(fault) from fault


def _refusal(fault: BaseException) -> Refused:
    if isinstance(fault, Conflict):
        return Refused(409, f"{fault.by} has just decided otherwise.", by=fault.by)
    return Refused(422, f"{fault}.")


def _receipt(receipt: Receipt) -> Response:
    """The audit id, and whether the log has the decision or only this hub ("not saved yet")."""
    return answer({"id": str(receipt), "saved": receipt.saved})
