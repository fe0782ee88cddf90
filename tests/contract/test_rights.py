"""Who may write what in a guarded Kafka, as the compose file runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stream.log import CONTROL, MENTIONS, PARTIALS, TOPICS, Entry, Log, LogUnavailable, open_log
from stream.log.access import Access
from stream.log.kafka import KafkaLog
from stream.log.rights import WRITERS, Operation, give, rights
from tests.kafka import FOLDER, START_S, free_port

PASSWORDS = {user: f"{user}0123456789abcdef" for user in ("admin", "hub", "ingest", "count")}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, broker: object) -> Iterator[str]:
    """``host:port`` of a broker that ``docker/kafka/serve`` guards, which nobody has told any rights yet."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    place = f"127.0.0.1:{free_port()}"
    settings = {
        "KAFKA_LISTEN": place,
        "KAFKA_ADVERTISE": place,
        "KAFKA_CONTROLLER": str(free_port()),
        "KAFKA_DATA": str(folder),
        "KAFKA_JARS": str(FOLDER / "target" / "jars"),
        "KAFKA_MEMORY": "256m",
    }
    passwords = {f"KAFKA_{user.upper()}_PASSWORD": password for user, password in PASSWORDS.items()}
    with (folder / "kafka.log").open("wb") as said:
        process = subprocess.Popen(
            [FOLDER / "serve"], env={**os.environ, **settings, **passwords}, stdout=said, stderr=said
        )
    try:
        _listens(process, place, folder / "kafka.log")
        yield place
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _listens(process: subprocess.Popen[bytes], place: str, said: Path) -> None:
    import socket

    host, port = place.split(":")
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Kafka did not start:\n{said.read_text()[-4000:]}")


@asynccontextmanager
async def as_user(user: str, address: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Log]:
    """The log as this user of the broker."""
    monkeypatch.setenv("AGORA_LOG_PASSWORD", PASSWORDS[user])
    log = await open_log(f"kafka://{address}?security=SASL_PLAINTEXT&user={user}", timeout_s=20)
    try:
        yield log
    finally:
        await log.close()


@pytest.mark.kafka
async def test_each_user_writes_its_own_topics_only(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once rights are given, ingest cannot decide, the hub and workers cannot say what the world says; all read everything."""
    monkeypatch.setenv("AGORA_LOG_PASSWORD", PASSWORDS["admin"])
    access = Access.of(address, {"security": "SASL_PLAINTEXT", "user": "admin"})
    assert await give(access, rights()) == await give(access, rights()) == len(set(rights()))
    async with as_user("ingest", address, monkeypatch) as log:
        await log.publish(MENTIONS, [Entry("a", b"said")])
        with pytest.raises(LogUnavailable, match="uthoriz"):
            await log.publish(CONTROL, [Entry("panic", b"{}")])
    async with as_user("count", address, monkeypatch) as log:
        await log.publish(PARTIALS, [Entry("0:rows:0", b"told", 0)])
        with pytest.raises(LogUnavailable, match="uthoriz"):
            await log.publish(MENTIONS, [Entry("a", b"forged")])
        assert isinstance(log, KafkaLog)
        async with log.share(MENTIONS, "count", 10.0) as share:
            while share.resting() != list(range(MENTIONS.partitions)):
                assert await share.poll(0.2, 10) == {}
    async with as_user("hub", address, monkeypatch) as log:
        await log.publish(CONTROL, [Entry("layout", b"{}")])
        with pytest.raises(LogUnavailable, match="uthoriz"):
            await log.publish(MENTIONS, [Entry("a", b"forged")])
        with pytest.raises(LogUnavailable, match="uthoriz"):
            await log.publish(PARTIALS, [Entry("a", b"counted")])
        assert sum((await log.end(MENTIONS)).values()) == 1
        async with await log.reader({MENTIONS: None}) as reader:
            assert [record.value for record in await reader.poll(10.0)] == [b"said"]


@pytest.mark.kafka
async def test_nobody_comes_in_without_a_password(address: str) -> None:
    """Who gives no password is not let in."""
    with pytest.raises(LogUnavailable):
        await open_log(f"kafka://{address}", timeout_s=2)


def test_every_topic_has_one_writer() -> None:
    """Each topic of the log is written by exactly one of the users, so that no topic was forgotten."""
    written = [topic for topics in WRITERS.values() for topic in topics]
    assert sorted(topic.name for topic in written) == sorted(topic.name for topic in TOPICS)
    assert {right.name for right in rights("x.") if right.operation == Operation.WRITE} == {
        f"x.{t.name}" for t in TOPICS
    }


def test_a_weak_password_starts_nothing() -> None:
    """The broker does not start with a password that is missing or could be guessed."""
    weak = {"KAFKA_ADMIN_PASSWORD": "secret"}
    told = subprocess.run([FOLDER / "serve"], env={**os.environ, **weak}, capture_output=True, check=False, text=True)
    assert told.returncode == 2
    assert "KAFKA_ADMIN_PASSWORD must be at least 16" in told.stderr
