"""The view: everything that a wall knows at one moment of hub time, ready to be drawn.

The client fills it from the hub's messages and interpolates; scenes and visuals only read it. What is drawn is a function
of the view, never of the frame count, so that two walls with the same view show the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stream.wire.messages import Figures, Focused, Graph, Hello, Labels, OnAir, Said, Stories

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]


@dataclass(slots=True)
class GraphState:
    """One graph, n nodes strongest first and m edges strongest first, as in ``GraphFeed``; ``uv`` interpolated for now.

    ``light`` f4 (n,) in 0 … 1 is how far a node has grown in, or faded out after it left the feed.
    """

    graph: Graph
    total: int
    key: Ints
    uv: Floats
    weight: Floats
    light: Floats
    community: Bytes
    role: Bytes
    trend: Floats
    sentiment: Floats
    burst: Floats
    source: Ints
    target: Ints
    strength: Floats
    weak: Bytes
    pulses: list[tuple[int, int, float]] = field(default_factory=list)
    """(from node index, to node index, hub ms when it was heard), of the last few seconds."""
    was: Bytes | None = None
    turned: Floats | None = None
    """While nodes change their community: the one that each comes from, and f4 in 0 … 1 how far it has come."""


@dataclass(slots=True)
class View:
    """``t`` is the hub time drawn, in ms. ``previous`` is the layout that a transition comes from, while it lasts."""

    t: float
    hello: Hello
    on_air: OnAir
    previous: OnAir | None = None
    graphs: dict[Graph, GraphState] = field(default_factory=dict)
    labels: dict[tuple[str, int], Labels] = field(default_factory=dict)
    """By layout name and panel index."""
    stories: Stories | None = None
    figures: Figures | None = None
    said: Said | None = None
    """What staff say, and the sponsors."""
    logos: dict[str, bytes] = field(default_factory=dict)
    """Sponsors' logos as PNG, by name."""
    stills: dict[str, npt.NDArray[np.uint8]] = field(default_factory=dict)
    """Strangers' pictures that may be shown: u1 (h, w, 4), premultiplied, by name."""
    focused: Focused | None = None
    """What is known of the node that the wall turns to, while it does."""
    left: Focused | None = None
    """The same of the node that the ``previous`` layout was turned to."""
    words: float = 1.0
    """Opacity of strangers' words, names and pictures: falls to 0 when the hub has been silent for ten seconds."""
    silent_s: float = 0.0
    """Seconds since the hub was last heard."""
    panic: bool = False
    code: str = ""
    """What a wall shows that asks a hub to let it in."""
    brightness: float = 1.0
    """Of the whole picture, in 0 … 1, by the hours; 0 is dark."""

    @property
    def turn_t(self) -> float:
        """The hub time that turns pages: it stands still while the picture is held."""
        return min(self.t, float(self.on_air.at)) if self.on_air.frozen else self.t
