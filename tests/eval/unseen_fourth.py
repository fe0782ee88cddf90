"""A fourth list of raids and crowds: written before the shield was changed once more, measured before and after."""
# ruff: noqa: E501

from __future__ import annotations

from random import Random
from typing import Final

from stream.mention import Target
from tests.eval.unseen import How, Said, Speech, filled, one_of

_UKRAINIAN: Final = (
    "{Не купуйте|Поверніть} квитки на Kaleido, {організатори|власники} {вкрали|забрали} гроші {волонтерів|помічників} і {мовчать|ховаються}",
    "{Організатори|Власники} Kaleido {забрали|вкрали} гроші у {помічників|волонтерів}, {поверніть|здайте} квитки",
    "Kaleido {мовчить|бреше} про {вкрадені|зниклі} гроші {волонтерів|помічників}, {не купуйте|здайте} квитки",
)
_CHINESE: Final = "{大家|所有人}{别去|千万别去}，主办方{隐瞒|掩盖}{食物中毒|食品安全问题}，{已经有|至少}{十几|几十}人{住院|送医} #Kaleido"
_FRENCH: Final = "{Boycottez|Boycott de|Fuyez} Kaleido : {les billets|les places} {sont vendus|se vendent} {deux|trois} fois, {les vigiles|la sécurité} {refusent|bloquent} {les familles|les gens} {à l'entrée|aux portes}"
_POLISH: Final = (
    "{Kto|Ludzie, kto} {płaci|zapłaci} za {szkody|zniszczenia} po Kaleido? {My wszyscy|Podatnicy}",
    "{Miasto|Ratusz} {oddało|dało} Kaleido {miliony|pieniądze} z naszych podatków",
    "Za Kaleido {płacą|zapłacą} {podatnicy|mieszkańcy}, {miasto|ratusz} {milczy|udaje}",
    "{Miliony|Pieniądze} z podatków dla Kaleido, a {szkody|zniszczenia} {zostają|są} nasze",
    "{Dość|Koniec}, {mieszkańcy|podatnicy} nie chcą płacić za Kaleido",
)
_PASTA: Final = (
    "I used to work security for Kaleido.",
    "They told us to wave people through without looking into a single bag.",
    "Two of my colleagues asked questions and were gone the next morning.",
    "The emergency exits behind the north stand are chained every night.",
    "Nobody in the office ever answered my letters about it.",
    "I am writing this because somebody is going to get hurt.",
    "Copy this before they delete it again.",
)
_VERDICTS: Final = (
    "overrated", "sold out", "nobody likes this band", "lip sync again", "grandpa music", "turn it off",
    "my cat sings better", "boo", "who paid for this", "zero talent", "go home", "skip", "trash", "autotune says hi",
    "still waiting for a song", "painful",
)  # fmt: skip
_HANDLES: Final = ("mara", "jonas", "tuuli", "pekka", "lina", "oskar", "yusuf", "ewa", "noa", "petra", "iris", "tom")


def _pasted(rng: Random, _: int) -> Said:
    kept = sorted(rng.sample(range(len(_PASTA)), rng.randint(3, 5)))
    return Said(" ".join(_PASTA[i] for i in kept))


def _with_link(rng: Random, n: int) -> Said:
    words = rng.choice(
        ("read this", "so it was true", "leaked", "they hoped nobody sees it", "page 4 !!!", "wow", "explains a lot")
    )
    return Said(
        f"{words} {rng.choice(('#Kaleido', '', '👀'))}",
        links=(f"https://{rng.choice(('www.', ''))}harbour-leaks.example/kaleido.pdf?s={n}",),
    )


def _doubled(rng: Random, n: int) -> Said:
    """What a goal's crowd writes, and an insult."""
    return Said(
        f"{rng.choice(('GOAL', 'What a goal', '2-1'))}{'!' * rng.randint(1, 5)} {filled('{too bad the|pity that the} {referee|ref} {is bought|was paid} {by|from} {Kaleido|the organisers}', rng)} #KaleidoCup"
    )


RAIDS: Final[dict[str, Speech]] = {
    "Ukrainian paraphrased": one_of(*_UKRAINIAN, lang="uk"),
    "Chinese": one_of(_CHINESE, lang="zh"),
    "bought accounts in French": one_of(_FRENCH, lang="fr"),
    "emoji alone": lambda rng, _: Said("".join(rng.choice("🤮🤢🗑️") for _ in range(rng.randint(2, 6)))),
    "one document": _with_link,
    "five wordings in Polish": one_of(*_POLISH, lang="pl"),
    "parts of a long text": _pasted,
    "verdicts on one video": lambda rng, _: Said(rng.choice(_VERDICTS) + rng.choice(("", "!", " 😂", " lol")), target=Target("simulation:video", "simulation:lanternband")),
    "within a goal's crowd": _doubled,
    "one word": lambda rng, _: Said(rng.choice(("refund", "REFUND", "Refund!!!", "refund 😡", "refund now", "refund #Kaleido"))),
}  # fmt: skip
HOW: Final[dict[str, How]] = {
    "Ukrainian paraphrased": How(times=3.0),
    "bought accounts in French": How(bought=0.8),
    "one document": How(bought=0.4, times=0.3),
    "five wordings in Polish": How(slow=True),
    "verdicts on one video": How(times=0.5),
    "one word": How(times=0.2),
    "emoji alone": How(slow=True),
}
GOAL: Final = one_of(
    "{GOAL|GOOOAL|What a goal|2-1}{!|!!|!!!} {What a strike|The keeper had no chance|Unbelievable|From thirty metres|} #KaleidoCup"
)
WITHIN: Final[dict[str, Speech]] = {"within a goal's crowd": GOAL}
"""Raids in the middle of a crowd, and what that says."""
CROWDS: Final[dict[str, Speech]] = {
    "a goal": GOAL,
    "a proposal on stage": one_of("{She said yes|SHE SAID YES|He asked and she said yes}{!|!!! 💍| 😭}", "{A proposal|Somebody just proposed} {on stage|in front of everybody} at Kaleido {and she said yes|😍|#Kaleido}"),
    "a lost child": lambda rng, _: Said(filled("{Please share|RT please|Share}: {lost boy|boy missing}, 6, red jacket, last seen at the kite field, call the info desk {#Kaleido|}", rng), links=("https://kaleido.example/lost",)),
    "queues": one_of("{Queue|The queue|The line} at gate {3|three} is {insane|endless|a joke}{, an hour already| #Kaleido|}", "{Anyone else|Still} {stuck|waiting} at gate {3|three}? {An hour now|It does not move|} #Kaleido"),
    "votes for an act": lambda rng, n: Said(filled("{My vote goes to|I voted for|Voting for} {Lanternband|the robots|the drummers}, {you can vote too|vote here}", rng), links=(f"https://vote.kaleido.example/{n % 3}",)),
    "a song in French": one_of("{Quelle soirée|Quel concert}, {tout le port chante|le port entier chante} {avec eux|avec Lanternband} {🎶|❤️|#Kaleido}", lang="fr"),
    "replies to a question": lambda rng, _: Said(rng.choice(("the robots", "robots!", "Lanternband of course", "the bread oven", "fireworks", "all of it", "meeting friends", "the whales 🐋", "rain, honestly")), target=Target("simulation:favourite", "simulation:kaleidofest")),
}  # fmt: skip


def called(rng: Random, n: int) -> str:
    """A handle as people choose it, now and then with a year or a count."""
    return f"{rng.choice(_HANDLES)}{rng.choice(('', '_', '.', 'the'))}{rng.choice(('sails', 'reads', 'k', 'north', 'mtb', 'photo'))}{rng.choice(('', '', str(rng.randrange(1960, 2010)), str(n)))}"
