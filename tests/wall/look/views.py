"""Seeded, invented views for pictures and tests: a festival of light, its topics, its people and what they say."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from stream import labels as choice
from stream import layouts
from stream.evening import evened
from stream.wire.geometry import Grid, graph_area, node_radius, place, shown_nodes, title_zone
from stream.wire.messages import (
    Card,
    Event,
    Figures,
    Focus,
    Focused,
    Graph,
    Hello,
    Labels,
    Layout,
    OnAir,
    Panel,
    Stories,
    Stream,
    Theme,
)
from stream.wire.snapshot import Flow, Numbers, PersonNode, Rising, Sentiment, TopicNode, Track
from wall.view import GraphState, View

T = 1_790_000_000_000.0
TOPICS = (
    "#LichterNacht", "#LightParade", "#Aurora", "#valoatulos", "#OpenAir", "#NachtDerIdeen", "#光の祭り", "#Drohnenshow",
    "#StreetFood", "#laser", "#مهرجان_النور", "#HarbourStage", "#FadoNoCais", "#SilentDisco", "#Lanterns", "#kidsday",
    "#bridge", "#nightride", "#Kino", "#DesignWeek", "#LumièreVive", "#festivaalit", "#SoundWalk", "#ferry", "#rooftop",
    "#opening", "#Projection", "#neon", "#volunteers", "#CleanUp", "#lasershow", "#Workshop", "#Poetry", "#เทศกาลแสง",
    "#Fireworks", "#river", "#choir", "#LostAndFound", "#coffee", "#weather", "#Tram9", "#encore", "#BigBand", "#דוכן_אור",
    "#stargazing", "#रोशनी", "#MapOfLight", "#GoodNight", "#Techno", "#AfterParty", "#yoga", "#Photography",
)  # fmt: skip
PEOPLE = (
    "mira_hallund", "lichtermeer", "joao.costa", "harbourstage", "nightowl_ana", "festivalradio", "tomas_v", "valokuva",
    "studio_kite", "the_ferryman", "lena-b", "citytram", "poemsbynight", "kaiserlicht", "dronepilot7", "saara_k", "old_quay",
    "mapmaker", "choir_of_9", "amir.light", "yuki_draws", "bikekitchen", "neonlab", "greta_o", "ponte", "laterna",
    "soundwalker", "rooftopcine", "marktfrau", "blueglass", "ninefold", "hannu", "papierschiff", "oleander", "teodora",
    "quietroom", "lampyris", "benno_w", "streetfoodie", "rosa_m", "velo", "paulina", "starfish", "noor", "ida_s", "emre_d",
    "wolke7", "linnea", "nocturne", "hafenkind", "volta", "tuuli", "sol_y", "kim_r",
)  # fmt: skip
POSTS = (
    ("Mira Hallund", "mira_hallund", "en", "The whole harbour went dark, and then nine thousand lanterns. I have never "
     "heard a crowd be that quiet. #LichterNacht", 962, 611),
    ("Harbour Stage", "harbourstage", "en", "Gates open at 18:00. Bring something warm, the wind has turned. 🧣", 214, 160),
    ("やまもと ゆき", "yuki_draws", "ja", "橋の上から見た光の川が本当にきれいだった。#光の祭り ✨", 171, 149),
    ("Saara K.", "saara_k", "fi", "Paras ilta koko vuonna. Valot heijastuivat veteen ja kaikki vain hymyilivät 💛 #valoatulos",
     122, 108),
    ("أمير", "amir.light", "ar", "كانت المدينة كلها تضيء الليلة، شكرا لكل المتطوعين 🌙 #مهرجان_النور", 101, 93),
    ("João Costa", "joao.costa", "pt", "O fado no cais, com as luzes a tremer na água. Arrepiante. #FadoNoCais", 96, 84),
    ("Festival Radio", "festivalradio", "en", "Drone show moved to 21:30.", 88, 61),
    ("Lena B", "lena-b", "de", "Wer hat die gelbe Laterne am Kai 9 verloren? Sie wartet bei uns am Infostand 🏮", 79, 70),
    ("The Ferryman", "the_ferryman", "en", "Three boats, two hundred people, one accordion.", 64, 60),
)  # fmt: skip


BANDS = (
    ("#光の祭り", 4.0), ("#Laternenumzug", 5.0), ("#CanalBoats", 7.0), ("#Drohnenshow", 5.0), ("#LichterNacht", 22.0),
    ("#valoatulos", 8.0), ("lost lantern", 3.0), ("#FadoNoCais", 6.0), ("#مهرجان_النور", 6.0),
)  # fmt: skip
COUNTRIES = {
    "FI": 214, "DE": 121, "PT": 64, "SE": 61, "GB": 44, "JP": 31, "US": 28, "FR": 22, "IN": 17, "BR": 14, "KE": 9, "EG": 8,
    "NZ": 5, "CL": 4, "SG": 3, "MT": 2,
}  # fmt: skip


def shipped(name: str) -> Layout:
    """The layout of that name that comes with Agora."""
    shelf = layouts.load(Path(layouts.SHIPPED), Grid())
    assert not shelf.faults, shelf.faults
    return shelf.layouts[name]


def graph_state(graph: Graph, n: int, m: int, seed: int = 7, groups: int = 14) -> GraphState:
    """A graph of ``n`` nodes with communities, hubs and weak ties, its nodes strongest first."""
    made = _graph_state(graph, n, m, seed, groups)
    arrays = {name: value.copy() for name, value in _fields(made) if isinstance(value, np.ndarray)}
    return dataclasses.replace(made, **arrays, pulses=list(made.pulses))


def _fields(state: GraphState) -> list[tuple[str, Any]]:
    return [(field.name, getattr(state, field.name)) for field in dataclasses.fields(state)]


@cache
def _graph_state(graph: Graph, n: int, m: int, seed: int, groups: int) -> GraphState:
    random = np.random.default_rng(seed)
    weight = np.sort(random.pareto(1.15, n) + 0.05)[::-1].astype(np.float32)
    weight = np.clip(weight / weight[0] * 1.0, 0.0, 1.0) ** 0.8
    share = 1.0 / np.arange(1, groups + 1) ** 0.55
    community = random.choice(groups, n, p=share / share.sum())
    community[: min(groups, n)] = np.arange(min(groups, n))
    uv = _spread(random, community, groups)
    if graph == "people":
        uv = 0.5 + (uv - 0.5) * 0.98
    source, target = _edges(random, community, weight, uv, m)
    strength = np.sort(random.beta(1.3, 3.5, len(source)))[::-1].astype(np.float32)
    outside = community[source] != community[target]
    weak = (outside & (random.random(len(source)) < (0.18 if graph == "people" else 0.0))).astype(np.uint8)
    role = np.zeros(n, np.uint8)
    if graph == "people":
        role[[i for i in (3, 17, 64) if i < n]] = 2
        role[[i for i in (8, 40, 90, 130) if i < n]] = 1
    burst = np.zeros(n, np.float32)
    for i, score in ((1, 0.95), (5, 0.7), (11, 0.5)):
        burst[i : i + 1] = score
    code = np.where(community < 11, community, np.where(community < 13, community, 255)).astype(np.uint8)
    pulses = [
        (int(a), int(b), T - float(p))
        for a, b, p in zip(source[5:150:9], target[5:150:9], random.uniform(100, 1600, 17), strict=False)
    ]
    return GraphState(
        graph, n + 8, random.permutation(np.arange(1000, 1000 + n, dtype=np.uint32)), uv, weight, np.ones(n, np.float32), code,
        role, np.ones(n, np.float32), np.zeros(n, np.float32), burst, source, target, strength, weak, pulses,
    )  # fmt: skip


def _spread(random: np.random.Generator, community: np.ndarray, groups: int) -> np.ndarray:
    """Positions as the hub gives them: clusters, half evened out by rank along each axis."""
    columns = max(1, round((groups * 8 / 3) ** 0.5))
    cells = random.permutation(columns * max(1, -(-groups // columns)))[:groups]
    centre = np.column_stack([cells % columns + 0.5, cells // columns + 0.5]) / [columns, max(1, -(-groups // columns))]
    centre += random.normal(0, 0.03, centre.shape)
    size = np.bincount(community, minlength=groups)[community] / len(community)
    uv = centre[community] + random.normal(0, 1, (len(community), 2)) * (0.05 + 0.42 * size[:, None]) * [0.55, 1.0]
    uv = (uv - uv.min(axis=0)) / np.maximum(np.ptp(uv, axis=0), 1e-6)
    even = uv.astype(np.float32)
    for _ in range(3):
        for axis in (0, 1):
            rank = np.argsort(np.argsort(even[:, axis], kind="stable")) / max(1, len(uv) - 1)
            even[:, axis] = 0.5 * even[:, axis] + 0.5 * rank
    return np.clip(evened(even, np.ones(len(uv), np.float32)) * 0.6 + even * 0.4, 0.0, 1.0).astype(np.float32)


def _edges(random: np.random.Generator, community: np.ndarray, weight: np.ndarray, uv: np.ndarray, m: int) -> Any:
    n = len(weight)
    pairs: set[tuple[int, int]] = set()
    pull = weight / weight.sum()
    while n > 3 and len(pairs) < min(m, n * (n - 1) // 4):
        a = int(random.choice(n, p=(pull + 0.6 / n) / 1.6))
        inside = random.random() < 0.9
        others = np.flatnonzero((community == community[a]) if inside else np.ones(n, bool))
        near = np.exp(-np.hypot(*((uv[others] - uv[a]) * [2.6, 1.0]).T) / (0.12 if inside else 0.3)) * (
            pull[others] + 0.3 / n
        )
        b = int(random.choice(others, p=near / near.sum()))
        if a != b:
            pairs.add((min(a, b), max(a, b)))
    listed = sorted(pairs)
    random.shuffle(listed)
    return np.array([p[0] for p in listed], np.uint32), np.array([p[1] for p in listed], np.uint32)


TRACKS = {
    "Festival of Light": Track("brand", 742, 0.4637, 0.34, 0.92, 401, 0.52, 0.09, 61, 669, 12),
    "Sommerwerft": Track("competitor", 431, 0.2694, 0.12, 0.06, 250, 0.33, 0.21, 0, 431, 0),
    "Nuit Blanche": Track("competitor", 286, 0.1788, 0.21, -0.31, 190, 0.41, 0.12, 0, 270, 16),
    "光の祭り": Track("competitor", 141, 0.0881, 0.4, None, 120, 0.58, 0.04, 0, 141, 0),
    "Nine thousand lanterns": Track("campaign", 318, 0.71, 0.44, 2.6, 214, 0.61, 0.05, 34, 262, 22, 1.42, 0.34),
    "Leave the car": Track("campaign", 130, 0.29, 0.02, 0.4, 96, 0.24, 0.22, 40, 90, 0, 0.18, 0.11),
}  # fmt: skip


def figures() -> Figures:
    """Half an hour of an evening with one great moment."""
    random = np.random.default_rng(3)
    x = np.arange(60)
    curve = 22 + 7 * np.sin(x / 9.0) + 64 * np.exp(-(((x - 41) / 4.2) ** 2)) + 30 / (1 + np.exp(-(x - 50) / 2.0))
    timeline = tuple(int(v) for v in curve + random.normal(0, 3.0, 60))
    numbers = Numbers(
        posts=sum(timeline), volume_per_min=round(sum(timeline) / 30.0, 4), per_second=1.1, change=0.92, voices=812,
        new_voices_share=0.21, creators=402, editors=410, owned=61, earned=1895, reach=1_430_000, held=3,
        sentiment=Sentiment(0.31, 0.48, 0.39, 0.13, 1500), roles={"brand": 14, "public": 798},
        flows={"brand_public": Flow(61, 0.08, 0.2), "public_brand": Flow(210, 0.27, 1.1),
               "public_public": Flow(504, 0.65, 0.1)},
        languages={"en": 900, "fi": 300, "de": 260}, sources={"simulation": 1956}, countries=COUNTRIES,
        timeline=timeline, bucket_ms=30_000, tracks=TRACKS,
        timeline_positive=tuple(round(n * (0.40 + 0.16 * np.sin(i / 11.0))) for i, n in enumerate(timeline)),
        timeline_negative=tuple(
            round(n * (0.12 + 0.20 * np.exp(-(((i - 24) / 4.0) ** 2)))) for i, n in enumerate(timeline)
        ),
    )  # fmt: skip
    rising = tuple(
        Rising(name, score, int(T) - minutes * 60_000, name, factor, _burst_curve(i, factor))
        for i, (name, score, minutes, factor) in enumerate(
            [("#Drohnenshow", 0.95, 9, 9.2), ("#LightParade", 0.8, 14, 6.1), ("#光の祭り", 0.7, 6, 4.8),
             ("lost lantern", 0.5, 21, 3.3), ("#FadoNoCais", 0.4, 17, 2.6)]
        )
    )  # fmt: skip
    return Figures(int(T), int(T), 1800, numbers, rising, bridges=14, data_age_s=0.4, topics=felt(), voices=voices(),
                   river=river())  # fmt: skip


def felt() -> tuple[TopicNode, ...]:
    """Topics and their moods, most of them glad."""
    random = np.random.default_rng(5)
    moods = np.clip(random.normal(0.16, 0.24, 24), -0.6, 0.8)
    return tuple(
        TopicNode(f"t{i}", TOPICS[i], round(300 / (i + 1.5)), round(float(moods[i]), 4) or 0.01, 0.0, i % 9)
        for i in range(24)
    )


def voices() -> tuple[PersonNode, ...]:
    """The strongest of the public, and four of the house."""
    roles = {3: "brand", 8: "staff", 13: "brand", 17: "staff"}
    return tuple(
        PersonNode("", f"@{PEOPLE[i]}", roles.get(i, "public"), round(412 / (i + 1) ** 0.72), i % 9) for i in range(20)
    )


def river() -> tuple[Stream, ...]:
    """Nine topics over half an hour; three of them have one great moment each."""
    random = np.random.default_rng(5)
    x = np.arange(61)
    bands = []
    for i, (name, weight) in enumerate(BANDS):
        rise = (
            5.0 * np.exp(-(((x - (14, 41, 55)[i // 3]) / 2.6) ** 2)) if i % 3 == 0 else 0.35 * np.sin(x / 7.0 + 2 * i)
        )
        course = random.poisson(weight * np.maximum(0.1, 1.0 + rise))
        bands.append(Stream(1000 + i, name, i % 8, tuple(int(v) for v in course)))
    return tuple(bands)


def _burst_curve(i: int, factor: float) -> tuple[int, ...]:
    x = np.arange(60)
    base = 4 + 1.5 * np.sin(x / 3.0 + i)
    return tuple(int(v) for v in base * (1 + (factor - 1) / (1 + np.exp(-(x - 44 + 3 * i) / 2.5))))


def stories() -> Stories:
    cards = tuple(
        Card(f"simulation:{i}", text, name, handle, lang, "simulation", "brand" if handle == "harbourstage" else "public",
             140 + 190 * i, count, voices, 0.3, i % 11)
        for i, (name, handle, lang, text, count, voices) in enumerate(POSTS)
    )  # fmt: skip
    return Stories(int(T), cards)


def labels(layout: Layout, panel: int, state: GraphState, grid: Grid, names: tuple[str, ...] = ()) -> Labels:
    """The labels that the hub would choose, of nodes that are called ``names`` from the strongest on."""
    names = names or (TOPICS if state.graph == "topics" else PEOPLE)
    screens = layout.panels[panel].screens
    rect = grid.span(screens)
    area = graph_area(rect, panel == 0 or bool(layout.panels[panel].caption))
    n = shown_nodes(state.graph, len(screens), len(state.key))
    radius = node_radius(state.graph, area, n, state.weight[:n])
    nodes = choice.Nodes(
        key=state.key[:n].tolist(),
        xy=place(grid, area, state.uv[:n]),
        radius=np.where(state.role[:n] > 0, np.maximum(radius, 15.0), radius).astype(np.float32),
        weight=state.weight[:n],
        score=state.weight[:n] + 1e-3,
        text=[names[i] if i < len(names) else "" for i in range(n)],
    )
    return Labels(int(T), layout.name, panel, state.graph, choice.choose(grid, rect, title_zone(grid, area), nodes, {}))


def view(
    layout: Layout, grid: Grid | None = None, topics: int = 408, people: int = 2000, names: tuple[str, ...] = (), **changes: Any
) -> View:  # fmt: skip
    """The evening on ``layout``, quite as a wall would know it at hub time ``T``."""
    grid = grid or Grid()
    hello = Hello(int(T), grid, Theme(), Event("Festival of Light", "#LichterNacht", "Harbour", "https://example.org/light",
                                               "privacy@example.org", timezone="UTC"), "rehearsal", "Rehearsal")  # fmt: skip
    graphs: dict[Graph, GraphState] = {}
    if topics:
        graphs["topics"] = graph_state("topics", topics, topics * 3, seed=7)
    if people:
        graphs["people"] = graph_state("people", people, people * 2, seed=11, groups=16)
    made = View(
        T, hello, OnAir(int(T) - 60_000, 1, layout, "default"), graphs=graphs, stories=stories(), figures=figures()
    )
    for index, panel in enumerate(layout.panels):
        shown = {"constellation": "topics", "conversations": "people"}.get(panel.visual)
        if shown in graphs:
            made.labels[(layout.name, index)] = labels(layout, index, graphs[shown], grid, names)  # type: ignore[index]
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def faced() -> View:
    """Stories and voices of which some have pictures that may be shown: made-up ones, a disc on a ground."""
    layout = Layout("faces", "People", (Panel("stories", (1, 2, 3)), Panel("voices", (4, 5, 6), "Who is heard")))
    made = view(layout, topics=0, people=0)
    told, figured = stories(), figures()
    names = [f"face {i}" for i in range(4)]
    cards = [
        msgspec.structs.replace(card, avatar=names[i] if i < 2 else "", picture="picture" if i == 2 else "")
        for i, card in enumerate(told.cards)
    ]
    faces = tuple(names[i // 3] if i % 3 == 0 and i < 12 else "" for i in range(len(figured.voices)))
    y, x = np.mgrid[0:96, 0:96].astype(np.float32) - 47.5
    inside = (np.hypot(x, y + 8) < 26)[..., None]
    colours = np.array([(214, 120, 90), (90, 150, 214), (120, 190, 130), (200, 170, 80)], np.float32)
    stills = {name: np.where(inside, 232, colours[i]).astype(np.uint8) for i, name in enumerate(names)}
    stills["picture"] = np.repeat(np.repeat(colours, 60, axis=0)[:, None], 320, axis=1).astype(np.uint8)
    opaque = {name: np.dstack([still, np.full(still.shape[:2], 255, np.uint8)]) for name, still in stills.items()}
    shown = msgspec.structs.replace(told, cards=tuple(cards))
    return dataclasses.replace(
        made, stories=shown, figures=msgspec.structs.replace(figured, faces=faces), stills=opaque
    )


TURNED: dict[str, tuple[Graph, str]] = {"topic": ("topics", TOPICS[0]), "person": ("people", PEOPLE[0])}


def turned(name: str, *, since: int = 5000, cards: int = 3, **changes: Any) -> View:
    """The wall turned to the strongest node ``since`` ms ago, with the labels that the hub would choose."""
    graph, label = TURNED[name]
    made = view(shipped(name), **changes)
    state = made.graphs[graph]
    key = int(state.key[0])
    mine = (state.source == 0) | (state.target == 0)
    near = {key, *state.key[state.source[mine]].tolist(), *state.key[state.target[mine]].tolist()}
    told = made.labels[name, 0]
    told = msgspec.structs.replace(told, labels=tuple(it for it in told.labels if it.key in near))
    course = river()[4].course if graph == "topics" else ()
    focused = Focused(int(T), graph, key, label, 318, 0, 1.2, 0.0, course, stories().cards[2 : 2 + cards])
    on_air = msgspec.structs.replace(made.on_air, at=int(T) - since, focus=Focus(graph, key))
    return dataclasses.replace(made, on_air=on_air, focused=focused, labels={(name, 0): told})
