"""Bodies of requests as they come in: each bounded, all of them together bounded, none waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from influencer_style.serving.refusal import RefusedError

Receive = Callable[[], Awaitable[dict[str, Any]]]


class NoRoomError(RuntimeError):
    """The bytes of all requests and responses together are more than the server holds."""


class ClientLeftError(ConnectionError):
    """The client closed the connection before it had its response."""


class MemoryBudget:
    """The bytes that all requests and responses may hold together. To be used from one thread.

    Args:
        limit: bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._used = limit, 0

    @property
    def used(self) -> int:
        """Bytes that are held now; may be above the limit by what `hold` was given."""
        return self._used

    def take(self, size: int) -> None:
        """Count bytes that come in. Raises NoRoomError, and counts nothing, where there is no room for them."""
        self.require(size)
        self._used += size

    def require(self, size: int) -> None:
        """Raise NoRoomError where there is no room for so many bytes."""
        if self._used + size > self._limit:
            raise NoRoomError(f"{self._used + size} bytes are more than {self._limit}")

    def hold(self, size: int) -> None:
        """Count bytes that are there already, such as a response: what comes in has less room until they are gone."""
        self._used += size

    def give_back(self, size: int) -> None:
        """Count bytes no more."""
        self._used -= size


class RequestBody:
    """One body: counted in a budget until its `with` block ends, and then freed.

    Args:
        budget: of all bodies together.
        limit: bytes that this one may have.
    """

    def __init__(self, budget: MemoryBudget, limit: int) -> None:
        self._budget, self._limit = budget, limit
        self._bytes, self._counted = bytearray(), 0

    async def read(self, receive: Receive, length: int | None, seconds: float) -> None:
        """Read the body.

        Args:
            receive: as ASGI has it.
            length: what the header Content-Length says; None without one.
            seconds: after which the body must be there.

        Raises:
            RefusedError: (413) for a body that is too long, (408) for one that is too slow.
            NoRoomError: when all bodies together are too long.
            ClientLeftError: when the client is gone.
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
            message = f"the request did not come in within {seconds:g} s; send smaller photos, or over a faster network"
            raise RefusedError(message, 408, {"connection": "close"}) from None

    def take(self) -> bytearray:
        """Return the bytes, which the body does not hold any more; they stay counted."""
        taken, self._bytes = self._bytes, bytearray()
        return taken

    def __enter__(self) -> RequestBody:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
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
