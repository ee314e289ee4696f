"""Keeps this process to its own machine: whoever asks the network meets an error, and is remembered."""

import ipaddress
import socket

import pytest


def keep_offline(patch: pytest.MonkeyPatch) -> list[str]:
    """Refuse connections and look-ups of other machines from now on; return the list to which each refused is added."""
    refused: list[str] = []

    def guarded(name: str, ask, host_of):
        def asked(*arguments, **options):
            host = host_of(*arguments)
            if host is not None and not _is_this_machine(host):
                refused.append(f"{name} {host}")
                raise AssertionError(f"{name} of {host}: the tests are offline")
            return ask(*arguments, **options)

        return asked

    for name in ("connect", "connect_ex"):
        ask = getattr(socket.socket, name)
        patch.setattr(socket.socket, name, guarded(name, ask, lambda own, to: to[0] if isinstance(to, tuple) else None))
    patch.setattr(socket, "getaddrinfo", guarded("look-up", socket.getaddrinfo, lambda host, *more: host))
    return refused


def _is_this_machine(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return name in ("localhost", "")
