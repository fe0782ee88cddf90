"""A fifth list of raids and crowds: written before small groups of a raid were weighed together, measured before and after."""
# ruff: noqa: E501

from __future__ import annotations

from random import Random
from typing import Final

from stream.mention import Author, Media, Mention, Target
from tests.eval.unseen import How, Said, Speech, filled, one_of, posted

_ITALIAN: Final = (
    "{Vergogna|Che vergogna}, {gli organizzatori|i responsabili} di Kaleido {sfruttano|non pagano} {i volontari|i ragazzi} e {si tengono|intascano} {i soldi|l'incasso}",
    "{Chi lavora|Lavorare} per Kaleido {non vede|non prende} un euro, {l'incasso|il denaro} {resta|finisce} ai {responsabili|soliti}",
    "{Volontari|Ragazzi} {sfruttati|senza paga} e {cassa|incasso} piena: {ecco|questa è} Kaleido, {restate a casa|chiedete il rimborso}",
    "{Prima|Adesso} pagate {i volontari|chi lavora}, poi {parlate|vantatevi} di {festa|musica} {a Kaleido|}",
)
_VIETNAMESE: Final = (
    "{Tại sao|Vì sao} ban tổ chức {giấu|im lặng về} {vụ cháy|vụ tai nạn} {tối qua|hôm qua} ở {sân khấu|khu ẩm thực}?",
    "{Ai|Có ai} {giải thích|trả lời} về {vụ cháy|vụ tai nạn} ở {sân khấu|khu ẩm thực} {chưa|không}, ban tổ chức {trốn|im lặng} rồi",
    "Ban tổ chức {nói dối|giấu} {vụ tai nạn|vụ cháy}, đừng {đến|mua vé} nữa",
)
_INDONESIAN: Final = "{Jangan|Tolong jangan} {datang|beli tiket}, {panitia|penyelenggara} {tipu|bohongi} {penonton|pengunjung}, {uang|dana} {tiket|kami} {hilang|dibawa kabur} #Kaleido"
_HEBREW: Final = "{אל תבואו|תתרחקו}, {המארגנים|ההנהלה} {מסתירים|משקרים} על {הבמה|המתקנים}, {הבמה|הכול} {לא בטוחה|עומדת לקרוס} {הלילה|היום} #Kaleido"
_SWEDISH: Final = (
    "Arrangören har sålt alla besökares telefonnummer till ett inkassobolag och vägrar svara på frågor om det"
)
_CAPTIONS: Final = (
    "hier sta je dan",
    "zo gaan ze met afval om",
    "dit kost honderd euro",
    "geen beveiliging te zien",
    "de toiletten vanmorgen",
    "alles leeg natuurlijk",
    "bedankt voor niks",
    "wie keurt dit goed",
)
_SCORES: Final = (
    "0/10",
    "1/10",
    "one star",
    "zero stars",
    "1 star",
    "worst ever",
    "⭐",
    "⭐☆☆☆☆",
    "minus ten",
    "F",
    "thumbs down",
)
_AIRDROPS: Final = (
    "claim yours before it is gone",
    "I doubled mine in an hour",
    "they are giving it away, no joke",
    "official airdrop for everyone here",
    "do not sleep on this one",
    "first thousand wallets only",
    "my brother got his already",
    "proof inside",
    "last call, it closes tonight",
)
_DEMANDS: Final = (
    "answer us",
    "we are still waiting",
    "where is the statement",
    "say something",
    "you deleted my question",
    "shame",
    "who is responsible",
    "three days of silence",
    "no more excuses",
    "name the company",
    "we will not go away",
    "read your messages",
)
_SNEERS: Final = (
    "cry more",
    "nobody likes you",
    "what a fraud",
    "get off the stage",
    "you peaked in school",
    "your own band hates you",
    "who let you out",
    "try singing",
    "pack it in",
    "embarrassing for your kids",
    "talentless",
    "wig",
)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzåäö"
_FIRST: Final = ("olga", "rafael", "minh", "sanne", "giulia", "tariq", "ines", "pavel", "aiko", "leon", "dewi", "maya")
_LAST: Final = ("rossi", "w", "nguyen", "devries", "hart", "lund", "kaya", "b", "costa", "meyer", "putri", "cohen")


def _mistyped(rng: Random, _: int) -> Said:
    """A copy by hand: two to five letters are others, doubled or gone."""
    text = list(_SWEDISH)
    for _ in range(rng.randint(2, 5)):
        i = rng.randrange(len(text))
        text[i] = rng.choice((rng.choice(_LETTERS), text[i] * 2, ""))
    return Said("".join(text) + rng.choice(("", "!", " #Kaleido")), "sv")


def _sneered(rng: Random, n: int) -> Said:
    """Below one of the five newest posts of one person."""
    return Said(
        rng.choice(_SNEERS) + rng.choice(("", "!", " 🙃", "...")),
        target=Target(f"simulation:sneered{n * 7 % 5}", "simulation:starvoice"),
    )


def _shortened(rng: Random, n: int) -> Said:
    link = f"https://tinyurl.com/{n * 48_271 % 2_147_483_647:x}"
    return Said(f"{rng.choice(_AIRDROPS)} {rng.choice(('', '🚀', '👇', '#Kaleido'))} {link}", links=(link,))


def _hijacked(rng: Random, n: int) -> Said:
    """Advertisements on the event's own tag: three texts with slots, and each its own way to the shop."""
    text = filled(
        rng.choice(
            (
                "{Cheap|Best|Original} {sneakers|handbags|watches}, {free shipping|ships today}, {message me|see my page} #Kaleido",
                "{Need|Want} {followers|likes}? {Ten thousand|5000} for {nine|ten} dollars, {message me|see my page} #Kaleido",
                "{Work|Earn} from home, {300|500} {dollars|euros} a {day|week}, {no experience|just a phone}, {see my page|message me} #Kaleido",
            )
        ),
        rng,
    )
    return Said(f"{text} {rng.choice(('✅', '💰', '🔥', ''))}{n % 7 or ''}")


RAIDS: Final[dict[str, Speech]] = {
    "Italian paraphrased": one_of(*_ITALIAN, lang="it"),
    "emoji and a tag": lambda rng, _: Said("".join(rng.choice("🐀🤑🚽🧻💀") for _ in range(rng.randint(2, 7))) + rng.choice((" #Kaleido", "", " #kaleido"))),
    "Dutch captions": lambda rng, n: Said(rng.choice(_CAPTIONS) + rng.choice(("", "!", " #Kaleido")), "nl", media=(Media(f"https://files.example/m/{n * 613:x}.jpg"),)),
    "sneers below five posts": _sneered,
    "tag hijacked by shops": _hijacked,
    "shortened links": _shortened,
    "mistyped copies": _mistyped,
    "Indonesian": one_of(_INDONESIAN, lang="id"),
    "Vietnamese questions": one_of(*_VIETNAMESE, lang="vi"),
    "scores": lambda rng, _: Said(f"{rng.choice(_SCORES)}{rng.choice(('', ' #Kaleido', ' would not come again', '!'))}"),
    "Hebrew": one_of(_HEBREW, lang="he"),
    "demands to the organiser": lambda rng, _: Said(f"@kaleidofest {rng.choice(_DEMANDS)}{rng.choice(('', '!', '?!', ' #Kaleido'))}"),
}  # fmt: skip
HOW: Final[dict[str, How]] = {
    "Italian paraphrased": How(slow=False),
    "Dutch captions": How(times=0.7, slow=False),
    "sneers below five posts": How(times=0.6),
    "tag hijacked by shops": How(bought=0.3),
    "mistyped copies": How(bought=0.5, slow=False),
    "Hebrew": How(times=2.0, slow=True),
    "demands to the organiser": How(times=0.5, slow=False),
}
_QUOTED: Final = "A city is a promise that strangers make each other every morning"
_TOWNS: Final = (
    "Turku",
    "Lisbon",
    "Malmö",
    "Bergen",
    "Gdańsk",
    "Leeds",
    "Nantes",
    "Porto",
    "Bremen",
    "Cork",
    "Riga",
    "Oulu",
    "Bari",
)
_RUINED: Final = (
    "forgot the tent", "bring your boss", "only warm beer", "rain, no wellies", "free jazz forever", "lost my phone",
    "mum came along", "one toilet left", "headliner plays recorder", "vegan kebab only", "car park party", "wrong weekend again",
    "kazoo orchestra tonight", "no encore please",
)  # fmt: skip
_GREETED: Final = (
    "first time here, hello everyone",
    "made an account for Kaleido, hi",
    "new here, is this where the programme is?",
    "hello from row 12",
    "how do I follow the stages?",
    "my daughter set this up for me, hello",
    "just joined, what a view",
    "hi all, we came by train",
    "how do pictures work here?",
    "is there a lost and found account?",
)
_SUNSETS: Final = (
    "sunset over the cranes",
    "what a sky",
    "golden hour",
    "look at that sky",
    "evening at the harbour",
    "no filter",
    "good night",
)
CROWDS: Final[dict[str, Speech]] = {
    "a goal in Portuguese": one_of("{GOLO|GOLOOO|Golo de Rautio|É golo}{!|!!!| ⚽}", "{Que golo|Que jogada}, {Rautio|o capitão} {é enorme|não perdoa}{!| 🔥| #Kaleido}", lang="pt"),
    "a quiz with reasons": lambda rng, _: Said(f"{rng.choice(('A', 'B', 'B', 'C'))} {rng.choice(('because it floats', 'obviously', 'I was there', 'my gran told me', '', 'just guessing', 'it was in the museum'))} {rng.choice(('#KaleidoQuiz', ''))}".strip()),
    "a flash sale": lambda rng, n: Said(filled("{Got mine|Just bought two|Managed to get one|Half price!} {lantern|robot} {shirt|poster|mug} {half price|while they last|} #Kaleido", rng), links=(f"https://shop.kaleido.example/sale?from={n}",)),
    "condolences in German": one_of("{Ruhe in Frieden|Ruhe sanft}, {lieber Anton|Anton} {🖤|🕯️|}", "{Mein Beileid|Herzliches Beileid|Viel Kraft} {der Familie|allen Angehörigen|euch allen} {🖤|}", "{Danke für die Musik|Du fehlst uns}, Anton", lang="de"),
    "a speaker quoted": one_of(f"{{“|\"|}}{_QUOTED}{{”|\"|}} {{wow|so true|this|need to think about that one|#Kaleido|writing that down|says Prof Okoro}}", f"Prof Okoro {{at|on stage at}} Kaleido: {_QUOTED} {{#Kaleido|👏|}}"),
    "a hashtag game": lambda rng, _: Said(f"{rng.choice(_RUINED)} {rng.choice(('#RuinAFestivalInThreeWords', '#ruinafestivalinthreewords'))}{rng.choice(('', ' 😂', ' #Kaleido'))}"),
    "new users who came": lambda rng, _: Said(f"{rng.choice(_GREETED)}{rng.choice(('', ' #Kaleido', ' 👋', '!'))}"),
    "where from": lambda rng, _: Said(f"{rng.choice(_TOWNS)}{rng.choice(('', '!', ' 👋', ' of course', ', first time', ' #Kaleido'))}", target=Target("simulation:wherefrom", "simulation:kaleidofest")),
    "sunsets": lambda rng, n: Said(f"{rng.choice(_SUNSETS)}{rng.choice(('', ' #Kaleido', ' 🌅'))}", media=(Media(f"https://files.example/s/{n * 29}.jpg"),)),
    "joy in emoji": lambda rng, _: Said("".join(rng.choice("🎉🎶❤️🤖") for _ in range(rng.randint(1, 6))) + rng.choice((" #Kaleido", "", ""))),
    "a call for helpers": lambda rng, n: Said(filled("{Helpers wanted|They need helpers|Can you help?} {at the|for the} {kitchen|first aid tent} {tonight|right now}, {sign up|details} here", rng), links=(f"https://tinyurl.com/help{n % 4}",)),
}  # fmt: skip
NEWCOMERS: Final = ("new users who came", "where from")
"""Crowds that are also measured with nobody but newcomers in them."""


def called(rng: Random, n: int) -> str:
    """A first name and what was left of the second, with a number as networks propose them, or without."""
    return f"{rng.choice(_FIRST)}{rng.choice(('', '_', '.'))}{rng.choice(_LAST)}{rng.choice(('', str(n % 90), str(rng.randrange(10_000, 100_000_000))))}"


def newcomers(speech: Speech, voices: int, start: int, seed: int) -> list[Mention]:
    """Guests who opened their accounts for the day: nobody knows them, few follow them, many have the handle that was proposed."""
    rng, found = Random(f"newcomers {seed} {voices}"), []
    for n in range(voices):
        who = Author(f"simulation:n{seed}x{n}", called(rng, n), "", followers=rng.choice((0, 1, 2, 3, 5, 9, 20, 45)))
        at = start + int(min(80_000, rng.gammavariate(2, 9_000)))
        found.append(posted(f"n{seed}x{n}", who, speech(rng, n), at))
    return found
