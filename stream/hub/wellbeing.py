"""Wellbeing: how each part of Agora does, as a light, a few words, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from stream.wire.messages import WallState
from stream.wire.snapshot import SourceState

Light = Literal["green", "quiet", "late", "dead"]
Part = Literal["source", "log", "screen", "guestbook", "desks", "webhook"]

GUESTBOOK: Final = "guestbook"
OLD_MS: Final = 3000
"""A wall whose word is older is late."""
OFF: Final = 0.11
"""Brightness below which a screen is off by its hours."""

NETWORKS: Final[Mapping[str, str]] = {
    "bluesky": "Bluesky", "mastodon": "Mastodon", "x": "X", "rss": "Feeds", "hackernews": "Hacker News", "webhook": "Webhook",
    "guestbook": "Guest book", "archive": "Archive", "simulation": "Simulation",
}  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """One part: ``says`` how it does in a few words, ``do`` what to do about it, empty where nothing is to be done."""

    part: Part
    name: str
    light: Light
    says: str
    do: str = ""


def network(name: str) -> str:
    """A source's name as people say it: ``mastodon:social`` → ``Mastodon (social)``."""
    kind, _, place = name.partition(":")
    known = NETWORKS.get(kind, kind)
    return f"{known} ({place})" if place else known


def of_source(state: SourceState) -> Line:
    """How a source does by what ingest says of it."""
    lights: dict[str, tuple[Light, str, str]] = {
        "live": ("green", "is heard", ""),
        "quiet": ("quiet", "is connected and says nothing new", ""),
        "finished": ("quiet", "is at its end", ""),
        "starting": ("late", "is connecting", "Wait a moment."),
        "waiting": ("late", "cannot be reached, and is tried again by itself", "Wait; is the network there?"),
        "late": ("late", "has said nothing for long", "See whether agora ingest runs and the network is there."),
        "stopped": ("dead", "has stopped, and waits for somebody", "See the journal of agora ingest."),
        "dead": ("dead", "is silent", "See whether agora ingest runs on its machine, and start it again."),
    }  # fmt: skip
    light, says, do = lights.get(state.state, ("late", state.state, ""))
    if state.state == "quiet" and not state.since:
        light, do = "late", "Nothing was heard for a minute; see whether agora ingest runs."
    heard = "nothing heard yet" if state.age_ms < 0 else f"newest {age(state.age_ms)} ago"
    words = [says, heard, f"{state.rate:.0f} a minute"]
    words += [f"{state.spooled} posts wait for the log"] if state.spooled else []
    words += [] if state.deletions else ["does not tell of deletions"]
    words += [state.error] if state.error else []
    advice = f"{state.advice[:1].upper()}{state.advice[1:]}." if state.advice else do
    part: Part = "guestbook" if state.name == GUESTBOOK else "source"
    return Line(part, network(state.name), light, ", ".join(words), advice if light in ("late", "dead") else "")


def of_log(fault: str, unsaved: int, caught_up: bool) -> Line:
    """How the log does."""
    if fault:
        do = "See whether its disk is full, or its broker runs; what staff decide holds meanwhile, and is saved later."
        return Line("log", "The log", "dead", f"does not answer: {fault}", do)
    if unsaved:
        what = "1 decision waits" if unsaved == 1 else f"{unsaved} decisions wait"
        return Line("log", "The log", "late", f"{what} to be saved", "Wait; if it stays, see whether its disk is full.")
    if not caught_up:
        return Line("log", "The log", "late", "is being read", "Wait; posts come to the wall as they are read.")
    return Line("log", "The log", "green", "is read and written")


def of_screens(count: int, walls: Iterable[tuple[WallState, int]], rev: int, changing: bool) -> list[Line]:
    """How each of ``count`` screens does: ``walls`` with the age of their word in ms, against what is on air as ``rev``."""
    of: dict[int, tuple[WallState, int]] = {}
    for state, age_ms in walls:
        for screen in state.screens:
            if screen not in of or age_ms < of[screen][1]:
                of[screen] = (state, age_ms)
    return [_screen(n, *of[n], rev, changing) if n in of else _dark(n) for n in range(1, count + 1)]


def _screen(number: int, wall: WallState, age_ms: int, rev: int, changing: bool) -> Line:
    name = f"Screen {number}"
    drawn = f"{wall.name}, {wall.fps:.0f} frames a second" + (f" at {wall.scale:.0%}" if wall.scale < 1 else "")
    if age_ms > OLD_MS:
        do = "Wait a moment; if it stays, see whether that machine has power and network."
        return Line("screen", name, "late", f"{wall.name} was heard {age(age_ms)} ago", do)
    if wall.on_air_rev != rev and not wall.panic and not changing:
        return Line(
            "screen", name, "late", f"{drawn}, does not show what is on air", "Restart agora wall there if it stays."
        )
    if wall.panic:
        return Line(
            "screen", name, "quiet", f"{drawn}, shows the safe scene", "Release the safe scene when all is well."
        )
    if wall.brightness < OFF:
        return Line(
            "screen", name, "quiet", f"{wall.name}, dark in off hours", "It shines again by [hours] in agora.toml."
        )
    return Line("screen", name, "green", f"{drawn}, shows what is on air")


def _dark(number: int) -> Line:
    do = "See whether its machine has power and network, and agora wall runs there."
    return Line("screen", f"Screen {number}", "dead", "no wall answers for it", do)


def of_guestbook(enabled: bool, states: Iterable[SourceState]) -> list[Line]:
    """The guest book, where it is not heard of: switched off, or not running."""
    if any(state.name == GUESTBOOK for state in states):
        return []
    if not enabled:
        return [Line("guestbook", "Guest book", "quiet", "is not set up")]
    return [
        Line("guestbook", "Guest book", "dead", "is silent", "Start agora guestbook, or agora run, on its machine.")
    ]


def of_desks(signed_in: int, idle: int) -> Line:
    """Who has signed in."""
    if not signed_in:
        return Line("desks", "Tablets", "quiet", "nobody is signed in")
    awake = signed_in - idle
    light: Light = "green" if awake else "quiet"
    return Line("desks", "Tablets", light, f"{signed_in} signed in, {idle} idle")


def of_webhook(configured: bool, waiting: int, fault: str) -> list[Line]:
    """Where alerts go."""
    if not configured:
        return [
            Line(
                "webhook", "Alerts", "quiet", "stay on the tablets", "To have them sent out as well, set [alerts] url."
            )
        ]
    if fault:
        do = "See whether the address in [alerts] url answers; they are sent again for a day."
        return [Line("webhook", "Alerts", "dead", f"{waiting} could not be sent: {fault}", do)]
    return [Line("webhook", "Alerts", "green", "are sent out" if not waiting else f"{waiting} on their way")]


def as_json(at: int, lines: Sequence[Line]) -> bytes:
    """The tablet's channel ``health``."""
    told: dict[str, Any] = {"at": at, "lines": lines}
    return msgspec.json.encode(told)


def age(ms: int) -> str:
    """An age in a few words, coarse, so that it changes seldom."""
    seconds = max(0, ms) // 1000
    for length, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds // length} {word}"
    return f"{seconds // 10 * 10} s" if seconds >= 10 else f"{seconds} s"
