"""Guessing PINs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream.config.pace import Pace, address_key
from stream.hub.limits import LONGEST_S, MOST_KEYS, SPAN_S, TRIES, Guesses


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_five_tries_a_minute_are_free() -> None:
    """Four failures cost nothing; the fifth within a minute costs a minute."""
    guesses = Guesses(Clock())
    for _ in range(TRIES - 1):
        guesses.failed("a")
    assert guesses.wait_s("a") == 0
    guesses.failed("a")
    assert guesses.wait_s("a") == SPAN_S


def test_slow_mistakes_cost_nothing() -> None:
    """Failures further apart than the span never add up."""
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(20):
        guesses.failed("a")
        clock.now += SPAN_S / (TRIES - 1)
    assert guesses.wait_s("a") == 0


def test_waits_double_up_to_an_hour() -> None:
    """Each failure after a wait doubles the next one."""
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(TRIES):
        guesses.failed("a")
    waits = []
    for _ in range(8):
        waits.append(guesses.wait_s("a"))
        clock.now += waits[-1]
        assert guesses.wait_s("a") == 0
        guesses.failed("a")
    assert waits[:4] == [60, 120, 240, 480]
    assert max(waits) == LONGEST_S


def test_success_forgets_failures() -> None:
    """Who gets in starts anew."""
    guesses = Guesses(Clock())
    for _ in range(TRIES):
        guesses.failed("a")
    guesses.succeeded("a")
    guesses.failed("a")
    assert guesses.wait_s("a") == 0


def test_others_do_not_wait() -> None:
    """One key's failures are nobody else's."""
    guesses = Guesses(Clock())
    for _ in range(50):
        guesses.failed("a")
    assert guesses.wait_s("b") == 0


def test_memory_is_bounded() -> None:
    """An attacker with many addresses cannot fill the memory, and the newest are the ones remembered."""
    guesses = Guesses(Clock())
    for n in range(MOST_KEYS + 10):
        for _ in range(TRIES):
            guesses.failed(str(n))
    assert guesses.wait_s("0") == 0
    assert guesses.wait_s(str(MOST_KEYS + 9)) > 0


@given(st.lists(st.floats(0, 30), min_size=60, max_size=60))
def test_a_guesser_gets_few_tries(pauses: list[float]) -> None:
    """However somebody times sixty wrong tries over at most half an hour, fewer than 130 guesses an hour are taken."""
    clock = Clock()
    guesses = Guesses(clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        if guesses.wait_s("a") == 0:
            guesses.failed("a")
            taken += 1
    assert taken <= 4 * (clock.now - 1000.0) / SPAN_S + TRIES


def test_address_counts_by_network() -> None:
    """IPv4 addresses count one by one, IPv6 addresses by their /64, and mapped ones as the IPv4 address they are."""
    assert address_key("192.0.2.7") == "192.0.2.7"
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:1")
    assert address_key("2001:db8::1") != address_key("2001:db8:0:1::1")
    assert address_key("::ffff:192.0.2.7") == "192.0.2.7"
    assert address_key("fe80::1%eth0") == address_key("fe80::2%eth0")
    assert address_key("no address") == "no address"


def test_pace() -> None:
    """A burst passes, then as many as the rate gives; another key waits for nobody, and asking alone costs nothing."""
    clock = Clock()
    pace = Pace(clock, rate=0.5, burst=3)
    assert [pace.wait_s("a") for _ in range(4)] == [0, 0, 0, 2.0]
    assert pace.left_s("a") == 2.0
    assert pace.wait_s("b") == 0
    clock.now += 2.0
    assert pace.left_s("a") == 0
    assert [pace.wait_s("a"), pace.wait_s("a")] == [0, 2.0]
    clock.now += 1000.0
    assert [pace.wait_s("a") for _ in range(4)] == [0, 0, 0, 2.0]
