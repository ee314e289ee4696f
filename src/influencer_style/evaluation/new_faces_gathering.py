"""From a synthesis model and face crops to what is judged: new portraits, alongside photos and people in each look."""

from __future__ import annotations

import logging
from functools import partial

import numpy as np
import torch
from tqdm import tqdm

from influencer_style.evaluation.gather import known_pictures, rows_of, training_photos
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

    The composed way, in which the transfer model puts a look on portraits without any, is left out of looks that this
    model does not have. Looks with a single training photo are left out, since a repetition of it could not be
    recognised. The store of truth pictures (see `preprocessing.crop_truth`) may be empty.

    Raises CasesError if a look's creator has no photo among the crops, a truth picture is missing, or no look is left.
    """
    config, photos = bundle.generator.config, _photos(faces, bundle.looks.names, bundle.generator.config.resolution)
    worn = people_in_looks(faces, truths, bundle.looks.names)
    noise = draw_noise(judging.samples, judging.seed, config.noise, judging.truncation)
    ends = draw_noise(2 * judging.paths, judging.seed + 1, config.noise, judging.truncation).view(2, judging.paths, -1)
    steps: list[float] = torch.linspace(0, 1, judging.frames).tolist()
    paths = torch.stack([torch.lerp(ends[0], ends[1], step) for step in steps], 1)  # (paths, frames, noise)
    draw = {"direct": partial(direct, bundle), "composed": partial(composed, bundle, transfer)}
    found = []
    for look in tqdm(bundle.looks.names, desc="Drawing new faces", unit="look"):
        training, held_out = photos[look]
        if len(training) < LEAST_PHOTOS:
            log.warning("Look %s is not judged: it has fewer than %d training photos", look, LEAST_PHOTOS)
            continue
        ways = ["direct", *(["composed"] if look in transfer.looks.names else [])]
        drawn = {way: draw[way](look, noise, judging.size) for way in ways}
        shown = {way: np.stack([draw[way](look, path, config.resolution) for path in paths]) for way in ways}
        found.append(NewFaces(look, drawn, shown, training, held_out, worn[look], marks_of(training, held_out)))
    if not found:
        raise CasesError("no look has enough training photos for its new faces to be judged; add photos")
    return found


def appoint_jury(
    faces: FaceStore, truths: FaceStore, looks: list[str], resolution: int, detector: Detector, seed: int = 0
) -> Jury:
    """Fit the look judge, at `resolution` pixels, and load the others.

    The look judge sees the creators' training photos and unstyled people. If the truth is known, it sees the test
    users too, as they are and as they truly are in each look: a judge that learns a look from one person alone takes
    the person for the look.
    """
    users = rows_of(faces, role="user")
    tested = users["split"] == "test"
    unstyled = faces.pixels(users[~tested])
    worn, shown = people_in_looks(faces, truths, looks), {}
    for look, (training, _) in _photos(faces, looks, resolution).items():
        shown[look] = np.concatenate([training, shrink(worn[look], resolution)])
    known = any(map(len, worn.values()))
    if known:
        unstyled = np.concatenate([unstyled, faces.pixels(users[tested])])
    return Jury(detector, fit_look_judge(shown, shrink(unstyled, resolution), seed), choose_judge(drawn=known))


def people_in_looks(faces: FaceStore, truths: FaceStore, looks: list[str]) -> dict[str, np.ndarray]:
    """Return, by look, the test users as they truly are in it, uint8 (q, s, s, 3); q is 0 if that is not known.

    Raises CasesError if it is known of some, and missing for others.
    """
    nobody = np.zeros((0, *faces.pixels(faces.kept.head(1)).shape[1:]), np.uint8)
    people = rows_of(faces, role="user", split="test")["photo_id"].tolist()
    known = known_pictures(truths, "truth", people, looks)
    return {look: known.get(look, nobody) for look in looks}


def _photos(faces: FaceStore, looks: list[str], size: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the training photos of each look's creator, and the creator's other photos, at `size` pixels."""
    return {
        look: (shrink(faces.pixels(training), size), shrink(faces.pixels(others), size))
        for look, (training, others) in training_photos(faces, looks).items()
    }
