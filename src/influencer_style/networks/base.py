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
            history, facts = _read_about(read_regular(folder / f"{cls.FILE}.json", _MOST_ABOUT))
            encoder_sha256 = weights.metadata["encoder_sha256"]
            return cls(generator.eval().requires_grad_(False), encoder_sha256, history, facts)
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise BaseError(
                f"{folder} holds no usable base ({error}); make one: kedro run --pipeline {cls.PIPELINE}, or leave "
                f"{cls.PARAMETER} empty for the one that comes with the project"
            ) from error


def _read_about(text: bytes) -> tuple[list[dict[str, float]], dict[str, Any]]:
    """Return the losses and the facts in a base's JSON. Checked by hand: a machine that trains has no pydantic.

    Raises:
        ValueError: when it is not JSON, or a field is missing or of another type.
    """
    about = json.loads(text)
    history, facts = (about.get("history"), about.get("facts")) if isinstance(about, dict) else (None, None)
    if not isinstance(history, list) or not isinstance(facts, dict):
        raise ValueError("its history or its facts are missing")
    for row in history:
        numbers = row.values() if isinstance(row, dict) else [None]
        if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers):
            raise ValueError("its history holds something else than numbers")
    return history, facts
