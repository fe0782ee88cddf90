"""The doors against their own description: requests made up by schemathesis, well formed and not, break nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from tests.stream.doors.conftest import ADDRESS, House

EXAMPLES = int(os.environ.get("AGORA_FUZZ_EXAMPLES", "6"))
"""Requests a door and a way of making them; `make fuzz` sends many more."""
SEED = os.environ.get("AGORA_FUZZ_SEED", "")
"""Chooses other requests; without it they are the same each time."""
UNAVAILABLE = 503


class Desk:
    """A signed-in tablet that signs in again whenever a request has ended its session."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._client = house.visit("operator")

    def send(self, method: str, path: str, **request: Any) -> int:
        self._house.clock["s"] += 10.0
        answer = self._client.request(method, path, **request)
        if answer.status_code == 401 or (method, path) == ("DELETE", "/api/v1/sessions"):
            self._client = self._house.visit("operator")
        return answer.status_code


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    yield Desk(house)
    after: TestClient = house.visit("operator")
    for switch in ("panic", "freeze"):
        after.put(f"/api/v1/{switch}", json={"on": False})
    for door in ("rewind", "layout"):
        after.delete(f"/api/v1/{door}")


def test_description_is_for_staff(house: House) -> None:
    """Who is signed in reads what every door takes; a stranger learns nothing."""
    assert house.visit().get("/api/v1/openapi.json").status_code == 401
    told = house.visit("viewer").get("/api/v1/openapi.json").json()
    assert {"/api/v1/layout", "/api/v1/panic", "/api/v1/moderation/post"} <= told["paths"].keys()
    assert "pin" in told["components"]["schemas"]["SignIn"]["properties"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_nothing_that_a_door_is_sent_breaks_the_hub(house: House, desk: Desk, mode: GenerationMode) -> None:
    """No request that fits the description, and none that does not, is answered by a fault of the server."""
    schema = schemathesis.openapi.from_dict(house.app.openapi())
    sent = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue  # any string fits a path
        fuzzed(operation, mode, desk)
        sent += 1
    assert sent >= 10


def fuzzed(operation: Any, mode: GenerationMode, desk: Desk) -> None:
    """Send requests to one door; fails at the first that the server itself fails at."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not SEED,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        request = case.as_transport_kwargs(base_url=ADDRESS)
        sent_as = {"json": "json", "params": "params", "data": "content"}
        kept = {ours: request[theirs] for theirs, ours in sent_as.items() if request.get(theirs)}
        path = request["url"].removeprefix(ADDRESS)
        status = desk.send(request["method"], path, **kept)
        assert status < 500 or status == UNAVAILABLE, f"{request['method']} {path} {kept}: {status}"

    (seed(SEED)(send) if SEED else send)()


@given(
    body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""])
)
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_are_nothing(house: House, body: bytes, kind: str) -> None:
    """Whatever bytes come, of whatever type they claim to be, are answered with a sentence."""
    house.clock["s"] += 100.0
    answer = house.visit().post("/api/v1/session", content=body, headers={"content-type": kind})
    assert answer.status_code in (401, 422, 400, 429)
    assert answer.json()["error"]
