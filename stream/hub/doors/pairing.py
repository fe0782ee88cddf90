"""Letting a wall in: it asks, shows a code, and gets a token of its own once an operator has typed that code."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, Field

from stream.hub import auth
from stream.hub.core import now_ms
from stream.hub.doors.answers import OPERATOR, Body, Operator, Refused, ThePorter, answer
from stream.hub.doors.session import line
from stream.hub.pairing import Gone, Pairing, WrongCode
from stream.wire.pairing import SECRET_BYTES

router = APIRouter(prefix="/api/v1")


def _pairing(request: Request) -> Pairing:
    found: Pairing = request.app.state.pairing
    return found


ThePairing = Annotated[Pairing, Depends(_pairing)]
Screens = Annotated[list[Annotated[int, Field(ge=1, le=64)]], Field(max_length=64)]


class Ask(Body):
    """``commitment`` is the hash of the wall's secret (``stream.wire.pairing``)."""

    name: Annotated[str, Field(max_length=200), AfterValidator(line)] = ""
    screens: Screens = Field(default_factory=list)
    commitment: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Reveal(Body):
    secret: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{2 * SECRET_BYTES}}}$")]


class Code(Body):
    code: Annotated[str, Field(max_length=20), AfterValidator(lambda code: "".join(code.split()))]


@router.post("/pairing")
async def ask(body: Ask, request: Request, pairing: ThePairing) -> Response:
    """A wall without a token asks to join; the answer tells nothing but the hub's part of the code."""
    address = request.client.host if request.client else ""
    asking = pairing.ask(body.name or "A wall without a name", tuple(body.screens), address, body.commitment)
    told: dict[str, Any] = {"id": asking.id, "answer": asking.answer.hex(), "authority": pairing.authority}
    return answer(told, 201)


@router.put("/pairing/{request_id}")
async def reveal(request_id: str, body: Reveal, pairing: ThePairing) -> Response:
    """The wall says its secret until it hears its token, once: 202 while nobody has confirmed its code yet."""
    try:
        asking = pairing.reveal(request_id, bytes.fromhex(body.secret))
    except Gone:
        raise Refused(404, "Nobody confirmed this wall's code; ask again.") from None
    if not asking.token:
        return answer({"token": ""}, 202)
    pairing.delivered(asking)
    return answer({"token": asking.token})


@router.get("/walls/joining", dependencies=[OPERATOR])
async def joining(pairing: ThePairing) -> Response:
    """The walls that show a code now."""
    return answer({"walls": pairing.waiting()})


@router.put("/walls/joining/{request_id}")
async def confirm(request_id: str, body: Code, session: Operator, pairing: ThePairing, porter: ThePorter) -> Response:
    """Type the code that a wall shows: it gets its token."""
    try:
        asking = pairing.confirm(request_id, body.code)
    except Gone:
        raise Refused(404, "That wall does not ask any more; it asks again by itself.") from None
    except WrongCode as wrong:
        more = "Look at the wall and type it again." if wrong.left else "It has to ask again, with a new code."
        raise Refused(422, f"The wall shows another code. {more}", left=wrong.left) from None
    asking.token = await asyncio.to_thread(auth.let_in, porter.folder, asking.name, session.desk, now_ms())
    return answer({"name": asking.name})


@router.delete("/walls/joining/{request_id}", dependencies=[OPERATOR])
async def refuse(request_id: str, pairing: ThePairing) -> Response:
    """Turn a wall away that asks."""
    try:
        pairing.refuse(request_id)
    except Gone:
        raise Refused(404, "That wall does not ask any more.") from None
    return answer({})


@router.get("/walls/joined", dependencies=[OPERATOR])
async def joined(porter: ThePorter) -> Response:
    """The walls that have a token of their own."""
    walls = porter.secrets.walls.items()
    return answer({"walls": [{"id": key, "name": w.name, "by": w.by, "at": w.at} for key, w in walls]})


@router.delete("/walls/joined/{wall_id}", dependencies=[OPERATOR])
async def turn_out(wall_id: str, porter: ThePorter) -> Response:
    """Take a wall's token away; it shows a new code then."""
    if not await asyncio.to_thread(auth.turn_out, porter.folder, wall_id):
        raise Refused(404, "There is no such wall.")
    return answer({})
