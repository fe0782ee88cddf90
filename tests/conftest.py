"""What all tests share: a private Apache Kafka for those that ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from stream.compiled import clear_stale
from tests.kafka import Broker, NoKafka

clear_stale()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker; who stops it starts it again. Skips where Java or the jars are missing, but fails with CI=true."""
    try:
        broker = Broker()
    except NoKafka as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Kafka: {missing}")
        pytest.skip(f"no Kafka: {missing}")
    try:
        broker.start()
        yield broker
    finally:
        broker.remove()
