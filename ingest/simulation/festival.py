"""The made-up event: Kaleido, a festival of design and technology in the harbour town of Merihaven. Neither exists."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Final, NamedTuple

from ingest.simulation.words import Words
from ingest.simulation.words.english import ENGLISH
from ingest.simulation.words.finnish import FINNISH
from ingest.simulation.words.french import FRENCH
from ingest.simulation.words.german import GERMAN
from ingest.simulation.words.italian import ITALIAN
from ingest.simulation.words.portuguese import PORTUGUESE
from ingest.simulation.words.spanish import SPANISH
from ingest.simulation.words.swedish import SWEDISH

NAME: Final = "Kaleido"
HASHTAG: Final = "#Kaleido"
TOWN: Final = "Merihaven"
SITE: Final = "https://kaleido.example/"
SETTINGS: Final = {
    "AGORA_EVENT_NAME": NAME,
    "AGORA_EVENT_HASHTAG": HASHTAG,
    "AGORA_EVENT_PLACE": TOWN,
    "AGORA_EVENT_URL": SITE,
}
"""What the title says of it, as environment variables."""

WORDS: Final[dict[str, Words]] = {
    words.lang: words for words in (ENGLISH, FINNISH, SWEDISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, ITALIAN)
}


class Topic(NamedTuple):
    """What a community talks about. ``tags`` come the most used first."""

    name: str
    tags: tuple[str, ...]
    emoji: str
    size: float
    """How many people care, relative to the others."""


TOPICS: Final = (
    Topic("light", ("LightHarbour", "NightWalk", "GlassPavilion", "NeonGarden", "LanternParade", "ShadowTheatre"), "✨💡🏮🌃💫", 1.3),
    Topic("robots", ("SoftRobots", "RepairCafé", "MakerHall", "RobotOrchestra", "OpenHardware", "SolarKites"), "🤖🔧🪁🛠️⚙️", 1.1),
    Topic("sound", ("SoundGarden", "HarbourConcert", "ListeningRoom", "TapeLoops", "SynthKitchen", "Foghorns"), "🎶🎧🎺🔊🎹", 1.0),
    Topic("city", ("SlowStreets", "NightFerry", "TramConcert", "PocketPark", "BikeBridge", "CityModel"), "🚋🚲🌉🌳🏙️", 0.95),
    Topic("food", ("SeaweedKitchen", "BreadLab", "MarketHall", "ZeroWaste", "NoodleNight", "SoupParliament"), "🍜🥖🌿🍯🍲", 0.8),
    Topic("type", ("TypeNight", "PosterWall", "VariableFonts", "Letterpress", "ZineLibrary", "InkAndPixels"), "🖋️🎨📰🔤🖍️", 0.7),
    Topic("play", ("PlayfulCity", "GiantChess", "SchoolHackathon", "PaperRockets", "EscapeTram", "MarbleRun"), "🎲♟️🚀🧩🪀", 0.65),
    Topic("ocean", ("OceanData", "WhaleSong", "TidePool", "BuoyNetwork", "BlueClassroom", "KelpForest"), "🐋🌊🐚⚓🦑", 0.6),
)  # fmt: skip

EVERYBODY: Final = ("Kaleido", "Merihaven", "KaleidoNight", "DayTwo", "OpenStage")
"""Hashtags that belong to no topic."""

PLACES: Final = (
    "Pier 9", "Lantern Square", "the Ropewalk", "the Customs House", "the Old Shipyard", "North Quay", "the Library Steps",
    "Hall 4", "the Clock Yard", "Gull Island", "the Tram Depot", "the Salt Store",
)  # fmt: skip

GLAD: Final = ("😍", "🥹", "👏", "❤️", "🎉", "😊", "🙌", "🤩", "🫶🏽", "👩🏾‍🎨", "🥳")
SORRY: Final = ("😕", "🙁", "😩", "👎", "🙄")

PAGES: Final = (
    "programme", "tonight", "map", "light-harbour", "robot-orchestra", "soundgarden", "slow-streets", "seaweed-kitchen",
    "typenight", "giant-chess", "ocean-data", "volunteers", "accessibility", "night-ferry", "workshops",
)  # fmt: skip


class Sudden(NamedTuple):
    """A sudden event that makes a burst: its name is its hashtag."""

    name: str
    topic: str
    mood: int


SUDDEN: Final = (
    Sudden("DroneBallet", "light", 1),
    Sudden("FerryConcert", "sound", 1),
    Sudden("RunawayRobot", "robots", 1),
    Sudden("PowerCut", "city", -1),
    Sudden("WhaleInHarbour", "ocean", 1),
    Sudden("ChessOvertime", "play", 1),
    Sudden("GoldenHour", "light", 1),
    Sudden("KeynoteSlip", "type", 1),
)

ANNOUNCEMENTS: Final = (
    "Good morning, Merihaven! Doors open at {time}, the first coffee is on us.",
    "Tonight at {time}: {thing}. Meet us at {place}.",
    "New in the programme: {thing}, {time}, {place}. Free for everybody.",
    "{number} of you came to see {thing}. Thank you, you are wonderful!",
    "The queue at {place} is short right now. Now is a good moment for {thing}.",
    "Step-free route to {thing}: enter by {place}, our volunteers will show you the way.",
    "Thank you to all {number} volunteers. Without you there is no Kaleido.",
    "Lost and found is at {place}. We have a red umbrella and one very small shoe.",
    "The night ferry leaves every {minutes} minutes until {time}.",
    "Share what you see with #Kaleido. The best pictures hang on our wall tomorrow.",
)

STAFF_LINES: Final = (
    "Behind the scenes of {thing}: {number} cables, two ladders, one very calm technician.",
    "We are opening a second door at {place}, thank you for your patience.",
    "Rehearsal for {thing} went well. See you at {time}!",
    "I am at {place} until {time}, come and ask me anything about {thing}.",
    "Sound check done, {thing} is ready.",
    "We hear you: more seats are on their way to {place}.",
)

BRAND_REPLIES: Final = (
    "Thank you, {friend}! That makes our day.",
    "{friend} Sorry to hear that. Our team at {place} will help you right away.",
    "{friend} Yes, until {time}, and entry is free.",
    "{friend} We have passed this on, and thank you for telling us.",
    "{friend} See you at {place}!",
    "{friend} Great picture! May we show it on the wall?",
)

SPAM: Final = (
    "FREE festival passes!!! First {number} only, claim now",
    "Earn 500 a day from home, ask me how",
    "Cheap sunglasses 90% OFF today only",
    "You have been selected! Confirm your prize",
)
