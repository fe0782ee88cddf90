"""The walls: what each shows, and the newest true pictures of their screens."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response

from stream.hub.core import Hub
from stream.hub.doors.answers import SIGNED_IN, Refused, TheHub, answer

router = APIRouter(prefix="/api/v1/walls", dependencies=[SIGNED_IN])


@router.get("")
async def walls(hub: TheHub) -> Response:
    """Geometry, the word of every wall, the screens that none speaks for, and where the pictures are."""
    now = hub.clock()
    pictures = [
        {
            "screens": p.screens,
            "age_ms": int(now - p.at),
            "width": p.width,
            "height": p.height,
            "url": picture_url(p.screens),
        }
        for p in hub.walls.picture()
    ]
    on_air = hub.on_air
    return answer(
        {
            "grid": msgspec.to_builtins(hub.config.wall.grid),
            "walls": hub.walls.report(on_air.rev, on_air.at),
            "dead": dead_screens(hub),
            "pictures": pictures,
        }
    )


@router.get("/picture")
async def picture(hub: TheHub) -> Response:
    """The newest picture that shows the most screens."""
    pictures = sorted(hub.walls.picture(), key=lambda p: -len(p.screens))
    return _jpeg(pictures[0].jpeg) if pictures else _none()


@router.get("/picture/{screens}")
async def picture_of(screens: str, hub: TheHub) -> Response:
    """The newest picture of some screens, such as ``1-2-3-4-5-6``."""
    for newest in hub.walls.picture():
        if picture_url(newest.screens).endswith("/" + screens):
            return _jpeg(newest.jpeg)
    return _none()


def picture_url(screens: tuple[int, ...]) -> str:
    """Where the picture of these screens is."""
    return "/api/v1/walls/picture/" + "-".join(map(str, screens))


def dead_screens(hub: Hub) -> list[int]:
    """The screens that no wall has spoken for in the last ten seconds."""
    alive = {screen for state, _ in hub.walls.states() for screen in state.screens}
    return [n for n in range(1, hub.config.wall.grid.count + 1) if n not in alive]


def _jpeg(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg")


def _none() -> Response:
    raise Refused(404, "No wall has sent a picture of these screens lately; is `agora wall` running?")
