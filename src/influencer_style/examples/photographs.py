"""Photos of people without a look, varied: other backgrounds, cameras, hair and distances, so that few teach much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from influencer_style.examples.film_edits import film_edit
from influencer_style.examples.grades import apply_grades, camera_grades, photographic_grades
from influencer_style.looks.areas import AREAS
from influencer_style.looks.pixels import from_linear, shrink, to_linear, to_tensor
from influencer_style.looks.segmenter import SIZE, load_segmenter

LEAST_PEOPLE = 12
_ZOOMS = (1.0, 1.2, 1.45)  # how near the camera is
_ABOVE = 0.42  # of what a nearer camera cuts off: faces are a little above the middle
_EACH = 3  # variants of each background and distance
_SKIN, _HAIR, _BACKGROUND = (AREAS.index(area) for area in ("skin", "hair", "background"))
_LUMA = torch.tensor([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class Photographs:
    """Photos and their areas in bytes, by background (others', plain), distance, variant and person.

    Attributes:
        pictures: (2, 3, 3, people, 3, 64, 64).
        areas: (2, 3, 3, people, 6, 64, 64).
    """

    pictures: Tensor
    areas: Tensor

    @property
    def people(self) -> int:
        """How many people there are."""
        return self.pictures.shape[3]

    @classmethod
    def of(cls, crops: np.ndarray, rng: torch.Generator) -> Photographs:
        """Vary face crops, uint8 (people, s, s, 3).

        Areas are those found in the photo or, every other time, in the photo under an edit, as a look's are.

        Raises:
            ValueError: For fewer than 12 people.
        """
        if len(crops) < LEAST_PEOPLE:
            raise ValueError(f"{len(crops)} photos are too few to learn colour from; {LEAST_PEOPLE} people are needed")
        segment, pictures, areas = load_segmenter(), [], []
        with torch.no_grad():
            near = [to_tensor(shrink(_nearer(crops, zoom), SIZE)) for zoom in _ZOOMS]
            own = [torch.cat([segment(part) for part in images.split(64)]) for images in near]
            for plain in (False, True):
                for images, masks in zip(near, own, strict=True):
                    for variant in range(_EACH):
                        others = _plain_backgrounds(len(images), rng) if plain else None
                        behind = 1.0 if plain else 0.6
                        varies = plain or variant
                        shown = varied(images, masks, rng, others, behind) if varies else images
                        looks = [film_edit(rng)(part) if variant % 2 else part for part in shown.split(16)]
                        pictures.append((shown * 255).round().byte())
                        areas.append((torch.cat([segment(part) for part in looks]) * 255).round().byte())
        shape = (2, len(_ZOOMS), _EACH)
        return cls(torch.stack(pictures).unflatten(0, shape), torch.stack(areas).unflatten(0, shape))

    def photo(self, people: Tensor, rng: torch.Generator, alike: bool) -> tuple[Tensor, Tensor]:
        """Return a photo of each of these people, (n, 3, 64, 64) in [0, 1], and its areas, (n, 6, 64, 64).

        Args:
            people: (n,) numbers; somebody who comes several times is shown in different variants, as far as there are.
            rng: Draws the variants.
            alike: Whether the photos have much in common, as in one studio or by one editor: background, distance,
                light and white balance.
        """
        shares = torch.softmax(torch.randn(len(_ZOOMS), generator=rng) * 1.5, 0)
        plain = (
            torch.rand(len(people), generator=rng) < (float(torch.rand((), generator=rng)) if alike else 0.15)
        ).long()
        zoom = torch.multinomial(shares, len(people), True, generator=rng) if alike else torch.zeros_like(people)
        variant = torch.randint(_EACH, (len(people),), generator=rng)
        several = torch.bincount(people, minlength=self.people)[people] > 1
        if several.any():
            kinds = self.pictures[..., 0, 0, 0, 0].numel()
            order = torch.randperm(kinds, generator=rng).repeat(-(-int(several.sum()) // kinds))[: int(several.sum())]
            plain[several], zoom[several] = order // (len(_ZOOMS) * _EACH), order // _EACH % len(_ZOOMS)
            variant[several] = order % _EACH
        images, areas = (bytes_[plain, zoom, variant, people].float() / 255 for bytes_ in (self.pictures, self.areas))
        return (_pulled_together(images, areas, rng) if alike else images), areas


def varied(
    images: Tensor,
    areas: Tensor,
    rng: torch.Generator,
    others: Tensor | None = None,
    behind: float = 0.6,
    dyed: float = 0.4,
) -> Tensor:
    """Return people (n, 3, h, w), some before others' backgrounds, some with other hair, each by a camera of its own.

    `areas` are theirs, (n, 6, h, w); `others` are pictures whose backgrounds are taken, by default the same ones;
    `behind` is the share of people before another background, `dyed` that of people with other hair.
    """
    count = len(images)

    def some(share: float) -> Tensor:
        return (torch.rand(count, 1, 1, 1, generator=rng) < share).float()

    others = images if others is None else others
    shown = others[torch.randperm(len(others), generator=rng).repeat(-(-count // len(others)))[:count]]
    shown = apply_grades(shown.flip(-1), camera_grades(count, rng))
    images = images.lerp(shown, areas[:, _BACKGROUND, None] * some(behind))
    images = images.lerp(apply_grades(images, photographic_grades(count, rng)), areas[:, _HAIR, None] * some(dyed))
    return apply_grades(images, camera_grades(count, rng))


def _nearer(crops: np.ndarray, zoom: float) -> np.ndarray:
    side = round(crops.shape[1] / zoom)
    left, top = (crops.shape[1] - side) // 2, round((crops.shape[1] - side) * _ABOVE)
    return np.ascontiguousarray(crops[:, top : top + side, left : left + side])


def _plain_backgrounds(count: int, rng: torch.Generator) -> Tensor:
    """Return walls and studio papers (count, 3, 64, 64): four in ten white, three grey, the rest dark or coloured."""
    kind, level = torch.rand(2, count, 1, generator=rng)
    light = torch.where(kind < 0.4, 0.8 + 0.2 * level, torch.where(kind < 0.7, 0.25 + 0.5 * level, level))
    light = torch.where((kind >= 0.7) & (kind < 0.85), 0.12 * level, light)
    colour = light + torch.randn(count, 3, generator=rng) * torch.where(kind < 0.85, 0.03, 0.2)
    across, down = torch.randn(2, count, 1, 1, 1, generator=rng) * 0.06
    slope = torch.linspace(-1, 1, SIZE)
    grain = torch.randn(count, 1, SIZE, SIZE, generator=rng) * 0.01
    return (colour[..., None, None] + across * slope + down * slope[:, None] + grain).clamp(0, 1)


def _pulled_together(images: Tensor, areas: Tensor, rng: torch.Generator) -> Tensor:
    """Return photos whose light on skin, or white balance, or both are pulled towards one."""
    light, gains = to_linear(images), torch.ones(len(images), 3)
    if torch.rand((), generator=rng) < 0.5:
        skin = areas[:, _SKIN, None] + 1e-3
        lit = ((light * skin).sum((2, 3)) / skin.sum((2, 3))) @ _LUMA
        wanted, far = 0.12 + 0.4 * torch.rand((), generator=rng), torch.rand((), generator=rng)
        gains = gains * ((wanted / lit.clamp_min(0.02)) ** far).clamp(0.25, 5)[:, None]
    if torch.rand((), generator=rng) < 0.5:
        mean = light.mean((2, 3)).clamp_min(0.01)
        tint, far = torch.exp(torch.randn(3, generator=rng) * 0.12), 0.8 * torch.rand((), generator=rng)
        gains = gains * (((mean @ _LUMA)[:, None] / mean * tint) ** far).clamp(0.4, 2.5)
    return from_linear(light * gains[..., None, None])
