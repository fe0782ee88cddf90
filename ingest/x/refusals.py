"""How X says no, in the status of an answer or inside the stream, and how long it wants to be left alone then."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import httpx2
import msgspec

from ingest.backoff import BackOff
from ingest.formats.x_objects import Problem
from ingest.source import SourceUnavailable

ASK_AGAIN_S: Final = 900.0
"""Pause where a person has to do something first."""

STEADY_S: Final = 20.0
"""A stream that lasts as long as X's heartbeat takes was well; one that breaks sooner is trouble going on."""

_ADVICE: Final = {
    401: "X does not know the bearer token (401); put a valid one into AGORA_X_TOKEN",
    402: "X wants to be paid first (402); buy credits in X's developer console",
    403: "X does not allow this token the filtered stream (403); give its app access in X's developer console",
}


class _Body(msgspec.Struct):
    title: str = ""
    detail: str = ""
    type: str = ""
    connection_issue: str = ""
    errors: list[Problem] | None = None

    @property
    def problem(self) -> Problem:
        return Problem(title=self.title, detail=self.detail, type=self.type, connection_issue=self.connection_issue)


class Refusals:
    """The pauses between tries, by X's rules: slowly longer for the network, doubling for answers, longest when told to slow.

    ``now`` tells milliseconds UTC, ``monotonic`` seconds; ``draw`` is the dice's.
    """

    def __init__(
        self, *, now: Callable[[], int], draw: Callable[[], float], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._now, self._monotonic = now, monotonic
        self._begun = monotonic()
        self._network = BackOff(0.25, 16.0, grows="linear", draw=draw)
        self._answers = BackOff(5.0, 320.0, draw=draw)
        # Half of a pause is chance, and X wants a minute at least.
        self._slower = BackOff(120.0, 1920.0, draw=draw)

    def begun(self) -> None:
        """X has opened a stream."""
        self._begun = self._monotonic()

    def alive(self) -> None:
        """The stream speaks; when it does so for some time, the next trouble is the first."""
        if self._monotonic() - self._begun >= STEADY_S:
            for pauses in (self._network, self._answers, self._slower):
                pauses.reset()

    def network(self, fault: BaseException | str) -> SourceUnavailable:
        """The connection could not be made, or broke, or fell silent."""
        if isinstance(fault, httpx2.ReadTimeout):
            fault = "no post and no heartbeat came for too long"
        elif isinstance(fault, BaseException):
            fault = f"X cannot be reached: {fault or type(fault).__name__}"
        return SourceUnavailable(fault, pause_s=self._network.next())

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceUnavailable:
        """An answer that is none."""
        said = _read(body)
        problems = [said.problem, *(said.errors or ())]
        if (known := self._known(problems, headers)) is not None:
            return known
        if status in _ADVICE:
            return SourceUnavailable(_ADVICE[status], pause_s=ASK_AGAIN_S, stopped=True)
        detail = next((text for problem in problems if (text := problem.detail or problem.title)), "")
        sentence = f"X answers {status}{': ' if detail else ''}{detail[:300]}"
        if status == 429:
            return SourceUnavailable(f"{sentence}; it wants fewer requests", pause_s=self._told(headers))
        return SourceUnavailable(sentence, pause_s=self._answers.next())

    def in_line(self, line: bytes) -> SourceUnavailable | None:
        """What ends the stream in a ``line`` that is nothing else; None where it does not."""
        return self.in_stream([_read(line).problem])

    def in_stream(self, problems: Sequence[Problem]) -> SourceUnavailable | None:
        """What ends the stream, among ``problems`` that came in it; None where they are about single posts."""
        if (known := self._known(problems, {})) is not None:
            return known
        for problem in problems:
            if problem.disconnect_type or problem.title == "operational-disconnect":
                return SourceUnavailable(
                    f"X ended the stream: {problem.detail or problem.title}", pause_s=self._network.next()
                )
        return None

    def _known(self, problems: Sequence[Problem], headers: Mapping[str, str]) -> SourceUnavailable | None:
        for problem in problems:
            if problem.title == "ConnectionException" or problem.connection_issue:
                return SourceUnavailable(
                    "another connection to X's stream is open, and X allows no more; stop whatever else uses this app's token",
                    pause_s=self._told(headers),
                )
            if "usage-capped" in problem.type or problem.title == "UsageCapExceeded":
                sentence = "X's own limit of posts is used up; raise it or buy credits in X's developer console"
                return SourceUnavailable(sentence, pause_s=max(ASK_AGAIN_S, self._told(headers)), stopped=True)
        return None

    def _told(self, headers: Mapping[str, str]) -> float:
        """At least as long as X says, a minute at the least."""
        after, reset = headers.get("retry-after", ""), headers.get("x-rate-limit-reset", "")
        waits = [self._slower.next()]
        if after.isascii() and after.isdigit():
            waits.append(float(after[:9]))
        if reset.isascii() and reset.isdigit():
            waits.append(min(float(reset[:12]) - self._now() / 1000 + 1.0, 3600.0))
        return max(waits)


def _read(body: bytes) -> _Body:
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Body()
