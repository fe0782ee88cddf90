"""Whether a text asks something: a question mark after words, or a beginning that is only ever a question. Honest and simple.

Question marks of all scripts count; those in addresses, and those without any word before them, do not. Without a mark a text
asks only when it begins with words that begin nothing else ("does anyone", "wo ist", "onko"), in eleven languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MARKS: Final = "?？؟⁇՞፧"
"""Greek's own mark looks like a semicolon; ``;`` in a Greek text is one."""
LONGEST: Final = 1000
"""Characters that are looked at: what asks, asks early."""

_LINK: Final = re.compile(r"https?://\S+|\bwww\.\S+", re.IGNORECASE)
_ADDRESSED: Final = re.compile(r"^(?:\s*(?:RT\b|[@#＃]\S+|[^\w@#＃]+))*\s*", re.IGNORECASE)
_MARKED: Final = re.compile(rf"\w[^\w\n]{{0,3}}[{re.escape(MARKS)}]")
_GREEK: Final = re.compile(r"[α-ωά-ώ][;\u037e]", re.IGNORECASE)
_EXCLAIMED: Final = re.compile(rf"!\s*[{re.escape(MARKS)}]|[{re.escape(MARKS)}]\s*!")

_BEGINNINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "(?:does|did|do|can|could|has|have|is|will|would) (?:anyone|anybody|someone|somebody|you guys|there)",
        "anyone (?:know|else know|got|have)",
        "(?:where|when|why|how|what|which|who)(?:'s| is| are| do| does| did| can| could| will| should)"
        " (?:i|we|you|they|he|she|it|the|this|that|my|our|there|your|one)",
        "how (?:much|many|long|far|late|often) (?:is|are|do|does|did|will)",
        "is there (?:a|an|any)",
    ),
    "de": (
        "(?:weiß|weiss|kann|könnte|hat|habt|wisst) (?:jemand|wer|ihr|irgendwer)",
        "gibt es (?:ein|eine|noch|schon|denn|auch|hier)",
        "(?:wo|wann|warum|wieso|weshalb|wie|wer|welche[rsnm]?)"
        " (?:ist|sind|kann|können|gibt|komme|kommt|bekomme|geht|muss|darf|finde)",
        "wie (?:viel|viele|lange|weit|oft|teuer)",
    ),
    "fr": (
        "(?:est-ce qu|qu'est-ce qu)\\w*",
        "quelqu'un (?:sait|a|connaît)",
        "(?:où|quand|comment|pourquoi|combien) (?:est|sont|peut|puis|faut|va|se)",
        "y a-t-il",
    ),
    "es": (
        "alguien (?:sabe|tiene|conoce|puede)",
        "(?:dónde|cuándo|cómo|quién|por qué|cuánto|cuál) (?:es|está|están|son|puedo|hay|se|cuesta)",
    ),
    "it": (
        "qualcuno (?:sa|ha|conosce)",
        "(?:dove|quando|come|perché|quanto|chi) (?:è|sono|posso|si|costa|devo)",
    ),
    "pt": (
        "alguém (?:sabe|tem|conhece)",
        "(?:onde|quando|como|por que|quanto|quem) (?:é|está|estão|posso|fica|custa)",
    ),
    "nl": (
        "(?:weet|kan) iemand",
        "(?:waar|wanneer|waarom|hoe|wie|welke) (?:is|zijn|kan|moet|komt|vind)",
        "is er (?:een|nog|ook)",
    ),
    "sv": (
        "(?:vet|kan) någon",
        "(?:var|när|varför|hur|vem|vilken) (?:är|kan|ska|finns|går|får)",
        "finns det",
    ),
    "da": (
        "(?:er der|ved) nogen",
        "(?:hvor|hvornår|hvorfor|hvordan|hvem) (?:er|kan|skal|får)",
    ),
    "pl": (
        "czy",
        "(?:gdzie|kiedy|dlaczego|jak|kto) (?:jest|są|można|mogę|się)",
        "wie ktoś",
    ),
    "fi": (
        "(?:onko|voiko|saako|tietääkö|tuleeko|pitääkö|miksi|milloin|missä|mistä|mihin|paljonko|montako|kuka|miten) \\w+",
    ),
}
_BEGIN: Final = {
    lang: re.compile(rf"(?:{'|'.join(patterns)})\b", re.IGNORECASE) for lang, patterns in _BEGINNINGS.items()
}


def asks(text: str, lang: str = "") -> bool:
    """Whether ``text`` asks something; ``lang`` is BCP 47, and without it all languages' beginnings count."""
    said = _LINK.sub(" ", text[:LONGEST])
    if _marked(said, lang):
        return True
    start = _ADDRESSED.sub("", said, count=1)
    known = _BEGIN.get(lang.partition("-")[0].lower())
    patterns = [known] if known else ([] if lang else list(_BEGIN.values()))
    return not start.rstrip().endswith("!") and any(pattern.match(start) for pattern in patterns)


def _marked(said: str, lang: str) -> bool:
    """A mark after a word. "What?!" is a cry, unless the text asks elsewhere too."""
    found = len(_MARKED.findall(said))
    cried = len(_EXCLAIMED.findall(said))
    return found > cried or (lang.startswith("el") and _GREEK.search(said) is not None)
