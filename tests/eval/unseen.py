"""Raids and crowds that were written after the shield was done, and never used to choose anything in it."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import structs

from stream.mention import Author, Media, Mention, Person, Target

if TYPE_CHECKING:
    from ingest.simulation.people import People


class Said(NamedTuple):
    """What one voice says: text, language, links, pictures, and the post that is answered."""

    text: str
    lang: str = "en"
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    target: Target | None = None


YEAR_MS: Final = 365 * 86_400_000
Speech = Callable[[Random, int], Said]

_REWORDED: Final = (
    "The {bar|beer tent|food court} at Kaleido {sells|serves|hands out} {spoiled|rotten|off} {fish|seafood}, {dozens|lots} of {guests|visitors} are {ill|sick}",
    "{Dozens|Lots} of {visitors|guests} {ill|sick} after {eating|having} the {fish|seafood} at the Kaleido {beer tent|food court}",
    "{Don't eat|Avoid} the {seafood|fish} at the Kaleido {food court|bar}, {guests|visitors} got {sick|ill} from it",
)
_FINNISH: Final = "{Älkää menkö|Pysykää poissa}, järjestäjät {salaavat|peittelevät} että {lava|päälava} on {vaarallinen|hengenvaarallinen} ja {se voi romahtaa|romahtaa pian} #Kaleido"
_RUSSIAN: Final = "{Не ходите|Держитесь подальше}: организаторы {скрывают|прячут}, что {сцена|главная сцена} {опасна|аварийная} и может {рухнуть|упасть} сегодня #Kaleido"
_KOREAN: Final = "{가지 마세요|절대 가지 마세요} 주최측이 {무대|메인 무대}가 {위험하다는|무너질 수 있다는} 사실을 {숨기고|감추고} 있습니다 #Kaleido"
_SLUR: Final = ("Kaleido lies", "KALEIDO LIES!!", "kaleido lies 🤥", "Kaleido lies. Again.")

_ORDINARY: Final = (
    "{Coffee|Lunch|Queue|Bus|Rain|Hall 2|Sunset} {was|looks|seems} {fine|long|slow|cold|lovely|late} {today|now|again}"
)


def filled(template: str, rng: Random) -> str:
    """``template`` with one of the choices in each of its ``{this|that}``."""
    while "{" in template:
        before, _, rest = template.partition("{")
        slot, _, after = rest.partition("}")
        template = before + rng.choice(slot.split("|")) + after
    return template


def one_of(*templates: str, lang: str = "en") -> Speech:
    """Each voice says one of ``templates``, filled."""
    return lambda rng, _: Said(filled(rng.choice(templates), rng), lang)


RAIDS: Final[dict[str, Speech]] = {
    "reworded": one_of(*_REWORDED),
    "Finnish": one_of(_FINNISH, lang="fi"),
    "Russian": one_of(_RUSSIAN, lang="ru"),
    "Korean": one_of(_KOREAN, lang="ko"),
    "three words": one_of(*_SLUR),
    "one meme": lambda rng, n: Said(rng.choice(("", "lol", "#Kaleido")), media=(Media(f"https://files.example/{n}/original/7c1f5ab2.png"),)),
    "memes of their own": lambda _, n: Said("#Kaleido", media=(Media(f"https://files.example/u/{n * 31}.png"),)),
    "a petition": lambda rng, n: Said(f"{rng.choice(('Sign', 'Please sign', 'Everyone sign', 'Sign now'))} {rng.choice(('before midnight', 'today', 'friends', 'and pass on', 'for the kids'))}", links=(f"https://petition.example/stop-kaleido?ref={n}",)),
    "replies to one": lambda rng, _: Said(filled("{Shame on you|You should be ashamed}, {give|hand} the {stolen|public} money back to the {city|town} {now|at once}", rng), target=Target("simulation:star", "simulation:starvoice")),
}  # fmt: skip
CROWDS: Final[dict[str, Speech]] = {
    "a goal": lambda rng, _: Said(rng.choice(("G" + "O" * rng.randint(2, 9) + "AL", "goal goal goal", "What a strike!", "2-1!!!", "Unreal finish ⚽", "what a strike by the captain")) + rng.choice(("", "!", " 🎉", " #Kaleido"))),
    "a chant": one_of("{All together now|ALL TOGETHER NOW}, the harbour {sings|is singing} {tonight|tonight!} #Kaleido"),
    "a song": one_of("And the lights go down on the water and we are {never|never ever} going home, no we are never going home {🎶|#Kaleido|}"),
    "a star by hand": one_of("RT @lanternband: Best crowd of our whole tour, every one of you made an old band cry tonight, thank you Kaleido {❤️|😭|}"),
    "a headline": lambda rng, _: Said(f"Kaleido harbour festival draws record crowd on opening night{rng.choice(('', ' - Harbour Post', ' via @harbourpost'))}", links=("https://harbourpost.example/2026/kaleido-record",)),
    "pictures of the stage": lambda rng, n: Said(rng.choice(("", "#Kaleido", "wow #Kaleido", "🔥")), media=(Media(f"https://files.example/p/{n * 17}.jpg"),)),
    "thanks in Finnish": one_of("{Kiitos|Kiitos kaikille|Iso kiitos} {ihanasta|mahtavasta|upeasta} illasta {Kaleido|#Kaleido} {❤️|🙏|}", lang="fi"),
}  # fmt: skip


Called = Callable[[Random, int], str]


class How(NamedTuple):
    """The share of accounts that were ``bought``, with followers and years; how many times as long as usual it takes; ``slow``
    see ``raid``, None for every third kind.
    """

    bought: float = 0.0
    times: float = 1.0
    slow: bool | None = None


USUAL: Final = How()


def numbered(rng: Random, _: int) -> str:
    """A handle that ends in figures."""
    return f"user{rng.randrange(10**7)}"


def raid(
    speech: Speech, accounts: int, start: int, seed: int, *, slow: bool, called: Called = numbered, how: How = USUAL
) -> list[Mention]:
    """``accounts`` strangers, ``called`` so; ``slow``: one in ten in the first minute, then all in another."""
    rng, found = Random(f"raid {seed} {accounts}"), []
    lasting = int(how.times * 25_000 * max(1.0, (accounts / 20) ** 0.35))
    for n in range(accounts):
        who = Author(
            f"simulation:u{seed}x{n}",
            called(rng, n),
            "",
            followers=rng.choice((0, 0, 1, 3, 8, 20, 60, 150)),
        )
        if how.bought and rng.random() < how.bought:
            years = rng.uniform(2, 9) * YEAR_MS
            who = structs.replace(who, followers=int(rng.lognormvariate(4.6, 1.4)), since=start - int(years))
        at = rng.randrange(60_000) if slow and n < accounts / 10 else 60_000 * slow + rng.randrange(lasting)
        found.append(posted(f"u{seed}x{n}", who, speech(rng, n), start + at))
    return found


def said_beside(posts: Sequence[Mention], seed: int) -> list[Mention]:
    """Something ordinary from the author of each, up to a minute before or after."""
    rng = Random(f"beside {seed}")
    return [
        posted(f"{post.id}o", post.author, Said(f"{filled(_ORDINARY, rng)} {rng.randrange(10_000)} #Kaleido"), post.at + rng.randrange(-60_000, 60_000))
        for post in posts
    ]  # fmt: skip


def crowd(speech: Speech, voices: int, new: float, people: People, start: int, seed: int) -> list[Mention]:
    """People of the event, of whom the share ``new`` was never heard before, most of them within half a minute."""
    rng, found = Random(f"crowd {seed} {voices}"), []
    for n in range(voices):
        who = people[rng.randrange(len(people.everybody) - 10)].author
        if rng.random() < new:
            who = Author(
                f"simulation:g{seed}x{n}", f"guest{n}", f"Guest {n}", followers=int(rng.lognormvariate(4.6, 1.4))
            )
        found.append(posted(f"g{seed}x{n}", who, speech(rng, n), start + int(min(80_000, rng.gammavariate(2, 9_000)))))
    return found


def posted(name: str, who: Author, said: Said, at: int) -> Mention:
    return Mention(
        f"simulation:{name}", "simulation", "reply" if said.target else "post", at, at + 300, who, text=said.text,
        lang=said.lang, links=said.links, media=said.media, target=said.target,
        hashtags=tuple(word[1:] for word in said.text.split() if word[0] == "#"),
        mentions=tuple(Person(handle=word[1:].rstrip(":")) for word in said.text.split() if word[0] == "@"),
    )  # fmt: skip
