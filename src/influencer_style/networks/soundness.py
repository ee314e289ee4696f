"""Checks of a model that somebody handed us: finite weights, looks with style codes, pictures that show something."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from influencer_style.consent.slug import slug
from influencer_style.looks.profile import LookProfiles
from influencer_style.networks.trained import AnyGenerator

_PROBED = 16  # looks in which a picture is made
_PROBE_SIDE = 64  # px


def require_sound(generator: AnyGenerator, looks: LookProfiles, crop_margin: float) -> None:
    """Refuse weights, looks or a margin that no training could have left.

    Raises:
        ValueError: Saying which.
    """
    if not 1 <= crop_margin <= 10:
        raise ValueError("its margin is out of range; it must be 1 to 10")
    if not all(bool(torch.isfinite(value).all()) for value in generator.state_dict().values()):
        raise ValueError("its weights are not finite numbers")
    for name in looks.names:
        if not isinstance(name, str) or slug(name) != name or not isinstance(looks[name].consent, Mapping):
            raise ValueError(f"its look {name!r} has no valid name or no consent")
        counts = looks.reference.count, looks[name].statistics.count
        if not all(isinstance(count, int) and count >= 1 for count in counts):
            raise ValueError(f"its look {name!r} was learnt from no photos")
        try:
            code = looks.code(name)
        except Exception as error:  # statistics of other shapes or kinds may raise anything
            raise ValueError(f"its look {name!r} has no style code ({error})") from error
        if code.shape != (generator.config.code,) or not bool(torch.isfinite(code).all()):
            raise ValueError(f"its look {name!r} has another style code than the generator takes")


def require_usable_pictures(draw: Callable[[Tensor, Tensor], Tensor], codes: Tensor) -> None:
    """Refuse a generator whose weights are finite, but whose pictures show nothing.

    Args:
        draw: Makes pictures (n, 3, h, w) of probes (n, 3, 64, 64), sRGB in [0, 1], and style codes (n, d).
        codes: Style codes (m, d) of the model's looks; the first few are tried.

    Raises:
        ValueError: When a picture is not finite, or shows a single colour.
    """
    some = codes[:_PROBED]
    across = torch.linspace(0, 1, _PROBE_SIDE).expand(_PROBE_SIDE, -1)
    probe = torch.stack([across, across.T, 1 - across]).expand(len(some), -1, -1, -1)
    with torch.no_grad():
        drawn = draw(probe, some)
    if not bool(torch.isfinite(drawn).all()):
        raise ValueError("its pictures are not finite numbers; its weights are damaged")
    levels = drawn.clamp(0, 1).mul(255).round().flatten(2)
    if bool((levels == levels[..., :1]).all(2).all(1).any()):
        raise ValueError("its pictures show a single colour; its weights are damaged")
