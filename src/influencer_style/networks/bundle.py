"""A trained generator with all it needs: its encoder, its looks, its card. One folder, no pickle."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from safetensors.torch import save
from torch import Tensor

from influencer_style.looks.encoder import StyleEncoder
from influencer_style.looks.profile import LookProfiles
from influencer_style.looks.profile_files import load_looks, save_looks
from influencer_style.networks.base import Base
from influencer_style.networks.card import write_card
from influencer_style.networks.folder import FILES, REVOKED, BundleError, refuse_revoked, unusable
from influencer_style.networks.soundness import require_files, require_sound, require_usable_pictures
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.storage.atomic import recover_folder
from influencer_style.storage.regular import read_regular
from influencer_style.storage.weights import WeightsFile

__all__ = ["REVOKED", "Bundle", "BundleError", "TransferBundle"]

_MOST_CARD = 1_000_000  # bytes


@dataclass(frozen=True)
class Bundle:
    """What a generator needs at run time; each kind of generator has a kind of bundle.

    Attributes:
        generator: in evaluation mode, float32; its `describe` gives what it is built from.
        encoder: the style encoder whose descriptors it was trained on.
        looks: the creators' looks.
        crop_margin: side of a face crop in units of the face's side.
        fingerprint: of what it was trained from (SHA-256, hex); the same inputs and parameters give the same one.
        data_sha256: of the photos it was trained on.
        card: the model card, Markdown.
        notes: further facts in words, for the registry's tags.
        folder: where it was read from; None for a model that was made in memory.
    """

    generator: Any
    encoder: StyleEncoder
    looks: LookProfiles
    crop_margin: float
    fingerprint: str
    data_sha256: str
    card: str
    notes: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None

    COMMAND: ClassVar[str]
    CONFIG: ClassVar[type]
    GENERATOR: ClassVar[type]
    BASE: ClassVar[type[Base]]
    CARD: ClassVar[Callable[..., str]]

    def __post_init__(self) -> None:
        self.looks.require(self.encoder)
        require_sound(self.generator, self.looks, self.crop_margin)

    def probed(self, probe: Tensor, codes: Tensor) -> Tensor:
        """Return what the generator draws in some looks, (n, 3, h, w), not clipped: a trial of its weights.

        Args:
            probe: (n, 3, h, w) pictures, sRGB in [0, 1], for generators that take one.
            codes: (n, d) style codes.
        """
        raise NotImplementedError

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
            BundleError: when a file is missing or damaged, holds another kind of generator, the looks belong to another
                encoder, or it was revoked.
        """
        folder = Path(folder)
        from influencer_style.networks.about import About  # pydantic, which a machine that trains lacks

        refuse_revoked(folder)
        try:
            recover_folder(folder)
            require_files(folder, FILES)
            weights = WeightsFile(folder / "generator.safetensors")
            about = About.model_validate(weights.metadata)
            config = cls.CONFIG(**about.config)
            with torch.device("meta"):
                generator = cls.GENERATOR(config)
            weights.fill(generator)
            loaded = cls(
                generator.eval().requires_grad_(False),
                StyleEncoder.load(folder / "encoder.safetensors"),
                load_looks(folder),
                about.crop_margin,
                about.fingerprint,
                about.data_sha256,
                read_regular(folder / "card.md", _MOST_CARD).decode(),
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

    COMMAND = "kedro run"
    CONFIG = TransferConfig
    GENERATOR = TransferGenerator
    BASE = Base
    CARD = staticmethod(write_card)

    def probed(self, probe: Tensor, codes: Tensor) -> Tensor:
        return self.generator(probe, codes)
