"""Samples of what people write: posts in many scripts, emoji of every kind, and a page of them as a picture."""

from __future__ import annotations

import math
from itertools import product
from typing import Final

from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Layout, Panel, Theme
from tests.golden.pictures import Pixels, painted
from tests.wall.look import views
from wall.drawlist import DrawList, Layer
from wall.panel import Place
from wall.stage import StageBuilder
from wall.text.typesetter import shared

POSTS: Final = (
    ("English", "en", "Nine thousand lanterns, and nobody spoke 🏮"),
    ("Finnish", "fi", "Valot heijastuivat veteen, jäätävän kaunista"),
    ("German", "de", "Süßer die Glocken: Größe, Straße, ẞ"),
    ("Vietnamese", "vi", "Đêm hội ánh sáng thật tuyệt vời"),
    ("Greek", "el", "Η πόλη φωτίστηκε απόψε"),
    ("Russian", "ru", "Весь город светится, спасибо волонтёрам"),
    ("Georgian", "ka", "მთელი ქალაქი განათდა ამაღამ"),
    ("Arabic", "ar", "كانت المدينة كلها تضيء الليلة 🌙 شكرا"),
    ("Persian", "fa", "تمام شهر امشب می‌درخشید"),
    ("Urdu", "ur", "پورا شہر آج رات جگمگا اٹھا"),
    ("Hebrew", "he", "כל העיר האירה הלילה, תודה 3 פעמים!"),
    ("Hindi", "hi", "आज रात पूरा शहर जगमगा उठा 🪔"),
    ("Tamil", "ta", "இன்று இரவு நகரம் முழுவதும் ஒளிர்ந்தது"),
    ("Telugu", "te", "ఈ రాత్రి నగరమంతా వెలిగిపోయింది"),
    ("Thai", "th", "คืนนี้สวยมาก ไม่อยากกลับบ้านเลย"),
    ("Khmer", "km", "ទីក្រុងទាំងមូលភ្លឺចែងចាំង"),
    ("Chinese", "zh", "整座城市今晚都亮起来了，谢谢志愿者"),
    ("Taiwan", "zh-tw", "整座城市今晚都亮起來了，謝謝志工"),
    ("Japanese", "ja", "橋の上から見た光の川が本当にきれい"),
    ("Korean", "ko", "다리 위에서 본 빛의 강이 아름다웠어요"),
    ("mixed", "en", "Meet at جسر الضوء at 18:30, 光の橋, ok?"),
    ("fancy", "en", "𝓕𝓮𝓼𝓽𝓲𝓿𝓪𝓵 𝕠𝕗 𝔏𝔦𝔤𝔥𝔱 ½ ™ № ₿ → ✓"),
    ("kaomoji", "ja", "ヽ(•‿•)ノ ( ´ ▽ ` )ﾉ ლ(╹◡╹ლ) ¯\\_(ツ)_/¯"),
    ("marks", "en", "Z̸a̵l̶g̴o̷ n̈ ấ̂ ệ ǭ̱ क्ष्म्य"),
)  # fmt: skip
"""Language, code and words."""
TONES: Final = ("", "🏻", "🏼", "🏽", "🏾", "🏿")
EMOJI: Final = (
    *(f"{hand}{tone}" for hand, tone in product("👍👋🙏", TONES)),
    *(f"🧑{tone}\u200d{job}" for tone, job in zip(TONES, ("🚀", "🎨", "🚒", "🌾", "🍳", "🎤"), strict=True)),
    *(f"{digit}\ufe0f\u20e3" for digit in "0123456789#*"),
    *(
        "".join(chr(0x1F1E6 + ord(c) - 65) for c in code)
        for code in ("FI", "DE", "JP", "PT", "BR", "KE", "IN", "NZ", "EU", "UN")
    ),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "🏳️\u200d🌈", "🏴\u200d☠️", "❤️", "❤️\u200d🔥", "👩\u200d❤️\u200d💋\u200d👨", "👨\u200d👩\u200d👧\u200d👦",
    "🧑🏽\u200d🤝\u200d🧑🏻", "🤷🏾\u200d♀️", "👁️\u200d🗨️", "🐻\u200d❄️", "☀️", "☔", "⌚", "Ⓜ️", "🈯", "♻️", "🪔", "🫶🏽",
)  # fmt: skip
SIZE: Final = (3300, 2180)


def page() -> Pixels:
    """A page of all samples as the wall sets them (h, w, 3)."""
    grid = Grid(columns=1, rows=1, width=SIZE[0], height=SIZE[1])
    canvas = grid.canvas
    view = views.view(Layout("samples", "", (Panel("samples", (1,)),)), grid, topics=0, people=0)
    stage = StageBuilder(grid, Theme())
    shared().begin(math.inf)
    place = Place(grid, view.on_air.layout, 0, view.on_air.layout.panels[0], canvas, Theme(), shared(), stage, 1.0, 1.0)
    layer = Layer(Rect(0, 0, canvas.w, canvas.h))
    column, step = canvas.w / 2, 138.0
    rows = math.ceil(len(POSTS) / 2)
    for i, (name, lang, words) in enumerate(POSTS):
        x, y = 80 + i // rows * column, 120 + i % rows * step
        layer.text(place.set(name, 56, 400, place.theme.quiet), x, y)
        layer.text(place.fit(words, (70, 66, 62, 58), Rect(0, 0, column - 480, 90), 450, lang=lang), x + 350, y)
    y = 120 + rows * step + 30
    across = 27
    for i, one in enumerate(EMOJI):
        layer.text(place.set(one, 84), 80 + i % across * 115, y + i // across * 130)
    return painted(DrawList(canvas, stage.stage(), [layer]), view)
