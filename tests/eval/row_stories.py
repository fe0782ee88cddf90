"""Stories: planted near-duplicates among other texts in many languages, and what is merged in a real archive.

``--pairs`` names a file into which 200 merged pairs of the archive are written, to be read by a person.
"""

from __future__ import annotations

import gzip
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations, groupby
from pathlib import Path

import numpy as np

from ingest.archive import read
from stream.analysis.folding import fold
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Author, Mention
from tests.bench.figure import Figure, figure
from tests.eval import retold
from tests.eval.data import Absent, find
from tests.eval.sentences import sentences

DAY = 86_400_000
START = 1_760_000_000_000
WORLDS = 4
PLANTED = 500
OTHERS = 3_500
MADE = 6_000
SHORT = 50
"""Texts of fewer characters are not planted: one word of ten makes them something else."""
TEMPLATED = 400
PAIRS = 200
UNLIKE = 1 / 3
"""Share of their words that posts of one story have in common at least, or else a post or page."""

Group = tuple[str, str]


def measure() -> Iterator[Figure]:
    """Pair-wise F1 for changes that parameters were chosen with and for others; then the archive."""
    texts = real() + sentences(MADE, seed=0)
    for name, changes in (("tuned", retold.TUNED), ("held out", retold.HELD_OUT)):
        hits = Counter[str]()
        for seed in range(WORLDS):
            hits += judged(planted(random.Random(seed), texts, changes))
        right, false, missed = hits["right"], hits["false"], hits["missed"]
        found = {
            change.__name__: hits[f"found {change.__name__}"] / hits[f"all {change.__name__}"] for change in changes
        }
        weakest = ", ".join(f"{kind} {share:.2f}" for kind, share in sorted(found.items(), key=lambda f: f[1])[:3])
        note = f"precision {right / (right + false):.3f}, recall {right / (right + missed):.3f}; found least: {weakest}"
        yield figure(
            f"stories: F1, changes {name}", 2 * right / (2 * right + false + missed), "", least=0.95, note=note
        )
    try:
        yield from archive()
    except Absent as reason:
        print(f"stories: the archive is not measured, {reason}", file=sys.stderr)


def real() -> list[str]:
    """Posts and lines of films in many languages, each once; empty where there are none."""
    try:
        folder = find("sentiment/train")
    except Absent:
        return []
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.tsv.gz")):
        for line in gzip.decompress(path.read_bytes()).decode("utf-8", errors="replace").splitlines():
            text = line.partition("\t")[2].strip()
            if len(text) >= SHORT:
                found.setdefault(re.sub(r"\W|http|@user", "", text.casefold()), text)
    return list(found.values())


def planted(
    chance: random.Random, texts: Sequence[str], changes: Sequence[retold.Change]
) -> list[tuple[Group, Mention]]:
    """A world of posts, in random order, each with the group it belongs to; a group's posts are near-duplicates.

    Beside the groups there are other texts, lines of machines that differ in figures and names, and quotes with comments.
    """
    pool = chance.sample(texts, PLANTED * 2 + OTHERS)
    told: list[tuple[str, str, str]] = []
    for i, text in enumerate(pool[:-PLANTED]):
        told.append((str(i), "", text))
        if i < PLANTED:
            for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
                change = chance.choice(changes)
                told.append((str(i), change.__name__, change(text, chance)))
            if i % 5 == 0:
                told.append((f"comment {i}", "commented", retold.commented(text, pool[-1 - i], chance)))
    machines = dict.fromkeys(retold.templated(chance) for _ in range(TEMPLATED))
    told += [(line, "templated", line) for line in machines]
    chance.shuffle(told)
    return [((group, change), _made(i, START + i * 100, text)) for i, (group, change, text) in enumerate(told)]


def judged(world: Sequence[tuple[Group, Mention]]) -> Counter[str]:
    """How many pairs are rightly, falsely and not merged, and of each change in how many retellings it is found."""
    state = State(Config(), DAY)
    state.add([post for _, post in world])
    state.advance(START + DAY // 2)
    story = merged(state)
    groups: dict[str, list[tuple[str, int]]] = {}
    for (group, change), post in world:
        groups.setdefault(group, []).append((change, story[post.id]))
    hits = Counter[str]()
    for members in groups.values():
        for (one, a), (two, b) in combinations(members, 2):
            hits["right" if a == b else "missed"] += 1
            if not one or not two:
                hits[f"all {one or two}"] += 1
                hits[f"found {one or two}"] += a == b
    together = Counter(story.values())
    hits["false"] = sum(n * (n - 1) // 2 for n in together.values()) - hits["right"]
    return hits


def merged(state: State) -> dict[str, int]:
    """The number of the story of each post by its id; those that are no part of any are numbered below 0."""
    view = state.view()
    told, story, single = fold(view)
    found = {view.mention(slot).id: number for slot, number in zip(told.tolist(), story.tolist(), strict=True)}
    return found | {view.mention(slot).id: -1 - i for i, slot in enumerate(np.flatnonzero(single).tolist())}


def _made(number: int, at: int, text: str) -> Mention:
    return Mention(
        id=f"sim:{number}", source="sim", kind="post", at=at, seen=at, author=Author(f"sim:{number % 997}"), text=text,
        links=tuple(re.findall(r"https?://\S+", text)),
    )  # fmt: skip


def archive() -> Iterator[Figure]:
    """How many pairs merged in the archive, week by week, share neither post nor page, nor a third of their words."""
    posts = [p for p in read(find("congress/tweets-2016-q1.ndjson.gz"), "twitter-v1") if isinstance(p, Mention)]
    pairs = [pair for week in weeks(posts) for pair in together(week)]
    false = [pair for pair in pairs if kin(*pair) < UNLIKE]
    if os.environ.get("AGORA_EVAL_PAIRS"):
        sample = random.Random(0).sample(pairs, PAIRS)
        lines = [f"{i}\t{kin(*pair):.2f}\n  {told(pair[0])}\n  {told(pair[1])}\n" for i, pair in enumerate(sample)]
        Path(os.environ["AGORA_EVAL_PAIRS"]).write_text("".join(lines), encoding="utf-8")
    note = (
        f"{len(false)} of {len(pairs)} pairs share neither post nor page nor a third of their words; read 200 by hand"
    )
    yield figure("stories: merged without cause, congress", 100 * len(false) / len(pairs), "%", most=0.5, note=note)


def weeks(posts: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Posts in order of time, by week."""
    for _, week in groupby(posts, lambda post: post.at // (7 * DAY)):
        yield list(week)


def together(posts: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    """Pairs of posts that are in one story."""
    state = State(Config(), 8 * DAY)
    state.add(posts)
    state.advance(posts[-1].at)
    story = merged(state)
    for _, members in groupby(sorted(posts, key=lambda post: story[post.id]), lambda post: story[post.id]):
        yield from combinations(members, 2)


def kin(one: Mention, two: Mention) -> float:
    """1 for posts that repeat one post or link to one page, else the share of the words of both that they have in common."""
    if _post(one) == _post(two) or {_page(link) for link in one.links} & {_page(link) for link in two.links}:
        return 1.0
    return SequenceMatcher(None, _words(one.text), _words(two.text), autojunk=False).ratio()


def told(post: Mention) -> str:
    """A post on one line, for people."""
    return f"{post.kind} {' '.join(post.text.split())} {' '.join(post.links)}"


def _post(post: Mention) -> str:
    return post.target.id if post.kind == "repost" and post.target is not None else post.id


def _page(link: str) -> str:
    return re.sub(r"^https?://(www\.|m\.)?|[?#].*$|/+$", "", link.lower())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"https?://\S+", "", text.lower()))
