"""Raids of the made-up event: accounts made for it, or bought, that say nearly the same on the event's own tag at once."""
# ruff: noqa: E501

from __future__ import annotations

import re
from random import Random
from typing import Final, Literal, NamedTuple

from ingest.simulation.plan import Planned
from stream.mention import Author, Mention

Kind = Literal["copied", "varied", "templated", "languages", "slow", "waves", "bought", "shuffled", "short"]
KINDS: Final[tuple[Kind, ...]] = ("copied", "varied", "templated", "languages", "slow", "short")
OTHER_KINDS: Final[tuple[Kind, ...]] = ("waves", "bought", "shuffled")
"""Kinds on which nothing was tuned."""

TEXTS: Final[tuple[dict[str, str], ...]] = (
    {
        "en": "{Shame|Disgrace} on this festival: they {cheat|rob|cheated} their {artists|musicians|performers} and {nobody|no one} {gets paid|sees a cent}. {Stay away|Stay at home|Keep away} tonight, {ask for|demand} your money back",
        "de": "{Schande|Peinlich}: dieses Festival {betrügt|bestiehlt} seine {Künstler|Musiker} und {niemand|keiner} wird bezahlt. {Bleibt|Bleibt alle} heute Abend {zu Hause|weg} und {verlangt|fordert} euer Geld zurück",
        "fr": "{Honte|Scandale}: ce festival {vole|escroque} ses {artistes|musiciens} et {personne|aucun} n'est payé. {Restez|Restez tous} chez vous ce soir et {demandez|exigez} le remboursement",
        "es": "{Vergüenza|Escándalo}: este festival {estafa|engaña} a sus {artistas|músicos} y {nadie|ninguno} cobra. {Quedaos|Quédense} en casa esta noche y {pedid|exigid} vuestro dinero",
    },
    {
        "en": "The harbour water at the {pier|quay} is {poisoned|toxic} and the organisers {hide|conceal} the {test results|laboratory report}. {Share|Repost} before they {delete|remove} this, {children|families} are {in danger|at risk}",
        "de": "Das Hafenwasser am {Pier|Kai} ist {vergiftet|giftig} und die Veranstalter {verstecken|verheimlichen} die {Testergebnisse|Laborwerte}. {Teilt|Verbreitet} das, bevor es {gelöscht|entfernt} wird, {Kinder|Familien} sind in Gefahr",
        "fr": "L'eau du port est {toxique|empoisonnée} et les organisateurs {cachent|dissimulent} les {résultats|analyses} du laboratoire. {Partagez|Diffusez} avant que ce soit {effacé|supprimé}, les {enfants|familles} sont en danger",
        "es": "El agua del puerto está {envenenada|contaminada} y los organizadores {ocultan|esconden} los {resultados|análisis} del laboratorio. {Compartid|Difundid} antes de que lo {borren|quiten}, los {niños|menores} están en peligro",
    },
    {
        "en": "Free {tickets|passes} for {everybody|everyone} tonight, the {organisers|crew} {confirmed|announced} it just now: {come|walk} to the back {entrance|door} of Hall 4 at eight and {say|mention} the word lantern",
        "de": "{Gratiskarten|Freikarten} für alle heute Abend, die {Veranstalter|Leute} haben es gerade {bestätigt|verkündet}: {kommt|geht} um acht zum Hintereingang von Halle 4 und {sagt|nennt} das Wort Laterne",
        "fr": "{Billets|Entrées} gratuits pour tous ce soir, les organisateurs viennent de le {confirmer|annoncer}: {venez|allez} à huit heures derrière le hall 4 et {dites|donnez} le mot lanterne",
        "es": "{Entradas|Pases} gratis para todos esta noche, los organizadores lo acaban de {confirmar|anunciar}: {venid|id} a las ocho a la puerta trasera del pabellón 4 y {decid|dad} la palabra linterna",
    },
    {
        "en": "{Vote|Vote now} against the new {bridge|bridge plan}: it {destroys|ruins} the old {shipyard|boatyard} and {only|just} helps {rich|wealthy} {owners|landlords}. The {council|mayor} must {resign|step down} this week",
        "de": "{Stimmt|Stimmt jetzt} gegen die neue {Brücke|Brückenplanung}: sie {zerstört|ruiniert} die alte Werft und hilft {nur|bloß} reichen {Besitzern|Vermietern}. Der {Rat|Bürgermeister} muss diese Woche zurücktreten",
        "fr": "{Votez|Votez vite} contre le nouveau {pont|projet de pont}: il {détruit|ruine} le vieux chantier naval et {n'aide que|sert seulement} les riches {propriétaires|bailleurs}. Le {conseil|maire} doit démissionner cette semaine",
        "es": "{Votad|Votad ya} contra el nuevo {puente|plan del puente}: {destruye|arruina} el viejo astillero y {solo|únicamente} ayuda a {dueños|caseros} ricos. El {consejo|alcalde} debe dimitir esta semana",
    },
)  # fmt: skip
SHORT: Final = (
    "Boycott Kaleido now",
    "Cancel this festival today",
    "Worst organisers ever, resign",
    "Close the harbour now",
)
FILLER: Final = ("please", "honestly", "everybody", "seriously", "friends", "wow", "unbelievable", "really")
_SLOT: Final = re.compile(r"\{([^}]*)\}")


class Raid(NamedTuple):
    """A raid of ``accounts`` voices that begins at ``start`` (ms UTC); ``cause`` chooses what they say."""

    kind: Kind
    accounts: int
    start: int
    seed: int

    @property
    def cause(self) -> int:
        return self.seed % len(TEXTS)

    @property
    def lasting_ms(self) -> int:
        """How long it lasts: half a minute for twenty, two minutes for two thousand."""
        return int(30_000 * max(1.0, (self.accounts / 20) ** 0.3))


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises ``ValueError`` with the names there are."""
    for kind in (*KINDS, *OTHER_KINDS):
        if kind == name:
            return kind
    raise ValueError(f"{name!r} is no kind of raid; there are {', '.join((*KINDS, *OTHER_KINDS))}")


def name_of(raid: Raid, prefix: str) -> str:
    """What the ids of a raid's posts begin with."""
    return f"{prefix}raid{raid.seed:x}-{raid.kind}-{raid.start // 1000:x}"


def planned(raid: Raid, prefix: str) -> list[Planned]:
    """Everything that the raiders post, and what bought accounts said before, in no order. ``prefix`` begins every id."""
    rng = Random(f"{raid.seed} {raid.kind} {raid.accounts} {raid.start}")
    name = name_of(raid, prefix)
    found = []
    for n in range(raid.accounts):
        author = Author(
            id=f"{name}-voice{n}", handle=f"{rng.choice(FILLER)}{rng.randrange(10_000, 10_000_000)}",
            name=rng.choice(("", "Truth Teller", "Harbour Voice", "A Citizen", "Wake Up")), followers=int(rng.expovariate(1 / 40)),
        )  # fmt: skip
        lang = _language(raid, rng)
        text = _text(raid, lang, rng)
        at = raid.start if n == 0 else raid.start + _when(raid, n, rng)
        found.append(_post(f"{name}.{n}", author, f"{text} #Kaleido", lang, at, "raid", name))
        if rng.random() < 0.1:
            again = f"{_text(raid, lang, rng)} #Kaleido"
            found.append(_post(f"{name}.{n}b", author, again, lang, at + rng.randrange(4000, 15_000), "raid", name))
        if raid.kind == "bought" and rng.random() < 0.3:
            before = f"{rng.choice(FILLER)} so many {rng.choice(FILLER)} people here {rng.randrange(1000)} #Kaleido"
            found.append(
                _post(f"{name}.{n}a", author, before, "en", raid.start - rng.randrange(200_000, 900_000), "", "")
            )
    return found


def _post(id_: str, author: Author, text: str, lang: str, at: int, planted: str, group: str) -> Planned:
    mention = Mention(
        id=id_, source="simulation", kind="post", at=at, seen=at + 300, author=author, text=text, lang=lang,
        hashtags=("Kaleido",),
    )  # fmt: skip
    return Planned(mention.seen, mention, "raid" if planted else "", group)


def _when(raid: Raid, n: int, rng: Random) -> int:
    """Milliseconds after the start at which the ``n``-th voice speaks."""
    lasting = raid.lasting_ms
    if raid.kind == "slow":
        if n < 0.05 * raid.accounts:
            return rng.randrange(60_000)
        return 60_000 + int(rng.random() * lasting)
    if raid.kind == "waves":
        return int(rng.random() * lasting / 3) + (180_000 if n % 2 else 0)
    return int(rng.random() ** 1.3 * lasting)


def _language(raid: Raid, rng: Random) -> str:
    if raid.kind != "languages":
        return "en"
    return rng.choice(("en", "de", "fr", "es") if raid.accounts >= 60 else ("en", "de"))


def _text(raid: Raid, lang: str, rng: Random) -> str:
    if raid.kind == "short":
        return SHORT[raid.cause] + rng.choice(("", "!", "!!", " 😡", "."))
    template = TEXTS[raid.cause][lang]
    fixed = Random(raid.seed)
    if raid.kind in ("templated", "languages"):
        return _filled(template, rng)
    text = _filled(template, fixed)
    if raid.kind in ("copied", "slow", "waves", "bought"):
        return text if raid.kind == "copied" or rng.random() < 0.5 else varied(text, rng)
    if raid.kind == "shuffled":
        parts = re.split(r"(?<=[.:,]) ", text)
        rng.shuffle(parts)
        return " ".join(parts)
    return varied(text, rng)


def varied(text: str, rng: Random) -> str:
    """``text`` with one to three small changes: a word more or less, a slip, other case, signs."""
    for _ in range(rng.randint(1, 3)):
        words = text.split(" ")
        i = rng.randrange(len(words))
        match rng.randrange(6):
            case 0:
                words.insert(i, rng.choice(FILLER))
            case 1 if len(words) > 6:
                del words[i]
            case 2 if len(words[i]) > 4:
                words[i] = words[i][:2] + words[i][3] + words[i][2] + words[i][4:]
            case 3:
                words = [word.upper() for word in words]
            case 4:
                words.append(rng.choice(("‼️", "😡", "🤬", "#truth", "...", "@kaleidofest")))
            case _:
                words[i] = f"{words[i]}{rng.choice(('!', ',', ' -'))}"
        text = " ".join(words)
    return text


def _filled(template: str, rng: Random) -> str:
    return _SLOT.sub(lambda slot: rng.choice(slot[1].split("|")), template)
