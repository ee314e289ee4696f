"""From a synthesis model and face crops to what is judged: new portraits, alongside photos and people in each look."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from influencer_style.evaluation.gather import known_pictures, training_photos
from influencer_style.evaluation.new_faces import Jury, NewFaces
from influencer_style.evaluation.new_faces_scorecard import SynthesisJudging
from influencer_style.faces.detect import Detector
from influencer_style.faces.store import FaceStore
from influencer_style.looks.pixels import shrink
from influencer_style.metrics.cases import CasesError
from influencer_style.metrics.judges import choose_judge
from influencer_style.metrics.look_judge import fit_look_judge
from influencer_style.metrics.memorisation import LEAST_PHOTOS, marks_of
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import composed, direct
from influencer_style.networks.synthesis import draw_noise

log = logging.getLogger(__name__)


def gather_new_faces(
    bundle: SynthesisBundle, transfer: TransferBundle, faces: FaceStore, truths: FaceStore, judging: SynthesisJudging
) -> list[NewFaces]:
    """Draw portraits in every look, both ways, none of them rejected, and add what is known to compare them with.

    The composed way is left out of looks that the transfer model does not have. Looks with a single training photo are
    left out, since a repetition of it could not be recognised.

    Args:
        bundle: The synthesis model.
        transfer: The transfer model, which puts looks on portraits without any.
        faces: All face crops.
        truths: The crops of truth pictures, see `preprocessing.crop_truth`; may be empty.
        judging: The number and size of portraits, and their noise.

    Raises:
        CasesError: when a look's creator has no photo among the crops, a truth picture is missing, or no look is left.
    """
    config, photos = bundle.generator.config, _photos(faces, bundle.looks.names, bundle.generator.config.resolution)
    worn = people_in_looks(faces, truths, bundle.looks.names)
    noise = draw_noise(judging.samples, judging.seed, config.noise, judging.truncation)
    paths = _paths(judging, config.noise)
    found = []
    for look in tqdm(bundle.looks.names, desc="Drawing new faces", unit="look"):

        def drawn(way: str, noise: torch.Tensor, size: int, look: str = look) -> np.ndarray:
            if way == "direct":
                return direct(bundle, look, noise, size)
            return composed(bundle, transfer, look, noise, size)

        ways = ["direct", *(["composed"] if look in transfer.looks.names else [])]
        training, held_out = photos[look]
        if len(training) < LEAST_PHOTOS:
            log.warning("Look %s is not judged: it has fewer than %d training photos", look, LEAST_PHOTOS)
            continue
        found.append(
            NewFaces(
                look,
                {way: drawn(way, noise, judging.size) for way in ways},
                {way: np.stack([drawn(way, path, config.resolution) for path in paths]) for way in ways},
                training,
                held_out,
                worn[look],
                marks_of(training, held_out),
            )
        )
    if not found:
        raise CasesError("no look has enough training photos for its new faces to be judged; add photos")
    return found


def _paths(judging: SynthesisJudging, noise: int) -> torch.Tensor:
    """Return noise along straight paths between two seeds, (paths, frames, noise)."""
    ends = draw_noise(2 * judging.paths, judging.seed + 1, noise, judging.truncation).view(2, judging.paths, -1)
    steps: list[float] = torch.linspace(0, 1, judging.frames).tolist()
    return torch.stack([torch.lerp(ends[0], ends[1], step) for step in steps], 1)


def appoint_jury(
    faces: FaceStore, truths: FaceStore, looks: list[str], resolution: int, detector: Detector, seed: int = 0
) -> Jury:
    """Fit the look judge, at `resolution` pixels, and load the others.

    The look judge sees the creators' training photos and unstyled people. If the truth is known, it sees the test
    users too, as they are and as they truly are in each look: a judge that learns a look from one person alone takes
    the person for the look.
    """
    kept = faces.kept
    users = kept[(kept["role"] == "user") & (kept["split"] != "test")].sort_values("photo_id")
    unstyled = faces.pixels(users)
    worn, shown = people_in_looks(faces, truths, looks), {}
    for look, (training, _) in _photos(faces, looks, resolution).items():
        shown[look] = np.concatenate([training, shrink(worn[look], resolution)])
    known = any(map(len, worn.values()))
    if known:
        unstyled = np.concatenate([unstyled, faces.pixels(_test_users(faces))])
    return Jury(detector, fit_look_judge(shown, shrink(unstyled, resolution), seed), choose_judge(drawn=known))


def people_in_looks(faces: FaceStore, truths: FaceStore, looks: list[str]) -> dict[str, np.ndarray]:
    """Return, by look, the test users as they truly are in it, uint8 (q, s, s, 3); q is 0 if that is not known.

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
    """Return the training photos of each look's creator, and the creator's other photos, at `size` pixels."""
    return {
        look: (shrink(faces.pixels(training), size), shrink(faces.pixels(others), size))
        for look, (training, others) in training_photos(faces, looks).items()
    }
