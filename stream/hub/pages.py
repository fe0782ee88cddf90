"""The pages: the files of the tablet page from memory, packed once, so that a first load waits for no disk and no thread.

Pages name their files by the version of all of them, which a browser keeps for good; for a page itself it asks each time, so
that it never mixes two versions. The style sheets of a page travel as one.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

FOLDER: Final = Path(__file__).parent / "page"
AT: Final = "/page/"
SMALL: Final = 1024
"""Bytes of a file below which packing it is not worth the while."""
PACKED: Final = frozenset({".html", ".css", ".js", ".svg", ".webmanifest"})
KINDS: Final[Mapping[str, str]] = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}
STYLES: Final = re.compile(r'(?:<link rel="stylesheet" href="/page/([\w-]+\.css)">\n)+')
STYLE: Final = re.compile(r"/page/([\w-]+\.css)")
FOR_GOOD: Final = "public, max-age=31536000, immutable"
ASK: Final = "no-cache"


class _File(NamedTuple):
    body: bytes
    packed: bytes | None
    tag: str
    kind: str


class Pages:
    """An ASGI app for what lies under ``/page/``; ``page`` answers with a page itself."""

    def __init__(self, folder: Path = FOLDER) -> None:
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
        self.version = sha256(b"".join(name.encode() + data for name, data in files.items())).hexdigest()[:12]
        for name in [name for name in files if name.endswith(".html")]:
            text, styles = _gathered(files[name].decode(), files)
            files[f"{name.removesuffix('.html')}.styles.css"] = styles
            files[name] = self._versioned(text.replace("STYLES", f"{name.removesuffix('.html')}.styles.css").encode())
        files |= {name: self._versioned(data) for name, data in files.items() if name.endswith(".css")}
        self._files = {name: _made(name, data) for name, data in files.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        version, _, name = request.url.path.removeprefix(AT).rpartition("/")
        answer = self._answer(request, name, FOR_GOOD if version == self.version else ASK)
        await answer(scope, receive, send)

    def page(self, request: Request, name: str) -> Response:
        """One of the pages, such as ``index.html``."""
        return self._answer(request, name, ASK)

    def _answer(self, request: Request, name: str, keep: str) -> Response:
        file = self._files.get(name)
        if file is None or request.method not in ("GET", "HEAD"):
            raise HTTPException(404 if file is None else 405)
        headers = {"cache-control": keep, "etag": file.tag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.packed, headers={**headers, "content-encoding": "gzip"}, media_type=file.kind)
        return Response(file.body, headers=headers, media_type=file.kind)

    def _versioned(self, data: bytes) -> bytes:
        """Every file that is named, but for the manifest, whose address is that of the app on a home screen."""
        return re.sub(rb"/page/(?!agora\.webmanifest)", f"{AT}{self.version}/".encode(), data)


def _gathered(page: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """A page with one link in place of its style sheets' (to ``STYLES``), and these, in their order."""
    found = STYLES.search(page)
    if found is None:
        return page, b""
    styles = b"".join(files[name] for name in STYLE.findall(found[0]))
    return page.replace(found[0], f'<link rel="stylesheet" href="{AT}STYLES">\n'), styles


def _made(name: str, data: bytes) -> _File:
    ending = Path(name).suffix
    kind = KINDS.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(data, mtime=0) if ending in PACKED and len(data) >= SMALL else None
    return _File(data, packed, f'"{sha256(data).hexdigest()[:16]}"', kind)
