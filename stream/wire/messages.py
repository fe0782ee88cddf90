"""Messages between the hub and its walls: MessagePack, one tagged message a binary frame.

Large arrays travel as packed little-endian bytes (named with their type below), so that a wall reads them with
``numpy.frombuffer``. Every state carries ``at``, the hub's clock in milliseconds; event times are named ``T`` and belong to
the conversation (in a replay they lie in the past).
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from stream.wire.geometry import Grid
from stream.wire.lookback import Back
from stream.wire.said import Session, Sponsor, Word
from stream.wire.snapshot import Numbers, PersonNode, Rising, TopicNode

Graph = Literal["topics", "people"]
Mode = Literal["live", "replay", "rehearsal"]


class Theme(msgspec.Struct, frozen=True):
    """Colours as ``#RRGGBB``; ``communities`` in their order, everything beyond them is ``rest``."""

    accent: str = "#4CC3FF"
    stage_inner: str = "#0A1020"
    stage_outer: str = "#03050B"
    ink: str = "#EEF3FA"
    quiet: str = "#8FA0B8"
    communities: tuple[str, ...] = (
        "#4CC3FF", "#FF6533", "#02FABA", "#8C80FB", "#A5F379", "#FB7BB5", "#F2E44B", "#59DFE9", "#D99C6C", "#6597DA", "#F2B447",
    )  # fmt: skip
    rest: str = "#7688A4"
    positive: str = "#2FE0A8"
    negative: str = "#FF7A59"
    light: bool = False
    """Whether the stage is light: what shines on a dark one is ink on it."""


class Panel(msgspec.Struct, frozen=True):
    """One visual on a rectangle of screens. ``options`` are the visual's own."""

    visual: str
    screens: tuple[int, ...]
    caption: str = ""
    options: dict[str, Any] = {}


class Layout(msgspec.Struct, frozen=True):
    """What the six screens show. ``title`` stands large on the first panel, ``subtitle`` small below it."""

    name: str
    title: str
    panels: tuple[Panel, ...]
    subtitle: str = ""


class Event(msgspec.Struct, frozen=True):
    """What the ``title`` visual says."""

    name: str = "Agora"
    hashtag: str = ""
    place: str = ""
    url: str = ""
    contact: str = ""
    guestbook: str = ""
    """Where visitors write."""
    timezone: str = ""
    """Where it takes place, such as ``Europe/Helsinki``; empty is each wall's own."""


# From the hub to a wall


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first message. ``mode_label`` is what the wall writes when it is not live: "Rehearsal", "Replay, 12 January 2016"."""

    at: int
    grid: Grid
    theme: Theme
    event: Event
    mode: Mode
    mode_label: str
    v: int = 1


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """Answer to a ``Ping``: the wall's own ``sent`` (its monotonic ms, returned as it came) and the hub's clock."""

    sent: float
    hub: float


class Focus(msgspec.Struct, frozen=True):
    """What the whole wall turns to: the node ``key`` of ``graph``. Its name comes only with feeds that pass moderation."""

    graph: Graph
    key: int


class OnAir(msgspec.Struct, frozen=True, tag="on_air"):
    """The layout on air since ``at``; a wall begins its 0.8 s transition at hub time ``at``. ``panic`` is the safe scene."""

    at: int
    rev: int
    layout: Layout
    why: str
    """``panic urgent freeze take speaker schedule playlist default``."""
    by: str = ""
    until: int | None = None
    panic: bool = False
    frozen: bool = False
    focus: Focus | None = None
    back: Back | None = None


class GraphFeed(msgspec.Struct, frozen=True, tag="graph"):
    """Structure and light of one graph; positions come as ``Motion`` with the same ``rev``.

    Node arrays have n entries, strongest first: ``key`` u4 (the same node has the same key for ever), ``weight`` f4 in 0 … 1
    of the greatest, ``community`` u1 (255 is none), ``role`` u1 (0 public, 1 staff, 2 brand), ``trend`` f4, ``sentiment`` f4
    in −1 … 1, ``burst`` f4 in 0 … 1. Edge arrays have m entries, strongest first: ``source`` and ``target`` u4 node indices,
    ``strength`` f4 in 0 … 1, ``weak`` u1.
    """

    graph: Graph
    rev: int
    at: int
    n: int
    m: int
    total: int
    """How many nodes there are, shown or not."""
    key: bytes
    weight: bytes
    community: bytes
    role: bytes
    trend: bytes
    sentiment: bytes
    burst: bytes
    source: bytes
    target: bytes
    strength: bytes
    weak: bytes


class Motion(msgspec.Struct, frozen=True, tag="motion"):
    """Positions of one graph thirty times a second: ``uv`` is u2 (n, 2), 65535 is 1.0 of the 8 : 3 unit box.

    ``rev`` is the ``GraphFeed`` they belong to. ``pulses`` u4 (p, 2): node indices (from, to) of interactions just heard.
    """

    graph: Graph
    rev: int
    at: int
    uv: bytes
    pulses: bytes = b""


class Label(msgspec.Struct, frozen=True):
    """A node's label on one panel. ``side``: 0 right, then clockwise in steps of 45° (2 below, 4 left, 6 above)."""

    key: int
    text: str
    size: float
    """Type size in canvas pixels."""
    side: int


class Labels(msgspec.Struct, frozen=True, tag="labels"):
    """The labels of one panel of the layout named, chosen once a second."""

    at: int
    layout: str
    panel: int
    graph: Graph
    labels: tuple[Label, ...]


class Card(msgspec.Struct, frozen=True):
    """A story that may be shown. ``age_s`` is T minus its time; ``sentiment`` in −1 … 1."""

    id: str
    text: str
    name: str
    handle: str
    lang: str
    source: str
    role: str
    age_s: int
    count: int
    voices: int
    sentiment: float = 0.0
    colour: int = 255
    """The community of the author, for the monogram."""
    pinned: bool = False
    """Whether staff want it to stand first."""
    avatar: str = ""
    """The name of a ``Still`` that may be shown in place of the monogram, and of one that hangs on the post."""
    picture: str = ""


class Feature(msgspec.Struct, frozen=True):
    """A card that stands large on one screen, over whatever else is there, since hub time ``since``."""

    screen: int
    since: int
    card: Card


class Stories(msgspec.Struct, frozen=True, tag="stories"):
    at: int
    cards: tuple[Card, ...]
    features: tuple[Feature, ...] = ()


class Stream(msgspec.Struct, frozen=True):
    """A band of the river: a topic whose label may be shown. ``key`` and ``community`` are those of its node."""

    key: int
    label: str
    community: int
    course: tuple[int, ...]
    """Posts in each of the window's buckets, oldest first; the last one is still filling."""


class Answers(msgspec.Struct, frozen=True):
    """Posts to the house that want an answer: how many are open, claimed and answered, and the median time to the first
    answer in ms.
    """

    open: int = 0
    claimed: int = 0
    answered: int = 0
    first_answer_ms: int | None = None


class Figures(msgspec.Struct, frozen=True, tag="figures"):
    """The numbers of the snapshot at event time ``T``, and those topics and people whose names may be shown."""

    at: int
    T: int
    window_s: int
    numbers: Numbers
    rising: tuple[Rising, ...]
    bridges: int = 0
    """People who tie two communities."""
    data_age_s: float = 0.0
    """Seconds since the newest mention was heard."""
    river: tuple[Stream, ...] = ()
    """Bands from the uppermost to the lowest."""
    topics: tuple[TopicNode, ...] = ()
    """The strongest whose mood is known."""
    voices: tuple[PersonNode, ...] = ()
    """The strongest of the public and the strongest of the house, without their ids; strongest first."""
    faces: tuple[str, ...] = ()
    """For each of the ``voices`` the name of a ``Still``, or nothing; fewer than voices where the last have none."""
    sessions: tuple[Session, ...] = ()
    """Sessions of the agenda that touch the window, those before the wall first."""
    answers: Answers = Answers()


class Said(msgspec.Struct, frozen=True, tag="said"):
    """What staff say now and within the next minute, and the sponsors; walls show each between its ``since`` and ``until``."""

    at: int
    words: tuple[Word, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()


class Logo(msgspec.Struct, frozen=True, tag="logo"):
    """A sponsor's picture, a PNG, under the ``name`` that sponsors give as their ``picture``."""

    at: int
    name: str
    png: bytes


class Still(msgspec.Struct, frozen=True, tag="still"):
    """A stranger's picture that may be shown, a WebP, under the ``name`` that cards give."""

    at: int
    name: str
    webp: bytes


class Focused(msgspec.Struct, frozen=True, tag="focused"):
    """What is known of the topic or the person that the wall turns to; ``label`` is empty when it may not be shown."""

    at: int
    graph: Graph
    key: int
    label: str
    weight: int
    """Posts that say the topic, or interactions that reach or leave the person."""
    voices: int
    """0 where they were not counted."""
    change: float | None
    """Of the newer half of the window against the older; 1.0 is twice as many."""
    sentiment: float
    course: tuple[int, ...]
    """Posts in each of the window's buckets, oldest first."""
    cards: tuple[Card, ...]


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """How the hub wants pictures: JPEGs ``width`` pixels wide (of the whole canvas), ``fps`` a second."""

    width: int
    fps: float


class Light(msgspec.Struct, frozen=True, tag="light"):
    """How brightly walls shine: hub times in ms and shares of full brightness, with straight lines between them."""

    at: int
    points: tuple[tuple[int, float], ...]


HubMessage = (
    Hello
    | Light
    | Pong
    | OnAir
    | GraphFeed
    | Motion
    | Labels
    | Stories
    | Figures
    | Said
    | Logo
    | Still
    | Focused
    | Watch
)


# From a wall to the hub


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    sent: float


class WallState(msgspec.Struct, frozen=True, tag="wall_state"):
    """Once a second, and at once after a change: what a wall shows."""

    name: str
    screens: tuple[int, ...]
    drawn: int
    """Hub time of the last frame."""
    on_air_rev: int
    panic: bool
    fps: float
    frame_ms: float
    dropped: int
    scale: float
    edges: int
    missing_glyphs: int = 0
    brightness: float = 1.0
    """0 while it is dark in off hours."""
    textures_mb: float = 0.0


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """A JPEG of what these screens show, bezels included where it spans some; drawn at hub time ``at``."""

    screens: tuple[int, ...]
    at: int
    width: int
    height: int
    jpeg: bytes


WallMessage = Ping | WallState | Picture

_encoder = msgspec.msgpack.Encoder()
_from_hub: msgspec.msgpack.Decoder[HubMessage] = msgspec.msgpack.Decoder(HubMessage)
_from_wall: msgspec.msgpack.Decoder[WallMessage] = msgspec.msgpack.Decoder(WallMessage)


def encode(message: HubMessage | WallMessage) -> bytes:
    """The frame of a message."""
    return _encoder.encode(message)


def decode_from_hub(frame: bytes) -> HubMessage:
    """Raises ``msgspec.DecodeError`` for anything that is no message of the hub."""
    return _from_hub.decode(frame)


def decode_from_wall(frame: bytes) -> WallMessage:
    """Raises ``msgspec.DecodeError`` for anything that is no message of a wall."""
    return _from_wall.decode(frame)
