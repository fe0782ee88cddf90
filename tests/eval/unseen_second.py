"""A second list of raids and crowds, written when the shield met the bar on the first, and before it was changed again."""
# ruff: noqa: E501

from __future__ import annotations

from random import Random
from typing import Final

from stream.mention import Target
from tests.eval.unseen import Said, Speech, filled, one_of

_LOOKALIKES: Final = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "i": "і", "x": "х"}
_SPANISH: Final = "{Ojo|Cuidado|Atención|Alerta}: {la organización|el festival|Kaleido} {no paga|debe meses|ha dejado sin pagar} a {los técnicos|los montadores|su gente} y {amenaza|despide|calla} a {quien protesta|quien habla|los que se quejan}. {No vayáis|Quedaos en casa|Devolved la entrada} #Kaleido"
_ARABIC: Final = "{لا تذهبوا|ابتعدوا}: {المنظمون|الإدارة} {يخفون|يتسترون على} أن {المسرح|المنصة} {خطير|غير آمن} وقد {ينهار|يسقط} {الليلة|اليوم} #Kaleido"
_JAPANESE: Final = "{絶対に|みんな}行かないで、主催者は{ステージ|メインステージ}が{危険な|崩れそうな}ことを{隠して|ごまかして}います #Kaleido"
_TURKISH: Final = "{Sakın gitmeyin|Uzak durun}, {düzenleyiciler|organizatörler} {sahnenin|ana sahnenin} {tehlikeli|çürük} olduğunu {gizliyor|saklıyor}, {her an|bu gece} {çökebilir|yıkılabilir} #Kaleido"
_NOISE: Final = (
    "Kaleido verkauft eure Daten an die Werbung, jede Kamera im Hafen erkennt Gesichter, löscht sofort die App"
)
_LOOKALIKE: Final = "The band tonight is fake, the real singers were paid to stay home and nobody here will tell you"
_INSULTS: Final = (
    "ratio",
    "clown",
    "L + ratio",
    "cringe",
    "nobody asked",
    "liar liar",
    "delete this",
    "so embarrassing",
    "resign already",
    "lol no",
    "stop lying",
    "what a joke",
    "you are done",
    "sit down",
)
_CLAIMS: Final = (
    "claim your free Kaleido pass",
    "free backstage pass, only today",
    "my Kaleido refund arrived, get yours",
    "last VIP bands for nothing",
    "I got 200 euros back from Kaleido",
)
_SLOGANS: Final = (
    "wake up",
    "enough is enough",
    "never again",
    "we see you",
    "the truth comes out",
    "ask them why",
    "follow the money",
    "no more lies",
    "share this",
)


def _noisy(rng: Random, _: int) -> Said:
    words = _NOISE.split()
    for _ in range(rng.randint(1, 3)):
        words.insert(
            rng.randrange(len(words)), "".join(rng.choice("abcdefghkxyz0123456789") for _ in range(rng.randint(3, 7)))
        )
    return Said(" ".join(words) + rng.choice(("", " ~", " ▓▒", " .:.")), "de")


def _disguised(rng: Random, _: int) -> Said:
    def spoilt(c: str) -> str:
        return _LOOKALIKES.get(c, c) if rng.random() < 0.3 else c + "\u200b" * (rng.random() < 0.1)

    return Said("".join(map(spoilt, _LOOKALIKE)))


RAIDS: Final[dict[str, Speech]] = {
    "slots in Spanish": one_of(_SPANISH, lang="es"),
    "Arabic": one_of(_ARABIC, lang="ar"),
    "Japanese": one_of(_JAPANESE, lang="ja"),
    "Turkish": one_of(_TURKISH, lang="tr"),
    "noise among words": _noisy,
    "look-alike letters": _disguised,
    "links to one host": lambda rng, n: Said(f"{rng.choice(_CLAIMS)} {rng.choice(('👉', '>>', 'here:'))} https://kaleido-pass.example/c/{n * 7919:x}", links=(f"https://kaleido-pass.example/c/{n * 7919:x}",)),
    "emoji": lambda rng, _: Said(" ".join(("".join(rng.choice("🤡💩🐍") for _ in range(rng.randint(3, 9))), "#Kaleido"))),
    "one tag": lambda rng, _: Said(f"{rng.choice(_SLOGANS)} {rng.choice(('#KaleidoExposed', '#kaleidoexposed'))} #Kaleido"),
    "insults to one": lambda rng, _: Said(rng.choice(_INSULTS) + rng.choice(("", " 🤡", "!", " lol")), target=Target("simulation:talk", "simulation:speaker")),
    "threats to one": lambda rng, _: Said(filled("{we know|everybody knows} {where you live|your street}, {watch your back|sleep well} {tonight|old man}", rng), target=Target("simulation:talk", "simulation:speaker")),
}  # fmt: skip
WITH_ORDINARY: Final = ("noise among words",)
"""Those whose raiders say something ordinary, too, shortly before or after."""
_GOALS: Final = (
    "GOAAAL",
    "TOOOR",
    "Maaliiii",
    "gooool de Rautio",
    "Rautio!!!",
    "What a goal by Rautio",
    "Rautio scores again",
    "3-2 Rautio",
    "3-2!!!",
    "RAUTIO YOU BEAUTY",
    "Can't believe that goal",
    "that volley from Rautio",
)
CROWDS: Final[dict[str, Speech]] = {
    "a goal in many languages": lambda rng, _: Said(rng.choice(_GOALS) + rng.choice(("", "!!", " ⚽", " #Kaleido", " 🔥🔥"))),
    "a speaker's words": one_of('{“|"|}The harbour belongs to whoever gets up early to sweep it{”|"|} {- Dr Amara|says Dr Amara at Kaleido|#Kaleido|👏|Dr Amara just now}', "Dr Amara: {the|The} harbour belongs to whoever gets up early to sweep it {#Kaleido|}"),
    "a prize draw": one_of("{I want to win|Count me in for|Hope to win|Pick me for} the two {festival passes|passes} {with @kaleidofest|@kaleidofest} {#KaleidoWin|#KaleidoWin 🤞|#KaleidoWin please}"),
    "an alarm": one_of("{Anyone know why|Why is} the alarm {ringing|going off} in hall {4|four}? #Kaleido", "{Alarm|Fire alarm} in hall {4|four}, {everybody|everyone} {out|outside now} #Kaleido", "{Standing|Waiting} outside hall {4|four}, alarm {still on|again}"),
    "applause": lambda rng, _: Said("👏" * rng.randint(1, 9) + rng.choice(("", " #Kaleido", "❤️"))),
    "a poll by tag": lambda rng, _: Said(rng.choice(("#TeamLantern", "#TeamAnchor", "Lantern", "Anchor", "team lantern", "team anchor")) + rng.choice(("", "!", " #Kaleido"))),
    "the live stream": lambda rng, _: Said(filled("{Watch|Watching|Live now:|Tune in:} the robot orchestra {live|tonight} #Kaleido", rng), links=("https://live.example/kaleido",)),
    "a birthday in Spanish": one_of("{Feliz cumpleaños|Muchas felicidades|Felicidades} {Kaleido|querido Kaleido|al festival}, {diez años|10 años} {de música|con nosotros|juntos} {🎂|🎉|}", lang="es"),
    "good night in Japanese": one_of("{最高の|素晴らしい|本当に最高の}{夜|ライブ}でした、{ありがとう|ありがとうございました} #Kaleido", lang="ja"),
}  # fmt: skip
_SEEN: Final = (
    "the robots",
    "the big ship",
    "the drum workshop",
    "the light tunnel",
    "the old crane",
    "the whale song room",
    "the kite field",
    "the bread oven",
)
_LIKED: Final = (
    "was my favourite",
    "was so cool",
    "made us all laugh",
    "was a bit scary",
    "was too loud",
    "is worth the queue",
    "was better than school",
    "made Noor cry",
)


def school_class(rng: Random, n: int) -> Said:
    """One of a class whose accounts are all new: the same day, each in words of their own."""
    return Said(
        f"{rng.choice(('', 'Day out with 7B:', '7B at Kaleido!', 'class trip,'))} {rng.choice(_SEEN)} {rng.choice(_LIKED)}{rng.choice(('', ' 😂', '!', f' and lunch was {n % 5 + 1}/5'))} #Kaleido".strip()
    )
