"""Bounded connections: uvicorn itself waits without end for a request's headers, and for a client that reads slowly."""

from __future__ import annotations

import asyncio

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 200  # a connection is a file descriptor; some systems allow a process 256
IDLE_SECONDS = 10.0  # without a request under way: before its headers, and while the rest of a refused body comes in
SEND_SECONDS = 60.0  # in which a client must have taken a response that does not fit into the system's buffers

_FULL = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedConnection(H11Protocol):
    """uvicorn's HTTP protocol with bounds for the number of connections, and for how long each may be idle.

    Where there are too many, the one that has been idle for longest is closed.
    """

    most, idle_seconds, send_seconds = MOST_CONNECTIONS, IDLE_SECONDS, SEND_SECONDS

    _idle: asyncio.TimerHandle | None = None
    _sending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        """Close this connection, or one that is idle, where there are too many."""
        super().connection_made(transport)
        self._wait_for_request()
        if len(self.connections) > self.most:
            others = [one for one in self.connections if isinstance(one, BoundedConnection) and one is not self]
            if idle := [one for one in others if not one.busy]:
                min(idle, key=lambda one: one.idle_since).transport.abort()
            else:
                transport.write(_FULL)
                transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timers."""
        for timer in (self._idle, self._sending):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Give the client a time within which it must have taken the response."""
        super().pause_writing()
        if self._sending is None:
            self._sending = self.loop.call_later(self.send_seconds, self.transport.abort)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
        self._wait_for_request()
        super().on_response_complete()

    @property
    def busy(self) -> bool:
        """Whether a request has come in, at least its headers, that has no response yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_request(self) -> None:
        self.idle_since = self.loop.time()
        if self._idle is not None:
            self._idle.cancel()
        self._idle = self.loop.call_later(self.idle_seconds, lambda: None if self.busy else self.transport.abort())


def bound_connections(receive: object) -> None:
    """Let the uvicorn whose lifespan's `receive` this is use `BoundedConnection`, and nothing but HTTP.

    Raises ImportError when it is no uvicorn, or one that is built in another way.
    """
    config = getattr(getattr(receive, "__self__", None), "config", None)
    if not isinstance(config, Config):
        raise ImportError("the server is not the uvicorn that this release knows; install uvicorn 0.54")
    config.http_protocol_class = BoundedConnection
    config.ws_protocol_class = None
