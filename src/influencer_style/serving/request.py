"""What the served models take, `{"inputs": [{"image", "look", "strength"}]}`, how much at once, and their refusals.

A refusal says what is wrong, then what to do. Of what was sent it repeats no more than the start of a wrong value.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, ClassVar, Self, TypedDict, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from influencer_style.photos.files import PhotoError
from influencer_style.photos.formats import READ_ONE
from influencer_style.provenance.formats import WRITTEN
from influencer_style.serving.request_body import RefusedError
from influencer_style.storage.text import quoted
from influencer_style.stylist.errors import StylistError, UnrecordedError
from influencer_style.stylist.portraits import PortraitNumber, Seed
from influencer_style.stylist.request import fault_of
from influencer_style.stylist.restyling import SUFFIX_OF, Strength
from influencer_style.stylist.result import Provenance, Result, in_base64

# What one request may cost: these, and photos.decode's limits of a photo.
MAX_BODY = 64 * 2**20  # bytes of JSON; in base64 that is 48 MiB of files
MAX_INPUTS = 16  # photos
MAX_PIXELS = 50_000_000  # of all photos together: a phone's largest; 13 seconds of a processor

_MAX_MARKS = 256  # brackets and commas: MAX_INPUTS photos have 66, none of them in base64
_FORMATS = "png, jpeg, webp or avif"
_TYPE_FAULTS = ("_type", "_parsing", "_from_float", "_from_number")  # how pydantic's names of faults of type end


class Prediction(TypedDict):
    """The answer to one input: a picture's file in base64, and its provenance with the notices for the user."""

    image: str
    provenance: Provenance


def _known_format(name: str) -> str:
    if name not in SUFFIX_OF:
        raise ValueError(f"format is {quoted(name)}; choose {_FORMATS}")
    return name


class Input(BaseModel):
    """One input of a request, with the format and quality of the picture that comes back.

    Its kinds say, for refusals, what it is called and what a request looks like. The types of the fields are plain
    ones: MLflow makes the model's signature of them.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    THING: ClassVar[str]
    EXAMPLE: ClassVar[str]

    format: Annotated[str, AfterValidator(_known_format), Field(description=_FORMATS)] = "png"
    quality: Annotated[int | None, Field(ge=1, le=100, description="a whole number from 1 to 100")] = None

    @model_validator(mode="after")
    def _has_quality(self) -> Self:
        if self.quality is not None and WRITTEN[SUFFIX_OF[self.format]].quality is None:
            raise ValueError("quality is for jpeg, webp and avif; a png keeps every pixel; choose one of them")
        return self

    def check_size(self, width: int, height: int) -> None:
        """Refuse a picture, px, that the format has no room for. Raises StylistError."""
        if max(width, height) > (most := WRITTEN[SUFFIX_OF[self.format]].most_side):
            raise StylistError(f"a {self.format} file has room for {most} px a side at most; choose png")

    def prediction(self, result: Result) -> Prediction:
        """Return the answer: the result as a file of the format, with its signed provenance in it, in base64."""
        notices: Provenance = {"notices": result.notices} if result.notices else {}
        image = in_base64(result, SUFFIX_OF[self.format], self.quality)
        return {"image": image, "provenance": {**result.provenance, **notices}}


class Request(Input):
    """One photo to restyle."""

    THING = "photo"
    EXAMPLE = '{"inputs": [{"image": <a file in base64>, "look": <name>, "strength": 1.0}]}'

    image: Annotated[str, Field(description=f"a {READ_ONE} file in base64")]
    look: Annotated[str, Field(description="the name of a look")]
    strength: Strength = 1.0

    def file(self) -> bytes:
        """Return the photo's file. Raises StylistError when `image` is not base64."""
        try:
            return base64.b64decode(self.image, validate=True)
        except ValueError:
            raise StylistError("image is not base64; send the file in base64, without prefix and line breaks") from None


class PortraitRequest(Input):
    """One portrait to make; the same look, seed and number give the same one."""

    THING = "portrait"
    EXAMPLE = '{"inputs": [{"look": <name>, "seed": 7, "number": 0}]}'

    look: Annotated[str, Field(description="the name of a look")]
    seed: Seed
    number: PortraitNumber = 0


Kind = TypeVar("Kind", bound=Input)


@contextmanager
def refused(place: str = "") -> Iterator[None]:
    """Answer with HTTP 400 what is wrong with a photo or with the use of a look; `place` says which input it is."""
    try:
        yield
    except UnrecordedError:
        raise
    except PhotoError as error:
        raise RefusedError(f"{place}image {error.message}") from error
    except StylistError as error:
        raise RefusedError(f"{place}{error}") from error


def read_body(body: bytes | bytearray, kind: type[Input]) -> object:
    """Return the `inputs` of a request's JSON, whatever they are; they should be of the kind.

    Nothing is parsed that could unfold into more than it should. Raises RefusedError with the status 400.
    """
    if sum(map(body.count, (b"[", b"{", b","))) > _MAX_MARKS:
        raise RefusedError(
            f"the request has far more parts than {MAX_INPUTS} {kind.THING}s do; send at most {MAX_INPUTS} at once"
        )
    try:
        payload = json.loads(body)
    except ValueError:  # not JSON, not UTF-8, or an integer of thousands of digits
        raise RefusedError(f"the request is not JSON; send {kind.EXAMPLE}") from None
    if not isinstance(payload, dict) or "inputs" not in payload:
        raise RefusedError(f'the request has no "inputs"; send {kind.EXAMPLE}')
    inputs = payload.pop("inputs")
    for name, value in payload.items():
        if name != "params" or value:  # MLflow's clients may send empty ones
            raise RefusedError(f"{quoted(name)} is not known; send only {kind.EXAMPLE}")
    return inputs


def read_inputs(inputs: object, kind: type[Kind]) -> list[Kind]:
    """Return inputs as requests of a kind.

    Raises RefusedError with the status 400; it names the first input that is wrong.
    """
    if not isinstance(inputs, list) or not inputs:
        raise RefusedError(f'"inputs" is not a list of at least one {kind.THING}; send {kind.EXAMPLE}')
    if len(inputs) > MAX_INPUTS:
        raise RefusedError(f'"inputs" has {len(inputs)} {kind.THING}s; send at most {MAX_INPUTS} at once')
    return [_read_input(index, item, kind) for index, item in enumerate(inputs)]


def _read_input(index: int, item: object, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(item)
    except ValidationError as error:
        option, fault, words = fault_of(kind, error)
    fields = kind.model_fields
    if not isinstance(item, dict) or fault == "extra_forbidden":
        *names, last = (*(name for name in fields if name not in Input.model_fields), *Input.model_fields)
        what = f"{quoted(option)} is not known" if isinstance(item, dict) else "is not an object"
        words = f"{what}; send {', '.join(names)} and {last} alone"
    elif fault == "missing":
        words = f"{option} is missing; send {fields[option].description}"
    elif fault.endswith(_TYPE_FAULTS):
        words = f"{option} is of the wrong type; send {fields[option].description}"
    raise RefusedError(f"inputs[{index}]: {words}")
