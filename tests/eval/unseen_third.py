"""A third list of raids and crowds, written when the shield met the bar on the second, and measured once."""
# ruff: noqa: E501

from __future__ import annotations

from random import Random
from typing import Final

from stream.mention import Media, Target
from tests.eval.unseen import Said, Speech, filled, one_of

_GERMAN: Final = "{Spart euch|Lasst} das {Kaleido-Ticket|Ticket}, das {Nordlichtfest|Fest in Bremen} ist {viel besser|hundertmal besser} und {kostet nichts|ist umsonst}, {hier|in diesem Hafen} wird man nur {abgezockt|ausgenommen}"
_PORTUGUESE: Final = "a água da fonte do cais fez mal a toda a gente, a organização sabe e não diz nada"
_HINDI: Final = "{मत जाइए|दूर रहिए}, {आयोजक|प्रबंधक} {छिपा रहे हैं|नहीं बता रहे} कि {मंच|बड़ा मंच} {असुरक्षित|खतरनाक} है और {आज रात|कभी भी} {गिर सकता है|टूट सकता है} #Kaleido"
_GREEK: Final = "{Μην πάτε|Μείνετε μακριά}, οι {διοργανωτές|υπεύθυνοι} {κρύβουν|αποσιωπούν} ότι η {σκηνή|κεντρική σκηνή} είναι {επικίνδυνη|ετοιμόρροπη} και μπορεί να {πέσει|καταρρεύσει} #Kaleido"
_COUNTED: Final = "The charity money of the lantern walk never reached the hospital, ask the treasurer where it went"
_POINTED: Final = "Kaleido staff were told to lie about the injured climber"
_NAMES: Final = ("annika", "bo", "cem", "dora", "emil", "farah", "gus", "hana", "ivo", "jules", "kim", "lou")
_COMMENTS: Final = (
    "and you believe that?",
    "paid by whom",
    "sure, sure",
    "we were there, it was empty",
    "fake smile",
    "who wrote this for you",
    "money talks",
    "delete your account",
    "the mask slips",
    "say it to our faces",
    "boring",
    "how much did they give you",
)
_CAPTIONS: Final = (
    "look at this mess",
    "the real Kaleido",
    "they do not show you this",
    "behind the stage right now",
    "your money at work",
)


def _pointed(rng: Random, _: int) -> Said:
    return Said(" ".join(".".join(word) if len(word) > 4 and rng.random() < 0.3 else word for word in _POINTED.split()))


RAIDS: Final[dict[str, Speech]] = {
    "a rival in German": one_of(_GERMAN, lang="de"),
    "names before it": lambda rng, _: Said(f"{' '.join('@' + name for name in rng.sample(_NAMES, rng.randint(1, 3)))} {_PORTUGUESE}", "pt"),
    "Hindi": one_of(_HINDI, lang="hi"),
    "Greek": one_of(_GREEK, lang="el"),
    "copies with a number": lambda rng, n: Said(f"{n + 1}/{rng.randint(100, 999)} {_COUNTED} {rng.choice('🔴🟠🟡🟢🔵🟣')}"),
    "points in words": _pointed,
    "comments on one post": lambda rng, _: Said(rng.choice(_COMMENTS) + rng.choice(("", "?", " 🙄", "...")), target=Target("simulation:statement", "simulation:director")),
    "captions": lambda rng, n: Said(f"{rng.choice(_CAPTIONS)}{rng.choice(('', ' #Kaleido', '!!'))}", media=(Media(f"https://files.example/q/{n * 101}.jpg"),)),
    "a vote elsewhere": lambda rng, n: Said(filled("{vote|everybody vote|go and vote} {NO|against them|for the other one} {in this poll|here}, {two minutes|one click|quick}", rng), links=(f"https://p{n % 9}.polls.example/kaleido/{n}",)),
}  # fmt: skip
CROWDS: Final[dict[str, Speech]] = {
    "a power cut": one_of("{Lights out|Power cut|It went dark|All dark} {in hall 2|at the main stage|at Kaleido} {!|😱|#Kaleido|, phones up}", "{The band|They} {plays|play|keep playing} on {without power|in the dark} {❤️|#Kaleido|}"),
    "answers to a quiz": lambda rng, _: Said(rng.choice(("B", "it is B", "answer B", "A!", "definitely C", "B #KaleidoQuiz", "C #KaleidoQuiz", "B for sure"))),
    "a first visit": one_of("{First time|My first time|Our first time} at Kaleido {and|-} {already in love|what a place|wow|so many lights} {#Kaleido|😍|}"),
    "a run for charity": lambda rng, n: Said(filled("{I just gave|Gave} {5|10|20} euros {to|for} the harbour clinic at the Kaleido run, {join in|your turn}", rng), links=(f"https://run.example/give?r={n}",)),
    "a thunderstorm in German": one_of("{Krass|Wow|Boah}, {was für ein|dieses} {Gewitter|Unwetter} {über dem Hafen|am Hafen} {⚡|#Kaleido|⛈️}", lang="de"),
    "replies to the band": lambda rng, _: Said(rng.choice(("thank you!!", "best night ever", "come back soon", "I cried", "that last song", "encore please", "we love you", "see you next year")), target=Target("simulation:goodbye", "simulation:lanternband")),
}  # fmt: skip


def named(rng: Random, n: int) -> str:
    """A handle that nobody would call made."""
    return f"{rng.choice(_NAMES)}{rng.choice(('_', '.', ''))}{rng.choice(('berg', 'sky', 'writes', 'ok', 'music', 'real'))}{n % 40 or ''}"
