"""Bodies of requests, each bounded, all together bounded, and each in time; and the refusals of requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Self

# By HTTP status; those that MLflow has a name for have that name.
CODES = {
    400: "INVALID_PARAMETER_VALUE", 404: "ENDPOINT_NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 408: "REQUEST_TIMEOUT",
    413: "CONTENT_TOO_LARGE", 421: "MISDIRECTED_REQUEST", 500: "INTERNAL_ERROR", 503: "TEMPORARILY_UNAVAILABLE",
}  # fmt: skip

# ASGI's own types: messages are free JSON.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class RefusedError(ValueError):
    """A request is refused. The message repeats no more of the request than the start of a wrong value."""

    def __init__(self, message: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status  # the HTTP status, one of `CODES`
        self.headers = headers or {}  # further headers of the response, such as `{"retry-after": "2"}`

    def as_json(self) -> bytes:
        """Return the body of the response."""
        return json.dumps({"error_code": CODES[self.status], "message": str(self)}).encode()


def overloaded(retry_after: int) -> RefusedError:
    """Return the refusal of a request that there is no time or room for; it may be sent again after these seconds."""
    message = f"the server is busy; send the request again in {retry_after} s"
    return RefusedError(message, 503, {"retry-after": str(retry_after)})


class NoRoomError(RuntimeError):
    """The bytes of all requests and responses together are more than the server holds."""


class ClientLeftError(ConnectionError):
    """The client closed the connection before it had its response."""


class MemoryBudget:
    """The bytes that all requests and responses may hold together. To be used from one thread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.used = 0  # bytes that are held now; `hold` may bring them above the limit

    def take(self, size: int) -> None:
        """Count bytes that come in. Raises NoRoomError, and counts nothing, where there is no room for them."""
        self.require(size)
        self.used += size

    def require(self, size: int) -> None:
        """Raise NoRoomError where there is no room for this many bytes."""
        if self.used + size > self._limit:
            raise NoRoomError(f"{self.used + size} bytes are more than {self._limit}")

    def hold(self, size: int) -> None:
        """Count bytes that are there already, such as a response: what comes in has less room until they are gone."""
        self.used += size

    def give_back(self, size: int) -> None:
        """Stop counting bytes."""
        self.used -= size


class RequestBody:
    """One body of at most `limit` bytes: counted in the budget of all until its `with` block ends, and then freed."""

    def __init__(self, budget: MemoryBudget, limit: int) -> None:
        self._budget, self._limit = budget, limit
        self._bytes, self._counted = bytearray(), 0

    async def read(self, receive: Receive, length: int | None, seconds: float) -> None:
        """Read the body, which must come in within these seconds; `length` is the header Content-Length, if any.

        Raises RefusedError for a body that is too long (413) or too slow (408), NoRoomError when all bodies together
        are too long, ClientLeftError when the client is gone.
        """
        if length is not None:
            self._require_short(length)
            self._budget.require(length)
        try:
            async with asyncio.timeout(seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientLeftError
                    self._add(message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError:
            reason = f"the request did not come in within {seconds:g} s; send smaller photos, or over a faster network"
            raise RefusedError(reason, 408, {"connection": "close"}) from None

    def take(self) -> bytearray:
        """Return the bytes, which the body no longer holds; they stay counted."""
        taken, self._bytes = self._bytes, bytearray()
        return taken

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.take()
        self._budget.give_back(self._counted)
        self._counted = 0

    def _require_short(self, size: int) -> None:
        if size > self._limit:
            limit = f"{self._limit >> 20} MiB"
            raise RefusedError(f"the request has more than {limit}; send fewer or smaller photos", 413)

    def _add(self, chunk: bytes) -> None:
        self._require_short(self._counted + len(chunk))
        self._budget.take(len(chunk))
        self._counted += len(chunk)
        self._bytes += chunk
