"""The studio's judge of identity: a small embedding network that comes with the project and knows drawn people.

It was trained on people of the studio, none of them in the demo set, to separate them in any look, light, pose and
framing (`benchmarks/make_identity_judge.py`; an angular margin, Deng et al. 2019). `benchmarks/results/
identity_judge.json` says how often it is right about people that it was not trained on.

On real photos it gives a hint only: compare methods, do not read it as recognition. A regraded, reframed or relit
portrait is nearly always found again among others, but that is easy; half of all strangers have a cosine above the
studio's threshold, and a face put into another one's head hardly counts. There the face embedding judges, if it was
fetched, see `face_embedding`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.pixels import to_tensor
from influencer_style.metrics.colour import require_pictures
from influencer_style.metrics.identity import IdentityJudgeError, LikenessScale
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.weights import WeightsFile

JUDGE_WEIGHTS = files("influencer_style.metrics") / "identity_judge.safetensors"
SIDE = 64
_WIDTHS = (32, 64, 96, 128)
_BATCH = 64


class IdentityNetwork(nn.Module):
    """Portraits (n, 3, 64, 64), sRGB in [0, 1], to unit vectors (n, 96): a residual network of 0.74 M parameters.

    Besides the colours it sees locally normalised luminance, which most grades leave as it is.
    """

    dimension = 96

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        for number, (inputs, outputs) in enumerate(zip((4, *_WIDTHS[:-1]), _WIDTHS, strict=True)):
            stages.append(_halved(inputs, outputs))
            if number:  # at half size a residual block costs as much as all others together
                stages.append(_Residual(outputs))
        self.stages = nn.Sequential(*stages)
        last, left = _WIDTHS[-1], SIDE // 2 ** len(_WIDTHS)
        # A weight for each place, rather than the mean: eyes, nose and mouth lie where they lie (Chen et al. 2018).
        self.pool = nn.Sequential(
            nn.Conv2d(last, last, left, groups=last, bias=False), nn.BatchNorm2d(last), nn.Flatten()
        )
        self.project = nn.Sequential(nn.Linear(last, self.dimension, bias=False), nn.BatchNorm1d(self.dimension))

    def forward(self, images: Tensor) -> Tensor:
        """Return the embeddings."""
        return F.normalize(self.project(self.pool(self.stages(_seen(images)))))


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.PReLU(width),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )
        self.activation = nn.PReLU(width)

    def forward(self, maps: Tensor) -> Tensor:
        return self.activation(maps + self.body(maps))


def _halved(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.PReLU(outputs)
    )


def _seen(images: Tensor) -> Tensor:
    """Return colours and locally normalised luminance (n, 4, h, w)."""
    light = images.mean(1, keepdim=True)

    def blur(values: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(values, (4, 4, 4, 4), mode="reflect"), 9, stride=1)

    mean = blur(light)
    deviation = (blur(light * light) - mean * mean).clamp_min(0).sqrt()
    return torch.cat([(images - 0.45) / 0.25, (light - mean) / (deviation + 0.02)], dim=1)


@dataclass(frozen=True)
class StudioJudge:
    """The network in evaluation mode, float32, and its threshold.

    Two pictures with a cosine above the threshold are taken for one person. Among studio people that the network was
    not trained on, as many pairs of one person lie below it as pairs of two people lie above.
    """

    network: IdentityNetwork
    threshold: float

    name = "the project's own judge, taught on drawn people"
    of_photographs = False
    dimension = IdentityNetwork.dimension
    side = SIDE
    # Chosen on validation people of the studio: 1 of 100 who truly wear a look is beyond .34; true looks of the studio,
    # dyed hair and strong make-up, explain up to .25 (benchmarks/results/likeness.json).
    scale = LikenessScale(threshold=0.34, most_explained=0.25, explained_by_a_photo=0.1)

    @cached_property
    def sha256(self) -> str:
        """The digest of its weights, hex: embeddings of two judges are not to be compared."""
        return fingerprint(self._half())

    @torch.inference_mode()
    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """Return the embedding of each portrait, taken together with its mirror image: (n, 96) float32 unit vectors.

        `pictures` are face crops, uint8 sRGB (n, s, s, 3), s at least 32; others raise ValueError. The cosine of two
        embeddings is 1 for the same picture, about 0 for studio strangers.
        """
        require_pictures(pictures, least=32)
        parts = [np.zeros((0, self.network.dimension), np.float32)]
        for i in range(0, len(pictures), _BATCH):
            images = judged(pictures[i : i + _BATCH]).contiguous(memory_format=torch.channels_last)
            parts.append(F.normalize(self.network(images) + self.network(images.flip(3))).numpy())
        return np.concatenate(parts)

    def save(self, file: str | Path) -> None:
        """Write the weights, halved in precision, as safetensors."""
        save_file(self._half(), str(file), metadata={"threshold": repr(self.threshold)})

    def _half(self) -> dict[str, np.ndarray]:
        state = {key: value.detach().contiguous() for key, value in self.network.state_dict().items()}
        return {key: value.half().numpy() for key, value in state.items() if value.is_floating_point()}


def judged(pictures: np.ndarray) -> Tensor:
    """Return uint8 pictures (n, h, w, 3) as the network takes them: float32 (n, 3, 64, 64) in [0, 1]."""
    how = cv2.INTER_AREA if pictures.shape[1] > SIDE else cv2.INTER_LINEAR
    small = np.stack([cv2.resize(picture, (SIDE, SIDE), interpolation=how) for picture in pictures])
    return to_tensor(small)


def load_studio_judge(file: str | Path | None = None) -> StudioJudge:
    """Return the judge that comes with the project, or the one in `file`.

    Raises IdentityJudgeError if the file is missing, damaged, or not such a judge.
    """
    path = str(file or JUDGE_WEIGHTS)
    try:
        weights = WeightsFile(os.path.realpath(path))  # what comes with the project may have been installed as links
        threshold = float(weights.metadata["threshold"])
        network = IdentityNetwork()
        # batch counters are not kept: they matter in training alone
        counters = {key: value for key, value in network.state_dict().items() if not value.is_floating_point()}
        network.load_state_dict(counters | {key: value.float() for key, value in weights.tensors().items()})
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise IdentityJudgeError(
            f"{path} is not a usable identity judge ({error}); make it again: python -m benchmarks.make_identity_judge"
        ) from error
    return StudioJudge(network.eval().requires_grad_(False).to(memory_format=torch.channels_last), threshold)
