"""What visitors write in the guest book waits for staff, whatever else is configured."""

from __future__ import annotations

import msgspec

from stream.config import ModerationConfig, ShowConfig
from stream.hub.gate import UNREAD, Gate, fingerprint
from stream.mention import Author, Mention
from stream.moderation import Chain

NOW = 1_000_000
MESSAGE = Mention(
    "guestbook:1", "guestbook", "post", NOW, NOW, Author("guestbook:visitor-1", name="Ada"), text="What an evening"
)


def test_guest_book_is_always_held() -> None:
    """Even where posts are shown after a delay a visitor's message waits until it is approved, and only as it was approved."""
    gate = Gate(ShowConfig(mode="delay", delay_s=0), Chain(ModerationConfig()))
    assert not gate.hear(MESSAGE.id, MESSAGE, NOW)
    assert gate.passage(MESSAGE.id, MESSAGE, NOW + 60_000) == ("held", UNREAD, 0, "")
    gate.decide(MESSAGE.id, {"show": "approved", "of": fingerprint(MESSAGE)})
    assert gate.passage(MESSAGE.id, MESSAGE, NOW).state == "shown"
    other = msgspec.structs.replace(MESSAGE, text="Something else")
    assert gate.passage(MESSAGE.id, other, NOW).state == "held"
