"""Test users' photos restyled at their own size, and the places where that could go wrong, pixel for pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from influencer_style.faces.align import CropTransform
from influencer_style.faces.store import FaceStore
from influencer_style.metrics.seam import Seam, outline, seam
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import PlacedChange, apply_to_photo, change_of_crop
from influencer_style.photos.decode import PhotoError, decode_photo

_SIDE = 256  # px of a close-up
_SMALL = 320  # px: a photo that is no larger is shown whole
_MOST_PIXELS = 16_000_000  # of a photo: the report takes a few seconds more, and little memory
_EYES = 0.05  # of the crop's side above its centre: about where the eyes are
_SIDES = ("right", "lower", "left", "upper")


@dataclass(frozen=True)
class CloseUp:
    """A part of a photo, `before` and `after`, uint8 (h, w, 3), and in words where it lies."""

    where: str
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class FullSize:
    """One photo restyled at its own size.

    Attributes:
        look: the look's name.
        size: width and height of the photo, px.
        close_ups: at the eyes, and at up to two places of the crop's edge; a small photo is shown whole.
        seam: the step across the crop's edge; None where the edge does not lie in the photo.
    """

    look: str
    size: tuple[int, int]
    close_ups: list[CloseUp]
    seam: Seam | None


def restyle_at_full_size(
    bundle: TransferBundle, manifest: pd.DataFrame, faces: FaceStore, most: int = 3
) -> list[FullSize]:
    """Restyle test users' photos at their own size, each in another look.

    Those come first whose photo reaches furthest beyond the face's crop: a seam could show there. A photo that is no
    longer as the manifest says, or above 16 megapixels, is passed over.

    Args:
        bundle: the model.
        manifest: a row for each photo: `photo_id`, `path`, `width`, `height`.
        faces: all face crops.
        most: at most so many photos.
    """
    kept = faces.kept
    people = kept[(kept["role"] == "user") & (kept["split"] == "test")]
    people = people.merge(manifest[["photo_id", "path", "width", "height"]].drop_duplicates("photo_id"), on="photo_id")
    pixels = people["width"] * people["height"]
    people = people.assign(room=pixels / people["side"] ** 2)[pixels <= _MOST_PIXELS]
    done: list[FullSize] = []
    for row in people.sort_values(["room", "photo_id"], ascending=[False, True]).itertuples():
        if len(done) == most:
            break
        try:
            photo = decode_photo(row.path, _MOST_PIXELS)
        except PhotoError:
            continue
        if photo.shape[:2] != (row.height, row.width):
            continue
        place = CropTransform(row.cx, row.cy, row.side, row.angle)
        crop = faces.pixels(people.loc[[row.Index]])[0]
        look = bundle.looks.names[len(done) % len(bundle.looks.names)]
        change = change_of_crop(bundle, crop, bundle.looks.code(look))
        after = apply_to_photo([PlacedChange(change, place)], photo)
        done.append(FullSize(look, (row.width, row.height), close_ups(photo, after, place), seam(photo, after, place)))
    return done


def close_ups(before: np.ndarray, after: np.ndarray, place: CropTransform) -> list[CloseUp]:
    """Return squares at the eyes and at the middles of those two of the crop's edges that have most photo beyond them;
    a small photo whole.

    Args:
        before, after: the photo and what became of it, uint8 (h, w, 3).
        place: where the face's crop lies.
    """
    height, width = before.shape[:2]
    if max(height, width) <= _SMALL:
        return [CloseUp("the whole photo", before, after)]
    side = min(_SIDE, height, width)
    middles = [[float(v[0]) for v in outline(place, number, np.zeros(1), 0)] for number in range(4)]
    room = [min(x, y, width - x, height - y) for x, y in middles]
    edges = sorted((number for number in range(4) if room[number] > 0), key=lambda number: -room[number])[:2]
    # Above the centre by so much, whichever way the crop is turned.
    eyes = [float(v[0]) for v in outline(place, 3, np.zeros(1), -(0.5 - _EYES) * place.side)]
    found = []
    for where, (x, y) in [("the eyes", eyes), *((f"the square's {_SIDES[n]} edge", middles[n]) for n in edges)]:
        left = int(min(max(x - side / 2, 0), width - side))
        top = int(min(max(y - side / 2, 0), height - side))
        square = slice(top, top + side), slice(left, left + side)
        found.append(CloseUp(where, before[square], after[square]))
    return found
