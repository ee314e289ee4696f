"""The looks in a model folder, read without torch: a command line lists and checks names before it loads a model."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open

from influencer_style.looks.looks_json import Look, LooksJson
from influencer_style.networks.folder import FILES, refuse_revoked, require_files, unusable
from influencer_style.storage.atomic import recover_folder


class ListedLooks:
    """The looks of a model folder by name, with the methods for names that `LookProfiles` has."""

    def __init__(self, looks: Collection[Look]) -> None:
        self._looks = {look.slug: look for look in looks}

    @property
    def names(self) -> list[str]:
        """The looks' names, sorted."""
        return sorted(self._looks)

    def __getitem__(self, slug: str) -> Look:
        return self._looks[slug]

    def only(self, names: Collection[str]) -> ListedLooks:
        """Return only these looks."""
        return ListedLooks([self._looks[name] for name in self._looks if name in names])


@dataclass(frozen=True)
class Listing:
    """A model folder without its weights. `Permission` and `shares_of` take it in place of a `Bundle`.

    Attributes:
        looks: The looks.
        fingerprint, notes: As in `Bundle`.
        folder: Where it was read from.
        COMMAND: The command that trains such a model, for messages.
    """

    looks: ListedLooks
    fingerprint: str
    notes: dict[str, str]
    folder: Path
    COMMAND: str


def read_listing(folder: str | Path, command: str) -> Listing:
    """Read the names of a model folder's looks; its weights are not loaded.

    Args:
        folder: The model folder.
        command: The command that trains such a model, for messages; one of `folder.COMMANDS`.

    Raises:
        BundleError: When a file is missing or damaged, or the folder was revoked.
    """
    folder = Path(folder)
    refuse_revoked(folder)
    try:
        recover_folder(folder)
        require_files(folder, FILES)
        with safe_open(str(folder / "generator.safetensors"), "np") as opened:
            metadata = opened.metadata()
        looks = LooksJson.read(folder / "looks.json").looks
        return Listing(ListedLooks(looks), metadata["fingerprint"], json.loads(metadata["notes"]), folder, command)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise unusable(folder, f"looks.json: {place}: {fault['msg']}", command) from error
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise unusable(folder, error, command) from error
