"""How the made-up people put their words together."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

from ingest.simulation.festival import EVERYBODY, GLAD, PLACES, SORRY, TOPICS, WORDS, Sudden
from ingest.simulation.words.lines import LINES

Mood = int
"""−1 cross, 0 calm, 1 joyful."""

_TAG_SHARE: Final = (6.0, 4.0, 3.0, 2.0, 1.5, 1.0)


class Said(NamedTuple):
    """A text with its language, hashtags, and the mood in which it was said."""

    text: str
    lang: str
    tags: tuple[str, ...]
    mood: Mood


def post(rng: Random, lang: str, community: int) -> Said:
    """Something about the community's topic."""
    topic = TOPICS[community]
    mood = _mood(rng)
    tags = _tags(rng, topic.tags)
    if lang in LINES:
        line = rng.choice(LINES[lang])
        return Said(_with_tags(_dressed(rng, line, 1, topic.emoji, 0.6), tags), lang, tags, 1)
    words = WORDS[lang]
    thing = rng.choice(words.things[topic.name])
    main = rng.choice(words.joyful if mood > 0 else words.calm if mood == 0 else words.cross)
    parts = [_filled(rng, main, thing)]
    if rng.random() < 0.3:
        parts.insert(0, rng.choice(words.openers))
    if mood >= 0 and rng.random() < 0.4:
        parts.append(_filled(rng, rng.choice(words.closers), thing))
    text = _dressed(rng, " ".join(parts), mood, topic.emoji, 0.45)
    return Said(_with_tags(text, tags), lang, tags, mood)


def sudden(rng: Random, lang: str, what: Sudden) -> Said:
    """Something about a sudden event."""
    words = WORDS.get(lang) or WORDS["en"]
    lines = words.bursts.get(what.name) or WORDS["en"].bursts[what.name]
    text = _filled(rng, rng.choice(lines), "")
    if rng.random() < 0.35:
        text = f"{rng.choice(words.openers)} {text}"
    tags = (what.name, *(("Kaleido",) if rng.random() < 0.45 else ()))
    if rng.random() < 0.3:
        tags = (*tags, next(t for t in TOPICS if t.name == what.topic).tags[0])
    emoji = next(t for t in TOPICS if t.name == what.topic).emoji
    return Said(_with_tags(_dressed(rng, text, what.mood, emoji, 0.55), tags), words.lang, tags, what.mood)


def reply(rng: Random, lang: str, mood: Mood) -> Said:
    """An answer to a post of ``mood`` by somebody else."""
    words = WORDS.get(lang) or WORDS["en"]
    draw = rng.random()
    if draw < 0.58:
        mine, lines = (1, words.agree) if mood >= 0 else (-1, words.object)
    elif draw < 0.9:
        mine, lines = 0, words.ask
    else:
        mine, lines = -1, words.object
    return Said(_dressed(rng, _filled(rng, rng.choice(lines), ""), mine, "", 0.3), words.lang, (), mine)


def answer(rng: Random, lang: str) -> Said:
    """What the author says to a reply."""
    words = WORDS.get(lang) or WORDS["en"]
    return Said(_dressed(rng, _filled(rng, rng.choice(words.answer), ""), 0, "", 0.2), words.lang, (), 0)


def quote(rng: Random, lang: str, tags: tuple[str, ...]) -> Said:
    """What stands above a quoted post; it often keeps the first hashtag."""
    words = WORDS.get(lang) or WORDS["en"]
    kept = tags[:1] if rng.random() < 0.6 else ()
    return Said(_with_tags(_dressed(rng, rng.choice(words.quote), 1, "", 0.35), kept), words.lang, kept, 1)


def together(rng: Random, said: Said, handle: str) -> Said:
    """``said`` with a friend named."""
    words = WORDS.get(said.lang) or WORDS["en"]
    line = rng.choice(words.together).replace("{friend}", f"@{handle}")
    head, mark, tags = said.text.partition(" #")
    return said._replace(text=f"{head} {line}{mark}{tags}")


def line(rng: Random, template: str, community: int, friend: str = "") -> str:
    """A template of the festival's own voices, filled."""
    thing = rng.choice(WORDS["en"].things[TOPICS[community].name])
    return _filled(rng, template, thing).replace("{friend}", f"@{friend}")


def varied(rng: Random, text: str) -> str:
    """``text`` as somebody passes it on: nearly the same."""
    return rng.choice((
        text, f"{text} 👀", f"{text}!!", text.replace(".", " …", 1), f"RT: {text}", f"{text} (via a friend)",
    ))  # fmt: skip


def misspelt(rng: Random, text: str) -> str:
    """``text`` with two letters of one word swapped, or nothing changed where no word is long enough."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if not long:
        return text
    i = rng.choice(long)
    word, k = words[i], rng.randrange(1, len(words[i]) - 2)
    words[i] = word[:k] + word[k + 1] + word[k] + word[k + 2 :]
    return " ".join(words)


def _mood(rng: Random) -> Mood:
    draw = rng.random()
    return 1 if draw < 0.54 else 0 if draw < 0.86 else -1


def _tags(rng: Random, own: tuple[str, ...]) -> tuple[str, ...]:
    tags: list[str] = []
    for _ in range(rng.choices((0, 1, 2, 3), (1, 6, 3, 1))[0]):
        tag = rng.choices(own, _TAG_SHARE)[0]
        if tag not in tags:
            tags.append(tag)
    if rng.random() < 0.3:
        tags.append(rng.choices(EVERYBODY, (6.0, 2.0, 1.5, 1.0, 0.8))[0])
    return tuple(tags)


def _with_tags(text: str, tags: tuple[str, ...]) -> str:
    return f"{text} {' '.join('#' + tag for tag in tags)}" if tags else text


def _dressed(rng: Random, text: str, mood: Mood, emoji: str, share: float) -> str:
    """``text`` with an emoji after it, sometimes."""
    if rng.random() >= share:
        return text
    if mood < 0:
        return f"{text} {rng.choice(SORRY)}"
    own = _clusters(emoji)
    return f"{text} {rng.choice(own if own and rng.random() < 0.6 else GLAD)}"


def _clusters(emoji: str) -> tuple[str, ...]:
    """The emoji in ``emoji``, each with the variation selector that follows it."""
    found: list[str] = []
    for c in emoji:
        if c == "\ufe0f" and found:
            found[-1] += c
        else:
            found.append(c)
    return tuple(found)


def _filled(rng: Random, template: str, thing: str) -> str:
    if "{" not in template:
        return template
    return (
        template.replace("{thing}", thing)
        .replace("{Thing}", thing[:1].upper() + thing[1:])
        .replace("{place}", rng.choice(PLACES))
        .replace("{time}", f"{rng.randint(10, 23)}:{rng.choice(('00', '15', '30', '45'))}")
        .replace("{minutes}", str(rng.choice((5, 10, 15, 20, 25, 30, 40))))
        .replace("{number}", str(rng.choice((40, 60, 80, 120, 150, 200, 300, 412))))
    )
