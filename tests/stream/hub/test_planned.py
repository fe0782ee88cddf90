"""Plans outlive the hub: a hub that was stopped comes back with what was planned, said, counted and configured."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from stream.config import ProgrammeConfig
from stream.hub.programme import Programme
from stream.show.agenda_file import load
from stream.show.schedule import zone_of
from tests.stream.hub.test_hub import config, started

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

DAY = {"title": "Day", "items": [{"layout": "topics", "seconds": 60}, {"layout": "stories", "seconds": 60}]}


async def test_plans_survive_a_restart(tmp_path: Path) -> None:
    """The playlist goes on where it would be, announcements, sponsors with their logos, the agenda and a freeze are there."""
    hub = await started(config(tmp_path))
    drawn = io.BytesIO()
    Image.new("RGB", (300, 100), "navy").save(drawn, "PNG")
    name = await hub.keepsakes.keep(drawn.getvalue())
    now = int(hub.clock())
    session = {"id": "s", "start": 0, "end": 1, "title": "Opening"}
    for subject, value in (
        ("playlist:day", DAY),
        ("playlist", {"id": "day", "since": now - 70_000}),
        ("announcement:a", {"kind": "announcement", "text": "Doors open at nine", "since": now}),
        ("sponsor:b", {"name": "Harbour Bank", "picture": name, "since": now}),
        ("agenda", {"sessions": [session], "name": "agenda.csv"}),
        ("fresh", {"since": 5}),
    ):
        assert (await hub.put(subject, value, seen=0, by="Ada")).saved
    assert (hub.on_air.layout.name, hub.on_air.why) == ("stories", "playlist")
    told = json.loads(hub.tablet.newest("programme").payload)  # type: ignore[union-attr]
    await hub.stop()

    again = await started(config(tmp_path))
    assert (again.on_air.layout.name, again.on_air.why) == ("stories", "playlist")
    later = json.loads(again.tablet.newest("programme").payload)  # type: ignore[union-attr]
    for kind in ("playlists", "announcements", "sponsors", "fresh", "revs"):
        assert later[kind] == told[kind]
    assert again.keepsakes.logos.png(name)
    assert [s.title for s in again.desk.programme.plan.agenda.sessions] == ["Opening"]
    await again.stop()


async def test_agenda_of_the_configuration_holds_until_another_is_imported(tmp_path: Path) -> None:
    """The file that agora.toml names is the agenda, until staff import another and after they take it away."""
    file = tmp_path / "agenda.csv"
    file.write_text("start,end,title\n2026-09-01 09:00,2026-09-01 10:00,From the file\nwhenever,,Broken\n")
    settings = config(tmp_path, programme=ProgrammeConfig(agenda=str(file)))
    hub = await started(settings)
    plan = hub.desk.programme.plan
    assert [s.title for s in plan.agenda.sessions] == ["From the file"]
    assert any("Line 3" in fault for fault in hub.faults())
    session = {"id": "s", "start": 0, "end": 1, "title": "Imported"}
    await hub.put("agenda", {"sessions": [session]}, seen=0, by="Ada")
    assert [s.title for s in plan.agenda.sessions] == ["Imported"]
    await hub.put("agenda", None, seen=None, by="Ada")
    assert [s.title for s in plan.agenda.sessions] == ["From the file"]
    await hub.stop()


def test_agenda_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A file that is not there stops nothing: the agenda is empty, and a sentence says why."""
    agenda, faults = load(str(tmp_path / "none.csv"), zone_of("UTC"))
    assert agenda.sessions == ()
    assert "cannot be read" in faults[0]
    settings = config(tmp_path, programme=ProgrammeConfig(agenda=str(tmp_path / "none.csv")))
    assert Programme.of(settings, {}, 0).faults == faults
