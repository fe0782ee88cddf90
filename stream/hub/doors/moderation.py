"""Moderation: hide or approve a post, block an author or a term, what waits, what was decided, and undo."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from stream.hub.core import Hub, Receipt
from stream.hub.doors.answers import VIEWER, Body, Moderator, Refused, TheHub, answer

router = APIRouter(prefix="/api/v1/moderation")

Id = Annotated[str, Field(min_length=1, max_length=512)]
Reason = Annotated[str, Field(max_length=300)]


class PostDecision(Body):
    """``clear`` takes an earlier decision back, so that the rules decide again."""

    id: Id
    decision: Literal["hide", "approve", "clear"]
    reason: Reason = ""


class AuthorDecision(Body):
    id: Id
    blocked: bool = True
    reason: Reason = ""


class TermDecision(Body):
    term: Annotated[str, Field(min_length=1, max_length=100)]
    blocked: bool = True
    reason: Reason = ""


class Undo(Body):
    id: Annotated[str, Field(min_length=1, max_length=100)]


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
    """Hide or approve a post."""
    return await _decide(hub, f"post:{body.id}", _SHOW[body.decision], session.desk, body.reason)


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
    """Write the old value of a decision back."""
    try:
        return _receipt(await hub.undo(body.id, session.desk))
    except KeyError:
        raise Refused(404, "That decision is not in the audit list (any more).") from None
    except ValueError as fault:
        raise Refused(422, f"{fault}.") from fault


async def _decide(hub: Hub, subject: str, value: dict[str, Any] | None, by: str, reason: str) -> Response:
    try:
        return _receipt(await hub.decide(subject, value, by=by, reason=reason))
    except ValueError as fault:
        raise Refused(422, f"{fault}.") from fault


def _receipt(receipt: Receipt) -> Response:
    """The audit id, and whether the log has the decision or only this hub ("not saved yet")."""
    return answer({"id": str(receipt), "saved": receipt.saved})
