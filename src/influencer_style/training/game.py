"""The game between generator and discriminator: the loss that each of them descends, and what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.examples.batch import PairedBatch, StepBatch
from influencer_style.looks.regional import shown
from influencer_style.training.discriminator import Discriminator, augment
from influencer_style.training.machine import half_precision
from influencer_style.training.settings import TrainerSettings
from influencer_style.training.task import Generator, Pairs, Task

Losses = dict[str, Tensor]  # by name, each a number
_MEMORY = 0.99  # decay of the moving averages of logits


def compute_discriminator_loss(
    discriminator: Discriminator,
    pairs: Pairs,
    averages: Tensor,
    settings: TrainerSettings,
    penalised: bool,
    rng: torch.Generator,
) -> Losses:
    """Return the discriminator's losses by name, weighted; it descends their sum.

    No gradient reaches the generator. `averages`, (2,), are moving averages of the logits for real and for fake
    pictures, updated in place; `penalised` says whether this step takes the gradient penalties, `rng` is that of
    augmentations.
    """
    weights, fake = settings.weights, pairs.fake.detach()
    with half_precision(fake.device, settings.half):
        real_logits = discriminator(augment(pairs.real, rng), pairs.codes, pairs.domains)
        fake_logits = discriminator(augment(fake, rng), pairs.codes, pairs.domains)
    game_loss = relativistic_discriminator_loss if settings.relativistic else discriminator_loss
    losses = {"discriminator": game_loss(real_logits, fake_logits)}
    # Averaged on the device: to ask for a number in every step would make the GPU wait.
    means = torch.stack([real_logits.detach().mean(), fake_logits.detach().mean()]).to(averages.dtype)
    averages += (1 - _MEMORY) * (means - averages)
    if weights.lecam:
        losses["lecam"] = weights.lecam * lecam_loss(real_logits, fake_logits, averages[0], averages[1])
    if penalised:
        for name, weight, pictures in (("r1", weights.r1, pairs.real), ("r2", weights.r2, fake)):
            if weight:
                # Second derivatives need full precision. Taken rarely, a penalty counts for the steps without it too.
                images = pictures.detach().float().requires_grad_()
                penalty = gradient_penalty(images, discriminator(images, pairs.codes, pairs.domains))
                losses[name] = weight / 2 * settings.penalty_every * penalty
    return losses


def compute_generator_loss(
    task: Task[PairedBatch, Generator],
    discriminator: Discriminator,
    batch: StepBatch[PairedBatch],
    results: Tensor,
    pairs: Pairs | None,
    rng: torch.Generator,
) -> Losses:
    """Return the generator's losses by name, not weighted, and their weighted sum as `total`.

    The task's settings say which losses count. The discriminator's weights get no gradient. `results`, (n, 3, h, w),
    are what the generator made of the batch, `pairs` the same next to real pictures, None where the discriminator does
    not take part.
    """
    settings, weights, encoder = task.settings, task.settings.weights, task.encoder
    paired, unpaired = batch.paired, batch.unpaired
    restored, restyled = batch.split(results)
    losses: Losses = {}
    if pairs is not None:
        losses["adversarial"] = _adversarial_loss(discriminator, pairs, settings, rng)
    if paired is not None:
        losses["reconstruction"] = reconstruction_loss(restored, paired.truth, paired.weights)
    with half_precision(results.device, settings.half):
        if paired is not None and weights.features:
            with torch.no_grad():
                features = encoder.features(paired.truth)[1:]
            losses["features"] = feature_loss(encoder.features(task.visible(restored))[1:], features)
        if unpaired is not None and weights.gram:
            descriptors = encoder(task.visible(restyled)).float()
            losses["gram"] = gram_loss(descriptors, unpaired.target, unpaired.deviation, encoder.groups)
        if unpaired is not None and weights.content:
            with torch.no_grad():
                content = encoder.features(unpaired.inputs)[1:]
            losses["content"] = content_loss(encoder.features(task.visible(restyled))[1:], content)
    if unpaired is not None and weights.shape:
        losses["shape"] = shape_loss(restyled, unpaired.inputs)
    losses["total"] = sum_of({name: getattr(weights, name, 1.0) * loss for name, loss in losses.items()})
    return losses


def sum_of(losses: Losses) -> Tensor:
    """Return the sum of losses, at least one."""
    return reduce(torch.add, losses.values())


def _adversarial_loss(
    discriminator: Discriminator, pairs: Pairs, settings: TrainerSettings, rng: torch.Generator
) -> Tensor:
    discriminator.requires_grad_(False)
    with half_precision(pairs.fake.device, settings.half):
        fake_logits = discriminator(augment(pairs.fake, rng), pairs.codes, pairs.domains)
        if settings.relativistic:
            with torch.no_grad():
                real_logits = discriminator(augment(pairs.real, rng), pairs.codes, pairs.domains)
            loss = relativistic_generator_loss(real_logits, fake_logits)
        else:
            loss = generator_loss(fake_logits)
    discriminator.requires_grad_(True)
    return loss


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating loss of the generator (Goodfellow et al. 2014). Logits of any shape; 0 or more."""
    return F.softplus(-fake_logits).mean()


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the discriminator for the same game; log 4 when it cannot tell the two apart."""
    return F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean()


def relativistic_generator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the generator for pairs of pictures in one look (Jolicoeur-Martineau 2018; Huang et al. 2024)."""
    return F.softplus(real_logits - fake_logits).mean()


def relativistic_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Loss of the discriminator for the same game; log 2 when it cannot tell the two apart. It needs R1 and R2."""
    return F.softplus(fake_logits - real_logits).mean()


def gradient_penalty(images: Tensor, logits: Tensor) -> Tensor:
    """Mean squared gradient of the logits (n,): R1 at real images, R2 at fake ones (Mescheder et al. 2018).

    They must be computed from the images (n, 3, h, w), which require gradients.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def lecam_loss(
    real_logits: Tensor, fake_logits: Tensor, real_average: Tensor | float, fake_average: Tensor | float
) -> Tensor:
    """Keep logits from running away from each other, as they do with few photos (LeCam-GAN, Tseng et al. 2021).

    The logits are (n,); each kind is held to the moving average of the other's.
    """
    return F.relu(real_logits - fake_average).square().mean() + F.relu(real_average - fake_logits).square().mean()


def content_loss(result: list[Tensor], source: list[Tensor]) -> Tensor:
    """Mean absolute error of instance-normalised feature maps: what is shown and where, whatever its colours.

    Mean and deviation of a feature are style (Huang and Belongie 2017); the rest of it is content. All layers count
    the same.
    """
    terms = [(F.instance_norm(a) - F.instance_norm(b)).abs().mean() for a, b in zip(result, source, strict=True)]
    return torch.stack(terms).mean()


def shape_loss(result: Tensor, source: Tensor) -> Tensor:
    """One minus the correlation of locally normalised luminance: shapes, not colours, say who somebody is.

    Images are (n, 3, h, w), sRGB; neighbourhoods reach a sixteenth of the height to either side. 0 where all shapes are
    kept, 1 where none is, 2 where light and dark have changed places.
    """
    a, b = (_locally_normalised(images) for images in (result, source))
    a, b = (part.flatten(1) - part.flatten(1).mean(1, keepdim=True) for part in (a, b))
    return (1 - F.cosine_similarity(a, b, eps=1e-6)).mean()


def reconstruction_loss(result: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Mean absolute error of images (n, 3, h, w), weighted by (n, 1, h, w), 0 or more, mean about 1."""
    return ((result - truth).abs() * weights).mean()


def palette_loss(colours: Tensor, truth: Tensor, share: Tensor) -> Tensor:
    """Mean absolute error of areas' mean colours; areas that hardly show count less.

    Predictions are (..., n, k, 3), the truth (n, k, 3), the share of the picture that each area takes (n, k, 1).
    """
    return ((colours - truth).abs() * shown(share)).mean()


def feature_loss(result: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Mean absolute error of feature maps, each relative to the truth's mean size (after Johnson et al. 2016)."""
    terms = [(a - b).abs().mean() / b.abs().mean().clamp_min(1e-6) for a, b in zip(result, truth, strict=True)]
    return torch.stack(terms).mean()


def gram_loss(descriptors: Tensor, target: Tensor, deviation: Tensor, groups: Sequence[slice]) -> Tensor:
    """Distance of descriptors (n, d) from a look's mean, every group (layer, colour) counting the same.

    `target` and `deviation`, (n, d), are means and standard deviations within the looks: what varies inside a look
    costs nothing. `groups` are those of `StyleEncoder.groups`.
    """
    excess = F.relu((descriptors - target).abs() - deviation)
    scale = deviation.clone()
    for group in groups:
        scale[:, group] = deviation[:, group].mean(1, keepdim=True).clamp_min(1e-3)
    relative = excess / scale
    # Grows like a distance, not like a square: one odd layer does not outvote the others.
    return torch.stack([torch.log1p(relative[:, group].mean(1)).mean() for group in groups]).mean()


def _locally_normalised(images: Tensor) -> Tensor:
    radius = max(1, images.shape[-2] // 16)
    luminance = images.float().mean(1, keepdim=True)

    def around(values: Tensor) -> Tensor:
        return F.avg_pool2d(F.pad(values, [radius] * 4, mode="replicate"), 2 * radius + 1, stride=1)

    detail = luminance - around(luminance)
    # Two levels of 255: rounding and noise in a flat neighbourhood make no shape.
    return detail / (around(detail.square()) + (2 / 255) ** 2).sqrt()
