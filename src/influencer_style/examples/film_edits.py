"""Random edits as photographers and film give them: curves, casts, fades, black and white, split tones, blends.

`grades` has looks that studio people wear as well; these are bolder, and composed of the steps of a darkroom or an
editor, in a fixed order, each with an amount of its own. Some change with the place or the neighbourhood too
(vignettes, light from a side, local contrast, bloom): no map of colours can follow them, and who learns maps must know.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.looks.pixels import from_linear, to_linear

Edit = Callable[[Tensor], Tensor]  # pictures (n, 3, h, w), sRGB in [0, 1], to pictures in [0, 1]
_LUMA = torch.tensor([0.2126, 0.7152, 0.0722]).view(1, 3, 1, 1)
_OFTEN, _COLOURLESS, _LOCAL = 0.5, 0.1, 0.25  # shares of edits that have a given step
_HUES = 3  # of a selective step


def film_edit(rng: torch.Generator, local: bool = True) -> Edit:
    """Draw an edit, from hardly any to strong, the same for every picture; without `local`, a map of colours."""
    amount = 1.4 * _uniform(rng) ** 1.3
    steps = [step(amount, rng) for step in _STEPS if _uniform(rng) < _OFTEN]
    if _uniform(rng) < _COLOURLESS:
        steps.insert(min(len(steps), 2), _without_colour(rng))
    if local and _uniform(rng) < _LOCAL:
        steps.append(_LOCALS[int(_uniform(rng) * len(_LOCALS))](amount, rng))

    def edit(images: Tensor) -> Tensor:
        for step in steps:
            images = step(images).clamp(0, 1)
        return images

    return edit


def camera_edit(rng: torch.Generator) -> Edit:
    """Draw what cameras, rooms and habits do to all photos of a population: light, white balance, contrast, colour."""
    amount = _uniform(rng)
    steps = [step(0.45 * amount, rng) for step in (_light, _contrast, _saturation, _fade) if _uniform(rng) < 0.7]

    def edit(images: Tensor) -> Tensor:
        for step in steps:
            images = step(images).clamp(0, 1)
        return images

    return edit


def _light(amount: float, rng: torch.Generator) -> Edit:
    """Exposure and white balance, in linear light."""
    gains = torch.exp(_normal(rng, 3) * 0.22 * amount + _normal(rng, 1) * 0.45 * amount)
    return lambda images: from_linear(to_linear(images) * gains.view(1, 3, 1, 1))


def _contrast(amount: float, rng: torch.Generator) -> Edit:
    """A power, and an S about a pivot."""
    power = float(torch.exp(_normal(rng, 1) * 0.25 * amount))
    bend, pivot = float(_normal(rng, 1)) * 0.9 * amount, 0.35 + 0.3 * _uniform(rng)

    def edit(images: Tensor) -> Tensor:
        raised = images.clamp_min(1e-4) ** power
        return raised + max(-0.9, min(bend, 1.5)) * 2 * raised * (1 - raised) * (raised - pivot)

    return edit


def _fade(amount: float, rng: torch.Generator) -> Edit:
    """Blacks lifted or crushed, whites lowered or clipped, each with a tint."""
    low = (_normal(rng, 1) * 0.07 + _normal(rng, 3) * 0.03 + 0.03) * amount
    high = 1 + (_normal(rng, 1) * 0.07 + _normal(rng, 3) * 0.03 - 0.02) * amount
    return lambda images: (low + (high - low) * images.movedim(1, -1)).movedim(-1, 1)


def _curves(amount: float, rng: torch.Generator) -> Edit:
    """A curve for each channel: sines of one, two and three half waves."""
    sizes = _normal(rng, 3, 3) * torch.tensor([0.06, 0.05, 0.025]) * amount
    waves = math.pi * torch.arange(1, 4).view(3, 1, 1, 1)

    def edit(images: Tensor) -> Tensor:
        return images + torch.einsum("cw,nwcyx->ncyx", sizes, (images.unsqueeze(1) * waves).sin())

    return edit


def _mix(amount: float, rng: torch.Generator) -> Edit:
    """Channels mixed; grey stays grey."""
    matrix = _normal(rng, 3, 3) * 0.13 * amount
    matrix = torch.eye(3) + matrix - matrix.mean(1, keepdim=True)
    return lambda images: torch.einsum("ij,njhw->nihw", matrix, images)


def _saturation(amount: float, rng: torch.Generator) -> Edit:
    """Colours paler or stronger, pale ones more than strong ones or less."""
    factor = float(torch.exp(_normal(rng, 1) * 0.5 * amount).clamp(0.05, 2.2))
    vibrance = float(_normal(rng, 1)) * 0.5 * amount

    def edit(images: Tensor) -> Tensor:
        grey = (images * _LUMA).sum(1, keepdim=True)
        strength = images.amax(1, keepdim=True) - images.amin(1, keepdim=True)
        return grey + (images - grey) * (factor + vibrance * (0.3 - strength)).clamp_min(0)

    return edit


def _hues(amount: float, rng: torch.Generator) -> Edit:
    """Some hues turned, quieter or louder, lighter or darker, as with the sliders of an editor."""
    centres = 2 * math.pi * torch.rand(_HUES, generator=rng)
    turns, louder, lighter = _normal(rng, 3, _HUES) * torch.tensor([[0.35], [0.45], [0.06]]) * amount
    overall = float(_normal(rng, 1)) * 0.15 * amount
    width = 0.5 + 0.6 * _uniform(rng)

    def edit(images: Tensor) -> Tensor:
        grey = (images * _LUMA).sum(1, keepdim=True)
        red, green, blue = images.unbind(1)
        x, y = red - (green + blue) / 2, (green - blue) * 3**0.5 / 2
        hue, chroma = torch.atan2(y, x), (x.square() + y.square()).sqrt()
        off = torch.remainder(hue.unsqueeze(1) - centres.view(1, -1, 1, 1) + math.pi, 2 * math.pi) - math.pi
        near = torch.exp(-(off / width).square())
        turn = (near * turns.view(1, -1, 1, 1)).sum(1) + overall
        scale = (1 + (near * louder.view(1, -1, 1, 1)).sum(1)).clamp_min(0)
        lift = (near * lighter.view(1, -1, 1, 1)).sum(1) * (chroma / 0.25).clamp(0, 1)
        u, v = scale * chroma * (hue + turn).cos(), scale * chroma * (hue + turn).sin()
        # Back from the plane of hues: its axes are red against cyan, and green against blue.
        hued = torch.stack([2 * u / 3, -u / 3 + v / 3**0.5, -u / 3 - v / 3**0.5], 1)
        hued = hued - (hued * _LUMA).sum(1, keepdim=True)
        return grey + hued + lift.unsqueeze(1)

    return edit


def _split_tone(amount: float, rng: torch.Generator) -> Edit:
    """A tint in the shadows and another one in the lights."""
    dark, light = (_normal(rng, 2, 3) * 0.1 * amount).view(2, 1, 3, 1, 1)
    dark, light = (tint - (tint * _LUMA).sum(1, keepdim=True) for tint in (dark, light))
    width = 0.25 + 0.3 * _uniform(rng)

    def edit(images: Tensor) -> Tensor:
        grey = (images * _LUMA).sum(1, keepdim=True)
        share = torch.sigmoid((grey - 0.45) / (width / 3))
        return images + dark * (1 - share) + light * share

    return edit


def _blend(amount: float, rng: torch.Generator) -> Edit:
    """A layer over the picture, of one colour or of the picture itself without colour, in one of four modes."""
    colour = torch.rand(3, generator=rng).view(1, 3, 1, 1)
    own, mode, opacity = _uniform(rng) < 0.4, int(_uniform(rng) * 4), min(0.8, 0.55 * amount * _uniform(rng))

    def edit(images: Tensor) -> Tensor:
        layer = (images * _LUMA).sum(1, keepdim=True).expand_as(images) if own else colour.expand_as(images)
        over = [
            images * layer,
            1 - (1 - images) * (1 - layer),
            torch.where(layer < 0.5, 2 * images * layer, 1 - 2 * (1 - images) * (1 - layer)),
            (1 - 2 * layer) * images.square() + 2 * layer * images,
        ][mode]
        return images + opacity * (over - images)

    return edit


def _without_colour(rng: torch.Generator) -> Edit:
    """Black and white by a channel mixer, whole or nearly."""
    weights = torch.rand(3, generator=rng) + 0.05
    weights = (weights / weights.sum()).view(1, 3, 1, 1)
    share = 1.0 if _uniform(rng) < 0.6 else 0.5 + 0.5 * _uniform(rng)
    return lambda images: images + share * ((images * weights).sum(1, keepdim=True) - images)


def _local_contrast(amount: float, rng: torch.Generator) -> Edit:
    """Lightness raised where it is above its neighbourhood's, or less of it."""
    strength, radius = float(_normal(rng, 1)) * 0.6 * amount, 0.02 + 0.06 * _uniform(rng)

    def edit(images: Tensor) -> Tensor:
        grey = (images * _LUMA).sum(1, keepdim=True)
        return images + strength * (grey - _blurred(grey, radius))

    return edit


def _bloom(amount: float, rng: torch.Generator) -> Edit:
    """Lights that spread over their neighbourhood, screened over the picture."""
    strength, radius = 0.5 * amount * _uniform(rng), 0.03 + 0.07 * _uniform(rng)
    tint = 1 + 0.3 * _normal(rng, 1, 3, 1, 1)

    def edit(images: Tensor) -> Tensor:
        lights = _blurred((images - 0.4).clamp_min(0), radius)
        return 1 - (1 - images) * (1 - strength * tint * lights).clamp(0, 1)

    return edit


def _vignette(amount: float, rng: torch.Generator) -> Edit:
    """Darker or lighter towards the corners."""
    strength, power = float(_normal(rng, 1)) * 0.5 * amount, 1 + 2 * _uniform(rng)

    def edit(images: Tensor) -> Tensor:
        y, x = _places(images)
        return images * (1 - strength * ((x - 0.5).square() + (y - 0.5).square()).mul(2) ** power)

    return edit


def _side_light(amount: float, rng: torch.Generator) -> Edit:
    """Coloured light, or haze, that grows towards one side."""
    angle, far = 2 * math.pi * _uniform(rng), 0.2 + 0.6 * _uniform(rng)
    colour = torch.rand(3, generator=rng).view(1, 3, 1, 1)
    strength = min(1.0, 0.8 * amount * _uniform(rng))

    def edit(images: Tensor) -> Tensor:
        y, x = _places(images)
        along = (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle) + 0.5
        share = strength * ((along - far) / 0.6).clamp(0, 1)
        return images + share * colour * (1 - images)

    return edit


_STEPS = (_light, _contrast, _fade, _curves, _mix, _saturation, _hues, _split_tone, _blend)
_LOCALS = (_local_contrast, _bloom, _vignette, _side_light)


def _uniform(rng: torch.Generator) -> float:
    return float(torch.rand((), generator=rng))


def _normal(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=rng)


def _places(images: Tensor) -> tuple[Tensor, Tensor]:
    y, x = (((torch.arange(side) + 0.5) / side) for side in images.shape[-2:])
    return y[:, None], x[None]


def _blurred(values: Tensor, radius: float) -> Tensor:
    """Blur by a box twice; `radius` is a share of the shorter side."""
    pixels = max(1, round(radius * min(values.shape[-2:])))
    for _ in range(2):
        values = F.avg_pool2d(F.pad(values, [pixels] * 4, mode="replicate"), 2 * pixels + 1, 1)
    return values
