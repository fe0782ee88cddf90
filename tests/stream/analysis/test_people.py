"""People: who talks to whom, and who carries an idea from one circle into another."""

from __future__ import annotations

import numpy as np

from stream.analysis.people import circles
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


def test_the_brand_ties_no_circles() -> None:
    """Whoever the brand talks with stays in its circle; the brand, who knows only it, and a couple are in none."""
    calls = [post(f"to {name}", "shop", text="hi", mentions=(Person(f"sim:{name}", name),)) for name in "abcduvwxz"]
    couple = post("couple", "p", text="hi", mentions=(Person("sim:q", "q"),))
    config = Config(accounts=AccountsConfig(brand=("sim:shop",)))
    people = measured(*circle("abcd"), *circle("uvwx"), *calls, couple, config=config).people
    community = {node.id: node.community for node in people.nodes}
    assert len({community[f"sim:{name}"] for name in "abcd"} | {community[f"sim:{name}"] for name in "uvwx"}) == 2
    assert {community[f"sim:{name}"] for name in ("shop", *"zpq")} == {-1}
    assert not any(edge.weak for edge in people.edges)


def test_chance_contacts_are_no_weak_ties() -> None:
    """Where two circles touch at many places once, only the tie that is used again is weak; where at few, each is."""
    each = [np.array(pair) for pair in zip(*np.triu_indices(12, 1), strict=True)]
    within = np.array(each + [pair + 12 for pair in each])
    touches = np.array([(i, 12 + i) for i in range(12)])
    nobody = np.zeros(24, np.bool_)

    def marked(between: np.ndarray, times: list[int]) -> list[list[int]]:
        pairs = np.concatenate([within, between])
        count = np.array([1] * len(within) + times)
        labels, bridging = circles(pairs[:, 1], pairs[:, 0], count, nobody)
        assert labels.max() == 1
        found: list[list[int]] = pairs[bridging].tolist()
        return found

    assert marked(touches, [1] * 5 + [4] + [1] * 6) == [[5, 17]]
    assert marked(touches[:3], [1, 4, 1]) == touches[:3].tolist()
    assert marked(touches, [1] * 12) == touches.tolist()


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
