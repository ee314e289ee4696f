"""What the server takes on at once, and for how long: see docs/serving.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from influencer_style.serving.hosts import HostNames
from influencer_style.serving.request import MAX_BODY

WAITING = "INFLUENCER_STYLE_QUEUE"  # requests that may wait
DEADLINE = "INFLUENCER_STYLE_DEADLINE"  # seconds that a request may wait
HOSTS = "INFLUENCER_STYLE_HOSTS"  # host names that are answered apart from the loopback ones, separated by commas


@dataclass(frozen=True)
class Limits:
    """Bounds of a server.

    Attributes:
        waiting: How many requests may wait for the model.
        wait_seconds: How long each may wait, from its last byte until the model begins.
        receive_seconds: The time within which a request's body has to come in.
        body: The most bytes of one request.
        memory: The most bytes of all requests, and of the responses that are being sent.
        hosts: The host names that are answered.
    """

    waiting: int = 8
    wait_seconds: float = 3.0
    receive_seconds: float = 30.0
    body: int = MAX_BODY
    memory: int = 2 * MAX_BODY
    hosts: HostNames = field(default_factory=HostNames)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Limits:
        """Return the bounds in the environment variables; the defaults for those that are not set.

        Raises:
            ValueError: For a value that cannot be used; the message names the variable.
        """
        names = [name.strip() for name in environment.get(HOSTS, "").split(",")]
        try:
            hosts = HostNames(filter(None, names))
        except ValueError as error:
            raise ValueError(f"{HOSTS}: {error}") from None
        return cls(
            waiting=int(_number(environment, WAITING, cls.waiting, whole=True)),
            wait_seconds=_number(environment, DEADLINE, cls.wait_seconds),
            hosts=hosts,
        )


def _number(environment: Mapping[str, str], name: str, usual: float, whole: bool = False) -> float:
    text = environment.get(name, "")
    if not text:
        return usual
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf or (whole and value != int(value)):
        what = "a whole number from 1" if whole else "a number of seconds above 0"
        raise ValueError(f"{name} is {text!r}; set {what}, such as {usual:g}")
    return value
