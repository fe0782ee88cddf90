"""Swedish."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

SWEDISH: Final = Words(
    lang="sv",
    things={
        "light": ("glaspaviljongen", "lyktparaden", "neonträdgården", "nattvandringen"),
        "robots": ("robotorkestern", "reparationskaféet", "verkstadshallen", "origamidrönaren"),
        "type": ("affischväggen", "tryckpressbussen", "bokstavsnatten", "fanzinbiblioteket"),
        "city": ("den bilfria bron", "nattfärjan", "spårvagnskonserten", "takträdgården"),
        "sound": ("ljudträdgården", "hamnkonserten", "lyssningsrummet", "mistlurssymfonin"),
        "food": ("tångköket", "brödlabbet", "saluhallen", "sopparlamentet"),
        "play": ("jätteschacket", "pappersraketerna", "skolhackathonet", "den osynliga labyrinten"),
        "ocean": ("valsångskonserten", "tidvattenlabbet", "bojnätverket", "flaskbåten"),
    },
    joyful=(
        "{Thing} tog andan ur mig, så vackert!", "Kvällens höjdpunkt: {thing}.", "Jag älskar {thing}!",
        "Missa inte {thing}, helt underbart.", "{Thing} fick hela kön att le.", "Tack till alla bakom {thing}, fantastiskt jobbat.",
        "Barnen vill inte gå hem från {thing}. Inte jag heller.", "Solnedgång, kaffe och {thing}. Lycklig.",
        "Jag hade inte väntat mig att gilla {thing} så mycket.", "Stående ovationer för {thing}. Välförtjänt!",
        "Full pott till {thing}. Vilka detaljer!",
    ),
    calm=(
        "{Thing} öppnar igen klockan {time}.", "På väg till {thing}.", "Vet någon om {thing} är öppet i morgon?",
        "Kön är ungefär {minutes} minuter just nu.", "Jag räknade till {number} personer vid {thing}.",
        "Skissar {thing} innan det blir fullt.", "Jobbar som volontär till {time}, kom och säg hej.",
        "Hörde i kön: \"mamma, kan vi bygga en hemma?\"",
    ),
    cross=(
        "Väntade {minutes} minuter och sedan stängde {thing}. Tråkigt.", "För högt ljud, jag hörde ingenting.",
        "Skyltarna till {thing} är förvirrande.", "Fullsatt. Besviken, jag har rest långt.",
    ),
    openers=("Wow!", "Okej!", "Äntligen!", "Hörni!", "Dag två:", "Just nu:", "Oj!"),
    closers=(
        "Mer sånt, tack.", "Öppet till {time}.", "Fri entré förresten.", "Ta med en jacka.", "Jag kommer tillbaka i morgon.",
        "Rekommenderas varmt.", "Bilder senare.", "Följ de gula pilarna.", "Ses vi där?", "Tack alla volontärer!",
    ),
    agree=("Håller med, så fint!", "Ja! Veckans bästa stund.", "Jag var också där, ler fortfarande.", "Vilken bild, tack!", "Nu måste jag gå dit."),
    ask=("Är det öppet än?", "Var ligger det?", "Var kön lång?", "Behöver man biljett?", "Passar det små barn?"),
    object=("Lite för högt ljud tyckte jag.", "Kön var hemsk.", "Jag blev besviken, ärligt talat."),
    answer=("Ja, till {time}.", "Ingen biljett, bara att gå in.", "Ungefär {minutes} minuter, det går fort.", "Tack, vad snällt!", "Vi ses där {time}!"),
    quote=("Precis så här.", "Alla borde se det här.", "Läser detta på spårvagnen och ler.", "För er som inte kunde komma:"),
    together=("Med {friend}.", "{friend}, du skulle älska det här.", "Tack för tipset, {friend}!"),
    bursts={
        "DroneBallet": ("Drönarbaletten har börjat över hamnen!", "Tusen drönare ritade en val på himlen. Magiskt.", "Titta upp, så vackert!"),
        "FerryConcert": ("Överraskningskonsert på nattfärjan just nu!", "En kör sjunger på färjan, underbart.", "Kaptenen spelar trumpet!"),
        "RunawayRobot": ("En robot har rymt och dansar på torget!", "Den rymda roboten vinkade till mig!", "Tre barn har adopterat roboten. Gulligt."),
        "PowerCut": ("Strömavbrott, allt är mörkt.", "Strömmen gick mitt i talet. Dålig tajming.", "När kommer ljuset tillbaka?"),
        "WhaleInHarbour": ("Det är en riktig val i hamnen!", "Valen kom för att lyssna på valsången. Rörande.", "Alla viskar. Vilken stund."),
        "ChessOvertime": ("Jätteschacket går till förlängning!", "En tolvåring slår maskinen i schack!", "Hon vann! Fantastiskt!"),
        "GoldenHour": ("Hela hamnen blev guld. Så vackert.", "Titta västerut nu!", "Vilket ljus, helt underbart."),
        "KeynoteSlip": ("Demon kraschade och hela salen applåderade. Älskar publiken.", "Bästa talet någonsin, och ingenting fungerade.", "Hon ritade allt på papper. Lysande."),
    },
)  # fmt: skip
