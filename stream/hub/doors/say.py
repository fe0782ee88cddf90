"""What staff say on the wall: announcements, countdowns, QR codes, sponsors, and for how long each was shown."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field

from stream.hub.core import Hub
from stream.hub.doors.answers import SIGNED_IN, Body, Moderator, Refused, TheHub, answer
from stream.hub.doors.plan import Key, Name, Seen, enough, new_key, receipt, told
from stream.hub.logos import Unusable
from stream.moderation.presentable import presentable
from stream.wire.said import LONGEST_DETAIL, LONGEST_TEXT, Kind

router = APIRouter(prefix="/api/v1")

Moment = Annotated[int, Field(ge=0, le=4_102_444_800_000)]
"""Hub time in ms, before the year 2100; 0 where there is none."""


class WordBody(Body):
    """``since`` 0 is now, ``until`` 0 until it is taken back; ``at`` is what a countdown ends at."""

    kind: Kind
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    detail: Annotated[str, Field(max_length=LONGEST_DETAIL)] = ""
    url: Annotated[str, Field(max_length=300)] = ""
    since: Moment = 0
    until: Moment = 0
    at: Moment = 0
    urgent: bool = False
    rev: int = 0


class SponsorBody(Body):
    """``picture`` is the name that uploading the logo answered."""

    name: Name
    picture: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    since: Moment = 0
    until: Moment = 0
    rev: int = 0


@router.get("/announcements", dependencies=[SIGNED_IN])
async def announcements(hub: TheHub) -> Response:
    """Everything that is said or will be, each with its ``rev``."""
    return answer({"announcements": told(hub)["programme"]["announcements"]})


@router.post("/announcements")
async def announce(body: WordBody, session: Moderator, hub: TheHub) -> Response:
    """Say something new."""
    enough(hub.desk.programme.plan.kept("announcement"))
    return await _put_word(new_key(), body, session.desk, hub)


@router.put("/announcements/{key}")
async def announce_otherwise(key: Key, body: WordBody, session: Moderator, hub: TheHub) -> Response:
    """Say it otherwise; 409 when somebody else has changed it since ``rev``."""
    return await _put_word(key, body, session.desk, hub)


@router.delete("/announcements/{key}")
async def unsay(key: Key, session: Moderator, hub: TheHub, rev: Seen) -> Response:
    """Take it back."""
    return receipt(await hub.put(f"announcement:{key}", None, seen=rev, by=session.desk), key)


@router.get("/sponsors", dependencies=[SIGNED_IN])
async def sponsors(hub: TheHub) -> Response:
    """The sponsors, each with its ``rev``."""
    return answer({"sponsors": told(hub)["programme"]["sponsors"]})


@router.post("/sponsors")
async def thank(body: SponsorBody, session: Moderator, hub: TheHub) -> Response:
    """A new sponsor; its logo comes first, through ``PUT /pictures``."""
    enough(hub.desk.programme.plan.kept("sponsor"))
    return await _put_sponsor(new_key(), body, session.desk, hub)


@router.put("/sponsors/{key}")
async def thank_otherwise(key: Key, body: SponsorBody, session: Moderator, hub: TheHub) -> Response:
    """Change a sponsor; 409 when somebody else has changed it since ``rev``."""
    return await _put_sponsor(key, body, session.desk, hub)


@router.delete("/sponsors/{key}")
async def thank_no_more(key: Key, session: Moderator, hub: TheHub, rev: Seen) -> Response:
    """Take a sponsor away."""
    return receipt(await hub.put(f"sponsor:{key}", None, seen=rev, by=session.desk), key)


@router.put("/pictures")
async def upload(request: Request, _: Moderator, hub: TheHub) -> Response:
    """Take in a PNG or JPEG as the body; answers the ``picture`` to name in a sponsor."""
    try:
        return answer({"picture": await hub.keepsakes.keep(await request.body())})
    except Unusable as fault:
        raise Refused(422, str(fault)) from fault


@router.get("/pictures/{name}", dependencies=[SIGNED_IN])
async def picture(name: str, hub: TheHub) -> Response:
    """A logo as it was made anew."""
    png = hub.keepsakes.logos.png(name)
    if png is None:
        raise Refused(404, "There is no such picture; upload it again.")
    return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=86400"})


@router.get("/screen-time", dependencies=[SIGNED_IN])
async def screen_time(hub: TheHub) -> Response:
    """For how long each announcement and each sponsor was shown, in ms by day (UTC) and subject."""
    return answer({"days": msgspec.to_builtins(hub.keepsakes.screen_time.days())})


async def _put_word(key: str, body: WordBody, by: str, hub: Hub) -> Response:
    since = body.since or int(hub.clock())
    if body.until and body.until <= since:
        raise Refused(422, "It would end before it begins; choose a later end.")
    if body.kind == "countdown" and not body.at:
        raise Refused(422, "A countdown needs the time that it counts down to.")
    if body.kind == "countdown" and body.at <= since:
        raise Refused(422, "It would be over before it is said; choose a later time to count down to.")
    if body.kind == "code" and not body.url:
        raise Refused(422, "A QR code needs an address to lead to.")
    if body.url and not _is_address(body.url):
        raise Refused(422, "The address must begin with https:// or http://.")
    text = presentable(" ".join(body.text.split()), LONGEST_TEXT)
    if not text:
        raise Refused(422, "There is nothing in it that can be shown; write a few words.")
    value = {
        "kind": body.kind,
        "text": text,
        "detail": presentable(body.detail, LONGEST_DETAIL),
        "url": body.url,
        "since": since,
        "until": body.until,
        "at": body.at,
        "urgent": body.urgent,
    }
    return receipt(await hub.put(f"announcement:{key}", value, seen=body.rev, by=by), key)


async def _put_sponsor(key: str, body: SponsorBody, by: str, hub: Hub) -> Response:
    since = body.since or int(hub.clock())
    if body.until and body.until <= since:
        raise Refused(422, "It would end before it begins; choose a later end.")
    if hub.keepsakes.logos.png(body.picture) is None:
        raise Refused(422, "There is no such picture; upload the logo first.")
    value = {"name": presentable(body.name), "picture": body.picture, "since": since, "until": body.until}
    return receipt(await hub.put(f"sponsor:{key}", value, seen=body.rev, by=by), key)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable() and " " not in url
