"""The palette: what the mean colour of each area of a picture becomes in a look.

A generator that learns from pixels learns mean colours slowly: there is one for thousands of pixels, and a batch holds
a dozen pictures. These small networks see only mean colours and learn from hundreds of pictures at a time. There are
several, started differently, and their mean counts (deep ensembles, Lakshminarayanan et al. 2017): if they disagree, as
on looks unlike any in training, it errs less than each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from influencer_style.looks.areas import AREAS
from influencer_style.looks.regional import WHOLE, area_colours, shown, target_colours
from influencer_style.looks.style_code import StyleCode
from influencer_style.networks.blocks import zeroed

_WIDTH, _MEMBERS = 256, 4
_FURTHER = 0.3  # how far a mean may go beyond the picture's and the look's colours


@dataclass(frozen=True)
class Sitter:
    """The areas of n pictures and of their looks.

    Attributes:
        share: (n, 6, 1) of the picture that an area takes.
        colours: (n, 6, 3) mean colours of the picture's areas.
        shown: (n, 6, 1) how far picture and look both show the area, 0 to 1.
        worn: (n, 6, 3) mean colours of the look's areas.
    """

    share: Tensor
    colours: Tensor
    shown: Tensor
    worn: Tensor

    @classmethod
    def of(cls, images: Tensor, regions: Tensor, code: Tensor) -> Sitter:
        """Measure images (n, 3, h, w) under regions (n, 6, h, w), and read the look from style codes (n, d)."""
        share, colours = area_colours(images.float(), regions)
        theirs, worn = target_colours(StyleCode(code).regional[:, WHOLE:].float())
        return cls(share, colours, shown(torch.minimum(share, theirs)), worn)

    @property
    def shifts(self) -> Tensor:
        """From the picture's mean colours to the look's, (n, 6, 3); 0 if either hardly shows the area."""
        return self.shown * (self.worn - self.colours)

    def aims(self, grade: Tensor) -> Tensor:
        """Return the look's mean colours, (n, 6, 3); for areas that it does not show, the picture's under a grade.

        Args:
            grade: (n, 3, 4) linear colour maps less the identity.
        """
        graded = torch.einsum("nij,nkj->nki", grade[..., :3], self.colours) + grade[:, None, :, 3]
        return self.colours + self.shifts + (1 - self.shown) * graded


class Palette(nn.Module):
    """Predicts mean colours.

    Args:
        inputs: The number of inputs.
    """

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.members = nn.ModuleList(_member(inputs) for _ in range(_MEMBERS))

    def forward(self, inputs: Tensor, colours: Tensor, aims: Tensor) -> Tensor:
        """Return the mean colours that each member predicts, (members, n, 6, 3).

        Args:
            inputs: (n, inputs) numbers near 1 about the look and the picture.
            colours: (n, 6, 3) mean colours of the picture's areas.
            aims: (n, 6, 3) mean colours of the look's areas.
        """
        gates, further = torch.stack([m(inputs).unflatten(1, (len(AREAS), 6)) for m in self.members]).split(3, dim=-1)
        return colours + torch.sigmoid(gates) * (aims - colours) + _FURTHER * torch.tanh(further)


def _member(inputs: int) -> nn.Sequential:
    outputs = zeroed(nn.Linear(_WIDTH, len(AREAS) * 6))
    return nn.Sequential(nn.Linear(inputs, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH), nn.SiLU(), outputs)
