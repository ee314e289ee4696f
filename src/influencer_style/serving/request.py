"""What the served model takes, `{"inputs": [{"image", "look", "strength"}]}`, how much of it at once, and its refusals.

A refusal says what is wrong, then what to do. It never repeats what was sent, but for the start of a name.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, INVALID_PARAMETER_VALUE
from pydantic import BaseModel, ConfigDict, ValidationError

from influencer_style.serving.result import UnrecordedError
from influencer_style.storage.text import one_line, quoted

logger = logging.getLogger(__name__)

# What one request may cost: these, and photos.decode's limits of a photo.
MAX_BODY = 64 * 2**20  # bytes of JSON; in base64 that is 48 MiB of files
MAX_INPUTS = 16  # photos
MAX_PIXELS = 50_000_000  # of all photos together: a phone's largest; 13 seconds of a processor

_MAX_MARKS = 256  # brackets and commas: MAX_INPUTS photos have 66, none of them in base64


class Input(BaseModel):
    """One thing that is asked of a model. Its kinds say, for refusals, what it is called and what may stand in it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    THING: ClassVar[str]
    EXAMPLE: ClassVar[str]
    WANTED: ClassVar[dict[str, str]]


Kind = TypeVar("Kind", bound=Input)


class Request(Input):
    """One photo to restyle.

    Attributes:
        image: the photo's file, base64.
        look: name of a look that the model knows.
        strength: 0 (the photo as it is) to 1 (the whole look).
    """

    THING = "photo"
    EXAMPLE = '{"inputs": [{"image": <a file in base64>, "look": <name>, "strength": 1.0}]}'
    WANTED: ClassVar[dict[str, str]] = {
        "image": "a JPEG, PNG or WebP file in base64",
        "look": "the name of a look",
        "strength": "a number from 0 (the photo as it is) to 1 (the whole look)",
    }

    image: str
    look: str
    strength: float = 1.0

    def file(self) -> bytes:
        """Return the photo's file.

        Raises:
            ValueError: when `image` is not base64; the message says so.
        """
        try:
            return base64.b64decode(self.image, validate=True)
        except ValueError:
            raise ValueError("image is not base64; send the file in base64, without prefix and line breaks") from None


def refusal(reason: str) -> MlflowException:
    """Return what to raise to answer a request with HTTP 400 and this reason."""
    return MlflowException(reason, error_code=INVALID_PARAMETER_VALUE)


@contextmanager
def recorded_or_refused() -> Iterator[None]:
    """Answer with HTTP 500 where a decision about a consent cannot be recorded, and tell the log why.

    That is the server's trouble and not the request's; and strangers learn no path of this machine.
    """
    try:
        yield
    except UnrecordedError as error:
        logger.error("%s", one_line(error))
        reason = "decisions about consents cannot be recorded here, so none is made; tell who runs this server"
        raise MlflowException(reason, error_code=INTERNAL_ERROR) from None


def read_body(body: bytes, content_type: str | None, kind: type[Input] = Request) -> Any:
    """Return the `inputs` of a request's JSON, whatever they are; they should be of the kind.

    Nothing is parsed that is too long or could unfold into more than it should.

    Raises:
        MlflowException: a refusal.
    """
    if len(body) > MAX_BODY:
        raise refusal(f"the request has more than {MAX_BODY >> 20} MiB; send fewer or smaller photos")
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise refusal("the request does not say that it is JSON; set the header Content-Type: application/json")
    if sum(map(body.count, (b"[", b"{", b","))) > _MAX_MARKS:
        raise refusal(
            f"the request has far more parts than {MAX_INPUTS} {kind.THING}s do; send at most {MAX_INPUTS} at once"
        )
    try:
        told = json.loads(body)
    except ValueError:  # not JSON, not UTF-8, or an integer of thousands of digits
        raise refusal(f"the request is not JSON; send {kind.EXAMPLE}") from None
    if not isinstance(told, dict) or "inputs" not in told:
        raise refusal(f'the request has no "inputs"; send {kind.EXAMPLE}')
    inputs = told.pop("inputs")
    for name, value in told.items():
        if name != "params" or value:  # MLflow's clients may send empty ones
            raise refusal(f"{quoted(name)} is not known; send only {kind.EXAMPLE}")
    return inputs


def read_inputs(inputs: Any, kind: type[Kind] = Request) -> list[Kind]:
    """Return inputs as requests of a kind.

    Raises:
        MlflowException: a refusal; it names the first input that is none.
    """
    if not isinstance(inputs, list) or not inputs:
        raise refusal(f'"inputs" is not a list of at least one {kind.THING}; send {kind.EXAMPLE}')
    if len(inputs) > MAX_INPUTS:
        raise refusal(f'"inputs" has {len(inputs)} {kind.THING}s; send at most {MAX_INPUTS} at once')
    return [_read_input(index, item, kind) for index, item in enumerate(inputs)]


def _read_input(index: int, item: Any, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(item)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        problem, (field, *_) = fault["type"], fault["loc"] or ("",)
    if field not in kind.WANTED:
        what = f"{quoted(field)} is not known" if field else "is not an object"
        *names, last = kind.WANTED
        raise refusal(f"inputs[{index}]: {what}; send {', '.join(names)} and {last} alone") from None
    what = "is missing" if problem == "missing" else "is of the wrong type"
    raise refusal(f"inputs[{index}]: {field} {what}; send {kind.WANTED[field]}") from None
