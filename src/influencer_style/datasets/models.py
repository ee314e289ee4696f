"""What trainings start from and make: looks, the style encoder, bases, and generators with registered versions."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from kedro_datasets._typing import JSONPreview, TablePreview

from influencer_style.datasets.local import Mark, WholeDataset, WholeFolderDataset
from influencer_style.datasets.preview import as_json, as_table
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.profile_files import load_looks, save_looks
from influencer_style.networks.base import Base, SynthesisBase, TransferBase
from influencer_style.networks.bundle import Bundle, SynthesisBundle, TransferBundle
from influencer_style.networks.trained import AnyGenerator
from influencer_style.storage.atomic import temporary_folder
from influencer_style.tracking.registry.registration import is_registered, register_generator
from influencer_style.tracking.summary import log_model

log = logging.getLogger(__name__)


class LookProfilesDataset(WholeFolderDataset):
    """`LookProfiles` in the folder `filepath`: `looks.json` and `looks.safetensors`."""

    file = "looks.json"

    def load(self) -> LookProfiles:
        """Return the profiles."""
        return load_looks(self._filepath)

    def _write(self, data: LookProfiles, place: Path) -> None:
        save_looks(data, place)

    def preview(self) -> TablePreview:
        """Return a table of the looks, for Kedro-Viz: whose each is, how many photos it has, and its consent."""
        saved = json.loads((self._filepath / "looks.json").read_text(encoding="utf-8"))
        consent = ["subject", "scope", "territory", "granted_on", "expires"]
        rows = (
            [*map(look.get, ("slug", "creator", "count")), *map(look["consent"].get, consent)]
            for look in saved["looks"]
        )
        return as_table(["look", "creator", "photos", *consent], rows)


class StyleEncoderDataset(WholeDataset):
    """A `StyleEncoder` in the file `filepath`."""

    def load(self) -> StyleEncoder:
        """Return the encoder."""
        return StyleEncoder.load(self._filepath)


class BaseDataset(WholeFolderDataset):
    """A `TransferBase` in the folder `filepath`."""

    file = "base.json"
    kind: type[Base[AnyGenerator]] = TransferBase

    def load(self) -> Base[AnyGenerator]:
        """Return the base."""
        return self.kind.load(self._filepath)

    def preview(self) -> JSONPreview:
        """Return what the base was trained with, for Kedro-Viz."""
        return as_json(json.loads((self._filepath / self.file).read_text(encoding="utf-8"))["facts"])


class SynthesisBaseDataset(BaseDataset):
    """A `SynthesisBase` in the folder `filepath`."""

    file = "synthesis.json"
    kind = SynthesisBase


class RegisteredGeneratorDataset(WholeFolderDataset):
    """A `TransferBundle` in the folder `filepath`, registered as `registered_model` when a tracked run saves it.

    Version 1 is the base that comes with the project, in the same looks: what training makes has to beat that.
    """

    file = "generator.safetensors"
    kind: type[Bundle] = TransferBundle

    def __init__(self, filepath: str, registered_model: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath, metadata)
        self._registered_model = registered_model

    def _describe(self) -> dict[str, Any]:
        return super()._describe() | {"registered_model": self._registered_model}

    def load(self) -> Bundle:
        """Return the generator."""
        return self.kind.load(self._filepath)

    def save(self, data: Bundle | Mark) -> None:
        """Save and register a generator, or register the one that is left as it is.

        The latter may not be registered: the registry may be another than the last run's.
        """
        super().save(data)
        kept = self.load() if isinstance(data, Mark) else data
        if isinstance(kept, TransferBundle) and not is_registered(self._registered_model):
            self._register_base(kept)
        version = register_generator(self._filepath, self._registered_model, kept.tags(), kept.card, self.kind.TASK)
        if version is not None:
            log_model(self._registered_model, version, kept.data_sha256)

    def _register_base(self, data: TransferBundle) -> None:
        shipped = TransferBase.load()
        if data.notes.get("kept") == "base" and data.notes.get("base_sha256") == shipped.sha256:
            return  # it is the base
        base = data.on_base(shipped)
        if base is None:
            log.info("The base does not know style codes of %s, so it is not registered.", data.encoder.name)
            return
        with temporary_folder(self._filepath) as place:
            folder = place / self._filepath.name  # its name stays in the registry
            folder.mkdir()
            base.save(folder)
            register_generator(folder, self._registered_model, base.tags(), base.card)


class RegisteredSynthesisDataset(RegisteredGeneratorDataset):
    """The same for a `SynthesisBundle`, which has no version of the base."""

    kind = SynthesisBundle
