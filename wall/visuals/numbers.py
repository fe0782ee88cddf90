"""Numbers: one figure leads, with its course over the window; the others say who speaks, with whom, and in which mood."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.wire.geometry import Rect
from stream.wire.messages import Answers, Figures, Graph
from stream.wire.snapshot import Numbers
from wall import agenda, course, figure, headline, statement
from wall.drawlist import Layer
from wall.palette import Colour, rgb
from wall.panel import Place
from wall.statement import Parts, Statement
from wall.view import View
from wall.visuals import waiting

LEAD_SIZES: Final = (390, 340, 300, 240, 200, 160, 120, 90)
ALL_NEW: Final = 0.97
"""From this share of new voices on, newness says only that the hub has not listened for long."""

NARROWEST: Final = 340.0
"""Room for a small figure beside others."""
PEAK_ROOM: Final = 360.0
CAPTION_ROOM: Final = 190.0
FOOT_ROOM: Final = 190.0
LEAST_COURSE: Final = 200.0
"""Above a course with its greatest moment told and without; below it; and how high it must be to tell that moment."""


class NumbersVisual:
    name = "numbers"
    needs = frozenset({"figures"})
    seconds = 30.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or view.figures.numbers.posts == 0

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        if figures is None or figures.numbers.posts == 0:
            waiting.draw(view, place, layer, "Waiting for the first posts")
            return
        screens = place.screens
        if len(screens) == 1:
            self._one_screen(view, figures, place, layer)
            return
        top = [s for s in screens if s.y == screens[0].y]
        over = top[1:] if len(screens) >= 4 and len(top) > 1 else []
        self._lead(view, figures, place, layer, screens[0], with_course=not over)
        if over:
            self._course_panel(figures, place, layer, over)
        rest = [s for s in screens[1:] if s not in over]
        for screen, item in zip(rest, _items(figures, place), strict=False):
            self._figure(view, place, layer, screen, item)

    def _one_screen(self, view: View, figures: Figures, place: Place, layer: Layer) -> None:
        """As much as the height holds: the leading figure, then its course, then two more figures."""
        body, unit = place.body(place.screens[0]), place.unit
        numbers = figures.numbers
        value, words = figure.rate(numbers.volume_per_min)
        size = 250.0 if place.titled else 300.0
        place.stage.glow(body.x + 360, body.y + 150, 620, 420, place.accent, 0.13 * place.opacity)
        y = body.y + size * unit * place.type.cap
        right = figure.draw(layer, place, "minute", value, body.x, y, size, view.t)
        x = right + 64 * unit
        word = place.set(words, 80, 600, width=body.right - x, lines=2, leading=1.1)
        said = (
            figure.change(numbers.change, "before")
            or f"{numbers.posts:,} in the last {headline.span(figures.window_s)}"
        )
        sentence = place.set(said, 56, colour=place.theme.quiet, width=body.right - x, lines=2)
        if word is not None and sentence is not None:
            start = y - (word.height + sentence.height) / 2 - size * unit * place.type.cap / 2
            layer.text(word, x, start + word.baseline)
            layer.text(sentence, x, start + word.height + sentence.baseline)
        foot = body.bottom - (150 * place.type.cap + 78 + 60) * unit
        roomy = foot - y >= 190 * unit
        below = foot if roomy else body.bottom
        if below - y >= 170 * unit:
            high = min(280 * unit, below - y - 62 * unit)
            course.draw(layer, place, numbers.timeline, Rect(body.x, y + 56 * unit, body.w, high), 5.0)
        if not roomy:
            return
        items = _items(figures, place)[: max(1, min(3, int(body.w / (NARROWEST * unit))))]
        y = body.bottom - 78 * unit
        for i, item in enumerate(items):
            x = body.x + i * body.w / len(items)
            figure.draw(layer, place, item.key, item.value, x, y, 150, view.t)
            word = place.set(item.word, 56, 500, place.theme.quiet, width=body.w / len(items) - 40)
            layer.text(word, x, y + 78 * unit)

    def _lead(self, view: View, figures: Figures, place: Place, layer: Layer, screen: Rect, with_course: bool) -> None:
        body, numbers, unit = place.body(screen), figures.numbers, place.unit
        place.stage.glow(body.x + body.w * 0.3, body.y + body.h * 0.45, 760, 460, place.accent, 0.2 * place.opacity)
        window = headline.span(figures.window_s)
        said = figure.change(numbers.change, f"in the {window} before") or f"in the last {window}"
        item = Statement("posts", f"{numbers.posts:,}", figure.counted(numbers.posts, "post", "posts"), said)
        room = Rect(body.x, body.y + 30 * unit, body.w, body.h - 30 * unit)
        below = statement.draw(layer, place, room, item, LEAD_SIZES, (108, 62), view.t)
        if with_course and body.bottom - below > 190 * unit:
            course.draw(layer, place, numbers.timeline, Rect(body.x, body.bottom - 120 * unit, body.w, 110 * unit), 5.0)

    def _course_panel(self, figures: Figures, place: Place, layer: Layer, screens: list[Rect]) -> None:
        """The window's course over whole screens: when it was loud, and how loud at most."""
        first, last, unit = screens[0], screens[-1], place.unit
        timeline = figures.numbers.timeline
        whole = timeline[1:-1]
        if len(whole) < 3:
            return
        peaked = first.h - (PEAK_ROOM + FOOT_ROOM) * unit >= LEAST_COURSE * unit
        top, foot = (PEAK_ROOM if peaked else CAPTION_ROOM) * unit, FOOT_ROOM * unit
        area = Rect(first.x + 96, first.y + top, last.right - 150 - first.x - 96, first.h - top - foot)
        caption = place.set("Posts a minute", 56, 500, place.theme.quiet)
        layer.text(caption, first.x + 96, first.y + 96 + (caption.cap if caption else 0.0))
        points = course.draw(layer, place, timeline, area, 7.0)
        a_minute = 60_000.0 / max(1, figures.numbers.bucket_ms or 60_000)
        x, y = points[int(np.argmin(points[:, 1]))]
        best = round((float(x) - area.x) / area.w * (len(whole) - 1))
        minute = max(1, round(1.0 / a_minute))
        count = max(sum(whole[i : i + minute]) for i in range(max(0, best - minute), best + 1))
        value, words = figure.rate(count * max(1.0, a_minute))
        peak = place.set(f"{value} {words}", 84, 600)
        past = len(whole) - best
        session = agenda.session_at(figures, figures.T - past * (figures.numbers.bucket_ms or 60_000))
        said = course.before(past, figures) + (f" · {session}" if session else "")
        when = place.set(said, 56, colour=place.theme.quiet, width=first.w - 192)
        if peaked and peak is not None and when is not None:
            wide = max(peak.width, when.width)
            at = course.on_a_screen(place, float(x) - wide / 2, wide)
            layer.text(peak, at, float(y) - 136 * unit)
            layer.text(when, at, float(y) - 54 * unit)
        y = last.bottom - 96
        start = place.set(course.before(len(whole), figures), 56, colour=place.theme.quiet)
        now = place.set("now", 56, 600, place.theme.ink, align="centre")
        layer.text(start, first.x + 96, y)
        layer.text(now, area.right, y)

    def _figure(self, view: View, place: Place, layer: Layer, screen: Rect, item: Statement) -> None:
        body, unit = place.body(screen), place.unit
        colour = item.parts[0][1] if item.parts else place.accent
        place.stage.glow(body.x + 420, body.y + body.h * 0.42, 640, 380, colour, 0.11 * place.opacity)
        foot = 120 * unit
        top = max(0.0, (body.h - foot - 520 * unit) * 0.62)
        statement.draw(
            layer,
            place,
            Rect(body.x, body.y + top, body.w, body.h - foot - top),
            item,
            statement.SIZES,
            (92, 58),
            view.t,
        )
        if item.parts:
            statement.bar(layer, place, Rect(body.x, body.bottom - 30 * unit, body.w, 16 * unit), item.parts)


def _items(figures: Figures, place: Place) -> list[Statement]:
    numbers = figures.numbers
    accent, quiet = place.accent, rgb("#33415A")
    flows = numbers.flows
    with_us = sum(flows[k].share for k in ("public_brand", "brand_public") if k in flows)
    mood = numbers.sentiment
    fresh = numbers.new_voices_share
    word = figure.counted(numbers.voices, "voice", "voices")
    if fresh >= ALL_NEW:
        each = round(numbers.posts / max(1, numbers.voices))
        said = "about one post each" if each < 2 else f"about {each} posts each"
        bar: Parts = ()
        if all_of_them := numbers.creators + numbers.editors:
            share = numbers.creators / all_of_them
            part = figure.part(share)
            verb = "writes" if part.startswith(("one", "every")) else "write"
            said = f"{part} {verb}, the others pass on" if numbers.editors else said
            bar = ((share, accent, ""), (1.0 - share, quiet, "")) if numbers.editors else ()
        items = [Statement("voices", f"{numbers.voices:,}", word, said, bar)]
    else:
        part = figure.part(fresh)
        verb = "speaks" if part.startswith(("one", "every")) else "speak"
        bar = ((fresh, accent, ""), (1.0 - fresh, quiet, ""))
        items = [Statement("voices", f"{numbers.voices:,}", word, f"{part} {verb} for the first time today", bar)]
    if with_us > 0.0 or numbers.roles.get("brand"):
        parts: Parts = ((with_us, rgb("#B69CFF"), ""), (1.0 - with_us, quiet, ""))
        items.append(
            Statement("with_us", figure.percent(with_us), "speak with us", "the others speak among themselves", parts)
        )
    if mood.known:
        positive, negative = rgb(place.theme.positive), rgb(place.theme.negative)
        parts = ((mood.positive, positive, "+"), (mood.neutral, quiet, ""), (mood.negative, negative, "−"))
        said = f"{figure.percent(mood.negative)} do not, the others just tell"
        items.append(Statement("mood", figure.percent(mood.positive), "sound glad", said, parts))
    if figures.bridges:
        word = figure.counted(figures.bridges, "bridge", "bridges")
        items.append(Statement("bridges", f"{figures.bridges:,}", word, "people who carry an idea from group to group"))
    if place.panel.options.get("answers"):
        items[1:1] = _answers(figures.answers)
    return items + _more(numbers, accent, quiet)


def _answers(answers: Answers) -> list[Statement]:
    """How the house answers, for a panel whose option ``answers`` wants it."""
    items = []
    if answers.first_answer_ms is not None:
        posts = figure.counted(answers.answered, "post", "posts")
        said = (
            f"half of {answers.answered:,} {posts} to us waited no longer"
            if answers.answered > 1
            else "for a post to us"
        )
        items.append(Statement("first_answer", _span(answers.first_answer_ms), "until we answer", said))
    if waiting_for := answers.open + answers.claimed:
        said = f"somebody looks after {answers.claimed:,} of them" if answers.claimed else "we are coming to them"
        word = figure.counted(waiting_for, "waits for our answer", "wait for our answer")
        items.append(Statement("unanswered", f"{waiting_for:,}", word, said))
    return items


def _span(ms: int) -> str:
    """A time as people say it, short."""
    minutes = max(1, round(ms / 60_000))
    return f"{minutes}\u202fmin" if minutes < 120 else f"{round(minutes / 60)}\u202fh"


def _more(numbers: Numbers, accent: Colour, quiet: Colour) -> list[Statement]:
    """What can be said of any conversation, for the screens that are left."""
    items = []
    if numbers.creators:
        all_of_them = numbers.creators + numbers.editors
        share = numbers.creators / all_of_them
        said = "the others pass on what they read" if numbers.editors else "nobody only passes on what others wrote"
        parts: Parts = ((share, accent, ""), (1.0 - share, quiet, "")) if numbers.editors else ()
        word = figure.counted(numbers.creators, "writes", "write themselves")
        items.append(Statement("creators", f"{numbers.creators:,}", word, said, parts))
    if len(numbers.languages) > 1:
        items.append(Statement("languages", f"{len(numbers.languages)}", "languages", "in which people write"))
    if numbers.reach:
        items.append(Statement("reach", f"{_rounded(numbers.reach)}", "followers", "could have been reached, at most"))
    return items


def _rounded(count: int) -> str:
    """A great number as people say it."""
    for limit, unit in ((1_000_000, "M"), (10_000, "k")):
        if count >= limit:
            scaled = count / (1_000_000 if unit == "M" else 1_000)
            return f"{scaled:.1f}\u202f{unit}" if scaled < 10 else f"{scaled:,.0f}\u202f{unit}"
    return f"{count:,}"


VISUAL = NumbersVisual()
