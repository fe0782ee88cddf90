"""A desk of the rehearsal: signs in at the hub with a PIN, sees what a tablet sees, and decides as staff do."""

from __future__ import annotations

from typing import Any, Final, Self

import httpx2

ANSWER_S: Final = 15.0
IDLE: Final = 423
"""What a hub answers a desk that nobody has touched for ten minutes."""
Silent = (httpx2.HTTPError, OSError)
"""What asking a hub that is not there raises."""


class Desk:
    """``url`` of the hub, and the PIN of an operator; ``transport`` where no network is between them."""

    def __init__(self, url: str, pin: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._url, self._pin = url, pin
        self._client = httpx2.AsyncClient(base_url=url, headers={"origin": url}, timeout=ANSWER_S, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    def again(self) -> Desk:
        """Another tablet with the same PIN, not signed in."""
        return Desk(self._url, self._pin)

    async def ready(self) -> bool:
        """Whether the hub has caught up with the log."""
        try:
            return (await self._client.get("/readyz")).status_code == 200
        except Silent:
            return False

    async def sign_in(self) -> None:
        """Raises ``httpx2.HTTPStatusError`` when the PIN is refused."""
        answer = await self._client.post("/api/v1/session", json={"pin": self._pin, "desk": "Rehearsal"})
        answer.raise_for_status()

    async def snapshot(self, at: int | None = None) -> dict[str, Any]:
        """The snapshot of now, or of an earlier T."""
        return await self._get("/api/v1/snapshot" + ("" if at is None else f"?at={at}"))

    async def walls(self) -> dict[str, Any]:
        """The walls, and the screens that none speaks for."""
        return await self._get("/api/v1/walls")

    async def on_air(self) -> dict[str, Any]:
        """What is on air."""
        return await self._get("/api/v1/layout")

    async def layouts(self) -> list[str]:
        """Names of the layouts."""
        return [layout["name"] for layout in (await self._get("/api/v1/layouts"))["layouts"]]

    async def take(self, layout: str, rev: int) -> dict[str, Any]:
        """Put a layout on air."""
        return await self._ask("PUT", "/api/v1/layout", {"layout": layout, "rev": rev})

    async def posts(self) -> list[dict[str, Any]]:
        """The newest posts with their state."""
        posts: list[dict[str, Any]] = (await self._get("/api/v1/moderation/posts"))["posts"]
        return posts

    async def held(self) -> list[dict[str, Any]]:
        """The posts that wait for a decision each by itself."""
        posts: list[dict[str, Any]] = (await self._get("/api/v1/moderation/held"))["posts"]
        return posts

    async def raids(self) -> list[str]:
        """The raids of which there is an alert now, by id."""
        alerts = (await self._get("/api/v1/alerts"))["alerts"]
        return [alert["key"] for alert in alerts if alert["kind"] == "raid" and not alert["ended"]]

    async def hide_raid(self, raid_id: str) -> None:
        """Hide all of a raid at once."""
        await self._ask("PUT", "/api/v1/moderation/raid", {"id": raid_id, "decision": "hide"})

    async def _get(self, path: str) -> dict[str, Any]:
        return await self._ask("GET", path)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer; where the desk has become idle, the PIN is entered once more."""
        answer = await self._client.request(method, path, json=body)
        if answer.status_code == IDLE:
            await self.sign_in()
            answer = await self._client.request(method, path, json=body)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told
