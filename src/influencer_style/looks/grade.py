"""The one colour grade that most likely turned a population's photos into a set's.

A set differs from a population by its look and at random: other people, other rooms. Copying the difference copies the
random part too, and for subtle looks of ten photos that is worse than doing nothing. So the darker and the lighter half
of every area count as far as they can be trusted, measured by their scatter from photo to photo, and what may be random
is left out: Bayesian linear regression (Bishop 2006, chapter 3) under a scale mixture of Gaussian priors (Andrews and
Mallows 1974).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from influencer_style.looks.regional import share_and_moments

_LEAST = 0.001  # share of a photo from which a half counts
_MIDDLE = 0.4  # grades are fitted around this colour: their effects on light and contrast are then nearly independent
_SCALES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)  # of the matrices of grades, from hardly any to very bold
_OFFSET = 0.15  # of the offsets, against the matrices
_TYPICAL, _WORTH = 0.12, 2  # prior of a colour's scatter from photo to photo, worth two photos
_CORRELATED = 0.5  # share of the measured correlations that is believed: photos are few, halves are many
_ROUNDING = 0.004  # one of 255 levels
_ROUNDS = 3  # what photos share depends on the grade, and the other way round
_DOUBT = 0.2  # scatter smaller by this share may be random


@dataclass(frozen=True)
class Halves:
    """The darker and the lighter half of the whole picture and of each area, over a set of photos.

    Attributes:
        colours: (k, 3) mean colours.
        scatter: (3 k, 3 k) covariance of the colours from photo to photo.
        photos: (k,) how many photos show the half, by weight; 0 if none does.
    """

    colours: Tensor
    scatter: Tensor
    photos: Tensor

    @classmethod
    def of(cls, moments: Tensor) -> Halves:
        """Pool the regional moments (n, k, 10) of the halves in n photos, n at least 1."""
        share, within = share_and_moments(moments)
        share, colours = share[..., 0] * (share[..., 0] > _LEAST), within[..., :3]
        weights = share / share.sum(0).clamp_min(1e-9)
        mean = (weights.unsqueeze(-1) * colours).sum(0)
        count = len(moments)
        strayed = (colours - mean) * (weights * count).clamp_max(4).sqrt().unsqueeze(-1)
        strayed = strayed.flatten(1)
        typical = _WORTH * _TYPICAL**2 * torch.eye(strayed.shape[1])
        scatter = (strayed.T @ strayed + typical) / (count - 1 + _WORTH)
        seen = torch.where(weights.sum(0) > 0.5, 1 / weights.square().sum(0).clamp_min(1e-9), 0)
        return cls(mean, scatter, seen)


def halves(images: Tensor, areas: Tensor) -> Tensor:
    """Return masks of what is darker than the mean of the picture and of each area, and of what is lighter.

    Args:
        images: (n, 3, h, w), sRGB in [0, 1].
        areas: (n, k, h, w) soft masks in [0, 1].

    Returns:
        (n, 2 + 2 k, h, w) soft masks, the darker halves first.
    """
    areas = torch.cat([torch.ones_like(areas[:, :1]), areas], 1)
    light = images.mean(1, keepdim=True)
    mean = (areas * light).sum((2, 3), keepdim=True) / areas.sum((2, 3), keepdim=True).clamp_min(1e-6)
    lighter = (light > mean).to(areas.dtype)
    return torch.cat([areas * (1 - lighter), areas * lighter], 1)


@dataclass(frozen=True)
class LikelyGrade:
    """A grade, and what it leaves open.

    Attributes:
        change: (12,) matrix (9) and offset (3) of the linear colour map less the identity, the posterior mean: 0 if
            scatter explains everything.
        unexplained: (k, 3) the difference of each half's colour from the graded one, in standard errors; 0 if the half
            is not seen. It comes from what is worn, or is random, but is no grade.
        shared: How much the set's photos have in common beyond the grade, 0 (photos of many people) to 1.
    """

    change: Tensor
    unexplained: Tensor
    shared: float


def likely_grade(source: Halves, target: Halves) -> LikelyGrade:
    """Return the grade that most likely made the target's photos of photos like the source's.

    Args:
        source: The population, at least two photos, so that its scatter can be measured.
        target: The set.
    """
    seen = (source.photos > 0) & (target.photos > 0)
    each = seen.repeat_interleave(3)
    scatter = source.scatter.double()
    believed = _CORRELATED * scatter + (1 - _CORRELATED) * torch.diag(scatter.diagonal())
    difference = (target.colours - source.colours).double().flatten() * each
    colours = torch.cat([source.colours - _MIDDLE, torch.ones_like(source.colours[:, :1])], 1).double()
    design = torch.einsum("ka,ij->kija", colours, torch.eye(3, dtype=torch.double)).flatten(2).flatten(0, 1)
    design = design * each.unsqueeze(1)
    rounding = _ROUNDING**2 * torch.eye(len(scatter), dtype=torch.double)
    shared = torch.zeros(len(seen), dtype=torch.double)
    for _ in range(_ROUNDS):
        error = 1 / source.photos.clamp_min(0.5) + shared + (1 - shared) / target.photos.clamp_min(0.5)
        error = error.sqrt().repeat_interleave(3)
        noise = believed * error * error.unsqueeze(1) + rounding
        # Halves that are not seen carry no information.
        noise = torch.where(each & each.unsqueeze(1), noise, torch.eye(len(noise), dtype=torch.double))
        grade = _posterior_mean(design, difference, noise)
        shared = _shared(scatter, target.scatter.double(), grade.view(3, 4)[:, :3], seen)
    unexplained = ((difference - design @ grade) / noise.diagonal().sqrt()).view(-1, 3)
    matrix, offset = grade.view(3, 4).split([3, 1], 1)
    offset = offset[:, 0] - matrix.sum(1) * _MIDDLE
    common = float(shared[seen].mean()) if seen.any() else 0.0
    return LikelyGrade(torch.cat([matrix.flatten(), offset]).float(), unexplained.float(), common)


def _posterior_mean(design: Tensor, observed: Tensor, noise: Tensor) -> Tensor:
    """Mean (12,) of a linear model's coefficients, over all scales of the prior, weighed by how well each explains."""
    weighted = torch.linalg.solve(noise, torch.cat([design, observed.unsqueeze(1)], 1))
    precision, evidence = design.T @ weighted[:, :12], design.T @ weighted[:, 12]
    prior, determinant = _prior_precisions()
    factor = torch.linalg.cholesky(prior + precision)
    means = torch.cholesky_solve(evidence.view(1, 12, 1).expand(len(_SCALES), -1, -1), factor)[..., 0]
    posterior = 2 * factor.diagonal(dim1=1, dim2=2).log().sum(1)
    likelihood = (means @ evidence - posterior + determinant) / 2  # up to a constant
    return likelihood.softmax(0) @ means


def _shared(source: Tensor, target: Tensor, matrix: Tensor, seen: Tensor) -> Tensor:
    """How much of each half's scatter the set's photos have in common, (k,) in [0, 1].

    Ten photos of one person in one room are not ten people: their colours lie closer together than the population's
    under the same grade, and that part of their difference does not average out, however many photos there are.
    """
    covariances = [
        part.view(len(seen), 3, len(seen), 3).diagonal(dim1=0, dim2=2).permute(2, 0, 1) for part in (source, target)
    ]
    matrix = matrix + torch.eye(3, dtype=matrix.dtype)
    expected, own = (
        part.diagonal(dim1=1, dim2=2).sum(1).clamp_min(1e-8)
        for part in (matrix @ covariances[0] @ matrix.T, covariances[1])
    )
    closer = (own / expected).log()
    # In few photos the scatter of one half is uncertain, that of all halves less so: each counts half.
    closer = ((closer + closer[seen].mean() if seen.any() else closer) / 2).exp()
    return ((1 - _DOUBT - closer) / (1 - _DOUBT)).clamp(0, 1)


@cache
def _prior_precisions() -> tuple[Tensor, Tensor]:
    """Inverse covariances (scales, 12, 12) of grades, three rows of four, and the logarithms of their determinants.

    Any entry may differ on its own; contrast and light may also differ in all channels alike.
    """
    contrast, light = torch.zeros(2, 3, 4, dtype=torch.double)
    contrast[:, :3], light[:, 3] = torch.eye(3, dtype=torch.double), _OFFSET
    single = torch.tensor([1.0, 1.0, 1.0, _OFFSET**2], dtype=torch.double).repeat(3).diag()
    alike = [torch.outer(part.flatten(), part.flatten()) for part in (contrast, light)]
    scales = torch.tensor(_SCALES, dtype=torch.double).view(-1, 1, 1)
    precisions = torch.linalg.inv(single + (alike[0] + alike[1])) / scales.square()
    return precisions, torch.logdet(precisions)
