"""What a language is called on the wall, by its code in ISO 639."""

from __future__ import annotations

from typing import Final

_NAMES: Final = """
af Afrikaans|am Amharic|ar Arabic|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali|bs Bosnian|ca Catalan|cs Czech|cy Welsh
da Danish|de German|el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque|fa Persian|fi Finnish|fil Filipino
fo Faroese|fr French|ga Irish|gl Galician|gu Gujarati|ha Hausa|he Hebrew|hi Hindi|hr Croatian|hu Hungarian|hy Armenian
id Indonesian|ig Igbo|is Icelandic|it Italian|iw Hebrew|ja Japanese|jv Javanese|ka Georgian|kk Kazakh|km Khmer|kn Kannada
ko Korean|ku Kurdish|ky Kyrgyz|la Latin|lb Luxembourgish|lo Lao|lt Lithuanian|lv Latvian|mg Malagasy|mk Macedonian|ml Malayalam
mn Mongolian|mr Marathi|ms Malay|mt Maltese|my Burmese|nb Norwegian|ne Nepali|nl Dutch|nn Norwegian|no Norwegian|or Odia
pa Punjabi|pl Polish|ps Pashto|pt Portuguese|ro Romanian|ru Russian|rw Kinyarwanda|se Sámi|si Sinhala|sk Slovak|sl Slovenian
so Somali|sq Albanian|sr Serbian|sv Swedish|sw Swahili|ta Tamil|te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tl Filipino
tr Turkish|tt Tatar|ug Uyghur|uk Ukrainian|ur Urdu|uz Uzbek|vi Vietnamese|wo Wolof|xh Xhosa|yi Yiddish|yo Yoruba|zh Chinese
zu Zulu
"""
NAMES: Final = {
    code: name for part in _NAMES.replace("\n", "|").split("|") if part for code, name in [part.split(" ", 1)]
}


def ranked(counts: dict[str, int]) -> tuple[list[tuple[str, int]], int]:
    """Languages by name with their posts, the most spoken first, and the posts in languages that have no name here."""
    named: dict[str, int] = {}
    other = 0
    for code, count in counts.items():
        name = NAMES.get(code.split("-")[0].lower())
        if name is None:
            other += count
        else:
            named[name] = named.get(name, 0) + count
    return sorted(named.items(), key=lambda entry: (-entry[1], entry[0])), other
