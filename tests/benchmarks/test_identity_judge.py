"""How the identity judge is made and tried: on known numbers, and on a few people."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
import torch

from benchmarks import make_identity_judge as making
from benchmarks.identity_trials import only_auc, real_trials, studio_trials, verification
from benchmarks.real_photos.photos import Portraits
from influencer_style.metrics.studio_judge import IdentityNetwork, StudioJudge
from influencer_style.studio.identity import Identity, sample_identity

PLAN = making.Plan(training_pairs=2, trial_pairs=2, steps=6, batch=4)


@pytest.fixture(scope="module")
def jobs():
    """Two doubles as they are photographed, without rendering: what each photo would show."""
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "march", lambda person, pose, size: (person, pose))
        patch.setattr(making, "shade", lambda shown, person, look, seed: seen.append((*shown, look)) or np.zeros(27648))
        making.photograph((making.TRAINING_STREAM, 0, 0, ()))
    return seen


def test_doubles_share_all_but_the_shape_and_photos_all_but_what_is_worn(jobs):
    first, second = (jobs[i * making.POSES * making.LOOKS][0] for i in (0, 1))
    names = {f.name for f in fields(Identity)} - set(making.WORN)
    differ = {name for name in names if getattr(first, name) != getattr(second, name)}
    assert {"jaw", "nose_width", "texture_seed"} <= differ <= {*making.SHAPE_FIELDS, "texture_seed"}
    worn, other_hair = (jobs[pose * making.LOOKS][0] for pose in (2, making.OTHER_HAIR))
    assert {name for name in names if getattr(first, name) != getattr(worn, name)} == set()
    changed = {name for name in names if getattr(first, name) != getattr(other_hair, name)}
    assert changed and changed <= set(making.HAIR)
    assert set(making.WORN) | set(making.HAIR) <= {f.name for f in fields(sample_identity(np.random.default_rng(0)))}


def test_each_pose_is_framed_anew_and_shown_in_every_look(jobs):
    poses = [pose for _, pose, _ in jobs]
    assert len(set(poses)) == 2 * making.POSES and len(jobs) == 2 * making.POSES * making.LOOKS
    assert len({repr(look) for *_, look in jobs}) == len(jobs)


def test_augmentation_moves_and_recolours_and_can_be_repeated(made_up):
    (picture,) = made_up(1, making.RENDERED)
    one, same, other = (making.reframed(picture, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one.shape == (64, 64, 3) and np.array_equal(one, same) and not np.array_equal(one, other)
    images = torch.rand(16, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    changed, again = (making.recoloured(images, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(changed, again) and changed.min() >= 0 and changed.max() <= 1
    moved = (changed - images).abs().mean((1, 2, 3))
    assert moved.max() > 5 * moved.min()  # some are left about as they are


@pytest.mark.slow
def test_training_is_repeatable_and_batches_hold_doubles(made_up):
    photos = made_up(4 * 9, making.RENDERED).reshape(4, 3, 3, making.RENDERED, making.RENDERED, 3)
    images, who = next(making.batches(photos, PLAN))
    assert images.shape == (4, 3, 64, 64) and {tuple(pair) for pair in who.reshape(-1, 2).tolist()} == {(0, 1), (2, 3)}
    (one, loss), (again, _) = (making.train(photos, PLAN) for _ in range(2))
    assert np.isfinite(loss) and not one.training
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), again.state_dict().values(), strict=True))


def test_verification_of_known_cosines():
    apart, _ = verification(np.array([0.9, 0.8]), np.array([0.1, 0.3, 0.2]))
    assert apart["auc"] == 1 and apart["eer"] == 0 and apart["pairs_other"] == 3
    mixed, threshold = verification(np.array([0.9, 0.8, 0.2, 0.7]), np.array([0.1, 0.75, 0.2, 0.0]))
    assert mixed["auc"] == pytest.approx((4 + 4 + 2.5 + 3) / 16, abs=1e-4)
    assert mixed["eer"] == pytest.approx(0.25) and 0.2 < threshold <= 0.7
    rng = np.random.default_rng(0)
    guess, _ = verification(rng.normal(size=2000), rng.normal(size=2000))
    assert guess["auc"] == pytest.approx(0.5, abs=0.03) and guess["eer"] == pytest.approx(0.5, abs=0.03)


class Oracle:
    """Knows people by the red of their first pixel, and doubles as one."""

    def __init__(self, knows_doubles: bool) -> None:
        self.step = 1 if knows_doubles else 2

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        return np.eye(16, dtype=np.float32)[pictures[:, 0, 0, 0] // self.step]


@pytest.mark.parametrize("knows_doubles", [True, False])
def test_studio_trials_tell_doubles_from_strangers(knows_doubles):
    photos = np.zeros((6, 3, 4, 32, 32, 3), np.uint8) + np.arange(6, dtype=np.uint8)[:, None, None, None, None, None]
    figures, threshold = studio_trials(Oracle(knows_doubles), photos, 3, ["noir"], 1)
    against_doubles = {kind: auc for kind, auc in only_auc(figures).items() if "doubles" in kind}
    assert len(against_doubles) == 2 and set(against_doubles.values()) == {1.0 if knows_doubles else 0.5}
    assert {auc for kind, auc in only_auc(figures).items() if kind not in against_doubles} == {1.0}
    assert 0 < threshold <= 1
    same_pose = 6 * 3 * 3  # of each person in each pose, pairs of three looks
    assert figures["look changed"]["pairs_same"] == same_pose
    assert figures["unstyled, and in the look noir"]["pairs_same"] == 6 * 3


def test_real_trials_compare_people_with_others_only(made_up):
    torch.manual_seed(0)
    judge = StudioJudge(IdentityNetwork().eval(), 0.999)
    crops = made_up(6, 64)
    crops[5] = crops[4]
    figures = real_trials(judge, 0.999, Portraits(crops, np.array([0, 1, 2, 3, 4, 4]), {}))
    assert figures["people"] == 5 and figures["graded"]["pairs_other"] == 6 * 5 - 2
    assert figures["another photo of the same person"] == [{"cosine": 1.0, "strangers_below": 1.0}]
    assert figures["graded"]["auc"] > 0.5 and 0 <= figures["face put into another's head"]["cosine_to_the_head"] <= 1
