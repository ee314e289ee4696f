"""The colour map of a look: one table of colours for every photo, told by the style code.

The most likely grade (`looks.grade`) is linear. This small network was taught the question itself on photographs: from
what sets a graded set of photos apart from a population, to the map that graded it. It mixes the code's linear maps and
the principal components of random edits into a table of what is added to colours (as Zeng et al. 2020 mix tables,
Learning image-adaptive 3D lookup tables). Untrained, it is the likely grade. Black and white makes every colour grey.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

from influencer_style.looks.regional import ROWS, shown, target_colours
from influencer_style.looks.style_code import StyleCode
from influencer_style.looks.transport import matrix_and_offset
from influencer_style.networks.blocks import zeroed

SIDE = 9  # colours along each axis of a table
COMPONENTS = 64  # 99% of the variance of random edits
INPUTS = 219
_WIDTH = 512
_STRANGE = 4.0  # standard deviations: numbers further out are unlike anything in training
# A map is the mean of those of so many codes nearby, which real people's photos tell better than any one of them; their
# noise is a little more than it was taught with. See benchmarks/README.md.
_NEARBY, _NOISE = 64, 0.7
# Difference of mean red, green and blue: if no area of a set comes to it, the set is in black and white. Skin in faded
# colour comes to ten times as much.
_COLOURLESS = 0.01
_LUMA = (0.2126, 0.7152, 0.0722)


class ColourMap(nn.Module):
    """From style codes to tables (n, 3, 9, 9, 9): what is added to the colour at each place, by red, green, blue."""

    mean: Tensor
    deviation: Tensor
    components: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(INPUTS))
        self.register_buffer("deviation", torch.ones(INPUTS))
        self.register_buffer("components", torch.zeros(COMPONENTS, 3 * SIDE**3))
        self.body = nn.Sequential(
            nn.Linear(INPUTS, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH),
            nn.SiLU(), zeroed(nn.Linear(_WIDTH, COMPONENTS + ROWS)),
        )  # fmt: skip

    @staticmethod
    def inputs(code: Tensor) -> Tensor:
        """Return the numbers (n, 219) of style codes (n, d) that tell the map: those of colour."""
        style = StyleCode(code)
        parts = [style.unexplained, style.areas_and_set, style.transports.flatten(-2)]
        return torch.cat(parts, -1).float()

    def forward(self, code: Tensor, noise: Tensor | None = None) -> Tensor:
        """Return the tables of style codes (n, d).

        Args:
            code: (n, d) style codes.
            noise: (n, 219) what training adds to the normalised inputs; None for the mean over noise.
        """
        numbers = ((self.inputs(code) - self.mean) / self.deviation).clamp(-_STRANGE, _STRANGE)
        if noise is None:
            mixture = self.body(numbers.unsqueeze(1) + _NOISE * _nearby().to(code.device)).mean(1)
        else:
            mixture = self.body(numbers + noise)
        shares = mixture[:, COMPONENTS:] + torch.eye(ROWS, device=code.device)[0]
        linear = (shares.unsqueeze(-1) * StyleCode(code).transports.float()).sum(1)
        matrix, offset = matrix_and_offset(linear)
        axis = torch.linspace(0, 1, SIDE, device=code.device)
        colours = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"))
        added = torch.einsum("nij,jrgb->nirgb", matrix, colours) + offset[..., None, None, None]
        added = added + (mixture[:, :COMPONENTS] @ self.components).unflatten(1, (3, SIDE, SIDE, SIDE))
        results = colours + added
        grey = torch.einsum("nirgb,i->nrgb", results, added.new_tensor(_LUMA)).unsqueeze(1)
        return added + (1 - colour_shown(code)[:, :, None, None, None]) * (grey - results)


@cache
def _nearby() -> Tensor:
    """Return standard normal noise (64, 219), always the same, each half the negative of the other."""
    half = torch.randn(_NEARBY // 2, INPUTS, generator=torch.Generator().manual_seed(0))
    return torch.cat([half, -half])


def read_table(tables: Tensor, images: Tensor) -> Tensor:
    """Return what tables (n, 3, 9, 9, 9) add to images (n, 3, h, w), sRGB in [0, 1]: trilinear interpolation.

    As sums of products, which every runtime of exported graphs has.
    """
    places = torch.linspace(0, 1, SIDE, device=images.device).view(1, SIDE, 1, 1, 1)
    colours = images.clamp(0, 1).unsqueeze(1)
    red, green, blue = (1 - (colours - places).abs() * (SIDE - 1)).clamp_min(0).flatten(3).unbind(2)
    added = torch.zeros_like(images.flatten(2))
    for level in range(SIDE):  # one after the other: nine times less memory
        lines = torch.einsum("ncgb,nbp->ncgp", tables[:, :, level], blue)
        added = added + red[:, None, level] * (lines * green[:, None]).sum(2)
    return added.view_as(images)


def colour_shown(code: Tensor) -> Tensor:
    """Return whether the sets of style codes (n, d) show colour, (n, 1): 0 for black and white, else 1."""
    share, means = target_colours(StyleCode(code).regional.float())
    apart = (means.amax(2) - means.amin(2)).amax(1, keepdim=True)
    return 1 - shown(share[:, 0]) * (2 - apart / _COLOURLESS).clamp(0, 1)


def network_trust(code: Tensor, least: float, most: float = 1.0) -> Tensor:
    """How far to trust the network instead, (n, 1): `least` if photos share nothing, `most` if half or more.

    Black and white says nothing of make-up or hair: there the map counts alone.
    """
    shared = (2 * StyleCode(code).shared.float()).clamp(0, 1)
    return (least + (most - least) * shared) * colour_shown(code)
