"""Whether two pictures show the same person: what every judge of identity offers, and what follows from its embeddings.

There are two judges. The studio's own (`studio_judge`) comes with the project and knows drawn people. The face
embedding (`face_embedding`) knows photographs and is fetched when the project is set up. `judges` chooses between them.

A judge is part of no loss, and must not become one: what is trained against a judge learns to please it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


class IdentityJudgeError(ValueError):
    """The judge's weights are missing or damaged."""


@dataclass(frozen=True)
class LikenessScale:
    """The numbers with which the likeness guard reads a judge's embeddings, see `metrics.likeness`.

    Above `threshold`, the way gone less what the look explains, a result counts as the creator's face. A look explains
    `most_explained` at most: a generator that moves everybody towards the creator's face must not be excused. The look
    of a single photo, whose effect on others is not measured, explains `explained_by_a_photo`.
    """

    threshold: float
    most_explained: float
    explained_by_a_photo: float


class IdentityJudge(Protocol):
    """A network that separates people, with its weights."""

    @property
    def name(self) -> str:
        """The judge in a few words, for reports."""

    @property
    def of_photographs(self) -> bool:
        """Whether it was trained on photographs rather than on drawn people."""

    @property
    def threshold(self) -> float:
        """The cosine above which two pictures are taken for one person."""

    @property
    def scale(self) -> LikenessScale:
        """The numbers with which the likeness guard reads the embeddings."""

    @property
    def sha256(self) -> str:
        """The digest of the weights, hex: embeddings of two judges are not to be compared."""

    @property
    def dimension(self) -> int:
        """The length d of an embedding."""

    @property
    def side(self) -> int:
        """The side in pixels of a face crop above which the judge sees nothing more."""

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """Return the embedding of each portrait, (n, d) float32 unit vectors.

        `pictures` are aligned face crops, uint8 sRGB (n, s, s, 3), s at least 32; others raise ValueError. The cosine
        of two embeddings is 1 for the same picture, about 0 for strangers.
        """


def identity_kept(results: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    """Return how well results still show their own people: (n,) float64 cosines, -1 to 1 (the same picture).

    `results` are embeddings (n, d) of restyled pictures, `inputs` those of the same people's photos in the same order,
    all unit vectors. Raises ValueError if the stacks do not fit each other.
    """
    results, inputs = _stack(results), _stack(inputs)
    if results.shape != inputs.shape:
        raise ValueError(f"embeddings must come in pairs, got {results.shape} and {inputs.shape}")
    return (results * inputs).sum(1)


def identity_leak(results: np.ndarray, inputs: np.ndarray, creator: np.ndarray) -> np.ndarray:
    """Return how much more like the creator each person has become: (n,) float64, -2 to 2.

    It is the cosine of the result to the creator's mean embedding less that of the input: above 0 the result has more
    of the creator's face than the input had. `results` and `inputs` are as in `identity_kept`, `creator` (m, d) holds
    the embeddings of the creator's photos, m at least 1. Raises ValueError if the stacks do not fit each other.
    """
    results, inputs, creator = _stack(results), _stack(inputs), _stack(creator)
    if results.shape != inputs.shape or creator.shape[1] != inputs.shape[1] or len(creator) == 0:
        shapes = f"{results.shape}, {inputs.shape} and {creator.shape}"
        raise ValueError(f"a leak needs pairs of embeddings and at least one of the creator, got {shapes}")
    mean = creator.mean(0)
    return (results - inputs) @ (mean / max(float(np.linalg.norm(mean)), 1e-9))


def _stack(embeddings: np.ndarray) -> np.ndarray:
    stack = np.asarray(embeddings, np.float64)
    if stack.ndim != 2:
        raise ValueError(f"embeddings must be (n, d), not {stack.shape}")
    return stack
