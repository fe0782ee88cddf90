"""What tablets read of the plan: each thing with its id, the revision that an answer must name, and who decided it."""

from __future__ import annotations

from typing import Any

import msgspec

from stream.hub.decisions import Ledger
from stream.hub.programme import Programme
from stream.show import agenda


def planned(programme: Programme, ledger: Ledger, now: int) -> dict[str, dict[str, Any]]:
    """By channel.

    ``programme``: ``{zone, playing, playlists, schedule, slot, coming, speaking, announcements, sponsors, fresh, featured,
    revs}``, ``featured`` the posts that stand large: ``{screen, post, since, by}``;
    ``agenda``: ``{rev, by, name, zone, room, on, sessions}``.
    """
    plan = programme.plan
    session = agenda.speaking(plan.agenda, programme.clock.now(now))
    slot = programme.scheduled(now)
    return {
        "programme": {
            "zone": programme.zone.key,
            "playing": _playing(programme, now),
            "playlists": _listed(programme, ledger, "playlist"),
            "schedule": _listed(programme, ledger, "schedule"),
            "slot": slot.id if slot else None,
            "coming": [
                {"id": it.id, "since": it.since, "until": it.until, **_shown(it.slot)} for it in programme.coming(now)
            ],
            "speaking": session.id if session else None,
            "announcements": _listed(programme, ledger, "announcement"),
            "sponsors": _listed(programme, ledger, "sponsor"),
            "fresh": msgspec.to_builtins(plan.fresh) if plan.fresh else None,
            "featured": [
                {"screen": int(screen), "by": standing.by, **standing.new}
                for screen, standing in ledger.standing("feature:").items()
                if standing.new is not None
            ],
            "revs": {subject: _rev(ledger, subject) for subject in ("playlist", "agenda", "fresh")},
        },
        "agenda": {
            "rev": _rev(ledger, "agenda"),
            "by": standing.by if (standing := ledger.newest("agenda")) else "",
            **msgspec.to_builtins(plan.agenda),
        },
    }


def _listed(programme: Programme, ledger: Ledger, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "id": key,
            "rev": _rev(ledger, f"{kind}:{key}"),
            "by": kept.by,
            "decided": kept.at,
            **msgspec.to_builtins(kept.value),
        }
        for key, kept in sorted(programme.plan.kept(kind).items(), key=lambda item: (item[1].at, item[0]))
    ]


def _playing(programme: Programme, now: int) -> dict[str, Any] | None:
    playing = programme.playing(now)
    if playing is None:
        return None
    key, _, here = playing
    return {"id": key, "place": here.place, "layout": here.layout, "since": here.since, "until": here.until}


def _shown(slot: Any) -> dict[str, str]:
    return {"layout": slot.layout, "playlist": slot.playlist, "title": slot.title}


def _rev(ledger: Ledger, subject: str) -> int:
    standing = ledger.newest(subject)
    return standing.seq if standing else 0
