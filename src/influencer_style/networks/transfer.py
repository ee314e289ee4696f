"""The transfer generator turns a portrait and a style code into the same portrait in that look.

It changes the input instead of painting it anew, so that people stay themselves: soft masks say where, each mask has a
colour transform (3 x 4, predicted from the style and the picture), and a gated residual adds what colour cannot do. One
set of masks follows the areas of a portrait (skin, lips, eyes, hair, background, other), which the segmenter finds; the
other is free. Transforms start at the likely grade in the style code (`looks.grade`) and may use the area's own
transport: the untrained network already is the strongest baseline, and learns the rest. Small networks that see only
mean colours predict what these become (`palette`). Where many people show a look, `colour_map` counts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from influencer_style.looks.areas import AREAS
from influencer_style.looks.regional import area_colours, shown
from influencer_style.looks.segmenter import Segmenter, load_segmenter
from influencer_style.looks.style_code import StyleCode
from influencer_style.looks.transport import rows
from influencer_style.networks.blocks import Down, StyledResidual, Up, require_whole, scatter, squashed_code, zeroed
from influencer_style.networks.colour_map import ColourMap, network_trust, read_table
from influencer_style.networks.palette import Palette, Sitter

_REGIONS = len(AREAS)
_LAYOUT = 3 * 4 * 4  # the picture's own colours, 4 x 4
_OWN = 4 * _REGIONS  # and area by area: share and mean colour
_EDGE = 0.02  # of a colour: the soft edge between teeth and lips is five of 255 levels wide


@dataclass(frozen=True)
class TransferConfig:
    """The shape of a transfer generator.

    Attributes:
        code: The width of the style code, see `looks.style_code`.
        resolution: Side in pixels of the crops that it was trained on.
        channels: Width at full resolution; halving the size doubles it.
        blocks: Styled residual blocks at a quarter of the size.
        masks: Number of free soft masks.
        noise: Width of z.
        doubt: Shrinkage threshold, in standard deviations of the population. A set's difference of this size is
            halved, and smaller ones shrink more; 0 disables shrinkage.
        trust: Weight of the network against the colour map if photos of many people show the look; 1 uses the network
            alone.
        most_trust: Its weight if one person's photos show it, see `training.transfer.trials`.
        palette: Weight of the palette's prediction of mean colours, 0 (ignored) to 1 (used alone). The two models make
            different errors, so their average beats either.
    """

    code: int
    resolution: int = 64
    channels: int = 24
    blocks: int = 3
    masks: int = 8
    noise: int = 8
    doubt: float = 0.0
    trust: float = 1.0
    most_trust: float = 1.0
    palette: float = 0.0

    def __post_init__(self) -> None:
        most = {"code": 100_000, "resolution": 4096, "channels": 1024, "blocks": 64, "masks": 256, "noise": 1024}
        require_whole(self, most, 0)
        for name in ("doubt", "trust", "most_trust", "palette"):
            if not 0 <= getattr(self, name) <= 100:
                raise ValueError(f"{name} is out of range; it must be 0 to 100")


@dataclass(frozen=True)
class Change:
    """What the generator does to a picture.

    Attributes:
        affine: (n, 12, h, w): a 3 x 4 colour transform for each pixel, row by row, less the identity.
        residual: (n, 3, h, w): what is added after it.
        regions: (n, 6, h, w): how far a pixel belongs to skin, lips, eyes, hair, background or none of these; they sum
            to 1. None if unknown.
    """

    affine: Tensor
    residual: Tensor
    regions: Tensor | None = None

    def weighted(self, weights: Tensor) -> Change:
        """Return the change scaled by a weight for each area, (6,), 0 (none of it there) to 1.

        Raises:
            ValueError: If the areas are unknown.
        """
        if self.regions is None:
            raise ValueError("the areas of this change are unknown; weight it before it is collected or resized")
        share = torch.einsum("nkhw,k->nhw", self.regions, weights).unsqueeze(1)
        return replace(self, affine=self.affine * share, residual=self.residual * share)

    def apply(self, images: Tensor, strength: float | Tensor = 1.0) -> Tensor:
        """Return images (n, 3, h, w) moved by `strength` of the change, not clipped; 0 is the input exactly."""
        n, _, h, w = images.shape
        matrices = self.affine.view(n, 3, 4, h, w)
        delta = (matrices[:, :, :3] * images.unsqueeze(1)).sum(2) + matrices[:, :, 3] + self.residual
        return images + strength * delta


class TransferGenerator(nn.Module):
    """See the module's text. `forward` returns pictures, `change` the change to apply to them."""

    def __init__(self, config: TransferConfig) -> None:
        super().__init__()
        self.config = config
        c, width = config.channels, 256
        self.segmenter: Segmenter = load_segmenter()
        self.style = nn.Sequential(
            nn.Linear(config.code + config.noise + _LAYOUT + _OWN, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU()
        )
        self.palette = Palette(config.code + _LAYOUT + _OWN)
        self.colour_map = ColourMap()
        self.stem = nn.Conv2d(3 + _REGIONS, c, 3, padding=1)
        self.down1, self.down2 = Down(c, 2 * c), Down(2 * c, 4 * c)
        self.blocks = nn.ModuleList(StyledResidual(4 * c, width) for _ in range(config.blocks))
        self.up1, self.up2 = Up(4 * c, 2 * c, 2 * c), Up(2 * c, c, c)
        self.heads = nn.Conv2d(c, config.masks + 4, 3, padding=1)
        # For each mask a transform, and the shares of the whole's and of the area's own transport that are added.
        self.transforms = nn.Linear(width + 4 * c, (_REGIONS + config.masks) * (3 + 12))
        # Untrained, every transform is the likely grade, and there is no residual.
        for layer in (self.heads, self.transforms):
            zeroed(layer)
        scatter(self.heads.weight[: config.masks], 0.05)

    def change(
        self, images: Tensor, code: Tensor, noise: Tensor | None = None, regions: Tensor | None = None
    ) -> Change:
        """Return the change to apply to the pictures.

        Args:
            images: (n, 3, h, w), sRGB in [0, 1]; h and w divisible by 4.
            code: (n, config.code) style codes.
            noise: (n, config.noise) standard normal z, variation inside the look; None is z = 0.
            regions: (n, 6, h, w) the pictures' soft areas, which sum to 1; None for what the segmenter finds.
        """
        if noise is None:
            noise = code.new_zeros(code.shape[0], self.config.noise)
        regions = self.regions(images) if regions is None else _teeth_are_no_lips(images, regions)
        with torch.autocast(images.device.type, enabled=False):  # mean colours to more than 8 bits
            sitter = Sitter.of(images, regions.float(), code)
            inputs = self.palette_inputs(images, code, sitter)
        transports = rows(StyleCode(code).transports.float())
        squashed, own = inputs[0].split([self.config.code, _LAYOUT + _OWN], 1)
        style = self.style(torch.cat([squashed, noise, own], dim=1))
        full = F.silu(self.stem(torch.cat([images * 2 - 1, regions], 1)))
        half = self.down1(full)
        features = self.down2(half)
        for block in self.blocks:
            features = block(features, style)
        transforms = self.transforms(torch.cat([style, features.mean((2, 3))], dim=1))
        heads = self.heads(self.up2(self.up1(features, half), full))

        # Masks and colours in full precision: bfloat16 has 8 bits, and so has a picture.
        with torch.autocast(images.device.type, enabled=False):
            free, residual, gate = heads.float().split([self.config.masks, 3, 1], dim=1)
            masks = torch.cat([regions, free.softmax(1)], dim=1)
            affine = self._affine(transforms.float().unflatten(1, (-1, 3 + 12)), transports, sitter.shifts)
            change = torch.einsum("nkhw,nka->nahw", masks, affine)
            residual = torch.tanh(residual) * torch.sigmoid(gate)
            if self.config.palette > 0:
                with torch.no_grad():  # it is trained on its own: the adversary must not change it
                    means = self.palette(*inputs).mean(0)
                offsets = _offsets(Change(change, residual, regions).apply(images), means, regions, sitter.share)
                change = change + self.config.palette * offsets
            least, most = self.config.trust, self.config.most_trust
            if min(least, most) < 1:
                trust = network_trust(code, least, most)[:, :, None, None]
                mapped = self._mapped(images, code, transports[:, 0, :, None, None].expand_as(change))
                change = trust * change + (1 - trust) * mapped.affine
                residual = trust * residual + (1 - trust) * mapped.residual
            return Change(change, residual, regions)

    def _mapped(self, images: Tensor, code: Tensor, grade: Tensor) -> Change:
        """Return the colour map's change: the likely grade, which holds for any colour, and the rest."""
        with torch.no_grad():  # it is taught on its own, on photographs
            added = read_table(self.colour_map(code), images)
        return Change(grade, added + images - Change(grade, torch.zeros_like(added)).apply(images))

    def _affine(self, transforms: Tensor, transports: Tensor, shifts: Tensor) -> Tensor:
        """Return the colour transform of each mask, (n, k, 12), from its prediction (n, k, 3 + 12).

        The first three predicted numbers are shares of the grade, of the area's transport and of its shift of the mean.
        """
        whole = transports[:, :1]
        areas = torch.cat([transports[:, 1:], whole.expand(-1, self.config.masks, -1)], 1)
        # Each pixel lies in one area and in one free mask: half of the grade comes with each.
        affine = (0.5 + transforms[..., :1]) * whole + transforms[..., 1:2] * areas + transforms[..., 3:]
        # Dyed hair has the look's colour whatever it was before, so its mean moves there.
        shift = F.pad(shifts, (0, 0, 0, self.config.masks))
        affine = affine.unflatten(2, (3, 4))
        affine = torch.cat([affine[..., :3], affine[..., 3:] + (transforms[..., 2:3] * shift).unsqueeze(-1)], -1)
        return affine.flatten(2)

    def regions(self, images: Tensor) -> Tensor:
        """Return the soft areas (n, 6, h, w) of images (n, 3, h, w)."""
        with torch.no_grad():
            return _teeth_are_no_lips(images, self.segmenter(images))

    def palette_inputs(self, images: Tensor, code: Tensor, sitter: Sitter) -> tuple[Tensor, Tensor, Tensor]:
        """Return the arguments of the palette's `forward` for pictures in looks."""
        grade = rows(StyleCode(code).grade.float()).unflatten(1, (3, 4))
        inputs = torch.cat([squashed_code(code, self.config.doubt), _colours(images, sitter)], 1).float()
        return inputs, sitter.colours, sitter.aims(grade)

    def forward(self, images: Tensor, code: Tensor, noise: Tensor | None = None, strength: float = 1.0) -> Tensor:
        """Return the restyled pictures (n, 3, h, w), not clipped. Arguments as in `change`."""
        return self.change(images, code, noise).apply(images, strength)

    def describe(self) -> dict[str, float]:
        """Return the shape as plain numbers, from which `TransferConfig(**...)` makes the same network."""
        return asdict(self.config)


def _teeth_are_no_lips(images: Tensor, regions: Tensor) -> Tensor:
    """Move what is pale and light between the lips to the eyes, whose whites are most alike: lipstick spares teeth.

    Drawn people hardly show teeth, so the segmenter takes a smile for lips.
    """
    skin, lips, eyes, rest = regions.split([1, 1, 1, regions.shape[1] - 3], 1)
    light = images.mean(1, keepdim=True)
    red = images[:, :1] - images[:, 1:].mean(1, keepdim=True)

    def mean(values: Tensor, area: Tensor) -> Tensor:
        return (area * values).sum((2, 3), keepdim=True) / area.sum((2, 3), keepdim=True).clamp_min(1e-4)

    pale = torch.sigmoid((0.75 * mean(red, skin) - red) / _EDGE)
    teeth = lips * pale * torch.sigmoid((light - mean(light, lips)) / _EDGE + 1)
    return torch.cat([skin, lips - teeth, eyes + teeth, rest], 1)


def _colours(images: Tensor, sitter: Sitter) -> Tensor:
    """The picture's own colours, as a coarse layout and by area: its distance from a look depends on them."""
    layout = F.adaptive_avg_pool2d(images, 4).flatten(1) * 4 - 2
    return torch.cat([layout, torch.cat([sitter.share * 6, sitter.colours * 2 - 1], 2).flatten(1)], 1)


def _offsets(results: Tensor, wanted: Tensor, regions: Tensor, share: Tensor) -> Tensor:
    """Colour transforms (n, 12, h, w) that move the mean colour of each area of results to `wanted` (n, 6, 3)."""
    _, found = area_colours(results, regions)
    shifts = shown(share) * (wanted - found)
    offsets = torch.einsum("nkhw,nkc->nchw", regions, shifts)
    return torch.stack([torch.zeros_like(offsets)] * 3 + [offsets], 2).flatten(1, 2)
