"""Pictures from servers that misbehave: huge, slow, of another kind, bombs, and roads into the private network."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from PIL import Image

from stream.media.fetch import Fetcher, Unpictured, public
from stream.media.remake import remade
from tests.standins.http import Exchange, HttpStandIn


def png(width: int = 400, height: int = 300) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 40, 30)).save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has a thousand million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 32_000, 32_000, 8, 2, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(b"\0" * 4_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rows + chunk(b"IEND", b"")


async def misbehave(exchange: Exchange) -> None:
    kind = {"content-type": "image/png"}
    match exchange.path:
        case "/good":
            await exchange.answer(200, png(), kind)
        case "/page":
            await exchange.answer(200, b"<html>", {"content-type": "text/html"})
        case "/announced":
            await exchange.begin(200, {**kind, "content-length": str(50 << 20)})
        case "/endless":
            await exchange.begin(200, kind)
            while True:
                await exchange.chunk(b"\0" * 65_536)
        case "/slow":
            await exchange.begin(200, kind)
            await exchange.gone()
        case "/moved":
            await exchange.answer(302, b"", {"location": "/good"})
        case "/around":
            await exchange.answer(302, b"", {"location": "/around"})
        case "/inside":
            await exchange.answer(302, b"", {"location": exchange.query["to"][0]})
        case "/file":
            await exchange.answer(302, b"", {"location": "file:///etc/passwd"})
        case _:
            await exchange.answer(404)


@pytest.fixture
async def server() -> AsyncIterator[HttpStandIn]:
    async with HttpStandIn(misbehave) as service:
        yield service


@pytest.fixture
async def fetch() -> AsyncIterator[Callable[[str], Awaitable[bytes]]]:
    """What fetches pictures, with loopback allowed for these tests."""
    fetcher = Fetcher("Agora/test", lambda _: True)
    yield lambda url: fetcher.fetch(url, longest_s=2.0)
    await fetcher.close()


async def test_a_picture_comes_as_it_is_also_from_elsewhere(
    server: HttpStandIn, fetch: Callable[[str], Awaitable[bytes]]
) -> None:
    """A picture is fetched, also after a redirect."""
    assert await fetch(f"{server.url}/good") == await fetch(f"{server.url}/moved") == png()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", "text/html"), ("/announced", "larger than 5 MB"), ("/endless", "larger than 5 MB"),
        ("/slow", "more than 2 s"),
        ("/around", "redirects more than 3"), ("/file", "no plain address"), ("/missing", "answers 404"),
    ],
)  # fmt: skip
async def test_whatever_is_no_picture_is_refused(
    server: HttpStandIn, fetch: Callable[[str], Awaitable[bytes]], path: str, reason: str
) -> None:
    """Other kinds, too much, too slow, in circles or out of the web: each is refused with its reason."""
    with pytest.raises(Unpictured, match=reason):
        await fetch(server.url + path)


async def test_the_private_network_is_not_asked(server: HttpStandIn) -> None:
    """A name that means a private address is refused by the connection itself, before a byte is sent."""
    fetcher = Fetcher("Agora/test")
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(Unpictured, match="not on the public network"):
            await fetcher.fetch(f"http://{host}:{server.port}/good")
    await fetcher.close()
    assert not server.seen


async def test_a_redirect_does_not_lead_inside(server: HttpStandIn) -> None:
    """A server that is allowed cannot send us on to an address that is not."""
    async with HttpStandIn(misbehave) as inside:
        answers = iter([True, False])
        fetcher = Fetcher("Agora/test", lambda _: next(answers))
        with pytest.raises(Unpictured, match="not on the public network"):
            await fetcher.fetch(f"{server.url}/inside?to=http://localhost:{inside.port}/good")
        await fetcher.close()
        assert len(server.seen) == 1
        assert not inside.seen


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",
     "fd00::1", "::ffff:10.0.0.1", "2002:0a00:0001::", "64:ff9b::7f00:1"],
)  # fmt: skip
def test_addresses_of_our_own_are_not_public(address: str) -> None:
    """Private, local, shared and multicast addresses are not public, in whatever form they are written."""
    assert not public(address)
    assert public("93.184.216.34")
    assert public("2606:2800:220:1::1")


async def test_a_picture_is_made_anew_and_small() -> None:
    """What comes back is a WebP of the size asked for, whatever came."""
    picture = Image.open(io.BytesIO(await remade(png(900, 600), 256)))
    assert (picture.format, picture.size) == ("WEBP", (256, 171))


async def test_bombs_and_rubbish_end_in_a_sentence() -> None:
    """A picture that unpacks to gigabytes, and one that is none, cost a child process and nothing else."""
    for data in (bomb(), b"GIF89a" + b"\xff" * 400, png()[:200], b""):
        with pytest.raises(Unpictured, match="cannot be read"):
            await remade(data, 256)


async def test_leaving_early_leaves_no_process() -> None:
    """A fetch that is given up ends the process that reads its picture."""
    task = asyncio.create_task(remade(png(3000, 3000), 256))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
