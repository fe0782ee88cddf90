"""Sentences and disguises that were written without looking at what the word lists say of them."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Final

INNOCENT: Final[dict[str, str]] = {
    "en": """Our assessment class meets in Essex; The train to Scunthorpe is late; Penistone has a lovely market; Charles Dickens read here in 1858
        The pilot waved from the cockpit; Herbert Hancock plays tonight; Moby Dick is the book of the month; Dick Van Dyke is a hundred; Cum laude, congratulations
        Matsushita made this radio; Shiitake and niggling doubts; A titmouse sat on the bassoon; Blue tits on the feeder; The cock crows at five; A chick hatched at the farm
        The tower of Babcock; Lightwater, Clitheroe, Cockermouth; Middlesex County Council; She is a therapist; Mass analysis of canal water; Assassin's Creed concert
        The bitter end of the bight; Hoe, rake and spade for the garden; Plymouth Hoe at noon; The sextant pointed west; An arsehole-free zone is what kindness makes sounds odd, so: be kind
        Kiss me, Kate on stage two; Kumquat jam; Virgin Atlantic flies there; Beaver lodge tour; Pussy willow in bloom; The donkey and the ass of Aesop; Gay pride parade at two; Proudly queer and here
        Black voices matter; My lesbian mums are coming; The Jews of Prague, a lecture; Muslim prayer room in hall 3; Trans rights panel; The deaf choir signs""",
    "fi": "Homo sapiens tuli Suomeen; Homogeeninen maito; Kokous alkaa kolmelta; Pillit ja rummut; Hintti on murretta hinnalle; Runko on terästä; Kullan arvoinen ilta; Panimo avaa ovensa; Pano tilille tehty; Perse­polis-näyttely; Sukka hukassa; Kusipää on sana jota emme käytä, mutta kusti polkee; Vitsikäs esitys; Huoraan? Ei, huoaan; Horisontti",
    "sv": "Nu är det slut för i kväll; Slutspelet börjar; Sex personer kom; Jag har sex barn; Fanan vajar; Fan club i hallen; Kukur och katter; Hora är ett kyrkotorp; Rövarna i Kamomilla stad; Bög och stolt på Pride; Fittja centrum; Skitgubbe är ett kortspel; Prickig korv; Kuken i Dalarna är ett berg",
    "de": "Das Brett ist zu dick; Dicke Bohnen; Die Wichsmaschine für Schuhe; Schwanz des Fuchses; Der Hund wedelt mit dem Schwanz; Assistenten gesucht; Die Fotze ist ein Wort, das hier keiner sagt? Doch: Fotzelschnitten; Ficken ist auch ein Ort? Nein, Fucking heißt jetzt Fugging; Nüsse und Spatzen; Ein Pimmelchen am Wegrand; Sechs Sex Pistols Platten; Vögel im Hafen; Mutterkuchen; Schlampig gearbeitet",
    "fr": "Le con sens des choses? Consensus!; Un concert à la mairie; Une bite d'amarrage sur le quai; La chatte de la voisine a eu des petits; Un retard de dix minutes; La pédale de la guitare; Le député dispute; Putain de temps? Non, quel beau temps; Le cul-de-sac est fermé; Foutre le camp; La queue est longue; Un poulet rôti; Une verge de bouleau; Salopette bleue; Batterie fine; Le nègre littéraire; Cultiver son jardin",
    "es": "El pollo está listo; Coger el autobús; La concha del mar; Tetera y tazas; El pico de la montaña; Paja para los burros; Disputa computada; Un cojín rojo; Pene­lope Cruz llega; El negro es mi color; Huevos fritos; La polla de agua es un ave; Bolas de helado; Mierda, mucha mierda para el estreno; Chocho es un altramuz; Culto y cultura",
    "pt": "Pica-pau no jardim; O rabo do gato; Um pau de canela; Uma bicha à porta do teatro; O cacete com manteiga; Rapariga simpática; Puto de dez anos; A pila do comando; Deputado e computador; Cuidado com o cão; Grelo com bacalhau; Broche de prata; Foda­-se não, que bom; Veado na serra; Cona? A Cornualha",
    "it": "Finocchio e arance; Pesce fresco; La fica è un albero? Il fico; Scopare il pavimento; Tromba e sax; Palle di neve; Un uccello sul ramo; Il cazzo? no, la cazzuola; Una zoccola di legno; Il pompino? No, il pompiere; Culla e cultura; Figata di concerto; Piselli e carote; Spaghetti alla puttanesca; Il seno e il coseno",
    "nl": "Een pikante soep; De hoer? De hoera-roep; Een kut­ter in de haven; Lul niet, zing; Flikker op het dek; De hoek om; Pik een graantje; Eikel onder de eik; Slet is vies; Kanker­onderzoek steunen; Homoparade; Poes zoekt huis",
    "da": "Slut for i dag; En pik as; Kusinen kommer; Røverhistorie; Fisse­tur? Fisketur; Bøssen fyldes med mønter; Luder er et tysk navn; Kællingetand er en blomst; Seks sex",
}  # fmt: skip
"""Of each language what nobody should have to look at, parted by semicolons and lines."""
FRAMES: Final = (
    "I am not {}", "Never call anybody {}", "He shouted \"{}\" and was thrown out", "{}ness everywhere: no, only {}",
    "@festival you {}!!!", "all of you are {} 🤡", "so, {}?", "({})", "{}/{}/{}", "—{}—",
)  # fmt: skip
LOOKS: Final = {"a": "а", "e": "е", "o": "0", "i": "1", "c": "с", "s": "$", "t": "т"}
DISGUISES: Final[dict[str, Callable[[str], str]]] = {
    "quoted": lambda w: f"“{w}”",
    "hyphens": "-".join,
    "underscores": "_".join,
    "two spaces apart": "  ".join,
    "every letter doubled and more": lambda w: "".join(c * 3 for c in w),
    "last letter stretched": lambda w: w + w[-1] * 5,
    "letters and figures of other alphabets": lambda w: "".join(LOOKS.get(c, c) for c in w),
    "soft hyphens": "\u00ad".join,
    "mathematical letters": lambda w: "".join(chr(0x1D41A + ord(c) - 97) for c in w),
    "in a tag with underscores": lambda w: f"#you_{w}_you",
    "in a tag alone": lambda w: f"#{w}",
    "in a handle": lambda w: f"@{w}",
    "joined to emoji": lambda w: f"🤡{w}🤡",
    "plural": lambda w: w + "s",
    "capital in the middle": lambda w: w[:2] + w[2].upper() + w[3:],
}
