"""An ordinary evening, made up: what a layout is judged by before anybody has said anything."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from stream.config import Config
from stream.wire.messages import Card, Event, Figures, Graph, Hello, Layout, OnAir, Stories, Stream
from stream.wire.snapshot import Flow, Numbers, PersonNode, Rising, Sentiment, TopicNode, Track
from wall.view import GraphState, View

T: Final = 1_790_000_000_000
BUCKETS: Final = 60
NODES: Final = 60
TOPICS: Final = (
    "#HarbourFestival", "#lightparade", "#drones", "#ヨコハマ", "open air", "#streetfood", "lost lantern", "#fado", "#stage",
)  # fmt: skip
PEOPLE: Final = (
    "mira_hallund", "harbourstage", "citytram", "the_ferryman", "lena-b", "valokuva", "joao.costa", "nightowl_ana", "ponte",
    "festivalradio", "studio_kite", "poemsbynight",
)  # fmt: skip
POSTS: Final = (
    ("en", "The whole harbour went dark, and then nine thousand lanterns. I have never heard a crowd be that quiet."),
    ("en", "Gates open at 18:00. Bring something warm."),
    ("ja", "橋の上から見た光の川が本当にきれいだった。"),
    ("fi", "Paras ilta koko vuonna. Valot heijastuivat veteen ja kaikki vain hymyilivät."),
    ("ar", "كانت المدينة كلها تضيء الليلة، شكرا لكل المتطوعين"),
    ("pt", "O fado no cais, com as luzes a tremer na água."),
    ("de", "Wer hat die gelbe Laterne am Kai 9 verloren? Sie wartet bei uns am Infostand."),
    ("en", "Drone show moved to 21:30."),
    ("en", "Three boats, two hundred people, one accordion."),
)
COUNTRIES: Final = {
    "FI": 214,
    "DE": 121,
    "PT": 64,
    "SE": 61,
    "GB": 44,
    "JP": 31,
    "US": 28,
    "FR": 22,
    "IN": 17,
    "BR": 14,
}


def view(layout: Layout, config: Config) -> View:
    """The evening on ``layout``; its graphs have no labels, since the hub chooses those and the wall keeps them readable."""
    event = config.event if config.event != Event() else Event("Harbour Festival", "#HarbourFestival", "Harbour")
    hello = Hello(T, config.wall.grid, config.theme.colours, event, "live", "")
    graphs: dict[Graph, GraphState] = {"topics": _graph("topics"), "people": _graph("people")}
    on_air = OnAir(T - 60_000, 1, layout, "default")
    return View(float(T), hello, on_air, graphs=graphs, stories=_stories(), figures=_figures())


def _graph(name: Graph) -> GraphState:
    random = np.random.default_rng(1)
    weight = (1.0 / np.arange(1, NODES + 1)).astype(np.float32)
    even, source = np.zeros(NODES, np.float32), np.arange(1, NODES, dtype=np.uint32)
    return GraphState(
        graph=name, total=NODES, key=np.arange(NODES, dtype=np.uint32), uv=random.random((NODES, 2), np.float32), weight=weight,
        light=even + 1.0, community=(np.arange(NODES) % 5).astype(np.uint8), role=np.zeros(NODES, np.uint8), trend=even,
        sentiment=even, burst=even, source=source, target=source // 2, strength=weight[1:], weak=np.zeros(NODES - 1, np.uint8),
    )  # fmt: skip


def _stories() -> Stories:
    cards = tuple(
        Card(f"webhook:sample:{i}", text, PEOPLE[i].replace("_", " ").title(), PEOPLE[i], lang, "mastodon", "public",
             120 + 150 * i, 900 // (i + 1), 600 // (i + 1), 0.2, i)
        for i, (lang, text) in enumerate(POSTS)
    )  # fmt: skip
    return Stories(T, cards)


def _figures() -> Figures:
    line = tuple(round(24 + 8 * math.sin(i / 6) + 60 * math.exp(-(((i - 41) / 4) ** 2))) for i in range(BUCKETS))
    tracks = {
        "Harbour Festival": Track("brand", 742, 0.56, 0.34, 0.92, 401, 0.52, 0.09, 61, 669, 12),
        "Winter Lights": Track("competitor", 431, 0.33, 0.12, 0.06, 250, 0.33, 0.21, 0, 431, 0),
        "Nine thousand lanterns": Track("campaign", 318, 1.0, 0.44, 2.6, 214, 0.61, 0.05, 34, 262, 22, 1.42, 0.34),
    }
    numbers = Numbers(
        posts=sum(line), volume_per_min=68.4, per_second=1.1, change=0.92, voices=812, new_voices_share=0.21, creators=402,
        editors=410, owned=61, earned=1895, reach=1_430_000, sentiment=Sentiment(0.31, 0.48, 0.39, 0.13, 1500),
        roles={"brand": 14, "public": 798}, languages={"en": 900, "fi": 300, "de": 260, "pt": 120},
        sources={"mastodon": 1300, "bluesky": 656}, countries=COUNTRIES, tracks=tracks, timeline=line, bucket_ms=30_000,
        flows={"brand_public": Flow(61, 0.08, 0.2), "public_brand": Flow(210, 0.27, 1.1),
               "public_public": Flow(504, 0.65, 0.1)},
        timeline_positive=tuple(n // 2 for n in line), timeline_negative=tuple(n // 7 for n in line),
    )  # fmt: skip
    rising = tuple(
        Rising(name, 0.9 - i / 9, T - (6 + 4 * i) * 60_000, name, 9.2 - i, line) for i, name in enumerate(TOPICS[:5])
    )
    topics = tuple(
        TopicNode(f"t{i}", name, 300 // (i + 1), 0.6 - 0.14 * i, 0.0, i % 5) for i, name in enumerate(TOPICS)
    )
    roles = {1: "brand", 2: "staff"}
    voices = tuple(
        PersonNode("", f"@{name}", roles.get(i, "public"), round(412 / (i + 1) ** 0.7), i % 5)
        for i, name in enumerate(PEOPLE)
    )
    river = tuple(
        Stream(
            i,
            name,
            i % 5,
            tuple(max(0, round(n / (i + 1) + 3 * math.sin(k / 5 + i))) for k, n in enumerate((*line, 9))),
        )
        for i, name in enumerate(TOPICS)
    )
    return Figures(T, T, 1800, numbers, rising, data_age_s=0.4, river=river, topics=topics, voices=voices)
