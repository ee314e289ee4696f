"""What a training leaves: a generator, its losses, and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, NotRequired, TypedDict, TypeVar

from PIL import Image

from influencer_style.networks.synthesis import SynthesisGenerator
from influencer_style.networks.transfer import TransferGenerator

AnyGenerator = TransferGenerator | SynthesisGenerator
Generator_co = TypeVar("Generator_co", bound=AnyGenerator, covariant=True)
History = list[dict[str, float]]


class Decision(TypedDict):
    """Which generator a training kept, and why; the content of training_decision.json and synthesis_decision.json.

    Attributes:
        kept: `base`, `adapted`, `adapted_without_adversary` or `trained`.
        why: The reason, in words.
        compared: What was measured, by the name of the comparison; missing where there was no choice.
        photos: Number of photos of each creator that it was trained on; missing where it was not.
    """

    kept: str
    why: str
    compared: NotRequired[dict[str, dict[str, object] | None]]
    photos: NotRequired[dict[str, int]]


@dataclass(frozen=True)
class Origin:
    """What a generator was made from.

    Attributes:
        kept: As in `Decision`.
        fingerprint: SHA-256 (hex) of all that the training depended on.
        data_sha256: SHA-256 (hex) of the photos.
        base_sha256: SHA-256 (hex) of the base that it is, or was adapted from; empty for a training from scratch.
        steps: Steps of the training.
        seconds: Duration of the training.
        seed: Seed of the training.
        taught: Names of the looks whose photos are in the weights.
    """

    kept: str
    fingerprint: str
    data_sha256: str
    base_sha256: str
    steps: int
    seconds: float
    seed: int
    taught: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainedModel(Generic[Generator_co]):
    """A generator as a training leaves it.

    Attributes:
        generator: The generator that was kept, in evaluation mode.
        history: Rows of losses, with `step` and `seconds`.
        samples: What it made along the way.
        origin: What it was made from.
    """

    generator: Generator_co
    history: History
    samples: Image.Image
    origin: Origin
