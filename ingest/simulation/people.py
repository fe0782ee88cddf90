"""The made-up people: communities of personas with invented names, circles of friends, and a few voices of the festival."""
# ruff: noqa: E501

from __future__ import annotations

import unicodedata
from bisect import bisect
from itertools import accumulate, product
from random import Random
from typing import Final, NamedTuple

from ingest.simulation.festival import TOPICS
from stream.mention import Author, Place

LANGUAGES: Final = (
    ("en", 46.0), ("fi", 13.0), ("sv", 8.0), ("de", 8.0), ("fr", 6.0), ("es", 5.0), ("pt", 3.5), ("it", 3.5),
    ("ja", 1.6), ("ar", 1.2), ("hi", 1.2), ("th", 1.0), ("zh", 1.0), ("ko", 0.6), ("he", 0.4),
)  # fmt: skip

HOMES: Final[dict[str, tuple[tuple[str, float, float], ...]]] = {
    "en": (("GB", 51.5, -0.1), ("IE", 53.3, -6.3), ("US", 40.7, -74.0), ("CA", 45.5, -73.6), ("NZ", -41.3, 174.8), ("IN", 19.1, 72.9), ("NG", 6.5, 3.4), ("KE", -1.3, 36.8)),
    "fi": (("FI", 60.2, 24.9), ("FI", 61.5, 23.8), ("FI", 60.5, 22.3), ("FI", 65.0, 25.5)),
    "sv": (("SE", 59.3, 18.1), ("SE", 57.7, 12.0), ("FI", 60.1, 19.9)),
    "de": (("DE", 52.5, 13.4), ("DE", 53.6, 10.0), ("AT", 48.2, 16.4), ("CH", 47.4, 8.5)),
    "fr": (("FR", 48.9, 2.4), ("FR", 45.8, 4.8), ("BE", 50.8, 4.4), ("SN", 14.7, -17.5), ("CA", 46.8, -71.2)),
    "es": (("ES", 40.4, -3.7), ("MX", 19.4, -99.1), ("AR", -34.6, -58.4), ("CL", -33.4, -70.7)),
    "pt": (("PT", 38.7, -9.1), ("BR", -23.6, -46.6), ("BR", -8.1, -34.9)),
    "it": (("IT", 45.5, 9.2), ("IT", 41.9, 12.5)),
    "ja": (("JP", 35.7, 139.7),), "ar": (("MA", 33.6, -7.6), ("EG", 30.0, 31.2)), "hi": (("IN", 28.6, 77.2),),
    "th": (("TH", 13.8, 100.5),), "zh": (("TW", 25.0, 121.6),), "ko": (("KR", 37.6, 127.0),), "he": (("IL", 32.1, 34.8),),
}  # fmt: skip

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "en": (
        "Velvet Copper Quiet Midnight Paper Amber Crooked Electric Foggy Golden Hollow Indigo Jolly Lucky Marble Nimble Opal "
        "Patient Rusty Silver Tidal Upside Violet Wandering Yellow Zigzag Brisk Cobalt Drifting Early Feather Gentle Humming "
        "Inky Late Mossy Northern Plum Salted Tiny",
        "Lighthouse Heron Kiosk Otter Lantern Tram Umbrella Cello Magnet Postcard Teapot Compass Badger Windmill Ladder "
        "Cloud Bicycle Pelican Thimble Anchor Meadow Puzzle Ferry Beacon Harbour Walnut Gramophone Kettle Moth Orchard "
        "Pencil Quilt River Sparrow Turnip Violin Whistle Yarn Zeppelin Biscuit Canyon Domino Ember Fern",
    ),
    "fi": (
        "Hiljainen Sininen Utuinen Vikkelä Kultainen Hupsu Pohjoinen Unelias Kirkas Pikku Vanha Iloinen",
        "Majakka Lokki Kettu Poutapilvi Laituri Omena Saunavihta Ratikka Kuukkeli Karhu Saari Mustikka Puuro Tuuli",
    ),
    "sv": (
        "Blå Stilla Glad Gammal Grön Sen Liten Klok Mjuk Snabb Rund Varm",
        "Fyr Älg Lykta Brygga Måne Kanna Spårvagn Igelkott Segelbåt Björk Kompass Bulle Räv Våg",
    ),
    "de": (
        "Stiller Blauer Flinker Goldener Später Kleiner Krummer Heller Mutiger Runder Alter Leiser",
        "Leuchtturm Igel Kiosk Kompass Regenschirm Pinguin Apfel Mond Dampfer Reiher Kreisel Stern Zettel Wal",
    ),
    "fr": (
        "Tranquille Bleu Doré Discret Nomade Violet Agile Rêveur Lunaire Salé Voyageur Minuscule",
        "Phare Héron Kiosque Parapluie Tramway Hérisson Nuage Vélo Carnet Ballon Moulin Ruban Citron Hibou",
    ),
    "es": (
        "Tranquilo Azul Dorado Nocturno Viajero Discreto Ágil Soñador Lunar Salado Amable Curioso",
        "Faro Búho Quiosco Paraguas Tranvía Erizo Molino Cuaderno Globo Limón Violín Puerto Zorro Reloj",
    ),
    "pt": (
        "Tranquilo Azul Dourado Noturno Viajante Discreto Ágil Sonhador Lunar Salgado Gentil Curioso",
        "Farol Corujão Quiosque Balão Elétrico Moinho Caderno Limão Violino Porto Relógio Barco Pinhal Vento",
    ),
    "it": (
        "Tranquillo Blu Dorato Notturno Errante Discreto Agile Sognante Lunare Salato Gentile Curioso",
        "Faro Gufo Chiosco Ombrello Tram Riccio Mulino Quaderno Pallone Limone Violino Porto Gatto Orologio",
    ),
}
_NATIVE: Final[dict[str, str]] = {
    "ja": "静かな灯台,青い電車,夜の傘,金色の鯨,小さな港,風の手紙",
    "ar": "منارة هادئة,قارب أزرق,فانوس الليل,نجمة الميناء,غيمة صغيرة",
    "hi": "शांत दीपस्तंभ,नीली नाव,रात की लालटेन,छोटा बादल,सुनहरी पतंग",
    "th": "ประภาคารเงียบ,เรือสีฟ้า,โคมยามค่ำ,เมฆน้อย,ว่าวสีทอง",
    "zh": "安静的灯塔,蓝色电车,夜晚的雨伞,小小港口,金色风筝",
    "ko": "조용한 등대,푸른 전차,밤의 우산,작은 항구,금빛 연",
    "he": "מגדלור שקט,סירה כחולה,פנס לילה,ענן קטן",
}  # fmt: skip

STAFF: Final = (
    ("kaleido_press", "Kaleido Press Desk"), ("kaleido_stage", "Kaleido Stage Crew"), ("kaleido_night", "Kaleido Night Shift"),
    ("kaleido_access", "Kaleido Access Team"), ("kaleido_food", "Kaleido Kitchens"), ("kaleido_kids", "Kaleido for Kids"),
)  # fmt: skip
CIRCLE: Final = 7
"""Friends of each person within the community."""


class Person(NamedTuple):
    """One persona; ``community`` is the index of its topic, or −1 for the festival's own voices."""

    author: Author
    community: int
    lang: str
    circle: tuple[int, ...]
    home: Place | None


class People:
    """Everybody, by number. ``members[c]`` are the people of community ``c``, the most active first."""

    def __init__(self, count: int, rng: Random, prefix: str) -> None:
        names = _Names(rng)
        self.members: list[range] = []
        self.everybody: list[Person] = []
        self._reach: list[list[float]] = []
        total = sum(topic.size for topic in TOPICS)
        for community, topic in enumerate(TOPICS):
            size = max(CIRCLE + 5, round(count * topic.size / total))
            first = len(self.everybody)
            self.members.append(range(first, first + size))
            self._reach.append(list(accumulate((rank + 2.0) ** -0.9 for rank in range(size))))
            for number in self.members[-1]:
                lang = rng.choices([code for code, _ in LANGUAGES], [share for _, share in LANGUAGES])[0]
                handle, name = names.next(lang)
                rank = number - first
                author = Author(f"{prefix}{handle}", handle, name, followers=_followers(rng, rank))
                # Neighbours on a ring, and one of the most active: dense inside, with a few whom everybody knows.
                circle = {first + (rank + step) % size for step in (-3, -2, -1, 1, 2, 3)}
                circle.add(first + rng.randrange(min(12, size)))
                self.everybody.append(
                    Person(author, community, lang, tuple(sorted(circle - {number})), _home(rng, lang))
                )
        self.brand = len(self.everybody)
        brand = Author(
            id=f"{prefix}kaleido", handle="kaleidofest", name="Kaleido Festival", followers=84_200, role="brand"
        )
        self.everybody.append(Person(brand, -1, "en", (), None))
        self.staff = range(len(self.everybody), len(self.everybody) + len(STAFF))
        for handle, name in STAFF:
            author = Author(
                id=f"{prefix}{handle}", handle=handle, name=name, followers=rng.randint(900, 6000), role="staff"
            )
            self.everybody.append(Person(author, -1, "en", (), None))

    def __getitem__(self, number: int) -> Person:
        return self.everybody[number]

    def somebody(self, community: int, rng: Random) -> int:
        """A person of ``community`` by activity (Zipf, exponent 0.9)."""
        reach = self._reach[community]
        return self.members[community][min(bisect(reach, rng.random() * reach[-1]), len(reach) - 1)]


def _followers(rng: Random, rank: int) -> int:
    return int(rng.lognormvariate(5.3, 1.1) * (1 + 40 / (rank + 3)))


def _home(rng: Random, lang: str) -> Place | None:
    """Where somebody posts from; most do not tell."""
    country, lat, lon = rng.choice(HOMES[lang])
    return Place(country=country, lat=lat, lon=lon) if rng.random() < 0.22 else None


class _Names:
    """Invented names, each once, in a drawn order."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._round = 0
        self._left: dict[str, list[tuple[str, str]]] = {}
        self._taken: set[str] = {"kaleidofest"}

    def next(self, lang: str) -> tuple[str, str]:
        """A handle and a display name for somebody who speaks ``lang``."""
        kind = lang if lang in _NAMES else "en"
        while True:
            if not self._left.get(kind):
                firsts, seconds = (words.split() for words in _NAMES[kind])
                self._left[kind] = list(product(firsts, seconds))
                self._rng.shuffle(self._left[kind])
                self._round += 1
            first, second = self._left[kind].pop()
            # Adjectives follow their noun in the Romance languages.
            name = f"{second} {first}" if kind in ("fr", "es", "pt", "it") else f"{first} {second}"
            handle = _plain(name).replace(" ", self._rng.choice(("_", "", ".")))
            if handle in self._taken:
                handle, name = f"{handle}{self._round}", f"{name} {self._round}"
            if handle not in self._taken:
                break
        self._taken.add(handle)
        if lang in _NATIVE:
            name = self._rng.choice(_NATIVE[lang].split(","))
        elif self._rng.random() < 0.06:
            name = f"{name} {self._rng.choice(('✨', '🌊', '🎧', '🦊', '🌿', '🚲'))}"
        return handle, name


def _plain(name: str) -> str:
    """``name`` in lower-case ASCII."""
    folded = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o"))
    return folded.encode("ascii", "ignore").decode().lower()
