"""A polite GET, over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from ingest.feeds.fetch import Fetched, Unfetched, fetch, resolved, user_agent
from tests.ingest.cable import NOW
from tests.standins.feeds import FeedsStandIn, status, zipped


@pytest.fixture
async def web() -> AsyncIterator[FeedsStandIn]:
    async with FeedsStandIn() as server:
        yield server


async def got(web: FeedsStandIn, path: str, hosts: dict[str, str] | None = None, trusted: str = "") -> Fetched:
    """What is fetched from ``path``, where the names in ``hosts`` have those addresses."""

    async def resolve(host: str) -> list[str]:
        if host in (hosts or {}):
            return (hosts or {})[host].split()
        raise OSError(f"no such name: {host}")

    async with httpx2.AsyncClient(trust_env=False) as client:
        return await fetch(
            client,
            path if "://" in path else web.url + path,
            now_s=lambda: NOW / 1000,
            trusted=trusted,
            resolve=resolve,
        )


@pytest.mark.parametrize(
    ("target", "addresses"),
    [
        ("http://inside.example/", "10.0.0.1"),
        ("http://inside.example/", "93.184.216.34 192.168.1.1"),
        ("http://127.0.0.1:9/", "127.0.0.1"),
        ("http://inside.example/", "::ffff:127.0.0.1"),
        ("http://inside.example/", "fe80::1%eth0"),
        ("http://inside.example/", "169.254.169.254"),
        ("http://inside.example/", "fd00::1"),
        ("http://inside.example/", "224.0.0.1"),
        ("http://inside.example/", "0.0.0.0"),
    ],
)
async def test_a_public_feed_leads_to_no_private_place(web: FeedsStandIn, target: str, addresses: str) -> None:
    """Where a public feed has moved to is not asked when only we can reach it, even if some of its addresses are public."""
    hosts = {"inside.example": addresses, "127.0.0.1": "127.0.0.1", "public.example": "93.184.216.34"}
    with pytest.raises(Unfetched, match="not on the public network"):
        await got(web, target, hosts, trusted="http://public.example/feed")
    assert web.seen == []


async def test_a_redirect_to_a_private_place_is_not_followed(web: FeedsStandIn) -> None:
    """The same holds for each step of a redirect."""
    hosts = {"127.0.0.1": "93.184.216.34", "inside.example": "10.0.0.1"}
    web.trouble("/feed", status(302, {"location": "http://inside.example/"}))
    with pytest.raises(Unfetched, match=r"inside\.example"):
        await got(web, "/feed", hosts)


async def test_a_private_feed_may_lead_to_private_places(web: FeedsStandIn) -> None:
    """Who configures a feed in the house may be sent about the house."""
    web.trouble("/feed", status(301, {"location": "/there"}))
    web.put("/there", b"<rss/>")
    fetched = await got(web, "/feed", {"127.0.0.1": "127.0.0.1"})
    assert (fetched.body, fetched.url) == (b"<rss/>", web.url + "/there")


async def test_a_name_that_is_not_found(web: FeedsStandIn) -> None:
    """A redirect to nowhere is said."""
    web.trouble("/feed", status(302, {"location": "http://nowhere.example/"}))
    with pytest.raises(Unfetched, match=r"nowhere\.example.* is not found"):
        await got(web, "/feed")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "Sun, 15 Jun 2025 15:08:40 GMT"}, 120),
        ({"retry-after": "Sun, 15 Jun 2025 10:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "99999999999999999999"}, 86_400),
        ({"cache-control": "no-cache, max-age=600"}, 600),
        ({"cache-control": "s-maxage=600"}, 0),
    ],
)
async def test_how_long_to_wait(web: FeedsStandIn, headers: dict[str, str], seconds: float) -> None:
    """Retry-After as seconds or a date, else max-age; a day at most."""
    web.trouble("/feed", status(503, headers))
    with pytest.raises(Unfetched) as caught:
        await got(web, "/feed")
    assert caught.value.wait_s == seconds


async def test_what_is_packed(web: FeedsStandIn) -> None:
    """Gzip is unpacked whether the server says so or not; broken gzip is said."""
    web.trouble("/feed", zipped(b"<rss/>"), zipped(b"<rss/>" * 99, cut=20))
    assert (await got(web, "/feed")).body == b"<rss/>"
    with pytest.raises(Unfetched, match="ends in the middle"):
        await got(web, "/feed")
    web.put("/feed", b"\x1f\x8bnonsense")
    with pytest.raises(Unfetched, match="broken"):
        await got(web, "/feed")


async def test_names_are_resolved() -> None:
    """Loopback is known without a network."""
    assert await resolved("127.0.0.1") == ["127.0.0.1"]


def test_who_asks() -> None:
    """The contact is told where there is one that a header can hold."""
    assert user_agent("https://hall.example/privacy").endswith("(+https://hall.example/privacy)")
    assert user_agent("").startswith("Agora/")
    assert user_agent("käse") == user_agent("a\r\nb") == user_agent("")
