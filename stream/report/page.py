"""The report as one page that needs nothing beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stream.config import Config
from stream.report import plots
from stream.report.gather import Gathered, loudest

TEMPLATE: Final = "page.html"
SEED: Final = 2012


def page(gathered: Gathered, config: Config) -> str:
    """The page's HTML. Strangers' words are escaped by the template engine; only plots are markup."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "day": _day,
        "clock": _clock,
        "number": _number,
        "percent": _percent,
        "mood": _mood,
        "duration": _duration,
    }
    snapshot, numbers = gathered.snapshot, gathered.snapshot.numbers
    tracks = [(name, float(track.volume)) for name, track in numbers.tracks.items()]
    flows = [
        (name, float(numbers.flows[key].count))
        for key, name in FLOWS.items()
        if key in numbers.flows and numbers.flows[key].count
    ]
    drawn = {
        "volume": plots.volume(gathered),
        "river": plots.river(gathered),
        "mood": plots.mood(gathered),
        "topics": plots.topic_graph(snapshot.topics.nodes, snapshot.topics.edges, SEED),
        "people": plots.people_graph(snapshot.people.nodes, snapshot.people.edges, SEED),
        "sources": plots.bars(_floats(numbers.sources)),
        "languages": plots.bars(_floats(numbers.languages)),
        "countries": plots.bars(_floats(numbers.countries)) if numbers.countries else "",
        "tracks": plots.bars(tracks) if tracks else "",
        "flows": plots.bars(flows) if len(flows) > 1 else "",
    }
    return environment.get_template(TEMPLATE).render(
        event=config.event,
        accent=config.theme.colours.accent,
        contact=config.event.contact or config.privacy.contact,
        report=gathered,
        snapshot=snapshot,
        numbers=numbers,
        plots={name: Markup(svg) for name, svg in drawn.items()},
        voices=snapshot.people.nodes[:12],
        weak=sum(edge.weak for edge in snapshot.people.edges),
        left_out=sum(gathered.left_out.values()),
    )


FLOWS: Final = {
    "brand_public": "our people to the public",
    "public_brand": "the public to our people",
    "public_public": "the public among itself",
}


def _floats(counts: dict[str, int]) -> list[tuple[str, float]]:
    return [(name or "unknown", float(count)) for name, count in loudest(counts)]


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%-d %B %Y, %H:%M}"


def _clock(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%a %-d %b, %H:%M}"


def _duration(ms: int) -> str:
    hours, minutes = divmod(round(ms / 60_000), 60)
    if ms < 60_000:
        return f"{ms / 1000:.0f} s"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _mood(mean: float) -> str:
    words = ("critical", "rather critical", "even", "rather glad", "glad")
    return words[0 if mean < -0.25 else 1 if mean < -0.05 else 2 if mean <= 0.05 else 3 if mean <= 0.25 else 4]
