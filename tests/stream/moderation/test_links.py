"""Links that hide where they lead are held, others pass; what becomes of bots is configured."""

from __future__ import annotations

import pytest

from stream.config import ModerationConfig
from stream.mention import Author, Mention
from stream.moderation import Chain


def judged(*links: str, flags: tuple[str, ...] = (), config: ModerationConfig | None = None) -> str:
    post = Mention(
        "x:1", "x", "post", 0, 0, Author("x:9", "ann", "Ann"), text="Read this", lang="en", links=links, flags=flags
    )
    return Chain(config or ModerationConfig(languages=("en",))).judge(post, 0).what


@pytest.mark.parametrize(
    "link",
    ["https://bit.ly/x", "https://www.TinyURL.com/abc", "https://xn--pple-43d.com/", "https://аpple.com", "http://10.0.0.1/a",
     "https://bank.example@evil.example/", "http://[::1]/"],
)  # fmt: skip
def test_a_link_that_hides_where_it_leads_is_held(link: str) -> None:
    """Shorteners, look-alike hosts, bare addresses and names before the host wait for staff."""
    assert judged("https://example.com/", link) == "hold"


@pytest.mark.parametrize(
    "link", ["https://example.com/bit.ly", "https://t.co/x", "https://news.example/a@b", "mailto:ann@x.example"]
)
def test_other_links_pass(link: str) -> None:
    """A link to a plain host passes, whatever its path says."""
    assert judged(link) == "none"


def test_configured() -> None:
    """The filter can be switched off or know more hosts; bots pass unless it is said otherwise."""
    assert judged("https://bit.ly/x", config=ModerationConfig(links=False)) == "none"
    assert judged("https://go.example/x", config=ModerationConfig(shorteners=("go.example",))) == "hold"
    assert judged(flags=("bot",)) == "none"
    assert judged(flags=("bot",), config=ModerationConfig(bots="reject")) == "reject"
