"""Which names a server answers to.

A web page may let its own name point to this machine, and then read what a server here answers (DNS rebinding). The
request still says that name, in its Host header: so only names that a page cannot take are answered.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

# A name or an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:\s]+))(?::[0-9]{1,5})?")


class HostNames:
    """The host names that are answered: this machine's loopback names and addresses, and further ones.

    Args:
        further: Names or addresses without a port, such as `models.example.org`, `192.168.1.5` or `fd00::1`.

    Raises:
        ValueError: For one that is no host name.
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
