"""What passes the word lists and what does not, on sentences made of templates and of the lists' own entries.

The functions are those of HateCheck (Röttger et al. 2021) as far as lists can know them: a word as it is, in every disguise,
inside ordinary words, in names of places. No slur stands in this file: the entries come from the package at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from stream.mention import Author, Mention
from stream.moderation import Chain
from stream.moderation.wordlists import LANGUAGES, entries
from tests.bench.figure import Figure, figure
from tests.eval import held_out

FRAMES: Final = ("You are such a {}", "What a {} day", "{} everywhere, honestly", "They said {} to me on the stage")
ORDINARY: Final = """
assessment class grass bass cockpit cocktail Scunthorpe Penistone Essex Sussex Middlesex analysis therapist grape
drape skyscraper scrapbook raccoon tycoon document circumstance title entitled competitor constitution institute
shuttle shitake matsushita Hancock Dickens Babcock peacock hancock bassoon ambassador passion compass harass embarrass
massive cassette molasses pass assign associate assume brass glass mass button butter buttress rebuttal snigger niggle
swank therapists canal analyst banal arsenal Arsenal parsec sexton sextant unisex Wankel swanky hoard whorl
"""
ORDINARY_ELSEWHERE: Final = {
    "fi": "runkosarja perseidit kullero pascal vitsi pillerit kusiainen sekstetti klassinen analyysi",
    "sv": "slutspel slutet horisont rövare sexton Fittja kukeliku analys klassisk massage",
    "de": "Dickicht Klassik Assistent Massage Analyse Sextett dick schwanken Schwanksaal hurtig Arsenal",
    "fr": "culture recul calcul bitume député dispute réputation connaître concours conduite retard pédagogie",
    "es": "computadora disputa reputación diputado coñac culinaria pollo vergüenza negro cultura",
    "pt": "computador deputado reputação cuidado curso picanha pauta negro cultura disputa",
    "it": "cazzuola culla cultura calcolo troiano puttanesca computer reputazione disputa fichi",
    "nl": "pikant pikdonker hoera hoe flikkerlicht klassiek analyse massage sextet slotgracht",
    "pl": "sukces sukienka suknia kurs kurort dupleks klasyka analiza masaż cypryjski",
    "da": "pikant røvere kusine slutte analyse klassisk massage fission sekstet",
}
"""Ordinary words of ten languages in which an entry of some list stands."""
GREEK: Final = {"a": "α", "o": "ο", "i": "ι", "e": "е", "c": "с", "p": "р", "u": "υ", "x": "х"}
LEET: Final = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "$"}
DISGUISES: Final[dict[str, Callable[[str], str]]] = {
    "as it is": lambda w: w,
    "in capitals": str.upper,
    "stretched": lambda w: w[:2] + w[2] * 4 + w[3:],
    "spelt out": " ".join,
    "with points": ".".join,
    "figures for letters": lambda w: "".join(LEET.get(c, c) for c in w),
    "one letter starred": lambda w: w[0] + "*" + w[2:],
    "zero-width": "\u200b".join,
    "other alphabets": lambda w: "".join(GREEK.get(c, c) for c in w),
    "marks above": "\u0336".join,
    "full width": lambda w: "".join(chr(ord(c) + 0xFEE0) for c in w),
    "in a hashtag": lambda w: f"#Total{w.capitalize()}Evening",
}


def measure() -> Iterator[Figure]:
    """The share held of each disguise, in English and in ten others; of each language's own entries; of ordinary words."""
    chain, rng = Chain(), Random(5)
    plain = [w for w in entries("en") if w.isalpha() and w.isascii() and w.islower() and 4 <= len(w) <= 10]
    plain = [w for w in plain if _held(chain, w, "en")]
    for name, disguise in DISGUISES.items():
        said = [rng.choice(FRAMES).format(disguise(word)) for word in plain]
        yield figure(
            f"moderation: held, {name}", _share(chain, said, "en"), "", least=0.95, note=f"{len(said)} sentences"
        )
    elsewhere = {language: _plain(chain, language, rng) for language in ORDINARY_ELSEWHERE}
    for name, disguise in DISGUISES.items():
        shares = {
            language: _share(chain, [disguise(word) for word in words], language)
            for language, words in elsewhere.items()
        }
        worst = min(shares, key=shares.__getitem__)
        note = f"{len(shares)} languages; least {shares[worst]:.2f} ({worst})"
        yield figure(
            f"moderation: held elsewhere, {name}", sum(shares.values()) / len(shares), "", least=0.9, note=note
        )
    others = []
    for language in LANGUAGES:
        words = [w for w in entries(language) if len(w) > 3][:200]
        others.append(_share(chain, [f"{w}" for w in words], language))
    yield figure(
        "moderation: held, each language's own",
        sum(others) / len(others),
        "",
        least=0.9,
        note=f"{len(others)} languages; least {min(others):.2f}",
    )
    said = [frame.format(word) for word in ORDINARY.split() for frame in FRAMES]
    yield figure(
        "moderation: ordinary words held", _share(chain, said, "en"), "", most=0.0, note=f"{len(said)} sentences"
    )
    innocent = [(language, word) for language, words in ORDINARY_ELSEWHERE.items() for word in words.split()]
    held = [f"{word} ({language})" for language, word in innocent if _held(chain, word, language)]
    note = f"{len(innocent)} words of {len(ORDINARY_ELSEWHERE)} languages{': ' * bool(held)}{', '.join(held[:5])}"
    yield figure(
        "moderation: ordinary words of other languages held", len(held) / len(innocent), "", most=0.0, note=note
    )

    yield from _held_out(chain, plain)


def _held_out(chain: Chain, plain: list[str]) -> Iterator[Figure]:
    """What was written without a look at the results; no bars, for the words of two meanings among it are held on purpose."""
    said = [
        (lang, text.strip()) for lang, all_ in held_out.INNOCENT.items() for text in all_.replace("\n", ";").split(";")
    ]
    held = [text for lang, text in said if _held(chain, text, lang)]
    note = f"{len(said)} sentences of {len(held_out.INNOCENT)} languages, some with a listed word on purpose"
    yield figure("moderation, held out: innocent sentences held", len(held) / len(said), "", note=note)
    for name, disguise in held_out.DISGUISES.items():
        frames = held_out.FRAMES
        texts = [frames[i % len(frames)].replace("{}", disguise(word)) for i, word in enumerate(plain)]
        yield figure(
            f"moderation, held out: held, {name}", _share(chain, texts, "en"), "", note=f"{len(texts)} sentences"
        )


def _plain(chain: Chain, language: str, rng: Random) -> list[str]:
    """Some of the entries of a language that are one word of plain letters, and are held as they are."""
    words = [w for w in entries(language) if w.isalpha() and w.isascii() and w.islower() and 4 <= len(w) <= 10]
    held = [w for w in words if _held(chain, w, language)]
    return rng.sample(held, min(60, len(held)))


def _share(chain: Chain, texts: list[str], lang: str) -> float:
    return sum(_held(chain, text, lang) for text in texts) / len(texts)


def _held(chain: Chain, text: str, lang: str) -> bool:
    mention = Mention("x:1", "x", "post", 0, 0, Author("x:9", "ann", "Ann"), text=text, lang=lang)
    return chain.judge(mention, 0).what == "hold"
