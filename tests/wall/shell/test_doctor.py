"""What the doctor sees of a wall machine."""

from __future__ import annotations

import pytest

from stream.config import Config
from stream.config.findings import Health
from wall import doctor
from wall.text.fonts import FontsMissing


@pytest.mark.gl
def test_a_bare_server_draws_off_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a display fonts are good, OpenGL works, and the missing display is no fault."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    found = {finding.what: finding for finding in doctor.examine(Config())}
    assert found["fonts"].health is Health.GOOD
    assert found["OpenGL"].health in (Health.GOOD, Health.FAIR)
    assert found["display"].health is Health.FAIR


@pytest.mark.gl
def test_a_missing_font_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A font that is not there is bad, with what to install."""

    def gone() -> None:
        raise FontsMissing("the emoji font is missing")

    monkeypatch.setattr(doctor, "shared", gone)
    finding = next(f for f in doctor.examine(Config()) if f.what == "fonts")
    assert finding.health is Health.BAD
    assert finding.do


@pytest.mark.gl
def test_a_display_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A display that cannot be opened is bad."""
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    finding = next(f for f in doctor.examine(Config()) if f.what == "display")
    assert finding.health is Health.BAD
