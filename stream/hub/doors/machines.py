"""For machines: alive, ready, the figures for Prometheus, and the snapshot."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from stream.hub.doors.answers import LOCKED, SIGNED_IN, Refused, TheHub, ThePorter, answer
from stream.hub.walls import WallBook

router = APIRouter()


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """Alive; strangers get the status only."""
    return answer({"alive": True}) if request.state.session else Response()


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
async def readyz(request: Request, hub: TheHub) -> Response:
    """Caught up with the log and less than five seconds behind it; strangers get the status only."""
    ready = hub.ready()
    status = 200 if ready else 503
    if request.state.session is None:
        return Response(status_code=status)
    return answer({"ready": ready, "faults": hub.faults()}, status)


@router.get("/metrics")
async def metrics(request: Request, hub: TheHub) -> Response:
    """The figures of the hub, its walls and its doors, for the token of scope ``metrics``."""
    if request.state.token_scope != "metrics":
        raise Refused(401, "This door needs the token of scope metrics (var/secrets.toml) in the Authorization header.")
    page = hub.metrics.page() + _of_walls(hub.walls, request.app.state.sockets.counts())
    return Response(page, media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/snapshot")
async def snapshot(
    request: Request, hub: TheHub, porter: ThePorter, at: Annotated[int | None, Query()] = None
) -> Response:
    """The snapshot at T, or at an earlier T (milliseconds UTC) that the window still holds."""
    session = request.state.session
    if session is None and request.state.token_scope != "snapshot":
        raise Refused(401, "Sign in with the PIN first, or send the token of scope snapshot.")
    if session is not None and porter.sessions.idle(session):
        raise Refused(LOCKED, "Nobody has touched this tablet for ten minutes; enter the PIN again.", locked=True)
    try:
        return Response(await hub.snapshot(at), media_type="application/json")
    except ValueError as fault:
        raise Refused(422, f"{fault}.") from fault


@router.get("/api/v1/openapi.json", dependencies=[SIGNED_IN])
async def openapi(request: Request) -> Response:
    """Every door with what it takes, as OpenAPI."""
    return answer(request.app.openapi())


def _of_walls(walls: WallBook, sockets: dict[str, int]) -> bytes:
    registry = CollectorRegistry()
    fps = Gauge("agora_wall_fps", "Frames a second of a wall", ["wall"], registry=registry)
    frame_ms = Gauge("agora_wall_frame_ms", "Duration of a frame", ["wall"], registry=registry)
    dropped = Gauge("agora_wall_dropped_frames", "Frames that came too late", ["wall"], registry=registry)
    scale = Gauge("agora_wall_render_scale", "1 is full resolution", ["wall"], registry=registry)
    edges = Gauge("agora_wall_edges", "Edges that a wall draws at most", ["wall"], registry=registry)
    missing = Gauge("agora_wall_missing_glyphs", "Clusters that no font covered", ["wall"], registry=registry)
    brightness = Gauge("agora_wall_brightness", "0 is dark, 1 full", ["wall"], registry=registry)
    textures = Gauge("agora_wall_texture_bytes", "Video memory of pictures", ["wall"], registry=registry)
    age = Gauge("agora_wall_silent_seconds", "Since a wall was heard", ["wall"], registry=registry)
    for state, age_ms in walls.states():
        fps.labels(state.name).set(state.fps)
        frame_ms.labels(state.name).set(state.frame_ms)
        dropped.labels(state.name).set(state.dropped)
        scale.labels(state.name).set(state.scale)
        edges.labels(state.name).set(state.edges)
        missing.labels(state.name).set(state.missing_glyphs)
        brightness.labels(state.name).set(state.brightness)
        textures.labels(state.name).set(state.textures_mb * 2**20)
        age.labels(state.name).set(age_ms / 1000)
    connected = Gauge("agora_sockets", "Websockets that are open", ["door"], registry=registry)
    for door, count in sockets.items():
        connected.labels(door).set(count)
    return generate_latest(registry)
