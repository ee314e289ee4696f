"""Test users' photos restyled at their own size, and close-ups of the places where that could go wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from influencer_style.evaluation.gather import rows_of
from influencer_style.faces.align import CropTransform
from influencer_style.faces.store import FaceStore
from influencer_style.metrics.seam import Seam, outline, seam
from influencer_style.networks.around_face import change_around
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import apply_to_photo
from influencer_style.photos.decode import PhotoError, decode_photo

_SIDE = 256  # px of a close-up
_SMALL = 320  # px: a photo that is no larger is shown whole
_MOST_PIXELS = 16_000_000  # of a photo, so that the report takes only a few seconds more, and little memory
_EYES = 0.05  # of the crop's side above its centre: about where the eyes are
_SIDES = ("right", "lower", "left", "upper")


@dataclass(frozen=True)
class CloseUp:
    """A part of a photo, `before` and `after`, uint8 (h, w, 3), and its place in words."""

    where: str
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class FullSize:
    """One photo restyled at its own size, width and height in pixels.

    `close_ups` show the eyes, and up to two places of the crop's edge; a small photo is shown whole. `seam` is the step
    across the crop's edge, None if the edge does not lie in the photo.
    """

    look: str
    size: tuple[int, int]
    close_ups: list[CloseUp]
    seam: Seam | None


def restyle_at_full_size(
    bundle: TransferBundle, manifest: pd.DataFrame, faces: FaceStore, most: int = 3
) -> list[FullSize]:
    """Restyle at most `most` test users' photos at their own size, each in another look.

    The photos that reach furthest beyond the face's crop come first: a seam could show there. A photo that has changed
    since the manifest (`photo_id`, `path`, `width`, `height`) was made, or has more than 16 megapixels, is skipped.
    """
    people = rows_of(faces, role="user", split="test").merge(
        manifest[["photo_id", "path", "width", "height"]].drop_duplicates("photo_id"), on="photo_id"
    )
    pixels = people["width"] * people["height"]
    people = people.assign(room=pixels / people["side"] ** 2)[pixels <= _MOST_PIXELS]
    done: list[FullSize] = []
    for _, row in people.sort_values(["room", "photo_id"], ascending=[False, True]).iterrows():
        if len(done) == most:
            break
        try:
            photo = decode_photo(row["path"], _MOST_PIXELS)
        except PhotoError:
            continue
        if photo.shape[:2] != (row["height"], row["width"]):
            continue
        place = CropTransform(row["cx"], row["cy"], row["side"], row["angle"])
        look = bundle.looks.names[len(done) % len(bundle.looks.names)]
        after = apply_to_photo([change_around(bundle, photo, place, bundle.looks.code(look))], photo)
        size = photo.shape[1], photo.shape[0]
        done.append(FullSize(look, size, close_ups(photo, after, place), seam(photo, after, place)))
    return done


def close_ups(before: np.ndarray, after: np.ndarray, place: CropTransform) -> list[CloseUp]:
    """Return squares at the eyes and at the middles of the two crop edges with most photo beyond them.

    Photos are uint8 (h, w, 3), `place` is that of the face's crop. A small photo is returned whole.
    """
    height, width = before.shape[:2]
    if max(height, width) <= _SMALL:
        return [CloseUp("the whole photo", before, after)]
    side = min(_SIDE, height, width)
    middles = [[float(v[0]) for v in outline(place, number, np.zeros(1), 0)] for number in range(4)]
    room = [min(x, y, width - x, height - y) for x, y in middles]
    edges = sorted((number for number in range(4) if room[number] > 0), key=lambda number: -room[number])[:2]
    # Above the centre, whichever way the crop is turned.
    eyes = [float(v[0]) for v in outline(place, 3, np.zeros(1), -(0.5 - _EYES) * place.side)]
    found = []
    for where, (x, y) in [("the eyes", eyes), *((f"the square's {_SIDES[n]} edge", middles[n]) for n in edges)]:
        left = int(min(max(x - side / 2, 0), width - side))
        top = int(min(max(y - side / 2, 0), height - side))
        square = slice(top, top + side), slice(left, left + side)
        found.append(CloseUp(where, before[square], after[square]))
    return found
