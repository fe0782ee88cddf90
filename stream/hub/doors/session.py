"""Signing in and out: ``/api/v1/session`` and the list of sessions."""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field

from stream.hub.auth import PIN_DIGITS
from stream.hub.doors.answers import OPERATOR, Body, Operator, Refused, SignedIn, ThePorter, answer
from stream.hub.porter import Porter, Wait, WrongPin
from stream.hub.sessions import IDLE_MS, LIFE_MS, Session

router = APIRouter(prefix="/api/v1")


def _digits(pin: str) -> str:
    return re.sub(r"[\s-]", "", pin)


def line(name: str) -> str:
    """A name that fits on a line: no control or format characters, at most 40 characters."""
    kept = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:40]


class SignIn(Body):
    pin: Annotated[str, Field(max_length=40), AfterValidator(_digits)]
    desk: Annotated[str, Field(max_length=200), AfterValidator(line)] = ""


@router.post("/session")
async def sign_in(body: SignIn, request: Request, porter: ThePorter) -> Response:
    """Open a session, or wake the idle one that the cookie names."""
    session: Session | None = request.state.session
    try:
        if len(body.pin) != PIN_DIGITS or not body.pin.isascii() or not body.pin.isdigit():
            raise Refused(401, f"A PIN has {PIN_DIGITS} digits.")
        if session is not None:
            entry = await porter.wake(session, body.pin)
        else:
            address = request.client.host if request.client else ""
            entry = await porter.enter(body.pin, body.desk or _unnamed(porter), address)
    except WrongPin:
        if session is not None:
            told = f"That is not the PIN of the {session.role}; sign out to come in with another one."
            raise Refused(401, told) from None
        raise Refused(401, "That PIN opens nothing. An operator can make new ones with `agora pin`.") from None
    except Wait as wait:
        seconds = max(1, round(wait.seconds))
        raise Refused(
            429,
            f"Too many wrong PINs; try again in {_span(seconds)}.",
            headers={"retry-after": str(seconds)},
            wait_s=seconds,
        ) from None
    headers = {"set-cookie": porter.set_cookie(entry.cookie)} if entry.cookie else None
    return answer(described(entry.session, porter), 200, headers)


@router.get("/session")
async def who_am_i(session: SignedIn, porter: ThePorter) -> Response:
    """The session of the cookie."""
    return answer(described(session, porter))


@router.delete("/session")
async def sign_out(session: SignedIn, porter: ThePorter) -> Response:
    """End the session of the cookie."""
    porter.sessions.end(session)
    return answer({}, 200, {"set-cookie": porter.set_cookie("")})


@router.get("/sessions")
async def list_sessions(session: Operator, porter: ThePorter) -> Response:
    """Who is signed in."""
    return answer({"sessions": [{**described(s, porter), "you": s is session} for s in porter.sessions.all()]})


@router.delete("/sessions", dependencies=[OPERATOR])
async def end_sessions(porter: ThePorter) -> Response:
    """Sign everybody out, the one who asks too."""
    return answer({"ended": porter.sessions.end_all()}, 200, {"set-cookie": porter.set_cookie("")})


@router.delete("/sessions/{session_id}", dependencies=[OPERATOR])
async def end_session(session_id: str, porter: ThePorter) -> Response:
    """Sign one out."""
    for other in porter.sessions.all():
        if other.id == session_id:
            porter.sessions.end(other)
            return answer({"ended": 1})
    raise Refused(404, "That session has ended already.")


def described(session: Session, porter: Porter) -> dict[str, Any]:
    """What a person may know of a session."""
    return {
        "id": session.id,
        "role": session.role,
        "desk": session.desk,
        "since": session.made,
        "until": session.made + LIFE_MS,
        "locked": porter.sessions.idle(session),
        "idle_after_s": IDLE_MS // 1000,
    }


def _unnamed(porter: Porter) -> str:
    """A name for a desk that has none, and another for the next one: who decides is known by it."""
    taken = {session.desk for session in porter.sessions.all()}
    names = (f"A desk without a name{f' {n}' if n > 1 else ''}" for n in count(1))
    return next(name for name in names if name not in taken)


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} minutes"
