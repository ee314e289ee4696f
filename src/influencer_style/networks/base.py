"""The base: a generator that knows looks in general, taught on studio people alone, and comes with the project."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from pydantic import BaseModel
from safetensors.torch import save

from influencer_style.networks.soundness import require_files
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.storage.atomic import recover_folder
from influencer_style.storage.regular import read_regular
from influencer_style.storage.weights import WeightsFile

SHIPPED = Path(str(files("influencer_style.networks") / "weights"))


_MOST_ABOUT = 64_000_000  # bytes of the JSON file


class BaseError(ValueError):
    """There is no usable base where one was named."""


class _About(BaseModel):
    history: list[dict[str, int | float]]
    facts: dict[str, Any]


@dataclass(frozen=True)
class Base:
    """What pre-training leaves.

    Attributes:
        generator: in evaluation mode, float32.
        encoder_sha256: of the style encoder whose codes it understands.
        history: one row of losses for some of its steps.
        facts: what it was taught with: settings, seconds, machine.
    """

    generator: TransferGenerator
    encoder_sha256: str
    history: list[dict[str, float]]
    facts: dict[str, Any]

    FILE: ClassVar[str] = "base"
    PIPELINE: ClassVar[str] = "pretraining"
    PARAMETER: ClassVar[str] = "training.base"
    CONFIG: ClassVar[type] = TransferConfig
    GENERATOR: ClassVar[type] = TransferGenerator

    @property
    def sha256(self) -> str:
        """Of its weights, hex."""
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
        told = {"facts": self.facts, "history": self.history}
        (folder / f"{self.FILE}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path = SHIPPED) -> Self:
        """Read a base; by default the one that comes with the project.

        Raises:
            BaseError: when it is missing, damaged, or does not understand this project's style codes.
        """
        # What comes with the project may have been installed as links.
        folder = Path(os.path.realpath(SHIPPED / f"{cls.FILE}.json")).parent if folder == SHIPPED else Path(folder)
        try:
            recover_folder(folder)
            require_files(folder, (f"{cls.FILE}.safetensors", f"{cls.FILE}.json"))
            weights = WeightsFile(folder / f"{cls.FILE}.safetensors")
            config = cls.CONFIG(**json.loads(weights.metadata["config"]))
            with torch.device("meta"):
                generator = cls.GENERATOR(config)
            weights.fill(generator, torch.float16)
            about = _About.model_validate_json(read_regular(folder / f"{cls.FILE}.json", _MOST_ABOUT))
            encoder_sha256 = weights.metadata["encoder_sha256"]
            return cls(generator.eval().requires_grad_(False), encoder_sha256, about.history, about.facts)
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise BaseError(
                f"{folder} holds no usable base ({error}); make one: kedro run --pipeline {cls.PIPELINE}, or leave "
                f"{cls.PARAMETER} empty for the one that comes with the project"
            ) from error
