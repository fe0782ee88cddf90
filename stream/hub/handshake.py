"""Websockets of the hub's server, on which an answer that refuses ends the handshake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent


class Refusing(WebSocketsSansIOProtocol):
    """uvicorn (0.54) sends a refusal with a status and a sentence, but goes on to log that the handshake was never completed:
    an error line for each stranger who knocks.
    """

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the app says; after the last part of a refusal the handshake is over."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True
