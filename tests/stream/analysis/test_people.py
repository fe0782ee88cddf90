"""People: who talks to whom, and who carries an idea from one circle into another."""

from __future__ import annotations

import numpy as np

from stream.analysis.weak_ties import overlap
from stream.config import AccountsConfig, Config
from stream.mention import Mention, Person
from tests.stream.analysis.posts import measured, post


def circle(names: str) -> list[Mention]:
    """Everybody of a circle names everybody else."""
    return [
        post(f"{a}-{b}", a, text="hello", mentions=(Person(f"sim:{b}", b),)) for a in names for b in names if a != b
    ]


def test_interactions_have_a_direction_and_a_kind() -> None:
    """A reply goes to the author of its target, a repost too; who is named besides is mentioned."""
    edges = measured(
        post("1", "ann", text="one"),
        post(
            "2",
            "ben",
            kind="reply",
            of=("1", "ann"),
            text="two",
            mentions=(Person("sim:ann"), Person("sim:cem", "cem")),
        ),
        post("3", "cem", kind="repost", of=("1", "ann"), text="one", mentions=(Person("sim:dee"),)),
        post("4", "ann", kind="reply", of=("2", "ann"), text="to myself"),
    ).people.edges
    assert {(edge.source, edge.target, edge.kind) for edge in edges} == {
        ("sim:ben", "sim:ann", "reply"),
        ("sim:ben", "sim:cem", "mention"),
        ("sim:cem", "sim:ann", "repost"),
    }


def test_a_tie_between_circles_is_weak() -> None:
    """The one tie between two circles is marked, and no other."""
    bridge = post("bridge", "a", text="hello", mentions=(Person("sim:v", "v"),))
    people = measured(*circle("abcd"), *circle("uvwx"), bridge).people
    assert [(edge.source, edge.target) for edge in people.edges if edge.weak] == [("sim:a", "sim:v")]
    community = {node.handle: node.community for node in people.nodes}
    assert {community[name] for name in "abcd"} != {community[name] for name in "uvwx"}


def test_overlap_counts_common_neighbours() -> None:
    """In a square with one diagonal, the ends of the diagonal share all their neighbours."""
    low, high = np.array([0, 0, 0, 1, 2]), np.array([1, 2, 3, 2, 3])
    assert overlap(low, high, 4).tolist() == [0.5, 1.0, 0.5, 0.5, 0.5]


def test_flows_between_brand_and_public() -> None:
    """Who talks with whom is counted by direction, staff on the brand's side, and compared with the span before."""
    config = Config(accounts=AccountsConfig(brand=("sim:shop",), staff=("sim:sue",)))

    def says(name: str, who: str, whom: str, ago_s: float = 60) -> Mention:
        return post(name, who, ago_s, text="hi", mentions=(Person(f"sim:{whom}", whom),))

    flows = measured(
        says("1", "ann", "shop"), says("2", "ben", "sue"), says("3", "ann", "ben"), says("4", "shop", "ann"),
        says("5", "ann", "shop", 2000), says("6", "sue", "shop"), config=config,
    ).numbers.flows  # fmt: skip
    assert {name: (flow.count, flow.share, flow.change) for name, flow in flows.items()} == {
        "brand_public": (1, 0.25, None),
        "public_brand": (2, 0.5, 1.0),
        "public_public": (1, 0.25, None),
    }
