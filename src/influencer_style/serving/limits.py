"""What the server takes on at once, for how long, and which names it answers to: see docs/serving.md."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from influencer_style.serving.request import MAX_BODY

# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:\s]+))(?::[0-9]{1,5})?")

WAITING = "INFLUENCER_STYLE_QUEUE"  # requests that may wait
DEADLINE = "INFLUENCER_STYLE_DEADLINE"  # seconds that a request may wait
HOSTS = "INFLUENCER_STYLE_HOSTS"  # host names that are answered apart from the loopback ones, separated by commas


class HostNames:
    """The host names that are answered: this machine's loopback names and addresses, and further ones.

    The latter have no port, such as `models.example.org`, `192.168.1.5` or `fd00::1`. Raises ValueError for one that is
    no host name.
    """

    def __init__(self, further: Iterable[str] = ()) -> None:
        self._further = set()
        for name in further:
            host = _name_of(f"[{name}]" if ":" in name else name)
            if host is None:
                raise ValueError(f"{name!r} is no host name; write names without a port, such as models.example.org")
            self._further.add(host)

    def answer_to(self, host: str) -> bool:
        """Return whether a request with this Host header is answered; the port does not matter."""
        name = _name_of(host)
        if name is None:
            return False
        if name == "localhost" or name in self._further:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def _name_of(host: str) -> str | None:
    """Return the host of a Host header, in one spelling; None where it is not valid."""
    found = _HOST.fullmatch(host)
    if found is None:
        return None
    if found[1] is not None:
        try:
            return str(ipaddress.IPv6Address(found[1]))
        except ValueError:
            return None
    return found[2].lower().removesuffix(".")


@dataclass(frozen=True)
class Limits:
    """Bounds of a server."""

    waiting: int = 8  # maximum number of requests that wait for the model
    wait_seconds: float = 3.0  # maximum wait of each, from its last byte until the model begins
    receive_seconds: float = 30.0  # the time within which a request's body has to come in
    body: int = MAX_BODY  # maximum size of one request in bytes
    memory: int = 2 * MAX_BODY  # the same of all requests, and of the responses that are being sent
    hosts: HostNames = field(default_factory=HostNames)  # the host names that are answered

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Limits:
        """Return the bounds in the environment variables; the defaults for those that are not set.

        Raises ValueError for a value that cannot be used; the message names the variable.
        """
        try:
            hosts = HostNames(filter(None, map(str.strip, environment.get(HOSTS, "").split(","))))
        except ValueError as error:
            raise ValueError(f"{HOSTS}: {error}") from None
        waiting = int(_number(environment, WAITING, cls.waiting, whole=True))
        return cls(waiting, _number(environment, DEADLINE, cls.wait_seconds), hosts=hosts)


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
