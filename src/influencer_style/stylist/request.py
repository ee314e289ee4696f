"""What all requests to a model share: options that are checked in one place, with words for what is wrong."""

from __future__ import annotations

from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from influencer_style.storage.text import quoted
from influencer_style.stylist.errors import StylistError


class Fault(NamedTuple):
    """The first fault of a request, in a sentence that names the wrong value and what to choose instead.

    The option is empty where the options do not fit together. `kind` is what pydantic calls this kind of fault:
    `missing`, `extra_forbidden`, `value_error`, `float_type`, ...
    """

    option: str
    kind: str
    words: str


def fault_of(request: type[BaseModel], error: ValidationError) -> Fault:
    """Return the first fault of a request. What to choose is the description of the option's field."""
    fault = error.errors(include_url=False)[0]
    option, kind = str((*fault["loc"], "")[0]), fault["type"]
    if kind == "value_error":  # one of our own validators, which says it all
        return Fault(option, kind, str(fault["ctx"]["error"]))
    field = request.model_fields.get(option)
    choice = field.description if field else ", ".join(request.model_fields)
    return Fault(option, kind, f"{option} is {quoted(fault['input'])}; choose {choice}")


class Options(BaseModel):
    """The base of requests. The description of each field says which values it takes; help texts show it too."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def checked(cls, **options: object) -> Self:
        """Return the request with these options. No model is needed, so it takes no time.

        Raises:
            StylistError: For a value out of range, or options that do not fit together.
            TypeError: For an option that does not exist.
        """
        try:
            return cls.model_validate(options)
        except ValidationError as error:
            option, kind, words = fault_of(cls, error)
            if kind == "extra_forbidden":
                raise TypeError(f"there is no option {option!r}; choose from: {', '.join(cls.model_fields)}") from None
            raise StylistError(words) from None
