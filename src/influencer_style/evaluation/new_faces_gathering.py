"""From a synthesis model and face crops to what is judged: new portraits, beside photos and people in each look."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from influencer_style.evaluation.gather import known_pictures
from influencer_style.evaluation.new_faces import Jury, NewFaces
from influencer_style.faces.detect import Detector
from influencer_style.faces.store import FaceStore
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.cases import CasesError
from influencer_style.metrics.identity import load_identity_judge
from influencer_style.metrics.look_judge import fit_look_judge
from influencer_style.metrics.memorisation import LEAST_PHOTOS, marks_of
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import composed, direct
from influencer_style.networks.synthesis import draw_noise

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drawing:
    """How portraits are drawn to be judged.

    Attributes:
        samples: of each look and way.
        paths: between two seeds, of each look and way.
        frames: on each path, 3 or more.
        size: side of the samples in pixels.
        truncation: of the noise, see `synthesis.draw_noise`.
        seed: of the noise.
    """

    samples: int = 64
    paths: int = 8
    frames: int = 17
    size: int = 256
    truncation: float = 1.0
    seed: int = 0


def gather_new_faces(
    bundle: SynthesisBundle, transfer: TransferBundle, faces: FaceStore, truths: FaceStore, drawing: Drawing
) -> list[NewFaces]:
    """Draw portraits in every look, both ways, none of them rejected, and lay out beside them what is known.

    The composed way is left out of looks that the transfer model does not have; looks of whose creator there is but one
    training photo are left out, since nothing would tell a repetition of it.

    Args:
        bundle: the synthesis model.
        transfer: puts looks on nobodies.
        faces: all face crops.
        truths: crops of truth pictures, see `preprocessing.crop_truth`; may be empty.
        drawing: how many, how large, from which noise.

    Raises:
        CasesError: when a look's creator has no photo among the crops, a truth picture is missing, or no look is left.
    """
    config, photos = bundle.generator.config, _photos(faces, bundle.looks.names, bundle.generator.config.resolution)
    worn = people_in_looks(faces, truths, bundle.looks.names)
    noise = draw_noise(drawing.samples, drawing.seed, config.noise, drawing.truncation)
    ends = draw_noise(2 * drawing.paths, drawing.seed + 1, config.noise, drawing.truncation).view(2, drawing.paths, -1)
    ways = torch.stack([torch.lerp(*ends, step) for step in torch.linspace(0, 1, drawing.frames).tolist()], 1)
    found = []
    for look in tqdm(bundle.looks.names, desc="Drawing new faces", unit="look"):

        def drawn(way: str, noise: torch.Tensor, size: int, look: str = look) -> np.ndarray:
            return (
                direct(bundle, look, noise, size) if way == "direct" else composed(bundle, transfer, look, noise, size)
            )

        asked = ["direct", *(["composed"] if look in transfer.looks.names else [])]
        training, held_out = photos[look]
        if len(training) < LEAST_PHOTOS:
            log.warning("Look %s is not judged: there are fewer than %d training photos", look, LEAST_PHOTOS)
            continue
        found.append(
            NewFaces(
                look,
                {way: drawn(way, noise, drawing.size) for way in asked},
                {way: np.stack([drawn(way, path, config.resolution) for path in ways]) for way in asked},
                training,
                held_out,
                worn[look],
                marks_of(training, held_out),
            )
        )
    if not found:
        raise CasesError("no look has enough training photos for its new faces to be judged; add photos")
    return found


def appoint_jury(
    faces: FaceStore, truths: FaceStore, looks: list[str], resolution: int, detector: Detector, seed: int = 0
) -> Jury:
    """Fit the look judge, at `resolution` pixels, and put the others beside it.

    The look judge sees the creators' training photos and unstyled people, and where truth is known the test users as
    well, as they are and as they truly are in each look: who learns a look from one person alone takes it for them.
    """
    kept = faces.kept
    users = kept[(kept["role"] == "user") & (kept["split"] != "test")].sort_values("photo_id")
    unstyled = faces.pixels(users)
    worn, shown = people_in_looks(faces, truths, looks), {}
    for look, (training, _) in _photos(faces, looks, resolution).items():
        shown[look] = np.concatenate([training, shrink(worn[look], resolution)])
    if any(map(len, worn.values())):
        unstyled = np.concatenate([unstyled, faces.pixels(_test_users(faces))])
    return Jury(detector, fit_look_judge(shown, shrink(unstyled, resolution), seed), load_identity_judge())


def people_in_looks(faces: FaceStore, truths: FaceStore, looks: list[str]) -> dict[str, np.ndarray]:
    """Return the test users as they truly are in each look, uint8 (q, s, s, 3) by look; q is 0 where it is not known.

    Raises:
        CasesError: when it is known of some, and missing for others.
    """
    nobody = np.zeros((0, *faces.pixels(faces.kept.head(1)).shape[1:]), np.uint8)
    known = known_pictures(truths, "truth", _test_users(faces)["photo_id"].tolist(), looks)
    return {look: known.get(look, nobody) for look in looks}


def _test_users(faces: FaceStore) -> pd.DataFrame:
    kept = faces.kept
    return kept[(kept["role"] == "user") & (kept["split"] == "test")].sort_values("photo_id")


def _photos(faces: FaceStore, looks: list[str], size: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Each look's creator, in training photos and others, at `size` pixels."""
    kept, found = faces.kept, {}
    for look in looks:
        own = kept[(kept["role"] == "creator") & (kept["slug"] == look)].sort_values("photo_id")
        training = own[own["split"] == "train"]
        if training.empty:
            raise CasesError(f"no training photo of look {look!r} is among the face crops; run: kedro run")
        found[look] = tuple(shrink(faces.pixels(rows), size) for rows in (training, own[own["split"] != "train"]))
    return found
