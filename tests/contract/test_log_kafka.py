"""What the Kafka log keeps besides the contract: settings of its topics, TLS, SASL, compression."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from stream import log as logs
from stream.analysis.window import Window
from stream.log import Entry, LogDamaged, LogUnavailable, open_log
from stream.log.access import Access
from tests.contract.place import ONE, KafkaPlace, everything, opened, take
from tests.kafka import Broker, free_port

pytestmark = pytest.mark.kafka

PASSWORD = "correct horse battery staple"
STORE = "store-password"


async def settings_at(broker: Broker, names: list[str]) -> dict[str, dict[str, str]]:
    """The settings of topics, as the broker has them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{broker.port}")
    await admin.start()
    try:
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    finally:
        await admin.close()
    return {
        name: {setting[0]: setting[1] for setting in settings}
        for answer in answers
        for _, _, _, name, settings in answer.resources
    }


async def test_topics_have_log_time_retention_and_compaction(broker: Broker) -> None:
    """Agora's topics keep log time; mentions 7 days, retractions longer, control and memory the newest of each key.

    What workers told stays, though it was replaced, for longer than the longest window needs.
    """
    place = KafkaPlace(broker)
    async with opened(place, logs.TOPICS):
        pass
    found = await settings_at(broker, [place.prefix + topic.name for topic in logs.TOPICS])
    at = {topic.name: found[place.prefix + topic.name] for topic in logs.TOPICS}
    assert {settings["message.timestamp.type"] for settings in at.values()} == {"LogAppendTime"}
    assert {name for name, settings in at.items() if settings["cleanup.policy"] == "compact"} == {"control", "memory"}
    longest = {name: int(settings["retention.ms"]) + int(settings["segment.ms"]) for name, settings in at.items()}
    assert int(at["mentions"]["retention.ms"]) == 7 * logs.DAY_MS
    assert longest["mentions"] <= int(at["retractions"]["retention.ms"])
    assert at["partials"]["cleanup.policy"] == "compact,delete"
    assert at["partials"]["retention.ms"] == at["mentions"]["retention.ms"]
    assert int(at["partials"]["min.compaction.lag.ms"]) > Window(logs.DAY_MS).reach
    assert int(at["partials"]["max.compaction.lag.ms"]) > int(at["partials"]["min.compaction.lag.ms"])


async def test_retention_none_makes_topics_that_keep_everything(broker: Broker) -> None:
    """A replay's topics let nothing go."""
    place = KafkaPlace(broker)
    log = await open_log(f"{place.url}?retention=none", prefix=place.prefix)
    await log.close()
    found = await settings_at(broker, [f"{place.prefix}mentions"])
    assert found[f"{place.prefix}mentions"]["retention.ms"] == "-1"


async def test_a_topic_with_the_writers_times_is_refused(broker: Broker) -> None:
    """A topic that somebody else made without log time is not used: retention would empty it."""
    place = KafkaPlace(broker)
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{broker.port}")
    await admin.start()
    settings = {"message.timestamp.type": "CreateTime"}
    await admin.create_topics([NewTopic(f"{place.prefix}one", 1, 1, topic_configs=settings)])
    await admin.close()
    with pytest.raises(LogDamaged, match=r"message\.timestamp\.type=LogAppendTime"):
        await open_log(place.url, prefix=place.prefix, topics=[ONE])


@pytest.mark.parametrize("compression", ["zstd", "lz4", "gzip", "none"])
async def test_every_compression_comes_back(broker: Broker, compression: str) -> None:
    """Records written with any compression are read by a log that writes with another."""
    place = KafkaPlace(broker)
    sent = [Entry("k", f"{n} {'la' * 50}".encode()) for n in range(100)]
    writer = await open_log(f"{place.url}?compression={compression}", prefix=place.prefix, topics=[ONE])
    await writer.publish(ONE, sent)
    await writer.close()
    async with opened(place) as log:
        assert [record.value for record in await everything(log, ONE)] == [entry.value for entry in sent]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("kafka://me:secret@host:9092", "AGORA_LOG_PASSWORD"),
        ("kafka://host:9092?security=TLS", "SASL_SSL"),
        ("kafka://host:9092?user=agora", "AGORA_LOG_PASSWORD"),
        ("kafka://host:9092?compression=rar", "zstd"),
        ("kafka://host:9092?security=SSL&ca=/nowhere.pem", "certificate"),
        ("kafka://host:9092?acks=0", "unknown option acks"),
    ],
)
async def test_a_wrong_option_is_told(url: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options that are unknown, incomplete or unsafe are refused with what to write."""
    monkeypatch.delenv("AGORA_LOG_PASSWORD", raising=False)
    with pytest.raises(ValueError, match=sentence):
        await open_log(url)


def test_passwords_stay_out_of_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown of a log is its address."""
    monkeypatch.setenv("AGORA_LOG_PASSWORD", PASSWORD)
    access = Access.of("host:9092", {"user": "agora"})
    assert str(access) == "kafka://host:9092"
    assert PASSWORD not in str(access.unavailable("is away"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, broker: Broker) -> Iterator[tuple[Broker, int, Path]]:
    """A broker with a TLS door that asks for a password; the door's port and the certificate to trust."""
    folder = tmp_path_factory.mktemp("tls")
    keytool = shutil.which("keytool")
    if keytool is None:
        pytest.skip("keytool of the Java runtime is missing")
    store = ["-keystore", f"{folder}/broker.p12", "-storepass", STORE, "-alias", "broker"]
    names = ["-dname", "CN=localhost", "-ext", "san=ip:127.0.0.1,dns:localhost"]
    key = ["-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "2", "-storetype", "PKCS12"]
    subprocess.run([keytool, *key, *store, *names], check=True, capture_output=True)
    subprocess.run(
        [keytool, "-exportcert", "-rfc", "-file", f"{folder}/ca.pem", *store], check=True, capture_output=True
    )
    port = free_port()
    guard = Broker()
    text = guard.properties.read_text()
    for line in ("listeners=", "advertised.listeners="):
        text = text.replace(f"\n{line}", f"\n{line}GUARDED://127.0.0.1:{port},")
    text = text.replace("protocol.map=", "protocol.map=GUARDED:SASL_SSL,")
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    text += (
        "listener.name.guarded.sasl.enabled.mechanisms=PLAIN\n"
        f'listener.name.guarded.plain.sasl.jaas.config={login} user_agora="{PASSWORD}";\n'
        f"listener.name.guarded.ssl.keystore.location={folder}/broker.p12\n"
        f"listener.name.guarded.ssl.keystore.password={STORE}\n"
        "listener.name.guarded.ssl.keystore.type=PKCS12\n"
    )
    guard.properties.write_text(text)
    try:
        guard.start()
        yield guard, port, folder / "ca.pem"
    finally:
        guard.remove()


async def test_tls_and_a_password_open_the_door(
    guarded: tuple[Broker, int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the certificate, the user and the password the log is published to and read."""
    _, port, ca = guarded
    monkeypatch.setenv("AGORA_LOG_PASSWORD", PASSWORD)
    url = f"kafka://127.0.0.1:{port}?security=SASL_SSL&sasl=PLAIN&user=agora&ca={ca}"
    log = await open_log(url, topics=[ONE])
    try:
        async with await log.reader({ONE: None}) as reader:
            await log.publish(ONE, [Entry("k", b"sealed")])
            assert [record.value for record in await take(reader, 1)] == [b"sealed"]
        await log.commit("hub", ONE, {0: 1})
        assert await log.committed("hub", ONE) == {0: 1}
    finally:
        await log.close()


async def test_a_wrong_password_is_told(guarded: tuple[Broker, int, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused password is said as such, and soon."""
    _, port, ca = guarded
    monkeypatch.setenv("AGORA_LOG_PASSWORD", "wrong")
    with pytest.raises(LogUnavailable, match="uthentication"):
        await open_log(f"kafka://127.0.0.1:{port}?security=SASL_SSL&sasl=PLAIN&user=agora&ca={ca}", timeout_s=3)


async def test_an_unknown_certificate_is_told(
    guarded: tuple[Broker, int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broker whose certificate nobody vouches for is not trusted."""
    _, port, _ = guarded
    monkeypatch.setenv("AGORA_LOG_PASSWORD", PASSWORD)
    with pytest.raises(LogUnavailable, match="certificate"):
        await open_log(f"kafka://127.0.0.1:{port}?security=SASL_SSL&sasl=PLAIN&user=agora", timeout_s=3)
