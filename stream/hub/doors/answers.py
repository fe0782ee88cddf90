"""What every door has in common: who asks, with which role, and errors as a sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, cast

import msgspec
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from stream.hub.auth import Role
from stream.hub.core import Conflict, Hub
from stream.hub.porter import Porter
from stream.hub.sessions import Session
from stream.log import LogUnavailable

LOCKED = 423
"""The status for an idle session: it stands, and waits for its PIN."""


class Refused(Exception):
    """Answered with ``status`` and ``{"error": sentence}``; ``more`` are further fields, ``headers`` further headers."""

    def __init__(self, status: int, sentence: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers, self.more = status, sentence, headers, more


class Body(BaseModel):
    """A request's body: unknown fields are faults, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``value`` as JSON."""
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


def _hub(request: Request) -> Hub:
    return cast(Hub, request.app.state.hub)


def _porter(request: Request) -> Porter:
    return cast(Porter, request.app.state.porter)


def _signed_in(request: Request) -> Session:
    session = request.state.session
    if session is None:
        raise Refused(401, "Sign in with the PIN first.")
    return cast(Session, session)


def at_least(role: Role, *, even_idle: bool = False) -> Callable[[Request], Session]:
    """A dependency: the session of somebody awake with that role or more; what they do keeps them awake."""

    def check(request: Request) -> Session:
        session = _signed_in(request)
        sessions = _porter(request).sessions
        if not session.may(role):
            raise Refused(
                403, f"This needs the PIN of a{'n' if role == 'operator' else ''} {role}; you are {session.role}."
            )
        if sessions.idle(session) and not even_idle:
            raise Refused(LOCKED, "Nobody has touched this tablet for ten minutes; enter the PIN again.", locked=True)
        if request.method not in ("GET", "HEAD"):
            sessions.act(session)
        return session

    return check


TheHub = Annotated[Hub, Depends(_hub)]
ThePorter = Annotated[Porter, Depends(_porter)]
SignedIn = Annotated[Session, Depends(_signed_in)]
"""Anybody who has signed in, idle or not."""
Moderator = Annotated[Session, Depends(at_least("moderator"))]
Operator = Annotated[Session, Depends(at_least("operator"))]


SIGNED_IN = Depends(_signed_in)
VIEWER = Depends(at_least("viewer"))
OPERATOR = Depends(at_least("operator"))
"""For doors that ask who comes, but need not know."""


def mount_errors(app: FastAPI) -> None:
    """Turn every fault of a request into ``{"error": sentence}``."""

    @app.exception_handler(Refused)
    async def refused(_: Request, fault: Refused) -> Response:
        return answer({"error": fault.sentence, **fault.more}, fault.status, fault.headers)

    @app.exception_handler(Conflict)
    async def conflict(request: Request, fault: Conflict) -> Response:
        on_air = _hub(request).on_air
        if fault.what:
            sentence = f"{fault.by or 'Somebody else'} was quicker and has changed it: look at it again, then decide."
            return answer({"error": sentence, "by": fault.by, "rev": fault.rev}, 409)
        sentence = f"{fault.by or 'Somebody else'} was quicker: “{on_air.layout.name.capitalize()}” is on air now."
        return answer({"error": sentence, "by": fault.by, "rev": fault.rev, "layout": on_air.layout.name}, 409)

    @app.exception_handler(LogUnavailable)
    async def log_unavailable(_: Request, fault: LogUnavailable) -> Response:
        return answer(
            {"error": f"The log does not answer now ({fault}); try again in a moment."}, 503, {"retry-after": "2"}
        )

    @app.exception_handler(RequestValidationError)
    async def not_understood(_: Request, fault: RequestValidationError) -> Response:
        told = "; ".join(f"{_where(e['loc'])} {_plain(e)}" for e in fault.errors()[:5])
        return answer({"error": f"The request was not understood: {told}."}, 422)

    @app.exception_handler(HTTPException)
    async def http_fault(request: Request, fault: HTTPException) -> Response:
        sentences = {
            400: "The request was not understood: it is no JSON in UTF-8.",
            404: "There is no such door.",
            405: f"{request.method} does not work on this door.",
        }
        headers = dict(fault.headers) if fault.headers else None
        return answer({"error": sentences.get(fault.status_code, str(fault.detail))}, fault.status_code, headers)

    @app.exception_handler(Exception)
    async def broken(_: Request, __: Exception) -> Response:
        return answer(
            {"error": "The hub failed at this; its log says why. Try again, and tell the operator if it stays."}, 500
        )


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or "the body"


_PLAIN: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "too_short": "is empty",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "too_long": "has more than {max_length} entries",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_pattern_mismatch": "is not written as it must be",
    "extra_forbidden": "is not known here",
}
"""By pydantic's kind of fault, what is wrong with a field, as a person says it."""


def _plain(fault: Mapping[str, Any]) -> str:
    if said := _PLAIN.get(fault["type"]):
        return said.format_map(fault.get("ctx", {}))
    return f"is wrong: {fault['msg'].removeprefix('Value error, ').rstrip('.')}"
