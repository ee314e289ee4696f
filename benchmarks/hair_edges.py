"""How a dyed look ends at the hair's edge, at full size: what is dyed beside the hair, and what is left undyed in it.

12 portraits with long hair, restyled in looks that dye hair: by one smooth field for the whole crop, as it was before
areas were applied one by one (`before`), and area by area, in the areas that were drawn (`drawn`) and in those that the
areas network finds (`after`). Beside that a made-up change that dyes hair alone.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from skimage.color import deltaE_ciede2000, rgb2lab
from torch.nn import functional as F
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.likeness_material import base_in, studio_photos
from benchmarks.machine import ran_on
from benchmarks.matting_reference import reference_matte
from influencer_style.faces.align import CropTransform, crop_face, transform_for
from influencer_style.faces.detect import make_detector
from influencer_style.faces.matting import SoftAreas
from influencer_style.looks.areas import AREAS
from influencer_style.looks.pixels import to_tensor
from influencer_style.networks.around_face import areas_around
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.guided_change import GuidedChange
from influencer_style.networks.lift import PlacedChange, apply_to_photo
from influencer_style.networks.transfer import Change
from influencer_style.studio.identity import from_hex
from influencer_style.studio.look import Look

OUTLINES = Path(__file__).parent / "hair_outlines.json"  # of areas, looked at one by one, in a picture of 256 px
FOLDERS = {"photos": "INFLUENCER_STYLE_PHOTOS", "nobodies": "INFLUENCER_STYLE_NOBODIES"}
DYES = {"copper": "c8502a", "platinum": "e8dcc0", "azure": "2060d0"}
RING = 8  # px
WANTED = {"beside_over_inside": 0.2}
_HAIR = AREAS.index("hair")
_BAND = (12, 24)  # px of 1024, inside and outside of the outline: where the reference matte is solved for
_CROP = 256


@dataclass(frozen=True)
class Case:
    """A portrait: its name, the photo uint8 (h, w, 3), its coarse areas, and the hair's matte (h, w)."""

    name: str
    photo: np.ndarray
    areas: SoftAreas
    hair: np.ndarray


def cases() -> Iterator[Case]:
    """Yield the portraits.

    Raises:
        SystemExit: If an environment variable does not name the folder that holds them.
    """
    for name, drawn in json.loads(OUTLINES.read_text()).items():
        folder, file = name.split("/", 1)
        path = Path(os.environ.get(FOLDERS[folder], ""), file)
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise SystemExit(f"{path} cannot be read; {FOLDERS[folder]} must name the folder that holds {file}")
        photo = np.ascontiguousarray(picture[:, :, ::-1])
        height, width = photo.shape[:2]
        shares = np.zeros((len(AREAS), drawn["size"][1], drawn["size"][0]), np.float32)
        for number, area in enumerate(AREAS[:-1]):
            outlines = [np.array(points, np.int32).reshape(-1, 1, 2) for points in drawn["outlines"][area]]
            for outline in outlines:  # even-odd: a hole is an outline within another
                filled = cv2.fillPoly(np.zeros(shares.shape[1:], np.uint8), [outline], 1)
                shares[number] = np.abs(shares[number] - filled)
        shares[-1] = (1 - shares.sum(0)).clip(0)
        shares /= shares.sum(0)
        mask = cv2.resize(shares[_HAIR], (width, height), interpolation=cv2.INTER_LINEAR) > 0.5
        inner, outer = (max(4, round(band * max(height, width) / 1024)) for band in _BAND)
        soft = np.stack([cv2.GaussianBlur(share, (0, 0), 1) for share in shares])
        areas = SoftAreas(soft, CropTransform(width / 2, height / 2, max(height, width)))
        yield Case(name, photo, areas, reference_matte(photo, mask, inner, outer))


def rings(hair: np.ndarray) -> dict[str, np.ndarray]:
    """Return bool masks (h, w): `beside` the hair, within 8 px of it; `fringe`, its last 8 px; and further `inside`."""
    beside = cv2.distanceTransform((hair < 0.05).astype(np.uint8), cv2.DIST_L2, 5)
    within = cv2.distanceTransform((hair > 0.95).astype(np.uint8), cv2.DIST_L2, 5)
    return {
        "beside": (beside > 0) & (beside <= RING),
        "fringe": (within > 0) & (within <= RING),
        "inside": within > RING,
    }


def figures_of(with_dye: np.ndarray, without: np.ndarray, hair: np.ndarray) -> dict[str, float]:
    """Return mean CIEDE2000 between two pictures, uint8 (h, w, 3), on each ring, and what it is over that inside."""
    found = {}
    for name, ring in rings(hair).items():
        thinned = slice(None, None, 10 if name == "inside" else 1)  # it is large, and the mean of a tenth is as good
        some, other = (rgb2lab(picture[ring][thinned][:, None]) for picture in (with_dye, without))
        found[name] = float(deltaE_ciede2000(some, other).mean())
    return found | {f"{name}_over_inside": found[name] / found["inside"] for name in ("beside", "fringe")}


def _dye(guide: torch.Tensor, regions: torch.Tensor) -> Change:
    """A made-up change, which dyes hair alone: half of its own colour goes, blue comes."""
    affine = torch.zeros(1, 12, *guide.shape[-2:])
    affine[:, [0, 5, 10]] = -0.5
    affine[:, [3, 7, 11]] = torch.tensor([0.02, 0.12, 0.45]).view(1, 3, 1, 1)
    hair = regions[:, _HAIR : _HAIR + 1]
    return Change(affine * hair, torch.zeros_like(guide), regions)


def measure(case: Case, place: CropTransform, bundle: TransferBundle) -> dict[str, dict[str, dict[str, float]]]:
    """Return the figures of a portrait by look and by way."""
    side = bundle.generator.config.resolution
    crop = to_tensor(crop_face(case.photo, place, _CROP)[None])
    guide = F.interpolate(crop, (side, side), mode="bilinear", antialias=True, align_corners=False)
    known = {"drawn": case.areas, "after": areas_around(case.photo, place, bundle.crop_margin)}
    no_dye = torch.ones(len(AREAS))
    no_dye[_HAIR] = 0
    found: dict[str, dict[str, dict[str, float]]] = {}
    for look in (*bundle.looks.names, "hair alone"):
        code = None if look == "hair alone" else bundle.looks.code(look)[None]

        def change(regions: torch.Tensor | None, code: torch.Tensor | None = code) -> Change:
            if code is None:
                return _dye(guide, bundle.generator.regions(guide) if regions is None else regions)
            with torch.no_grad():
                return bundle.generator.change(guide, code, regions=regions)

        whole = change(None)
        pairs = {
            "before": [
                PlacedChange(GuidedChange.of(replace(one, regions=None), guide), place)
                for one in (whole, whole.weighted(no_dye))
            ]
        }
        for way, areas in known.items():
            fields = GuidedChange.of(change(_regions(areas, place, side)), guide)
            pairs[way] = [PlacedChange(one, place, areas) for one in (fields, fields.weighted(no_dye))]
        found[look] = {
            way: figures_of(*(apply_to_photo([one], case.photo) for one in pair), case.hair)
            for way, pair in pairs.items()
        }
    return found


def _regions(areas: SoftAreas, place: CropTransform, side: int) -> torch.Tensor:
    """Return areas over a face's crop as the generator takes them, (1, 6, side, side)."""
    over = areas.over(place, side).astype(np.float32)
    named = [over[[each == number for each in areas.names]].sum(0) for number in range(len(AREAS))]
    return torch.from_numpy(np.stack(named))[None]


def summary(measured: dict[str, dict[str, dict[str, dict[str, float]]]]) -> dict[str, Any]:
    """Return means over portraits and the worst of them, by look and way."""
    looks = next(iter(measured.values()))
    return {
        look: {
            way: {
                key: {"mean": float(np.mean(values)), "worst": max(values) if "beside" in key else min(values)}
                for key in ("beside_over_inside", "fringe_over_inside")
                for values in [[one[look][way][key] for one in measured.values()]]
            }
            for way in ("before", "drawn", "after")
        }
        for look in looks
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_destination(parser)
    options = parser.parse_args(arguments)
    sets, people = studio_photos({name: Look(hair=from_hex(dye), hair_blend=0.95) for name, dye in DYES.items()})
    bundle, detector = base_in(sets, people), make_detector("yunet")
    measured = {}
    for case in tqdm(cases(), desc="Restyling portraits", unit="portrait"):
        face = detector.find(case.photo)[0]
        measured[case.name] = measure(case, transform_for(face, bundle.crop_margin, case.photo.shape), bundle)
    kept = {
        "what": "CIEDE2000 between a result and the same without the change to hair: within 8 px beside the hair, on "
        "its last 8 px and further inside; before: one smooth field; drawn, after: area by area, in drawn areas and in "
        "the network's",
        "ran_on": ran_on(),
        "settings": {"ring_px": RING, "dyes": DYES, "hair": "closed-form matting at full size around drawn outlines"},
        "wanted": WANTED,
        "summary": summary(measured),
        "portraits": measured,
    }
    Destination.of(options).keep("hair_edges", kept)
    print(json.dumps(kept["summary"], indent=1))


if __name__ == "__main__":
    main()
