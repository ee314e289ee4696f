"""A served model, asked as its server asks it, without a socket."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.hostile_requests import encoded, picture_file

PHOTO = Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 96, 3), np.uint8))
GOOD = {"image": encoded(picture_file(PHOTO)), "look": "warm", "strength": 0.5}


def over_http(model: Any, body: bytes, content_type: str | None = "application/json") -> tuple[int, str]:
    """Return status and body of the response to a request to `/invocations`; `model` as MLflow loads it."""
    return asyncio.run(asyncio.wait_for(_ask(model.unwrap_python_model()._worker.service, body, content_type), 120))


async def _ask(service: Any, body: bytes, content_type: str | None) -> tuple[int, str]:
    headers = [(b"host", b"localhost")]
    if content_type is not None:
        headers.append((b"content-type", content_type.encode()))
    parts, response = [{"type": "http.request", "body": body, "more_body": False}], {"status": 0, "body": b""}

    async def receive():
        if parts:
            return parts.pop()
        await asyncio.Event().wait()

    async def send(message):
        response["status"] = message.get("status", response["status"])
        response["body"] += message.get("body", b"")

    scope = {"type": "http", "method": "POST", "path": "/invocations", "headers": headers}
    await service(scope, receive, send)
    return response["status"], response["body"].decode()
