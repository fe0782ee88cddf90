"""Review: posts of the past that count otherwise once what was said before them is forgotten, without holding up the hub."""

from __future__ import annotations

from stream.config import HubConfig
from stream.hub.review import LATER
from tests.stream.hub.house import NOW, House, config, post

VOICES = 2 * LATER
"""So many say the same four times, before what is forgotten and after it, so that two posts of each are freed."""


def test_what_is_freed_by_forgetting_is_freed_in_pieces(monkeypatch) -> None:
    """No tick judges more than a few posts anew; in the end each counts as in a hub that never heard what is forgotten."""
    house, fresh = (House(config(hub=HubConfig(window_s=60))) for _ in range(2))
    said = [
        post(10 * voice + n, "Come to my shop, the best shop of the town", author=f"v{voice}", at=NOW + at)
        for voice in range(VOICES)
        for n, at in enumerate((-20_000, -19_000, 9_000, 10_000, 11_000))
    ]
    reviewed = list[str]()
    review = house.engine.gate.review
    monkeypatch.setattr(house.engine.gate, "review", lambda i, *rest: (reviewed.append(i), review(i, *rest))[1])
    house.hear(*said)
    reach = house.engine.state.window.reach
    most = 0
    while house.now < NOW + reach + 5_000:
        before = len(reviewed)
        house.later(500)
        most = max(most, len(reviewed) - before)
    fresh.now = house.now
    fresh.hear(*(p for p in said if p.at > house.engine.state.floor))
    fresh.engine.tick(fresh.now, fresh.now)
    assert len(reviewed) >= 2 * VOICES
    assert most <= 2 * LATER
    hidden = [{p.id for p in said if h.engine.gate.passage(p.id, p, h.now).state != "shown"} for h in (house, fresh)]
    assert hidden[0] == hidden[1]
