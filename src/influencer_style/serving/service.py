"""The server's application (ASGI): one worker's pictures over HTTP, and refusals at once where it is overloaded.

It knows neither what the worker does nor who runs the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any

from influencer_style.serving.limits import Limits
from influencer_style.serving.request_body import (
    ClientLeftError,
    MemoryBudget,
    NoRoomError,
    Receive,
    RefusedError,
    RequestBody,
    Scope,
    Send,
    overloaded,
)
from influencer_style.serving.work_queue import OverloadedError, WorkQueue

logger = logging.getLogger(__name__)

_CHUNK = 256 * 2**10  # bytes of a response that are sent at a time: the rest waits for the client
# Before a refusal for lack of room: clients that try again at once would otherwise take the processor from the worker.
_REFUSAL_SECONDS = 0.2
_DRAIN_SECONDS = 5.0  # in which the rest of a refused body may come in
_METHODS = {"/invocations": "POST", "/ping": "GET", "/health": "GET", "/version": "GET"}


class Service:
    """Answers `POST /invocations`; and `GET` of `/ping`, `/health` and `/version`.

    `answer` takes a request's body and returns the response's JSON; it is called in the worker's thread, by its queue.
    A RefusedError that it raises is the response; anything else goes to the log, and the client learns that it failed.
    `version` is the response of `/version`.
    """

    def __init__(self, answer: Callable[[RequestBody], bytes], queue: WorkQueue, limits: Limits, version: str) -> None:
        self._answer, self._queue, self._limits, self._version = answer, queue, limits, version
        self._memory = MemoryBudget(limits.memory)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI wants it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            with contextlib.suppress(ClientLeftError):  # nobody is left to answer
                await self._respond(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = _Incoming(receive)
        refusal = None
        try:
            body = await self._routed(scope, incoming)
        except RefusedError as error:
            refusal = error
        except (OverloadedError, NoRoomError):
            await asyncio.sleep(_REFUSAL_SECONDS)
            refusal = overloaded(self._queue.retry_after())
        status, headers = (refusal.status, refusal.headers) if refusal else (200, {})
        body = refusal.as_json() if refusal else body
        self._memory.hold(len(body))
        try:
            await _send(send, status, body, headers)
            if headers.get("connection") != "close":
                await incoming.drain()
            await send({"type": "http.response.body"})
        finally:
            self._memory.give_back(len(body))

    async def _routed(self, scope: Scope, receive: Receive) -> bytes:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not self._limits.hosts.answer_to(headers.get("host", "")):
            reason = "this server does not answer to that host name; use localhost, or set INFLUENCER_STYLE_HOSTS"
            raise RefusedError(reason, 421)
        path = scope["path"]
        if path not in _METHODS:
            raise RefusedError("there is no such address; use POST /invocations", 404)
        if scope["method"] != _METHODS[path]:
            reason = f"this address has no such method; use {_METHODS[path]}"
            raise RefusedError(reason, 405, {"allow": _METHODS[path]})
        if path == "/version":
            return self._version.encode()
        if path != "/invocations":
            return b"\n"
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            reason = "the request does not say that it is JSON; set the header Content-Type: application/json"
            raise RefusedError(reason)
        self._queue.require_room()
        with RequestBody(self._memory, self._limits.body) as body:
            length = headers.get("content-length")
            await body.read(receive, int(length) if length else None, self._limits.receive_seconds)
            return await self._worked(body, receive)

    async def _worked(self, body: RequestBody, receive: Receive) -> bytes:
        """Have the worker answer; give up when the deadline passes before it begins, or when the client leaves."""
        seconds = self._limits.wait_seconds
        job = self._queue.submit(partial(_answered, self._answer, body), self._queue.now() + seconds)
        done = asyncio.wrap_future(job)
        done.add_done_callback(_noticed)
        left = asyncio.ensure_future(receive())  # after the body all that can come is that the client has left
        either: set[asyncio.Future[Any]] = {done, left}
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not done.done() and not left.done():
                if job.cancel():
                    raise overloaded(self._queue.retry_after())
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                job.cancel()
                raise ClientLeftError
            answer = done.result()
        finally:
            left.cancel()
        if isinstance(answer, RefusedError):
            raise answer
        return answer


def _answered(answer: Callable[[RequestBody], bytes], body: RequestBody) -> bytes | RefusedError:
    try:
        return answer(body)
    except RefusedError as error:
        refusal = error
    except Exception:  # whatever it is, it is for the log of the server and not for the client
        logger.exception("A request failed")
        refusal = RefusedError("the model failed, and its server's log says why; tell whoever runs it", 500)
    # The stack would keep the photo in memory for as long as the refusal lives.
    refusal.__traceback__ = refusal.__context__ = refusal.__cause__ = None
    return refusal


def _noticed(done: asyncio.Future[Any]) -> None:
    """Take notice of what a job raised: where the client has left nobody else does, and asyncio would complain."""
    if not done.cancelled():
        done.exception()


class _Incoming:
    """What the client sends, as ASGI's `receive`; knows whether all of it has come."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._ended = receive, False

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        if not message.get("more_body", False):
            self._ended = True
        return message

    async def drain(self) -> None:
        """Throw away what still comes: a client that is cut off while it sends does not read its response."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self._ended:
                    await self()


async def _send(send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:
    """Send all of a response, but not its end."""
    all_headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    } | headers
    encoded = [(name.encode(), value.encode()) for name, value in all_headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    for start in range(0, len(body), _CHUNK):
        await send({"type": "http.response.body", "body": body[start : start + _CHUNK], "more_body": True})


async def _live(receive: Receive, send: Send) -> None:
    """Start and end with the server: there is nothing to do at either."""
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})
