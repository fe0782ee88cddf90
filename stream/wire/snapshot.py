"""The snapshot: what the hub has measured at a time T, as ``GET /api/v1/snapshot`` and ``agora analyse`` give it.

Shares and means are rounded to 1/10,000; every list has one order (strongest first, ties by id), so that the same log at
the same T gives the same bytes.
"""

from __future__ import annotations

import msgspec


class Sentiment(msgspec.Struct, frozen=True):
    """Mean in −1 … 1 over the posts whose mood is known; shares of those; ``known`` is their number."""

    mean: float = 0.0
    positive: float = 0.0
    neutral: float = 0.0
    negative: float = 0.0
    known: int = 0


class Flow(msgspec.Struct, frozen=True):
    """Interactions in one direction, and their change against the same span before (1.0 is twice as many)."""

    count: int = 0
    share: float = 0.0
    change: float | None = None


class Track(msgspec.Struct, frozen=True):
    """One tracked set of terms; ``share`` is its share of voice: brands and competitors share one, and so do the
    campaigns, and the topics.

    ``positive`` and ``negative`` are shares of the posts whose mood is known. ``owned`` posts are the brand's and its staff's,
    ``bought`` ones say that they are paid for, ``earned`` are all others. Of a track with a start: ``uplift`` is the change
    of its rate since then against the time before, ``new_voices`` the share of its voices that had not spoken of the brand.
    """

    kind: str
    volume: int
    share: float
    sentiment: float
    change: float | None = None
    voices: int = 0
    positive: float = 0.0
    negative: float = 0.0
    owned: int = 0
    earned: int = 0
    bought: int = 0
    uplift: float | None = None
    new_voices: float | None = None


class Numbers(msgspec.Struct, frozen=True):
    """How much. ``posts`` counts mentions in the window, ``reach`` is followers who could have seen one.

    ``shed`` are those that the hub left out, because more came than it can read; they count nowhere else.
    """

    posts: int = 0
    volume_per_min: float = 0.0
    per_second: float = 0.0
    change: float | None = None
    voices: int = 0
    new_voices_share: float = 0.0
    creators: int = 0
    editors: int = 0
    owned: int = 0
    earned: int = 0
    reach: int = 0
    held: int = 0
    sentiment: Sentiment = Sentiment()
    roles: dict[str, int] = {}
    flows: dict[str, Flow] = {}
    """``brand_public public_brand public_public``."""
    languages: dict[str, int] = {}
    sources: dict[str, int] = {}
    countries: dict[str, int] = {}
    tracks: dict[str, Track] = {}
    timeline: tuple[int, ...] = ()
    """Mentions in each of the window's buckets, oldest first."""
    timeline_positive: tuple[int, ...] = ()
    timeline_negative: tuple[int, ...] = ()
    shed: int = 0
    """Those of them in a good and in a bad mood."""
    bucket_ms: int = 0


class TopicNode(msgspec.Struct, frozen=True):
    """``weight`` counts posts; ``trend`` compares the newer half of the window with the older (1.0 is twice)."""

    id: str
    label: str
    weight: int
    sentiment: float
    trend: float
    community: int


class TopicEdge(msgspec.Struct, frozen=True):
    """Said together: ``weight`` is a normalised pointwise mutual information in 0 … 1."""

    source: str
    target: str
    weight: float


class PersonNode(msgspec.Struct, frozen=True):
    """``weight`` counts interactions that reach or leave the person."""

    id: str
    handle: str
    role: str
    weight: int
    community: int


class PersonEdge(msgspec.Struct, frozen=True):
    """Interactions of one kind from ``source`` to ``target``; ``weak`` ties two communities."""

    source: str
    target: str
    kind: str
    weight: int
    weak: bool


class Topics(msgspec.Struct, frozen=True):
    nodes: tuple[TopicNode, ...] = ()
    edges: tuple[TopicEdge, ...] = ()
    courses: dict[str, tuple[int, ...]] = {}
    """Of the strongest, by id: posts in each of the window's buckets, oldest first."""


class People(msgspec.Struct, frozen=True):
    nodes: tuple[PersonNode, ...] = ()
    edges: tuple[PersonEdge, ...] = ()


class Causes(msgspec.Struct, frozen=True):
    """What made a topic rise, since it began: the posts echoed most, who began, how many people, what else they say."""

    posts: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    voices: int = 0
    topics: tuple[str, ...] = ()


class Rising(msgspec.Struct, frozen=True):
    """A topic that grows against its own baseline: ``score`` in 0 … 1, ``since`` the start of the burst in ms."""

    topic: str
    score: float
    since: int
    label: str = ""
    factor: float = 0.0
    """How many times its baseline."""
    curve: tuple[int, ...] = ()
    """Posts in each of the window's buckets, oldest first."""
    causes: Causes | None = None
    """Told of the strongest."""


class Story(msgspec.Struct, frozen=True):
    """Near-duplicates, reposts and posts of one link as one: its best representative, ``count`` posts by ``voices``."""

    id: str
    text: str
    author: str
    count: int
    voices: int
    links: tuple[str, ...]
    at: int
    handle: str = ""
    name: str = ""
    lang: str = ""
    role: str = "public"
    source: str = ""
    sentiment: float = 0.0
    weight: int = 0


class SourceState(msgspec.Struct, frozen=True):
    """One source. ``age_ms`` is since its last mention, ``alive_ms`` since its last sign of life, -1 for never.

    ``state`` is what ingest says of it (``starting live quiet waiting stopped finished``), or ``dead`` when ingest is silent
    about it; of a source that ingest never spoke of, ``live quiet late dead`` by its age. ``since`` is
    the time in ms at which ingest first said so, 0 where it did not. ``rate`` is mentions a minute. ``source`` is the word that
    its mentions carry, ``error`` what is wrong and ``advice`` what to do.
    """

    name: str
    state: str
    age_ms: int
    rate: float
    deletions: bool = True
    error: str = ""
    advice: str = ""
    source: str = ""
    alive_ms: int = -1
    since: int = 0
    spooled: int = 0


class Snapshot(msgspec.Struct, frozen=True):
    at: int
    window_s: int
    approximate: bool
    numbers: Numbers
    topics: Topics
    people: People
    rising: tuple[Rising, ...]
    stories: tuple[Story, ...]
    sources: tuple[SourceState, ...] = ()


def encode(snapshot: Snapshot) -> bytes:
    """Canonical JSON: keys in order of declaration, mappings by key, the same bytes for the same values."""
    return msgspec.json.encode(snapshot, order="sorted")
