"""All networks at once as stand-ins on loopback, a real ``agora ingest`` and a real hub, and what must come of them.

What is said is written down twice: at the stand-in, and in ``expected``, which knows nothing of how Agora works.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx2

from ingest.signature import sign
from stream.log import CONTROL, TOPICS, Entry, Record, Topic, open_log
from stream.mention import Mention, decode, decode_rejected
from tests.ingest.cable import everything
from tests.machine import Machine, free_port, machine
from tests.standins.feeds import FeedsStandIn, item, rss
from tests.standins.hackernews import HackerNewsStandIn
from tests.standins.jetstream import Jetstream, ProfileService, about, post
from tests.standins.mastodon import TOKEN, MastodonStandIn, account, status
from tests.standins.x import Stage, XStandIn, message

PATIENCE_S = 120.0
"""A push of Hacker News that breaks off is asked for again after a minute at least."""
TAG = "hashtag:lantern"
SECRET = b"a secret of the desk"


def now_ms() -> int:
    """The wall clock, milliseconds UTC."""
    return time.time_ns() // 1_000_000


def rfc3339(ms: int) -> str:
    """Milliseconds UTC as networks write them."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Ears:
    """``agora`` is the machine; ``expected`` the ids that must count in the end, by the source's word."""

    def __init__(self, agora: Machine) -> None:
        self.agora = agora
        self.started = now_ms()
        self.bluesky = Jetstream((self.started - 5000) * 1000)
        self.people = ProfileService()
        self.near, self.far = MastodonStandIn(), MastodonStandIn()
        self.far.transport = "websocket"
        self.x = XStandIn(*[self._listened] * 40)
        self.web, self.news = FeedsStandIn(), HackerNewsStandIn()
        self.news.newest = 1000
        self.expected: dict[str, set[str]] = {}
        self.gone: list[str] = []
        self._x_said: list[bytes] = []
        self._door = free_port()
        self._decisions = 0
        self._local, self._items = count(1000), count(1001)
        """Numbers that servers and Hacker News give, each greater than the last."""
        self.ingest: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        self._stack = contextlib.AsyncExitStack()
        for standin in (self.bluesky, self.people, self.near, self.far, self.x, self.web, self.news):
            await self._stack.enter_async_context(standin)  # type: ignore[arg-type]
        self.feed = self.web.url + "/feed"
        self.agora.environment["AGORA_BLUESKY_HOSTS"] = self.bluesky.url
        (self.agora.folder / "agora.toml").write_text(self._configuration())
        return self

    async def __aexit__(self, *fault: Any) -> None:
        await self._stack.aclose()

    def _configuration(self) -> str:
        return f"""
[ingest]
sources = ["bluesky", "mastodon", "x", "rss", "hackernews", "webhook"]
[match]
terms = ["lantern", "#lantern"]
[log]
timeout_s = 1.0
[bluesky]
profiles = "{self.people.url}"
[mastodon.servers.near]
url = "{self.near.url}"
token = "{TOKEN}"
streams = ["{TAG}"]
[mastodon.servers.far]
url = "{self.far.url}"
token = "{TOKEN}"
streams = ["{TAG}"]
transport = "websocket"
[x]
url = "{self.x.url}"
token = "good"
[feeds]
urls = ["{self.feed}"]
[hackernews]
url = "{self.news.url}"
[webhook]
port = {self._door}
[webhook.senders.desk]
secret = "{SECRET.decode()}"
"""

    def listen(self) -> None:
        """Ingest starts, or starts again."""
        self.ingest = self.agora.start("ingest")

    def kill(self) -> None:
        """``kill -9`` of ingest."""
        assert self.ingest is not None
        self.agora.kill(self.ingest)

    async def end(self) -> None:
        """SIGTERM, and a good end."""
        assert self.ingest is not None
        self.ingest.terminate()
        assert await asyncio.to_thread(self.ingest.wait, 20) == 0, self.agora.output()

    async def all_ears(self) -> None:
        """Everything is connected."""
        await self.until(
            lambda: (
                self.bluesky.connected == 1
                and self.near.following == [TAG]
                and self.far.following == [TAG]
                and self.x.open == 1
                and all(self.news.lines.values())
            )
        )
        # Connected is not yet heard from: a newcomer's first word says where it begins.
        await self.until(lambda: self._begun() >= {"bluesky", "mastodon:near", "mastodon:far", "hackernews"})

    def _begun(self) -> set[str]:
        """The sources whose first cursor is on the disk."""
        return {name for path in self.agora.var.rglob("cursors.json") for name in json.loads(path.read_bytes())}

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for what must come; what a hub is asked is asked beside the stand-ins."""
        end = time.monotonic() + PATIENCE_S
        while not await asyncio.to_thread(true):
            assert self.ingest is None or self.ingest.poll() in (None, -9), self.agora.output()
            assert time.monotonic() < end, f"waited {PATIENCE_S} s\n{self.missing()}\n{self.agora.output()}"
            await asyncio.sleep(0.02)

    def counted(self) -> dict[str, int]:
        """What the hub's snapshot counts, by source."""
        counts: dict[str, int] = self.agora.snapshot()["numbers"]["sources"]
        return {source: count for source, count in counts.items() if count}

    def missing(self) -> str:
        """Where the snapshot says something else than is expected, and who listens."""
        wanted = {source: len(ids) for source, ids in self.expected.items()}
        lines = {name: len(open_) for name, open_ in self.news.lines.items()}
        listening = (
            f"bluesky {self.bluesky.connected}, near {self.near.following}, far {self.far.following}, x {self.x.open}"
        )
        return f"counted {self.counted()}, expected {wanted}; {listening}, hackernews {lines}, begun {sorted(self._begun())}"

    async def all_counted(self) -> None:
        """Everything that is expected is in the snapshot, nothing of it twice, and nothing else."""
        wanted = {source: len(ids) for source, ids in self.expected.items() if ids}
        await self.until(lambda: self.counted() == wanted)

    def expect(self, id: str) -> str:
        """``id`` must count in the end."""
        self.expected.setdefault(id.partition(":")[0], set()).add(id)
        return id

    def forget(self, id: str) -> None:
        """``id`` must be gone in the end."""
        self.expected[id.partition(":")[0]].remove(id)
        self.gone.append(id)

    async def say(self, n: int) -> None:
        """Everybody says their ``n``th thing."""
        await self.skeet(n)
        await self.toot(n, self.near)
        await self.toot(n, self.far, name="finn")
        await self.both(n)
        await self.tweet(n)
        await self.submit(n)

    async def jet(self, *events: Mapping[str, Any]) -> None:
        """Jetstream says ``events`` now."""
        self.bluesky.time_us = max(self.bluesky.time_us, now_ms() * 1000)
        await self.bluesky.say(*events)

    async def skeet(self, n: int, name: str = "ada", text: str = "") -> str:
        """A post on Bluesky."""
        await self.jet(post(name, f"p{n}", text or f"a lantern for number {n} on the quay"))
        return self.expect(f"bluesky:at://did:plc:{name}/app.bsky.feed.post/p{n}")

    async def like(self, n: int, times: int, name: str = "ada") -> None:
        """So many people like the ``n``th post."""
        subject = f"at://did:plc:{name}/app.bsky.feed.post/p{n}"
        await self.jet(*(about(f"fan{i}", f"l{n}", subject, "like") for i in range(times)))

    async def spooled(self) -> None:
        """Something waits on the disk."""
        folder = self.agora.var / "spool"
        await self.until(lambda: any(p.stat().st_size for p in folder.rglob("*.segment")))

    def status(self, n: int, name: str = "bo", **more: Any) -> dict[str, Any]:
        """A status of now."""
        told = {"created_at": rfc3339(now_ms()), **more}
        return status(
            n, f"{name}'s #lantern number {n} at the pier", author=account(name), local=next(self._local), **told
        )

    async def toot(self, n: int, server: MastodonStandIn, name: str = "bo") -> str:
        """A status that one server tells of."""
        told = await server.post(self.status(n, name), TAG)
        return self.expect(f"mastodon:{told['uri']}")

    async def both(self, n: int) -> str:
        """A status that both servers tell of, under numbers of their own."""
        told = self.status(n, "cleo")
        await self.near.post(told, TAG)
        await self.far.post({**told, "id": str(next(self._local))}, TAG)
        return self.expect(f"mastodon:{told['uri']}")

    async def tweet(self, n: int, **data: Any) -> str:
        """A post on X, told again to whoever comes later."""
        told = message(self.started, n, f"lantern {n} over the water", **data)
        self._x_said.append(json.dumps(told).encode() + b"\r\n")
        return self.expect(f"x:{told['data']['id']}")

    async def submit(self, n: int) -> str:
        """A story on Hacker News."""
        number = await self.item(f"Show HN: a lantern, part {n}")
        return self.expect(f"hackernews:{number}")

    async def item(self, title: str, **fields: Any) -> int:
        """Hacker News has a new item; returns its number."""
        number = next(self._items)
        self.news.story(number, title, time=now_ms() // 1000, **fields)
        await self.news.tell_newest(number)
        return number

    async def whispered_tweet(self, n: int, text: str) -> None:
        """A post of a protected account on X."""
        told = message(self.started, 100_000 + n, text)
        told["includes"]["users"][0] |= {"protected": True, "description": text}
        self._x_said.append(json.dumps(told).encode() + b"\r\n")

    def publish_feed(self, *numbers: int) -> None:
        """Entries of the feed, all of this hour."""
        self.web.put("/feed", rss(*(item(f"e{n}", f"The lantern makers, part {n}", now_ms()) for n in numbers)))
        for n in numbers:
            self.expect(f"rss:e{n}")

    async def deliver(self, n: int) -> str:
        """The webhook's sender tells of a post until it is taken."""
        told = await self.hand_in(n, id=f"w{n}", text=f"our lantern, {n}", author={"id": "desk"})
        assert told in (202, 409), told
        return self.expect(f"webhook:desk:w{n}")

    async def hand_in(self, n: int, *, key: bytes = SECRET, **payload: Any) -> int:
        """The ``n``th message to the webhook, sent until it is taken or refused; returns the status."""
        body = json.dumps(payload).encode()
        async with httpx2.AsyncClient(trust_env=False) as client, asyncio.timeout(PATIENCE_S):
            while True:
                stamp = str(now_ms() // 1000)
                signature = sign(key, f"m{n}", stamp, body)
                headers = {"webhook-id": f"m{n}", "webhook-timestamp": stamp, "webhook-signature": signature}
                with contextlib.suppress(httpx2.HTTPError):
                    address = f"http://127.0.0.1:{self._door}/mentions"
                    answer = await client.post(address, content=body, headers=headers, timeout=PATIENCE_S)
                    if answer.status_code != 503:
                        return answer.status_code
                await asyncio.sleep(0.05)

    async def decide(self, subject: str, value: Any) -> None:
        """What the hub would write when staff decide it."""
        log = await open_log(self.agora.environment["AGORA_LOG_URL"], prefix=self._prefix)
        self._decisions += 1
        stands = {"id": f"d{self._decisions}", "seq": self._decisions, "at": 0, "by": "Desk 1", "value": value}
        await log.publish(CONTROL, [Entry(subject, json.dumps(stands).encode())])
        await log.close()

    @property
    def _prefix(self) -> str:
        return self.agora.environment.get("AGORA_LOG_PREFIX", "")

    async def records(self) -> dict[Topic, list[Record]]:
        """All that the log holds."""
        log = await open_log(self.agora.environment["AGORA_LOG_URL"], prefix=self._prefix)
        found = {topic: await everything(log, topic) for topic in TOPICS}
        await log.close()
        return found

    async def _listened(self, stage: Stage) -> None:
        """X tells a newcomer everything once more, and then what is new."""
        told = 0
        while True:
            for line in self._x_said[told:]:
                await stage.raw(line)
                told += 1
            await stage.raw(b"\r\n")
            await asyncio.sleep(0.02)


def tallies(records: list[Record]) -> dict[str, tuple[int, int, int]]:
    """The newest counts of each post: likes, reposts, replies."""
    told = sorted((m for m in legible(records) if m.kind == "tally"), key=lambda m: m.at)
    return {m.target.id: (m.weight.likes, m.weight.reposts, m.weight.replies) for m in told if m.target and m.weight}


def heard(records: list[Record]) -> Counter[str]:
    """How often each post is in the log, those apart that are overwritten."""
    return Counter(m.id for m in legible(records) if m.kind != "tally")


def legible(records: list[Record]) -> list[Mention]:
    """The mentions of all records that are not overwritten: ingest sweeps what was taken back out of an SQLite log."""
    return [decode(record.value) for record in records if record.value is not None]


def traces(word: str, records: dict[Topic, list[Record]], *folders: Path) -> list[str]:
    """Where ``word`` was left: topics whose records say it, and files that hold it, in clear or as base64."""
    plain = word.encode()
    found = []
    for topic, some in records.items():
        for record in some:
            value = record.value or b""
            raw = decode_rejected(value).raw if topic.name == "mentions.rejected" else b""
            if plain in value or plain in raw or plain in record.key.encode():
                found.append(topic.name)
    # Of base64 the middle is the same whatever stands around it, at one of three alignments.
    encoded = [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            data = path.read_bytes()
            if any(form in data for form in (plain, *encoded)):
                found.append(str(path.relative_to(folder)))
    return found


@contextlib.asynccontextmanager
async def ears(folder: Path, environment: dict[str, str] | None = None) -> AsyncIterator[Ears]:
    """All networks, and a machine whose hub has caught up."""
    with machine(folder, environment) as agora:
        async with Ears(agora) as stage:
            await asyncio.to_thread(agora.hub)
            yield stage
