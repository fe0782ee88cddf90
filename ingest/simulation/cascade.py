"""What begins in one second of the world, and everything that comes of it."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

import msgspec

from ingest.simulation import festival, voice
from ingest.simulation.people import Person as Persona
from ingest.simulation.plan import Burst, Planned, Planted
from ingest.simulation.voice import Said
from stream.mention import Author, Kind, Media, Mention, Person, Retraction, Target, Weight

if TYPE_CHECKING:
    from ingest.simulation.world import World

SOURCE: Final = "simulation"
INSIDE: Final = 0.95
"""Share of reactions that come from the community of the post."""
LATEST_MS: Final = 14 * 60_000


class Cascade:
    """Draws the roots of one second and all that they cause; ``planned`` collects it.

    ``t`` is the beginning of the second (ms UTC); ``prefix`` begins every id.
    """

    def __init__(self, world: World, rng: Random, t: int, prefix: str) -> None:
        self._people, self._ties, self._rng, self._t, self._prefix = world.people, world.ties, rng, t, prefix
        self._roots = 0
        self.planned: list[Planned] = []

    def root(self) -> None:
        """One new post of some kind."""
        draw = self._rng.random()
        if draw < 0.9:
            self._post()
        elif draw < 0.93:
            self._announcement()
        elif draw < 0.965:
            self._tie()
        elif draw < 0.993:
            self._duplicates()
        else:
            self._spam()

    def sudden(self, burst: Burst) -> None:
        """One post about a sudden event; most come from its own community."""
        rng = self._rng
        community = next(i for i, topic in enumerate(festival.TOPICS) if topic.name == burst.topic)
        if rng.random() < 0.35:
            community = rng.randrange(len(festival.TOPICS))
        writer = self._people.somebody(community, rng)
        what = next(s for s in festival.SUDDEN if s.name == burst.tag)
        said = voice.sudden(rng, self._people[writer].lang, what)
        post = self._say(writer, said, planted="burst", group=burst.id)
        self._react(post, writer, said, popularity=0.6)

    def _post(self) -> None:
        rng = self._rng
        community = rng.choices(range(len(festival.TOPICS)), [topic.size for topic in festival.TOPICS])[0]
        writer = self._people.somebody(community, rng)
        persona = self._people[writer]
        lang = "en" if persona.lang not in ("en",) and rng.random() < 0.22 else persona.lang
        said = voice.post(rng, lang, community)
        named: tuple[Person, ...] = ()
        draw = rng.random()
        if draw < 0.2:
            friend = self._people[rng.choice(persona.circle)].author
            said, named = voice.together(rng, said, friend.handle), (_named(friend),)
        elif draw < 0.27:
            brand = self._people[self._people.brand].author
            said, named = voice.together(rng, said, brand.handle), (_named(brand),)
        if rng.random() < 0.015:
            self._mistaken(writer, said, named)
            return
        post = self._say(writer, said, named=named)
        if rng.random() < 0.012:
            self._retract(post)
            return
        if draw >= 0.2 and named and rng.random() < 0.5:
            self._festival_answers(post, persona)
        self._react(post, writer, said, popularity=rng.paretovariate(1.5) - 0.55)

    def _announcement(self) -> None:
        rng = self._rng
        brand = rng.random() < 0.45
        writer = self._people.brand if brand else rng.choice(self._people.staff)
        community = rng.randrange(len(festival.TOPICS))
        template = rng.choice(festival.ANNOUNCEMENTS if brand else festival.STAFF_LINES)
        text = voice.line(rng, template, community)
        tags: tuple[str, ...] = ("Kaleido", festival.TOPICS[community].tags[0])
        link = f"{festival.SITE}{rng.choice(festival.PAGES)}"
        text = text if "#Kaleido" in text else f"{text} #Kaleido #{tags[1]}"
        tags = tags if f"#{tags[1]}" in text else tags[:1]
        post = self._say(writer, Said(text, "en", tags, 1), links=(link,) if rng.random() < 0.6 else ())
        self._react(post, writer, Said(text, "en", tags, 1), popularity=2.5, community=community)

    def _tie(self) -> None:
        """Two people of different communities talk, and nobody else joins in."""
        rng = self._rng
        one, other = rng.choice(self._ties)
        if rng.random() < 0.5:
            one, other = other, one
        friend = self._people[other].author
        said = voice.together(rng, voice.post(rng, "en", self._people[one].community), friend.handle)
        post = self._say(one, said, named=(_named(friend),), planted="weak tie")
        if rng.random() < 0.6:
            back = voice.reply(rng, "en", said.mood)
            self._answer(post, other, back, delay=self._delay(60), planted="weak tie", number="r1")

    def _duplicates(self) -> None:
        """The same words and link from several people."""
        rng = self._rng
        community = rng.randrange(len(festival.TOPICS))
        first = self._people.somebody(community, rng)
        said = voice.post(rng, "en", community)
        link = (f"{festival.SITE}{rng.choice(festival.PAGES)}",)
        post = self._say(first, said, links=link, planted="duplicate")
        group = post.id
        self.planned[-1] = msgspec.structs.replace(self.planned[-1], group=group)
        for n in range(rng.randint(2, 6)):
            copier = self._people.somebody(community, rng)
            at = post.at + self._delay(120)
            text = voice.varied(rng, said.text)
            copy = self._mention(f"{group}.d{n}", "post", copier, said._replace(text=text), at, links=link)
            self._plan(copy.seen, copy, "duplicate", group, said.mood)

    def _spam(self) -> None:
        """A wave of advertisements from accounts made for it; sometimes the source takes the accounts down."""
        rng = self._rng
        text = voice.line(rng, rng.choice(festival.SPAM), 0)
        root = self._id()
        taken_down = rng.random() < 0.3
        for n in range(rng.randint(1, 3)):
            author = Author(
                id=f"{root}-bot{n}", handle=f"deals_{rng.randrange(10_000, 99_999)}", name="Best Deals", followers=n
            )
            at = self._at() + n * 2500
            mention = Mention(
                id=f"{root}.s{n}", source=SOURCE, kind="post", at=at, seen=at + 300, author=author, lang="en",
                text=f"{text} https://deals.example/{rng.randrange(1000)} #Kaleido", hashtags=("Kaleido",),
                links=(f"https://deals.example/{n}",), flags=("bot",) if rng.random() < 0.5 else (),
            )  # fmt: skip
            self._plan(mention.seen, mention, "spam")
            if taken_down:
                due = at + 40_000 + rng.randrange(60_000)
                self._plan(due, Retraction(target=author.id, scope="author", at=due, reason="account suspended"))

    def _mistaken(self, writer: int, said: Said, named: tuple[Person, ...]) -> None:
        """A post with a slip of the pen, and its correction."""
        rng = self._rng
        post = self._say(writer, said._replace(text=voice.misspelt(rng, said.text)), named=named)
        at = post.at + 8_000 + self._delay(40)
        edit = msgspec.structs.replace(
            post,
            id=f"{post.id}@1",
            kind="edit",
            at=at,
            seen=at + 400,
            text=said.text,
            target=Target(post.id, post.author.id),
        )
        self._plan(edit.seen, edit, mood=said.mood)

    def _retract(self, post: Mention) -> None:
        """The author deletes the post; in a quarter of the cases the deletion is heard before the post."""
        rng = self._rng
        early = rng.random() < 0.25
        at = post.at + (800 if early else 4_000 + self._delay(60))
        if early:
            told = self.planned[-1]
            late = msgspec.structs.replace(post, seen=post.at + 2_500)
            self.planned[-1] = msgspec.structs.replace(told, item=late, due=late.seen)
        self._plan(at, Retraction(target=post.id, scope="post", at=at))

    def _festival_answers(self, post: Mention, persona: Persona) -> None:
        rng = self._rng
        writer = self._people.brand if rng.random() < 0.4 else rng.choice(self._people.staff)
        text = voice.line(rng, rng.choice(festival.BRAND_REPLIES), persona.community, post.author.handle)
        self._answer(
            post, writer, Said(text, "en", (), 1), delay=self._delay(70), number="b", named=(_named(post.author),)
        )

    def _react(
        self, post: Mention, writer: int, said: Said, *, popularity: float, community: int | None = None
    ) -> None:
        """Replies, reposts and quotes, and the counts that the source tells of a popular post."""
        rng = self._rng
        persona = self._people[writer]
        home = persona.community if community is None else community
        count = min(40, int(popularity + rng.random()))
        replies = reposts = 0
        for n in range(count):
            who = self._who(persona, home)
            if who == writer:
                continue
            delay, draw = self._delay(75), rng.random()
            if draw < 0.42:
                back = voice.reply(rng, post.lang, said.mood)
                replies += 1
                answer = self._answer(post, who, back, delay=delay, number=f"r{n}")
                if rng.random() < 0.3:
                    self._answer(answer, writer, voice.answer(rng, post.lang), delay=self._delay(50), number="a")
            elif draw < 0.82:
                reposts += 1
                self._repost(post, who, delay, f"p{n}")
            else:
                self._quote(post, who, said, delay, f"q{n}")
        if count >= 4:
            self._tallies(post, replies, reposts)

    def _who(self, persona: Persona, home: int) -> int:
        rng = self._rng
        if rng.random() >= INSIDE:
            return self._people.somebody(rng.randrange(len(festival.TOPICS)), rng)
        if persona.circle and rng.random() < 0.65:
            return rng.choice(persona.circle)
        return self._people.somebody(home, rng)

    def _answer(
        self,
        to: Mention,
        who: int,
        said: Said,
        *,
        delay: int,
        number: str,
        named: tuple[Person, ...] = (),
        planted: Planted = "",
    ) -> Mention:
        target = Target(to.id, to.author.id)
        at = min(to.at + delay, self._t + LATEST_MS)
        mention = self._mention(
            f"{to.id}.{number}", "reply", who, said, at, target=target, named=named or (_named(to.author),)
        )
        self._plan(mention.seen, mention, planted, mood=said.mood)
        return mention

    def _repost(self, post: Mention, who: int, delay: int, number: str) -> None:
        said = Said(post.text, post.lang, post.hashtags, 0)
        target = Target(post.id, post.author.id)
        at = post.at + delay
        mention = self._mention(
            f"{post.id}.{number}",
            "repost",
            who,
            said,
            at,
            target=target,
            named=(_named(post.author),),
            links=post.links,
        )
        self._plan(mention.seen, mention)

    def _quote(self, post: Mention, who: int, said: Said, delay: int, number: str) -> None:
        mine = voice.quote(self._rng, post.lang, said.tags)
        target = Target(post.id, post.author.id)
        mention = self._mention(f"{post.id}.{number}", "quote", who, mine, post.at + delay, target=target)
        self._plan(mention.seen, mention, mood=mine.mood)

    def _tallies(self, post: Mention, replies: int, reposts: int) -> None:
        likes = (replies + reposts) * self._rng.randint(2, 9)
        for n, (after, share) in enumerate(((30_000, 0.3), (120_000, 0.7), (420_000, 1.0))):
            at = post.at + after
            weight = Weight(likes=int(likes * share), reposts=int(reposts * share), replies=int(replies * share))
            tally = Mention(
                id=f"{post.id}.t{n}", source=SOURCE, kind="tally", at=at, seen=at + 200, author=post.author,
                target=Target(post.id, post.author.id), weight=weight,
            )  # fmt: skip
            self._plan(tally.seen, tally)

    def _say(
        self,
        writer: int,
        said: Said,
        *,
        named: tuple[Person, ...] = (),
        links: tuple[str, ...] = (),
        planted: Planted = "",
        group: str = "",
    ) -> Mention:
        mention = self._mention(self._id(), "post", writer, said, self._at(), named=named, links=links)
        self._plan(mention.seen, mention, planted, group, said.mood)
        return mention

    def _mention(
        self,
        id: str,
        kind: Kind,
        who: int,
        said: Said,
        at: int,
        *,
        target: Target | None = None,
        named: tuple[Person, ...] = (),
        links: tuple[str, ...] = (),
    ) -> Mention:
        rng = self._rng
        persona = self._people[who]
        # Most are seen at once, some late: other servers, bad connections.
        late = rng.randrange(10_000, 50_000) if rng.random() < 0.02 else rng.randrange(150, 700)
        picture = kind == "post" and rng.random() < 0.12
        return Mention(
            id=id,
            source=SOURCE,
            kind=kind,
            at=at,
            seen=at + late,
            author=persona.author,
            text=f"{said.text} {links[0]}" if links and kind == "post" else said.text,
            lang=said.lang,
            target=target,
            mentions=named,
            hashtags=said.tags,
            links=links,
            media=(Media(url=f"{festival.SITE}pictures/{rng.randrange(500)}.jpg"),) if picture else (),
            place=persona.home if persona.home is not None and rng.random() < 0.7 else None,
        )

    def _plan(
        self, due: int, item: Mention | Retraction, planted: Planted = "", group: str = "", mood: int = 0
    ) -> None:
        self.planned.append(Planned(due, item, planted, group, mood))

    def _id(self) -> str:
        self._roots += 1
        return f"{self._prefix}-{self._roots:x}"

    def _at(self) -> int:
        return self._t + self._rng.randrange(1000)

    def _delay(self, mean_s: float) -> int:
        """Milliseconds until somebody reacts: exponential, at most six minutes."""
        return int(min(360.0, 2.0 + self._rng.expovariate(1 / mean_s)) * 1000)


def _named(author: Author) -> Person:
    return Person(id=author.id, handle=author.handle)
