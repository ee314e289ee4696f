"""A trained generator with all that it needs: its encoder, its looks, its card. One folder, no pickle."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Self

import torch
from safetensors.torch import save
from torch import Tensor

from influencer_style.faces.detectors import NOTE
from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.profile_files import load_looks, save_looks
from influencer_style.networks.base import Base, SynthesisBase, TransferBase
from influencer_style.networks.card import Task, write_card
from influencer_style.networks.folder import (
    COMMANDS,
    FILES,
    REVOKED,
    About,
    BundleError,
    refuse_revoked,
    require_files,
    unusable,
)
from influencer_style.networks.soundness import require_sound, require_usable_pictures
from influencer_style.networks.synthesis import SynthesisGenerator, draw_noise
from influencer_style.networks.trained import AnyGenerator, Origin
from influencer_style.networks.transfer import TransferGenerator
from influencer_style.storage.atomic import recover_folder
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.regular import read_regular
from influencer_style.storage.weights import WeightsFile

__all__ = ["REVOKED", "Bundle", "BundleError", "SynthesisBundle", "TransferBundle"]

_MAX_CARD_BYTES = 1_000_000


@dataclass(frozen=True)
class Bundle(ABC):
    """What a generator needs at run time; each task has its own kind of bundle.

    Attributes:
        generator: The generator, in evaluation mode, float32; its `describe` returns its configuration.
        encoder: The style encoder whose descriptors it was trained on.
        looks: The creators' looks.
        crop_margin: Side of a face crop in units of the face's side.
        fingerprint: SHA-256 (hex) of what it was made from; the same inputs and parameters give the same one.
        data_sha256: SHA-256 (hex) of the photos that it was trained on.
        card: The model card, Markdown.
        notes: Further facts in words, for the registry's tags.
        folder: Where it was read from; None for a model that was made in memory.
    """

    generator: AnyGenerator
    encoder: StyleEncoder
    looks: LookProfiles
    crop_margin: float
    fingerprint: str
    data_sha256: str
    card: str
    notes: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None

    TASK: ClassVar[Task]
    COMMAND: ClassVar[str]
    BASE: ClassVar[type[Base[AnyGenerator]]]

    def __post_init__(self) -> None:
        self.looks.require(self.encoder)
        require_sound(self.generator, self.looks, self.crop_margin)

    @abstractmethod
    def probed(self, probe: Tensor, codes: Tensor) -> Tensor:
        """Return what the generator draws in some looks, (n, 3, h, w), not clipped: a trial of its weights.

        Args:
            probe: (n, 3, h, w) pictures, sRGB in [0, 1], for generators that take one.
            codes: (n, d) style codes.
        """

    def tags(self) -> dict[str, str]:
        """Return the registry's version tags."""
        consents = {name: self.looks[name].consent for name in self.looks.names}
        return self.notes | {
            "creators": ", ".join(self.looks.names),
            "consents": json.dumps(consents, default=str, ensure_ascii=False),
            "encoder_sha256": self.encoder.sha256,
            "data_sha256": self.data_sha256,
            "fingerprint": self.fingerprint,
            "revoked": "false",
        }

    @classmethod
    def pack(
        cls,
        generator: AnyGenerator,
        origin: Origin,
        encoder: StyleEncoder,
        looks: LookProfiles,
        crop_margin: float,
        notes: Mapping[str, str],
    ) -> Self:
        """Return a generator with encoder, looks and card.

        Args:
            generator: The generator.
            origin: What it was made from.
            encoder: The style encoder.
            looks: The looks that it offers.
            crop_margin: As in `Bundle`.
            notes: Facts to note beside those of its origin.
        """
        consents = json.dumps([dict(looks[name].consent) for name in looks.names], sort_keys=True, default=str)
        made_from = fingerprint(origin.fingerprint, crop_margin, consents)
        noted = {
            "reference": looks.reference_note,
            "steps": str(origin.steps),
            "base_sha256": origin.base_sha256,
            "kept": origin.kept,
            "taught": ", ".join(origin.taught),
        }
        card = write_card(cls.TASK, looks, encoder, origin)
        return cls(generator, encoder, looks, crop_margin, made_from, origin.data_sha256, card, noted | dict(notes))

    def on_base(self, base: Base[AnyGenerator]) -> Self | None:
        """Return the base with this model's looks and encoder; None where it does not understand them.

        Marks of photos are left out: the base was not trained on these.
        """
        looks = self.looks.with_marks({})
        codes = [looks.code(name) for name in looks.names]
        if self.encoder.sha256 != base.encoder_sha256 or len(codes[0]) != base.generator.config.code:
            return None
        made_from, last = fingerprint("base", base.sha256, [code.numpy() for code in codes]), base.history[-1]
        steps, seconds = int(last["step"]), last["seconds"]
        origin = Origin("base", made_from, self.data_sha256, base.sha256, steps, seconds, seed=0)
        notes = {NOTE: self.notes[NOTE]} if NOTE in self.notes else {}
        return self.pack(base.generator, origin, self.encoder, looks, self.crop_margin, notes)

    def save(self, folder: str | Path) -> None:
        """Write the model folder's files into an existing folder."""
        folder = Path(folder)
        metadata = {
            "config": json.dumps(self.generator.describe()),
            "crop_margin": str(self.crop_margin),
            "fingerprint": self.fingerprint,
            "data_sha256": self.data_sha256,
            "notes": json.dumps(self.notes),
        }
        state = {key: value.detach().cpu().contiguous() for key, value in self.generator.state_dict().items()}
        (folder / "generator.safetensors").write_bytes(save(state, metadata))
        self.encoder.save(folder / "encoder.safetensors")
        save_looks(self.looks, folder)
        (folder / "card.md").write_text(self.card, encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a model folder.

        Raises:
            BundleError: When a file is missing or damaged, holds another kind of generator, the looks belong to another
                encoder, or it was revoked.
        """
        folder = Path(folder)
        refuse_revoked(folder)
        try:
            recover_folder(folder)
            require_files(folder, FILES)
            weights = WeightsFile(folder / "generator.safetensors")
            about = About.model_validate(weights.metadata)
            loaded = cls(
                cls.BASE.read_generator(weights, about.config, torch.float32),
                StyleEncoder.load(folder / "encoder.safetensors"),
                load_looks(folder),
                about.crop_margin,
                about.fingerprint,
                about.data_sha256,
                read_regular(folder / "card.md", _MAX_CARD_BYTES).decode(),
                about.notes,
                folder,
            )
            looks = loaded.looks
            require_usable_pictures(loaded.probed, torch.stack([looks.code(name) for name in looks.names]))
            return loaded
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise unusable(folder, error, cls.COMMAND) from error


@dataclass(frozen=True)
class TransferBundle(Bundle):
    """A transfer generator: a photo in, the photo in a look out."""

    generator: TransferGenerator

    TASK = "transfer"
    COMMAND = COMMANDS["transfer"]
    BASE = TransferBase

    def probed(self, probe: Tensor, codes: Tensor) -> Tensor:
        """Return the probe in some looks."""
        return self.generator(probe, codes)

    def colour_map(self, look: str) -> Tensor:
        """Return a look's colour map: what it adds to sRGB colours, (3, 9, 9, 9), see `networks.colour_map`.

        Raises:
            UnknownLook: If there is no such look.
        """
        with torch.no_grad():
            return self.generator.colour_map(self.looks.code(look)[None])[0]


@dataclass(frozen=True)
class SynthesisBundle(Bundle):
    """A synthesis generator: noise and a look in, the portrait of nobody out.

    Its looks are those that may be generated. Those whose photos it was trained on have `marks` of them, so that a
    portrait which repeats a photo is recognised and thrown away.
    """

    generator: SynthesisGenerator

    TASK = "synthesis"
    COMMAND = COMMANDS["synthesis"]
    BASE = SynthesisBase

    def probed(self, probe: Tensor, codes: Tensor) -> Tensor:  # noqa: ARG002 (it draws from noise)
        """Return portraits of nobodies in some looks."""
        return self.generator(draw_noise(len(codes), 0, self.generator.config.noise), codes)
