"""The webhook, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ingest.publisher import Publisher
from ingest.signature import key_of, sign
from ingest.source import Context, SourceUnavailable
from ingest.sources.webhook import Webhook, create
from ingest.spool import Spool
from stream.config import Config
from stream.config.doors import SenderConfig, WebhookConfig
from stream.log import REJECTED, RETRACTIONS
from stream.mention import Mention, decode, decode_rejected, decode_retraction
from tests.ingest.cable import NOW, Cable, everything

KEYS = {"desk": b"first", "shop": b"second"}
POST = {"id": "1", "text": "Hello #wall", "author": {"id": "ann", "handle": "ann"}}


class Door:
    """A running webhook and a sender's hand on it."""

    def __init__(self, port: int, cable: Cable) -> None:
        self.cable, self._port, self._number = cable, port, 0

    async def send(self, body: Any, sender: str = "desk", **changed: str) -> httpx2.Response:
        """Deliver ``body``, signed; ``changed`` replaces headers."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._number += 1
        id, timestamp = changed.pop("id", f"m{self._number}"), changed.pop("timestamp", str(NOW // 1000))
        signature = changed.pop("signature", sign(KEYS[sender], id, timestamp, raw))
        headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
        async with httpx2.AsyncClient(trust_env=False) as client:
            address = f"http://127.0.0.1:{self._port}/mentions"
            return await client.post(address, content=raw, headers={k: v for k, v in headers.items() if v})

    async def mentions(self) -> list[Mention]:
        """What the log has."""
        return [decode(record.value or b"") for record in await everything(self.cable.log)]


async def serve(webhook: Webhook, publisher: Publisher) -> None:
    """What the supervisor does with a source."""
    async with aclosing(webhook.batches("")) as batches:  # type: ignore[type-var]
        async for batch in batches:
            safe = await publisher.publish(webhook.name, batch.items, spool=batch.spool)
            if batch.done:
                batch.done(safe)


def webhook(folder: Path) -> Webhook:
    """A webhook on any free port, whose author ann of the desk is staff."""
    return Webhook("127.0.0.1", 0, KEYS, {"webhook:desk:ann": "staff"}, folder=folder, now=lambda: NOW)


@pytest.fixture
async def door(cable: Cable, tmp_path: Path) -> AsyncIterator[Door]:
    source = webhook(tmp_path / "webhook")
    publisher = Publisher(cable, Spool(tmp_path / "spool", 1 << 20), now=lambda: NOW)  # type: ignore[arg-type]
    serving = asyncio.create_task(serve(source, publisher))
    while not source.port:
        await asyncio.sleep(0)
    yield Door(source.port, cable)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_signed_mention_is_in_the_log_when_the_answer_comes(door: Door) -> None:
    """202 is said after the log has it; id, role and seen are ours."""
    answer = await door.send({**POST, "seen": 5, "role": "brand", "flags": ["bot"], "source": "x"})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
    (mention,) = await door.mentions()
    assert (mention.id, mention.author.id, mention.source) == ("webhook:desk:1", "webhook:desk:ann", "webhook")
    assert (mention.author.role, mention.seen, mention.flags, mention.hashtags) == ("staff", NOW, (), ("wall",))


async def test_an_array_is_taken_in_order(door: Door) -> None:
    """Several mentions come in one message."""
    await door.send([{**POST, "id": str(n)} for n in range(5)])
    assert [m.id for m in await door.mentions()] == [f"webhook:desk:{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"signature": ""}, 401),
        ({"signature": "v1,bm9ib2R5"}, 401),
        ({"signature": "v2," + "A" * 44}, 401),
        ({"timestamp": str(NOW // 1000 - 301)}, 401),
        ({"timestamp": str(NOW // 1000 + 301)}, 401),
        ({"timestamp": "now"}, 400),
        ({"id": "a b"}, 400),
        ({"id": "a" * 300}, 400),
    ],
)
async def test_what_is_not_well_signed_is_never_kept(door: Door, changed: dict[str, str], status: int) -> None:
    """A refusal is a sentence, and leaves nothing in any topic."""
    answer = await door.send(POST, **changed)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
    assert await door.mentions() == []
    assert await everything(door.cable.log, REJECTED) == []


async def test_one_of_several_signatures_is_enough(door: Door) -> None:
    """While a sender changes its secret it signs with both."""
    body = json.dumps(POST).encode()
    good = sign(KEYS["desk"], "both", str(NOW // 1000), body)
    assert (await door.send(body, id="both", signature=f"v1,b2xk {good}")).status_code == 202


async def test_a_message_is_taken_once(door: Door) -> None:
    """The same webhook-id again is refused, from another sender it is another message."""
    assert (await door.send(POST, id="once")).status_code == 202
    assert (await door.send(POST, id="once")).status_code == 409
    assert (await door.send(POST, sender="shop", id="once")).status_code == 202


async def test_a_replay_after_a_restart_is_refused(cable: Cable, tmp_path: Path) -> None:
    """What was delivered is remembered on disk as long as its timestamp would be let in."""
    publisher = Publisher(cable, Spool(tmp_path / "spool", 1 << 20), now=lambda: NOW)  # type: ignore[arg-type]
    statuses = []
    for _ in range(2):
        source = webhook(tmp_path / "webhook")
        serving = asyncio.create_task(serve(source, publisher))
        while not source.port:
            await asyncio.sleep(0)
        statuses.append((await Door(source.port, cable).send(POST, id="once")).status_code)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
    assert statuses == [202, 409]


async def test_a_message_under_way_is_not_yet_delivered(cable: Cable, tmp_path: Path) -> None:
    """Who was impatient and sends the same again hears 503 until the log has it, and 409 only then."""
    source = webhook(tmp_path / "webhook")
    async with aclosing(source.batches("")) as batches:  # type: ignore[type-var]
        for taken, answered in ((False, 503), (True, 202)):
            coming = asyncio.ensure_future(anext(batches))
            while not source.port:
                await asyncio.sleep(0)
            door = Door(source.port, cable)
            first = asyncio.create_task(door.send(POST, id="twice"))
            batch = await coming
            assert (await door.send(POST, id="twice")).status_code == 503
            assert batch.done is not None
            batch.done(taken)
            assert (await first).status_code == answered
        assert (await door.send(POST, id="twice")).status_code == 409


async def test_without_the_log_the_sender_comes_again(door: Door) -> None:
    """503 says when, nothing is spooled, and the same message is taken later."""
    door.cable.plugged = False
    answer = await door.send(POST, id="again")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    door.cable.plugged = True
    assert (await door.send(POST, id="again")).status_code == 202
    assert len(await door.mentions()) == 1


async def test_what_cannot_be_read_is_a_dead_letter_and_said(door: Door) -> None:
    """The good part of an array is taken, the rest is named by index."""
    answer = await door.send([POST, {"id": "2"}, {**POST, "id": "3", "at": "soon"}])
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert [fault["index"] for fault in answer.json()["faults"]] == [1, 2]
    letters = [decode_rejected(r.value or b"") for r in await everything(door.cable.log, REJECTED)]
    assert [letter.source for letter in letters] == ["webhook:desk"] * 2
    assert (await door.send(b"{")).status_code == 422


async def test_a_large_body_is_refused(door: Door) -> None:
    """A body over the limit is not read to its end."""
    assert (await door.send(b"[" + b" " * 1_100_000 + b"]")).status_code == 413
    assert (await door.send([{}] * 1001)).status_code == 413


async def test_a_sender_touches_only_its_own(door: Door) -> None:
    """Edits and deletions of others' posts become those of posts that nobody has."""
    await door.send({"kind": "delete", "id": "bluesky:at://x"})
    await door.send({"kind": "delete", "id": "webhook:desk:1"}, sender="shop")
    await door.send({"kind": "delete", "author": {"id": "ann"}})
    await door.send({**POST, "kind": "edit", "target": {"id": "webhook:shop:9"}, "revision": 2})
    targets = [decode_retraction(r.value or b"").target for r in await everything(door.cable.log, RETRACTIONS)]
    assert targets == ["webhook:desk:bluesky:at://x", "webhook:shop:webhook:desk:1", "webhook:desk:ann"]
    (edit,) = await door.mentions()
    assert edit.id == "webhook:desk:webhook:shop:9@2"


async def test_a_reply_may_name_a_post_of_a_network(door: Door) -> None:
    """Answers go to whatever post they name; reposts of one's own too."""
    await door.send({**POST, "kind": "reply", "target": {"id": "bluesky:at://did/1", "author": "bluesky:did"}})
    (reply,) = await door.mentions()
    assert reply.target is not None
    assert (reply.target.id, reply.target.author) == ("bluesky:at://did/1", "bluesky:did")


async def test_only_one_thing_is_here(door: Door) -> None:
    """Other paths and methods are told so in JSON."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{door._port}/mentions")
    assert (answer.status_code, answer.json()["error"]) == (405, "Only POST /mentions is here.")


async def test_a_port_in_use_is_said(tmp_path: Path, door: Door) -> None:
    """The second webhook names the port and the setting."""
    second = Webhook("127.0.0.1", door._port, KEYS, {}, folder=tmp_path / "b", now=lambda: NOW)
    with pytest.raises(SourceUnavailable, match="is in use; choose another with"):
        await anext(second.batches(""))


@pytest.mark.parametrize(
    ("senders", "fault"),
    [
        ({}, "no senders"),
        ({"desk": SenderConfig()}, "empty"),
        ({"desk": SenderConfig("whsec_?")}, "base64"),
        ({"A b": SenderConfig("s")}, "small"),
    ],
)
def test_a_wrong_configuration_is_said(senders: dict[str, SenderConfig], fault: str, tmp_path: Path) -> None:
    """What is wrong with a sender is named at the start."""
    config = Config(webhook=WebhookConfig(senders=senders))
    with pytest.raises(ValueError, match=fault):
        create(Context(config=config, now=lambda: NOW, folder=tmp_path))


def test_the_signature_is_that_of_the_convention() -> None:
    """The example of the Standard Webhooks specification is signed the same."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert (
        sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
