"""German."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final

from ingest.simulation.words import Words

GERMAN: Final = Words(
    lang="de",
    things={
        "light": ("der Glaspavillon", "die Laternenparade", "der Neongarten", "das Schattentheater"),
        "robots": ("das Roboterorchester", "das Reparaturcafé", "die Origamidrohne", "der laufende Tisch"),
        "type": ("die Plakatwand", "die Nacht der Buchstaben", "die Druckwerkstatt", "das Farblabor"),
        "city": ("die autofreie Brücke", "die Nachtfähre", "das Straßenbahnkonzert", "der Dachgarten"),
        "sound": ("der Klanggarten", "das Hafenkonzert", "die Nebelhornsinfonie", "die Rohrorgel"),
        "food": ("die Algenküche", "das Brotlabor", "die Markthalle", "das Suppenparlament"),
        "play": ("das Riesenschach", "der Papierraketenstart", "der Schulhackathon", "das unsichtbare Labyrinth"),
        "ocean": ("das Walgesangskonzert", "das Gezeitenlabor", "das Bojennetz", "das Flaschenboot"),
    },
    joyful=(
        "{Thing} ist einfach wunderbar!", "Mein Höhepunkt heute: {thing}.", "{Thing} hat mich völlig begeistert.",
        "Unbedingt ansehen: {thing}. Großartig!", "{Thing} hat die ganze Schlange zum Lächeln gebracht.",
        "Danke an alle, die das möglich machen. {Thing} ist toll.", "Sonnenuntergang, Kaffee, {thing}. Glücklich.",
        "Ich hätte nie gedacht, dass {thing} so schön ist.", "Gänsehaut: {thing}, und alle singen mit.",
        "Zehn von zehn. {Thing} ist bis ins Detail gelungen.", "Die Kinder wollen nicht heim, {thing} ist der Hit.",
    ),
    calm=(
        "{Thing} öffnet wieder um {time} Uhr.", "Gleich geht es los, auf dem Programm: {thing}.", "Weiß jemand, ob {thing} morgen noch da ist?",
        "Die Schlange dauert gerade etwa {minutes} Minuten.", "Ich habe {number} Leute gezählt. {Thing} zieht.",
        "Skizzen, bevor es voll wird: {thing}.", "Gehört in der Schlange: \"Mama, bauen wir so etwas daheim?\"",
        "Ich helfe bis {time} Uhr mit, kommt vorbei.",
    ),
    cross=(
        "{minutes} Minuten gewartet, dann war Schluss. Schade.", "Viel zu laut, ich habe nichts verstanden.",
        "Die Schilder sind verwirrend. {Thing} war nicht zu finden.", "Alles voll, ich bin enttäuscht.",
    ),
    openers=("Wow!", "Na also!", "Endlich!", "Hört mal:", "Tag zwei:", "Gerade eben:", "Oh!"),
    closers=(
        "Mehr davon, bitte.", "Offen bis {time} Uhr.", "Eintritt frei übrigens.", "Nehmt eine Jacke mit.", "Morgen komme ich wieder.",
        "Sehr zu empfehlen.", "Bilder folgen.", "Folgt den gelben Pfeilen.", "Sehen wir uns dort?", "Danke an alle Freiwilligen!",
    ),
    agree=("Genau, so schön!", "Ja! Der beste Moment der Woche.", "Ich war auch da und lächle immer noch.", "Tolles Bild, danke!", "Jetzt muss ich hin."),
    ask=("Ist es noch offen?", "Wo genau ist das?", "War die Schlange lang?", "Braucht man eine Karte?", "Geht das mit kleinen Kindern?"),
    object=("Mir war es etwas zu laut.", "Die Schlange war furchtbar.", "Ich war ehrlich gesagt enttäuscht."),
    answer=("Ja, bis {time} Uhr.", "Ohne Karte, einfach hinein.", "Etwa {minutes} Minuten, es geht schnell.", "Danke, wie nett!", "Wir sehen uns um {time} Uhr!"),
    quote=("Genau das.", "Das sollten alle sehen.", "In der Straßenbahn gelesen und gelächelt.", "Für alle, die nicht da sein können:"),
    together=("Mit {friend}.", "{friend}, das würde dir gefallen.", "Danke für den Tipp, {friend}!"),
    bursts={
        "DroneBallet": ("Das Drohnenballett hat über dem Hafen begonnen!", "Tausend Drohnen malen einen Wal. Sprachlos.", "Schaut nach oben, wunderschön!"),
        "FerryConcert": ("Überraschungskonzert auf der Nachtfähre, jetzt!", "Ein Chor singt auf der Fähre, herrlich.", "Der Kapitän spielt Trompete!"),
        "RunawayRobot": ("Ein Roboter ist ausgerissen und tanzt auf dem Platz!", "Der Roboter hat mir gewinkt!", "Drei Kinder haben den Roboter adoptiert. Süß."),
        "PowerCut": ("Stromausfall, alles ist dunkel.", "Der Strom ist weg, mitten im Vortrag. Schlecht.", "Wann kommt das Licht zurück?"),
        "WhaleInHarbour": ("Im Hafen ist ein echter Wal!", "Der Wal kam zum Walgesang. Rührend.", "Alle flüstern. Was für ein Moment."),
        "ChessOvertime": ("Das Riesenschach geht in die Verlängerung!", "Eine Zwölfjährige schlägt die Maschine!", "Sie hat gewonnen! Großartig!"),
        "GoldenHour": ("Der ganze Hafen wird zu Gold. Wunderschön.", "Schaut nach Westen!", "Dieses Licht, herrlich."),
        "KeynoteSlip": ("Die Vorführung ging schief, und alle klatschen. Tolles Publikum.", "Bester Vortrag überhaupt, und nichts ging.", "Sie hat alles auf Papier gezeichnet. Genial."),
    },
)  # fmt: skip
