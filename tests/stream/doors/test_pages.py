"""The files of the page: packed, of one version, asked for once."""

from __future__ import annotations

import re

from tests.stream.doors.conftest import House, error


def test_page_names_files_of_its_version_that_a_browser_keeps(house: House) -> None:
    """A page is asked for each time; the files that it names carry its version and are kept for good, its styles in one."""
    visitor = house.visit()
    page = visitor.get("/")
    assert page.headers["cache-control"] == "no-cache"
    named = set(re.findall(r'(?:href|src)="(/page/[^"]+)"', page.text)) - {"/page/agora.webmanifest"}
    assert len({name.split("/")[2] for name in named}) == 1
    for name in named:
        answer = visitor.get(name)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True), name
    [styles] = [name for name in named if name.endswith(".css")]
    assert all(rule in visitor.get(styles).text for rule in ("@font-face", ".desk", ".tiles"))


def test_unchanged_file_is_not_sent_again(house: House) -> None:
    """Who has a file already is told so; text travels packed for who can unpack it."""
    visitor = house.visit()
    first = visitor.get("/page/tablet.js")
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    again = visitor.get("/page/tablet.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = visitor.get("/page/tablet.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == first.text


def test_no_other_file_is_there(house: House) -> None:
    """What is no file of the page is not found, however it is asked for."""
    visitor = house.visit()
    for path in ("/page/nothing.js", "/page/../app.py", "/page/%2e%2e/app.py", "/page/"):
        assert visitor.get(path).status_code in (401, 404)
    assert error(visitor.get("/page/nothing.js"))
