"""Who may do what in Kafka: only the hub writes decisions and memory, only ingest what the world says, only workers partials.

``python -m stream.log.rights [URL]`` tells a broker so, as a user who may change rights (default: the configured log).
The broker needs an authorizer, ``allow.everyone.if.no.acl.found`` left at false, and the users made; ``docker/kafka/serve``
does all of it. Giving a right twice changes nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import CreateAclsRequest

from stream.config import Misconfigured, load
from stream.log import AUDIT, CONTROL, MEMORY, MENTIONS, PARTIALS, REJECTED, RETRACTIONS, SOURCES, TOPICS, Topic
from stream.log.access import Access

WRITERS: Final[Mapping[str, tuple[Topic, ...]]] = {
    "ingest": (MENTIONS, RETRACTIONS, REJECTED, SOURCES),
    "hub": (CONTROL, AUDIT, MEMORY),
    "count": (PARTIALS,),
}
"""By Kafka user the topics that it may write. Each of them may read all topics, and make those that are missing."""

ANY_HOST: Final = "*"
LITERAL: Final = 3
ALLOW: Final = 3


class Resource(IntEnum):
    """Numbers of Kafka's protocol."""

    TOPIC = 2
    GROUP = 3


class Operation(IntEnum):
    """Numbers of Kafka's protocol."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10


class Right(NamedTuple):
    """One thing that one user may do; a name of ``*`` is any."""

    user: str
    operation: Operation
    resource: Resource
    name: str


def rights(prefix: str = "") -> Iterator[Right]:
    """Everything that is allowed in a log whose topics begin with ``prefix``; whatever is not here is refused."""
    for user, written in WRITERS.items():
        for topic in TOPICS:
            for operation in (Operation.READ, Operation.CREATE, Operation.DESCRIBE, Operation.DESCRIBE_CONFIGS):
                yield Right(user, operation, Resource.TOPIC, prefix + topic.name)
        for topic in written:
            yield Right(user, Operation.WRITE, Resource.TOPIC, prefix + topic.name)
        yield Right(user, Operation.READ, Resource.GROUP, ANY_HOST)


async def give(access: Access, wanted: Iterable[Right]) -> int:
    """Tell the brokers; returns how many rights they know now. Raises ``LogUnavailable`` with what they refused."""
    admin = AIOKafkaAdminClient(**access.settings)
    given = 0
    try:
        await admin.start()
        for right in wanted:
            request = CreateAclsRequest(
                right.resource, right.name, LITERAL, f"User:{right.user}", ANY_HOST, right.operation, ALLOW
            )
            answer = await admin._send_to_controller(request)
            for code, sentence in answer.creation_responses:
                if code:
                    raise access.unavailable(f"did not give rights to {right.user} ({sentence or f'error {code}'})")
            given += 1
    except KafkaError as fault:
        raise access.unavailable(f"could not be told who may do what ({fault})") from fault
    finally:
        await admin.close()
    return given


def main(arguments: list[str]) -> int:
    """The command; exit code 0, or 2 with a sentence."""
    try:
        settings = load().log
        url = arguments[0] if arguments else settings.url
        scheme, _, rest = url.partition("://")
        if scheme != "kafka":
            raise ValueError(f"{url!r} is no Kafka; a log in a file has no rights but those of the file")
        place, _, query = rest.partition("?")
        options = {name: value for name, value in parse_qsl(query) if name != "retention"}
        given = asyncio.run(give(Access.of(place, options), rights(settings.prefix)))
    except (Misconfigured, ValueError, OSError) as fault:
        print(fault, file=sys.stderr)
        return 2
    except Exception as fault:
        print(f"{fault}", file=sys.stderr)
        return 1
    print(f"{given} rights stand: {', '.join(WRITERS)}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
