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

from pydantic import BaseModel, ConfigDict, ValidationError

from influencer_style.photos.formats import READ_ONE
from influencer_style.provenance.formats import WRITTEN, WrittenFormat
from influencer_style.serving.refusal import RefusedError
from influencer_style.storage.text import one_line, quoted
from influencer_style.stylist.result import Result, StylistError, UnrecordedError, in_base64

logger = logging.getLogger(__name__)

# What one request may cost: these, and photos.decode's limits of a photo.
MAX_BODY = 64 * 2**20  # bytes of JSON; in base64 that is 48 MiB of files
MAX_INPUTS = 16  # photos
MAX_PIXELS = 50_000_000  # of all photos together: a phone's largest; 13 seconds of a processor

_MAX_MARKS = 256  # brackets and commas: MAX_INPUTS photos have 66, none of them in base64

# By their names in a request: the suffixes of the formats that pictures are written in.
_SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "avif": ".avif"}


class Input(BaseModel):
    """One thing that is asked of a model. Its kinds say, for refusals, what it is called and what may stand in it.

    Attributes:
        format: of the picture that comes back: png, jpeg, webp or avif.
        quality: 1 to 100, but not of a PNG; None is that of the files that the command line writes.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    THING: ClassVar[str]
    EXAMPLE: ClassVar[str]
    WANTED: ClassVar[dict[str, str]]
    FILE_WANTED: ClassVar[dict[str, str]] = {
        "format": "png, jpeg, webp or avif",
        "quality": "a whole number from 1 to 100",
    }

    format: str = "png"
    quality: int | None = None

    def check_file(self) -> None:
        """Refuse a format that there is not, or a quality that it does not have. Raises ValueError."""
        if self.format not in _SUFFIXES:
            raise ValueError(f"format is {quoted(self.format)}; choose {self.FILE_WANTED['format']}")
        if self.quality is not None:
            if self._written.quality is None:
                raise ValueError("quality is for jpeg, webp and avif; a png keeps every pixel; choose one of them")
            if not 1 <= self.quality <= 100:
                raise ValueError(f"quality is {quoted(self.quality)}; choose {self.FILE_WANTED['quality']}")

    def check_size(self, width: int, height: int) -> None:
        """Refuse a picture, px, that the format has no room for. Raises ValueError."""
        if max(width, height) > (most := self._written.most_side):
            raise ValueError(f"a {self.format} file has room for {most} px a side at most; choose png")

    def encoded(self, result: Result) -> str:
        """Return a result as a file of the format, with its signed provenance in it, in base64."""
        return in_base64(result, _SUFFIXES[self.format], self.quality)

    @property
    def _written(self) -> WrittenFormat:
        return WRITTEN[_SUFFIXES[self.format]]


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
        "image": f"a {READ_ONE} file in base64",
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


def refusal(reason: str) -> RefusedError:
    """Return what to raise to answer a request with HTTP 400 and this reason."""
    return RefusedError(reason)


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
        raise RefusedError(reason, 500) from None


@contextmanager
def consent_or_refused() -> Iterator[None]:
    """Answer with HTTP 400 where a look may not be used any more: its consent may end while a request is answered."""
    try:
        yield
    except UnrecordedError:
        raise
    except StylistError as error:
        raise refusal(str(error)) from error


def read_body(body: bytes | bytearray, kind: type[Input] = Request) -> Any:
    """Return the `inputs` of a request's JSON, whatever they are; they should be of the kind.

    Nothing is parsed that could unfold into more than it should.

    Raises:
        RefusedError: with the status 400.
    """
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
        RefusedError: with the status 400; it names the first input that is none.
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
    wanted = kind.WANTED | kind.FILE_WANTED
    if field not in wanted:
        what = f"{quoted(field)} is not known" if field else "is not an object"
        *names, last = wanted
        raise refusal(f"inputs[{index}]: {what}; send {', '.join(names)} and {last} alone") from None
    what = "is missing" if problem == "missing" else "is of the wrong type"
    raise refusal(f"inputs[{index}]: {field} {what}; send {wanted[field]}") from None
