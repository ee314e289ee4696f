"""Checks the licence of every locked package, as its metadata states it, against those that are allowed, offline.

    python -m tools.licences

Prints a table. The exit status is 1, and the package is named, if a licence is unknown or not allowed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
# pip-licenses (5.5.5, measured) would not do: it does not read SPDX expressions, so it refused 11 of the 222 packages
# installed, such as those under "Apache-2.0 OR BSD-3-Clause"; and it can only ignore a package, not state its licence.
_PARTS = re.compile(r"\s*(\(|\)|AND\b|OR\b|[\w.+-]+(?:\s+WITH\s+[\w.+-]+)?)")


class Licences:
    """The allowed licences, and how to read packages' metadata, as licences.toml has them."""

    def __init__(self, policy: Mapping) -> None:
        self._allowed, self._words, self._packages = set(policy["allowed"]), policy["words"], policy["packages"]

    def of(self, name: str, package: Distribution) -> str:
        """Return the SPDX expression of a package's licence, or its own words if they are unknown; empty if none."""
        about = package.metadata
        if licence := self._packages.get(name) or about.get("License-Expression"):
            return licence
        classes = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if "License ::" in line]
        words = [word for word in classes if word != "OSI Approved"] or [about.get("License", "").strip()]
        return " AND ".join(dict.fromkeys(self._words.get(word, word) for word in words))

    def allows(self, expression: str) -> bool:
        """Return whether an SPDX expression is met: AND needs every part to be allowed, OR needs one."""
        parts = _PARTS.findall(expression)
        if not parts or "".join(parts).replace(" ", "") != expression.replace(" ", ""):
            return False
        allowed, rest = self._any(parts)
        return allowed and not rest

    def _any(self, parts: list[str]) -> tuple[bool, list[str]]:
        allowed, parts = self._all(parts)
        while parts[:1] == ["OR"]:
            other, parts = self._all(parts[1:])
            allowed = allowed or other
        return allowed, parts

    def _all(self, parts: list[str]) -> tuple[bool, list[str]]:
        allowed, parts = self._one(parts)
        while parts[:1] == ["AND"]:
            other, parts = self._one(parts[1:])
            allowed = allowed and other
        return allowed, parts

    def _one(self, parts: list[str]) -> tuple[bool, list[str]]:
        if parts[:1] == ["("]:
            allowed, parts = self._any(parts[1:])
            return allowed and parts[:1] == [")"], parts[1:]
        return " ".join(parts[:1]) in self._allowed, parts[1:]


def locked(lock: str) -> list[str]:
    """Return the names of the packages in a lock."""
    return re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)


def main() -> int:
    """Print the licences of the locked packages that are installed here; return 1 when one is not allowed."""
    licences = Licences(tomllib.loads((ROOT / "tools/licences.toml").read_text(encoding="utf-8")))
    absent, refused = [], []
    for name in locked((ROOT / "requirements.lock").read_text(encoding="utf-8")):
        try:
            package = distribution(name)
        except PackageNotFoundError:  # of another system
            absent.append(name)
            continue
        licence = licences.of(name, package)
        print(f"{name:40} {package.version:16} {licence or 'unknown'}")
        if not licences.allows(licence):
            refused.append(f"{name} ({licence or 'unknown'})")
    if absent:
        print(f"Not checked, as they are not installed on this system: {', '.join(absent)}")
    if refused:
        print(
            f"Not allowed: {', '.join(refused)}. Do without, or read the licence and add it to tools/licences.toml",
            file=sys.stderr,
        )
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
