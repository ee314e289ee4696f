"""What a look does around one face of a photo: its areas are found at a larger size, and the change is made in them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from torch import Tensor

from influencer_style.faces.align import CropTransform, crop_face
from influencer_style.faces.areas import AREA_NAMES, CROP_MARGIN, CROP_SIDE, Areas, AreasNetwork, load_areas_network
from influencer_style.faces.matting import SoftAreas
from influencer_style.looks.areas import AREAS, PARTS
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import CROP, change_of_crop
from influencer_style.networks.people import PlacedChange

# The number in `AREAS` of each area that the network finds.
_NUMBERS = tuple(number for name in AREA_NAMES for number, area in enumerate(AREAS) if name in PARTS[area])


def change_around(
    bundle: TransferBundle,
    photo: np.ndarray,
    place: CropTransform,
    code: Tensor,
    noise: Tensor | None = None,
    weights: Tensor | None = None,
) -> PlacedChange:
    """Return the change that a look makes around a face of a photo, uint8 RGB (height, width, 3).

    Args:
        bundle: The model.
        photo: The photo.
        place: The place of the face's crop, as the model's crops are cut.
        code: (d,) style code.
        noise: (k,) z; None is z = 0.
        weights: (6,) the weight of the change in each area (`looks.areas.AREAS`), 0 to 1; None is 1 everywhere.
    """
    areas = areas_around(photo, place, bundle.crop_margin)
    regions = Areas(areas.over(place, bundle.generator.config.resolution)).grouped(PARTS)
    change = change_of_crop(bundle, crop_face(photo, place, CROP), code, noise, weights, regions)
    return PlacedChange(change, place, areas)


def areas_around(photo: np.ndarray, place: CropTransform, margin: float) -> SoftAreas:
    """Return the areas around a face, found in a crop that is wide enough for the areas network.

    Args:
        photo: The photo, uint8 RGB (height, width, 3).
        place: The place of the face's crop.
        margin: The side of that crop in sides of the face's box.
    """
    wide = replace(place, side=place.side * CROP_MARGIN / margin)
    return SoftAreas(_areas_network().find(crop_face(photo, wide, CROP_SIDE)).masks, wide, _NUMBERS)


@cache
def _areas_network() -> AreasNetwork:
    return load_areas_network()
