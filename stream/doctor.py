"""What a machine needs to run the log, the hub and ingest, looked at one by one; what a wall needs is in ``wall.doctor``."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from stream import layouts
from stream.config import Config, sources_of
from stream.config.findings import Finding, bad, fair, good
from stream.count.worker import GROUP
from stream.hub import auth
from stream.log import MENTIONS, LogUnavailable, open_log
from stream.log.kafka import KafkaLog

ROOM_BYTES: Final = 2 << 30
LITTLE_BYTES: Final = 200 << 20
OFF_S: Final = 2.0
ANSWER_S: Final = 3.0
RANDOM_ROOM: Final = 0.5


def examine(config: Config, hub_url: str | None = None) -> Iterator[Finding]:
    """Everything but the screens; each finding as soon as it is known. ``hub_url`` is a hub on another machine."""
    yield _layouts(config)
    yield from _folder(auth.folder())
    yield _log(config)
    if config.hub.partials:
        yield _workers(config)
    yield _sources(config)
    yield _clock()
    if hub_url:
        yield _hub(hub_url)
    else:
        yield from _ports(config)


def _layouts(config: Config) -> Finding:
    shelf = layouts.load(layouts.folder(config.wall.layouts), config.wall.grid)
    if shelf.faults:
        return bad("layouts", f"{len(shelf.faults)} faults, the first: {shelf.faults[0]}", "agora check lists them all")
    return good("layouts", f"{len(shelf.layouts)} for {config.wall.columns} × {config.wall.rows} screens")


def _folder(folder: Path) -> Iterator[Finding]:
    """Whether what Agora writes can be written, there is room for it, and secrets are nobody else's."""
    at = _nearest(folder)
    if not os.access(at, os.W_OK | os.X_OK):
        yield bad("folder", f"{folder} cannot be written", "let AGORA_VAR name a folder that can")
        return
    free = shutil.disk_usage(at).free
    room = f"{free / (1 << 30):.1f} GB free at {folder}"
    if free < LITTLE_BYTES:
        yield bad("disk", room, "make room: the log and the spool stop when the disk is full")
    elif free < ROOM_BYTES:
        yield fair("disk", room, "a busy event writes a few GB a day; make room")
    else:
        yield good("disk", room)
    secrets = folder / auth.FILE
    if secrets.exists():
        mode = stat.S_IMODE(secrets.stat().st_mode)
        if mode & 0o077:
            yield bad("secrets", f"{secrets} can be read by others (mode {mode:o})", f"chmod 600 {secrets}; agora pin")
        else:
            yield good("secrets", f"{secrets} is yours alone")


def _nearest(path: Path) -> Path:
    """The path, or the folder nearest to it that there is."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())


def _log(config: Config) -> Finding:
    async def reached() -> float:
        began = time.monotonic()
        log = await open_log(config.log.url, prefix=config.log.prefix, timeout_s=ANSWER_S)
        took = time.monotonic() - began
        await log.close()
        return took

    place = config.log.url.partition("?")[0]
    kind, _, file = place.partition(":")
    if kind == "sqlite" and not Path(file).exists() and os.access(_nearest(Path(file)), os.W_OK):
        return good("log", f"{place} is made when Agora starts")
    try:
        took = asyncio.run(reached())
    except (LogUnavailable, ValueError, OSError) as fault:
        return bad("log", str(fault), "see docs/log.md")
    return good("log", f"{place} answers in {took * 1000:.0f} ms")


def _workers(config: Config) -> Finding:
    """Whether anybody reads mentions for a hub that does not read them itself."""

    async def members() -> int:
        log = await open_log(config.log.url, prefix=config.log.prefix, timeout_s=ANSWER_S)
        try:
            return await log.members(GROUP) if isinstance(log, KafkaLog) else 0
        finally:
            await log.close()

    try:
        found = asyncio.run(members())
    except (LogUnavailable, ValueError, OSError) as fault:
        return bad("workers", str(fault), "see docs/log.md")
    if not found:
        return bad("workers", "the hub takes partials in, but nobody tells any", "start agora count (docs/scaling.md)")
    return good("workers", f"{found} share the {MENTIONS.partitions} partitions of mentions")


def _sources(config: Config) -> Finding:
    names = sources_of(config)
    if names:
        return good("sources", ", ".join(names))
    return fair(
        "sources",
        "none is configured: Bluesky is heard for a few harmless topics, or a made-up event",
        "[match] terms, and docs/sources.md",
    )


def _clock() -> Finding:
    """Whether something keeps this machine's clock right."""
    timedatectl = shutil.which("timedatectl")
    if timedatectl:
        told = subprocess.run(
            [timedatectl, "show", "-p", "NTPSynchronized", "--value"], capture_output=True, check=False
        )
        word = told.stdout.decode().strip()
        if word == "yes":
            return good("clock", "kept by a time server")
        if word == "no":
            return fair("clock", "no time server keeps it", "timedatectl set-ntp true, or chrony on a closed network")
    return fair("clock", f"says {time.strftime('%F %T %Z')}; whether it is kept cannot be told here", "compare it")


def _ports(config: Config) -> Iterator[Finding]:
    """Whether the doors of the hub, the webhook and the guest book can be opened here."""
    doors = [("hub", config.hub.host, config.hub.port)]
    if "webhook" in sources_of(config):
        doors.append(("webhook", config.webhook.host, config.webhook.port))
    if config.guestbook.enabled:
        doors.append(("guestbook", config.guestbook.host, config.guestbook.port))
    for name, host, port in doors:
        what = f"port {port}"
        try:
            with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
                yield good(what, f"free for the {name} at {host}")
        except OSError as fault:
            if _answers(port):
                yield good(what, f"Agora's {name} answers there")
            else:
                yield bad(
                    what, f"{host} port {port}: {fault.strerror}", f"stop what holds it, or AGORA_{name.upper()}_PORT"
                )


def _answers(port: int) -> bool:
    from stream.hub.alive import alive

    return alive(port)


def _hub(url: str) -> Finding:
    """A hub on another machine: whether it is reached, and how far its clock is from this one."""
    from stream.hub.alive import unverified

    if not url.startswith(("https://", "http://")):
        return bad("hub", f"{url} is no address", "write it like https://hub:8000")
    began = time.time()
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/healthz", timeout=ANSWER_S, context=unverified()) as answer:
            said = answer.headers.get("date", "")
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "reason", fault)
        return bad(
            "hub", f"{url} does not answer ({reason})", "is the hub started with --host, and its port open here?"
        )
    middle = (began + time.time()) / 2
    off = parsedate_to_datetime(said).timestamp() + RANDOM_ROOM - middle if said else 0.0
    if abs(off) > OFF_S:
        return fair(
            "hub", f"{url} answers; its clock is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}", "set both clocks"
        )
    return good("hub", f"{url} answers, its clock agrees")
