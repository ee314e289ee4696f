"""Refusals, which are sent instead of pictures: a status, and a sentence on what is wrong and what to do."""

from __future__ import annotations

import json

# By HTTP status; those that MLflow has a name for have that name.
CODES = {
    400: "INVALID_PARAMETER_VALUE",
    404: "ENDPOINT_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "CONTENT_TOO_LARGE",
    421: "MISDIRECTED_REQUEST",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
}


class RefusedError(ValueError):
    """A request is refused. The message repeats no more of the request than the start of a wrong value.

    Attributes:
        status: The HTTP status, one of `CODES`.
        headers: Further headers of the response, such as `{"retry-after": "2"}`.
    """

    def __init__(self, message: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}

    def as_json(self) -> bytes:
        """Return the body of the response."""
        return json.dumps({"error_code": CODES[self.status], "message": str(self)}).encode()


def overloaded(retry_after: int) -> RefusedError:
    """Return the refusal of a request that there is no time or room for; it may be sent again after these seconds."""
    message = f"the server is busy; send the request again in {retry_after} s"
    return RefusedError(message, 503, {"retry-after": str(retry_after)})
