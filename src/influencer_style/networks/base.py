"""The base: a generator that knows looks in general, taught on studio people alone, and comes with the project."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar, Self

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from influencer_style.networks.soundness import require_files
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.storage.atomic import recover_folder

SHIPPED = Path(str(files("influencer_style.networks") / "weights"))


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
        folder = Path(folder)
        try:
            recover_folder(folder)
            require_files(folder, (f"{cls.FILE}.safetensors", f"{cls.FILE}.json"))
            with safe_open(str(folder / f"{cls.FILE}.safetensors"), "pt") as opened:
                metadata = opened.metadata()
            generator = cls.GENERATOR(cls.CONFIG(**json.loads(metadata["config"])))
            state = load_file(str(folder / f"{cls.FILE}.safetensors"))
            generator.load_state_dict({key: value.float() for key, value in state.items()})
            told = json.loads((folder / f"{cls.FILE}.json").read_text(encoding="utf-8"))
            return cls(
                generator.eval().requires_grad_(False), metadata["encoder_sha256"], told["history"], told["facts"]
            )
        except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise BaseError(
                f"{folder} holds no usable base ({error}); make one: kedro run --pipeline {cls.PIPELINE}, or leave "
                f"{cls.PARAMETER} empty for the one that comes with the project"
            ) from error
