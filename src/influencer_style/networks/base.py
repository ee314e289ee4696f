"""Bases: generators that know looks in general, trained on studio people alone; two come with the project."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar, Generic, Self

import torch
from pydantic import BaseModel, ConfigDict, JsonValue
from safetensors.torch import save

from influencer_style.networks.folder import require_files
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.networks.trained import Generator_co, History
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.storage.atomic import recover_folder
from influencer_style.storage.regular import read_regular
from influencer_style.storage.weights import WeightsFile

SHIPPED = Path(str(files("influencer_style.networks") / "weights"))
_MAX_JSON_BYTES = 64_000_000


class BaseError(ValueError):
    """The folder that was named holds no usable base."""


class _About(BaseModel):
    """The JSON file of a base."""

    model_config = ConfigDict(strict=True)
    history: list[dict[str, int | float]]
    facts: dict[str, JsonValue]


@dataclass(frozen=True)
class Base(Generic[Generator_co]):
    """What pre-training leaves.

    Attributes:
        generator: The generator, in evaluation mode, float32.
        encoder_sha256: SHA-256 (hex) of the style encoder whose codes it understands.
        history: Losses of some of its steps.
        facts: What it was trained with: settings, seconds, machine.
    """

    generator: Generator_co
    encoder_sha256: str
    history: History
    facts: Mapping[str, object]

    FILE: ClassVar[str]
    PIPELINE: ClassVar[str]
    PARAMETER: ClassVar[str]
    CONFIG: ClassVar[type]
    GENERATOR: ClassVar[type]

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of its weights."""
        digest = hashlib.sha256()
        for key, value in sorted(self.generator.state_dict().items()):
            digest.update(key.encode() + value.half().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def save(self, folder: str | Path) -> None:
        """Write the weights, `<FILE>.safetensors` (half precision), and `<FILE>.json` into an existing folder."""
        folder = Path(folder)
        state = {key: value.detach().cpu().half().contiguous() for key, value in self.generator.state_dict().items()}
        metadata = {"config": json.dumps(self.generator.describe()), "encoder_sha256": self.encoder_sha256}
        (folder / f"{self.FILE}.safetensors").write_bytes(save(state, metadata))
        about = {"facts": self.facts, "history": self.history}
        (folder / f"{self.FILE}.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path = SHIPPED) -> Self:
        """Read a base; by default the one that comes with the project.

        Raises:
            BaseError: When it is missing or damaged.
        """
        # What comes with the project may have been installed as links.
        folder = Path(os.path.realpath(SHIPPED / f"{cls.FILE}.json")).parent if folder == SHIPPED else Path(folder)
        try:
            recover_folder(folder)
            require_files(folder, (f"{cls.FILE}.safetensors", f"{cls.FILE}.json"))
            weights = WeightsFile(folder / f"{cls.FILE}.safetensors")
            generator = cls.read_generator(weights, json.loads(weights.metadata["config"]), torch.float16)
            about = _About.model_validate_json(read_regular(folder / f"{cls.FILE}.json", _MAX_JSON_BYTES))
            return cls(generator, weights.metadata["encoder_sha256"], about.history, about.facts)
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise BaseError(
                f"{folder} holds no usable base ({error}); make one: kedro run --pipeline {cls.PIPELINE}, or leave "
                f"{cls.PARAMETER} empty for the one that comes with the project"
            ) from error

    @classmethod
    def read_generator(cls, weights: WeightsFile, config: Mapping[str, object], stored: torch.dtype) -> Generator_co:
        """Return a generator of this kind, in evaluation mode.

        Args:
            weights: The file of its weights.
            config: The arguments of its configuration.
            stored: The type in which the file holds the weights.

        Raises:
            TypeError, ValueError: When configuration and weights are not of such a generator.
            OSError: When the file cannot be read.
        """
        with torch.device("meta"):
            generator: Generator_co = cls.GENERATOR(cls.CONFIG(**config))
        weights.fill(generator, stored)
        generator.eval().requires_grad_(False)
        return generator


@dataclass(frozen=True)
class TransferBase(Base[TransferGenerator]):
    """The base of transfer, which `pretraining` leaves: a photo in, the photo in a look out."""

    FILE = "base"
    PIPELINE = "pretraining"
    PARAMETER = "training.base"
    CONFIG = TransferConfig
    GENERATOR = TransferGenerator


@dataclass(frozen=True)
class SynthesisBase(Base[SynthesisGenerator]):
    """The base of synthesis, which `synthesis_pretraining` leaves: noise in, the portrait of nobody in a look out."""

    FILE = "synthesis"
    PIPELINE = "synthesis_pretraining"
    PARAMETER = "synthesis.base"
    CONFIG = SynthesisConfig
    GENERATOR = SynthesisGenerator
