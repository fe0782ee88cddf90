"""Every visual in every state that a hall may bring, and at every size from one screen to all six, as seeded views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
import numpy as np

from stream.wire.geometry import Grid
from stream.wire.messages import Event, Figures, Layout, Panel, Stories, Stream
from stream.wire.snapshot import Flow, PersonNode, Rising, Sentiment, TopicNode, Track
from tests.wall.look import views
from wall.view import View
from wall.visuals import SHIPPED

CAPTIONS: Final = {
    "constellation": "What people talk about", "conversations": "Who talks with whom", "stories": "Most shared",
    "numbers": "Right now", "rising": "Growing now", "compare": "Side by side", "voices": "Who is heard",
    "mood": "How it sounds", "river": "What grew and what faded", "world": "Where people write", "title": "Welcome",
}  # fmt: skip
VISUALS: Final = tuple(name for name in SHIPPED if name in CAPTIONS)
SCRIPTS: Final = (
    "#光の祭りがはじまる", "#مهرجان_النور", "#เทศกาลแสง", "#रोशनी_का_त्योहार", "#דוכן_אור", "#빛의축제", "#灯光节", "#Ελλάδα",
    "#СветГорода", "#ஒளிவிழா", "#Đêmhội", "#ღამისშუქი",
)  # fmt: skip
LONG: Final = tuple(
    f"#{word * 4}" for word in ("Laternenumzug", "LichterNacht", "Valoatulos", "CanalBoats", "Drohnenshow", "HarbourStage",
                                "NachtDerIdeen", "Fireworks", "SilentDisco")
)  # fmt: skip
LONG_POSTS: Final = (
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 6,
    "lentokonesuihkuturbiinimoottoriapumekaanikkoaliupseerioppilas" * 9,
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" * 4,
    "#LichterNacht" * 20,
)  # fmt: skip
SCRIPT_POSTS: Final = (
    ("やまもと ゆき", "ja", "橋の上から見た光の川が本当にきれいだった。来年もまた来ます ✨ #光の祭り"),
    ("أمير", "ar", "كانت المدينة كلها تضيء الليلة، شكرا لكل المتطوعين 🌙 #مهرجان_النور"),
    ("นภา", "th", "คืนนี้สวยมาก ไม่อยากกลับบ้านเลย เจอกันใหม่ปีหน้านะ 🏮"),
    ("रोशनी", "hi", "आज रात पूरा शहर जगमगा उठा, सभी स्वयंसेवकों का धन्यवाद 🪔"),
    ("דוד", "he", "הלילה כל העיר האירה, תודה לכל המתנדבים #דוכן_אור 💡"),
    ("지민", "ko", "다리 위에서 본 빛의 강이 정말 아름다웠어요 💛 #빛의축제"),
    ("小明", "zh", "整座城市今晚都亮起来了，谢谢所有的志愿者！🎆"),
)  # fmt: skip
SIZES: Final = ((1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2))
"""Columns and rows of screens."""


def states(visual: str) -> Iterator[tuple[str, View]]:
    """Every state by name, as a view of one screen."""
    whole, caption = views.figures(), CAPTIONS[visual]
    yield "much", _view(visual, whole)
    yield "little", _view(visual, _fewer(whole), topics=5, people=6, stories=_cards(1))
    yield "none", _view(visual, None, topics=0, people=0, stories=None)
    yield (
        "long words",
        _view(visual, _renamed(whole, LONG), caption=f"{caption}, told at great length", names=LONG, stories=_long_cards(),
              event=Event(LONG[0][1:], LONG[1], LONG[2], "https://example.org/" + "light/" * 9, f"{LONG[3][1:]}@example.org")),
    )  # fmt: skip
    yield (
        "every script",
        _view(visual, _spoken(_renamed(whole, SCRIPTS)), names=SCRIPTS, stories=_script_cards(),
              event=Event("光の祭り · مهرجان", "#เทศกาลแสง", "रोशनी", "https://example.org", "privacy@example.org")),
    )  # fmt: skip
    yield "a burst", _view(visual, _burst(whole), stories=_burst_cards())
    yield "old", _view(visual, msgspec.structs.replace(whole, data_age_s=900.0), title=caption)
    yield "no hub", _view(visual, _unnamed(whole), words=0.0, silent_s=30.0, title=caption)
    yield "far", _view(visual, whole, Grid(columns=1, rows=1, distance_m=7.0))


def sizes(visual: str) -> Iterator[tuple[str, View]]:
    """The evening on every rectangle of screens, with the layout's title."""
    for columns, rows in SIZES:
        yield f"{columns} × {rows}", _view(visual, views.figures(), Grid(columns, rows), title=CAPTIONS[visual])


def _view(
    visual: str, figures: Figures | None, grid: Grid | None = None, title: str = "", caption: str = "", topics: int = 408,
    people: int = 2000, event: Event | None = None, **more: Any
) -> View:  # fmt: skip
    grid = grid or Grid(columns=1, rows=1)
    screens = tuple(range(1, grid.count + 1))
    layout = Layout(visual, title, (Panel(visual, screens, caption or ("" if title else CAPTIONS[visual])),))
    view = views.view(
        layout, grid, topics=topics if visual in ("constellation", "rising") else 0,
        people=people if visual == "conversations" else 0, figures=figures, **more,
    )  # fmt: skip
    if event is not None:
        view.hello = msgspec.structs.replace(view.hello, event=event)
    view.t += 2000.0
    return view


def _fewer(figures: Figures) -> Figures:
    """A quiet morning: two topics, seldom said, one country, a handful of people."""
    course = tuple([0] * 40 + [1, 0, 0, 1, 2, 1, 0, 1, 1, 0, 2, 1, 0, 1, 1, 2, 1, 0, 1, 1, 0])
    river = (Stream(1, "#coffee", 0, course), Stream(2, "#Tram9", 2, course[::-1]))
    numbers = msgspec.structs.replace(
        figures.numbers, posts=34, volume_per_min=1.1, change=None, voices=9, new_voices_share=0.2, creators=7, editors=2,
        reach=0, sentiment=Sentiment(0.2, 0.4, 0.5, 0.1, 10), roles={"public": 9}, flows={"public_public": Flow(4, 1.0, None)},
        countries={"FI": 2}, languages={"fi": 20}, timeline=course[:-1], timeline_positive=course[:-1],
        timeline_negative=course[1:], tracks={"Festival of Light": Track("brand", 12, 1.0, 0.2, None, 4, 0.3, 0.1, 2, 10, 0)},
    )  # fmt: skip
    rising = (Rising("#coffee", 0.4, figures.T - 240_000, "#coffee", 2.4, course[:-1]),)
    topics = (TopicNode("a", "#coffee", 6, 0.4, 0.0, 0), TopicNode("b", "#Tram9", 3, -0.2, 0.0, 1))
    voices = (PersonNode("", "@ida_s", "public", 4, 0), PersonNode("", "@noor", "public", 2, 0))
    return msgspec.structs.replace(
        figures, river=river, numbers=numbers, rising=rising, topics=topics, voices=voices, bridges=0
    )


def _renamed(figures: Figures, names: tuple[str, ...]) -> Figures:
    """All that has a name has one of ``names``, the loudest first."""
    loudest = sorted(figures.river, key=lambda stream: -max(stream.course))[: len(names)]
    name = {stream.key: names[i] for i, stream in enumerate(loudest)}
    river = tuple(msgspec.structs.replace(s, label=name.get(s.key, s.label)) for s in figures.river)
    rising = tuple(
        msgspec.structs.replace(r, label=new) for r, new in zip(figures.rising, names, strict=False)
    )  # fmt: skip
    topics = tuple(
        msgspec.structs.replace(t, label=names[i] if i < len(names) else t.label) for i, t in enumerate(figures.topics)
    )
    voices = tuple(
        msgspec.structs.replace(v, handle="@" + names[i][1:] if i < len(names) else v.handle)
        for i, v in enumerate(figures.voices)
    )
    tracks = {
        (names[i][1:] if i < len(names) else name): track
        for i, (name, track) in enumerate(figures.numbers.tracks.items())
    }
    numbers = msgspec.structs.replace(figures.numbers, tracks=tracks)
    return msgspec.structs.replace(figures, river=river, rising=rising, topics=topics, voices=voices, numbers=numbers)


def _unnamed(figures: Figures) -> Figures:
    """What a wall keeps of the figures when it has not heard the hub for ten seconds."""
    river = tuple(msgspec.structs.replace(stream, label="") for stream in figures.river)
    return msgspec.structs.replace(figures, river=river, rising=(), topics=(), voices=())


def _spoken(figures: Figures) -> Figures:
    """Fifteen languages."""
    codes = ("en", "ja", "ar", "th", "hi", "he", "ko", "zh", "fi", "de", "fr", "es", "pt", "it", "sv")
    languages = {code: 400 // (i + 1) for i, code in enumerate(codes)}
    numbers = msgspec.structs.replace(figures.numbers, languages=languages)
    return msgspec.structs.replace(figures, numbers=numbers)


def _burst(figures: Figures) -> Figures:
    """One topic shoots up in this minute, and one country with it."""
    wave = 30.0 * np.exp(-(((np.arange(61) - 59) / 2.0) ** 2))
    course = tuple(round(2 + float(v)) for v in wave)
    first, *others = figures.river
    shot = msgspec.structs.replace(first, course=course, label="#Blackout")
    timeline = tuple(n + 4 * course[i] for i, n in enumerate(figures.numbers.timeline))
    numbers = msgspec.structs.replace(
        figures.numbers, countries=figures.numbers.countries | {"PT": 900}, timeline=timeline, posts=sum(timeline), change=3.1,
        volume_per_min=412.0,
    )  # fmt: skip
    rising = (Rising("#Blackout", 1.0, figures.T - 70_000, "#Blackout", 61.0, course[:-1]), *figures.rising)
    return msgspec.structs.replace(figures, river=(shot, *others), numbers=numbers, rising=rising)


def _cards(count: int) -> Stories:
    stories = views.stories()
    return msgspec.structs.replace(stories, cards=stories.cards[:count])


def _long_cards() -> Stories:
    stories = views.stories()
    cards = tuple(
        msgspec.structs.replace(
            card, text=LONG_POSTS[i % len(LONG_POSTS)], name=LONG[i][1:] * 2, handle=LONG[i][1:] * 2
        )
        for i, card in enumerate(stories.cards)
    )
    return msgspec.structs.replace(stories, cards=cards)


def _script_cards() -> Stories:
    stories = views.stories()
    cards = tuple(
        msgspec.structs.replace(card, name=name, lang=lang, text=text, handle=name)
        for card, (name, lang, text) in zip(stories.cards, SCRIPT_POSTS, strict=False)
    )
    return msgspec.structs.replace(stories, cards=cards)


def _burst_cards() -> Stories:
    stories = views.stories()
    first = msgspec.structs.replace(
        stories.cards[0], text="Is it dark where you are?", count=4210, voices=3904, age_s=40
    )
    return msgspec.structs.replace(stories, cards=(first, *stories.cards[1:]))
