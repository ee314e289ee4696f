"""The identity judge as it is shipped, and what is computed from its embeddings."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import smooth_pictures, tint
from safetensors.numpy import load_file, save_file
from sklearn.metrics import roc_auc_score

import influencer_style
from influencer_style.metrics.identity import IdentityJudgeError, identity_kept, identity_leak
from influencer_style.metrics.studio_judge import JUDGE_WEIGHTS, load_studio_judge
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_look, sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.population import CREATOR_LOOKS
from influencer_style.studio.render import march, shade

PEOPLE, LOOKS = 8, 3


@pytest.fixture(scope="module")
def judge():
    return load_studio_judge()


@pytest.fixture(scope="module")
def portraits():
    """Eight people that the judge was not trained on, each unstyled, in a drawn look and in a creator's."""
    shown = []
    for number in range(PEOPLE):
        rng = np.random.default_rng((303, number))
        person = sample_identity(rng)
        seen = march(person, crop_pose(rng), 64)
        looks = sample_neutral(rng), sample_look(rng), list(CREATOR_LOOKS.values())[number % len(CREATOR_LOOKS)]
        shown.append([shade(seen, person, look, int(rng.integers(2**31))) for look in looks])
    return np.array(shown)


def test_the_shipped_weights_tell_new_people_apart_in_any_look(judge, portraits):
    embedded = judge.embed(portraits.reshape(-1, 64, 64, 3))
    cosine, person = embedded @ embedded.T, np.repeat(np.arange(PEOPLE), LOOKS)
    pair = np.triu_indices(len(person), 1)
    same = person[pair[0]] == person[pair[1]]
    assert roc_auc_score(same, cosine[pair]) > 0.9
    taken = cosine[pair] > judge.threshold
    assert taken[same].mean() > 0.75 and taken[~same].mean() < 0.35


def test_becoming_someone_else_costs_identity_step_by_step(judge, portraits):
    own, other = portraits[:, 0], np.roll(portraits[:, 0], 1, axis=0)
    before = judge.embed(own)
    blends = [judge.embed(np.round(own * (1 - a) + other * a).astype(np.uint8)) for a in (0, 0.3, 0.6, 1)]
    kept = [identity_kept(blend, before).mean() for blend in blends]
    assert kept[0] == pytest.approx(1, abs=1e-5)
    assert kept == sorted(kept, reverse=True)
    creator = np.roll(before, 1, axis=0)
    pairs = [zip(blend[:, None], before[:, None], creator[:, None], strict=True) for blend in blends]
    leak = [np.mean([identity_leak(*pair) for pair in each]) for each in pairs]
    assert leak[0] == pytest.approx(0, abs=1e-5)
    assert leak == sorted(leak) and leak[-1] > 0.3


@pytest.mark.parametrize("size", [32, 64, 100, 128])
def test_embeddings_are_unit_vectors_at_any_size(judge, portraits, size):
    how = cv2.INTER_AREA if size < 64 else cv2.INTER_LINEAR
    sized = np.stack([cv2.resize(picture, (size, size), interpolation=how) for picture in portraits[:, 0]])
    embedded = judge.embed(sized)
    assert embedded.shape == (PEOPLE, judge.dimension) and embedded.dtype == np.float32
    assert np.linalg.norm(embedded, axis=1) == pytest.approx(1, abs=1e-5)
    assert identity_kept(embedded, judge.embed(portraits[:, 0])).mean() > 0.8


def test_a_picture_has_the_same_embedding_alone_in_company_and_in_the_mirror(judge, portraits):
    pictures = portraits[:, 1]
    together = judge.embed(pictures)
    assert np.concatenate([judge.embed(one[None]) for one in pictures]) == pytest.approx(together, abs=1e-4)
    assert judge.embed(pictures[:, :, ::-1]) == pytest.approx(together, abs=1e-4)
    assert judge.embed(pictures[:0]).shape == (0, together.shape[1])


def test_a_tint_keeps_people_apart(judge, portraits):
    before, after = judge.embed(portraits[:, 0]), judge.embed(tint(portraits[:, 0], "warm"))
    cosine = before @ after.T
    own, others = np.diag(cosine), cosine[~np.eye(PEOPLE, dtype=bool)]
    assert np.median(own) > np.quantile(others, 0.9)


def test_the_weights_are_small_and_half_precision(judge):
    weights = load_file(str(JUDGE_WEIGHTS))
    assert {value.dtype for value in weights.values()} == {np.dtype("float16")}
    assert Path(str(JUDGE_WEIGHTS)).stat().st_size <= 2_000_000
    assert sum(parameter.numel() for parameter in judge.network.parameters()) <= 1_000_000
    assert not any(parameter.requires_grad for parameter in judge.network.parameters())


def test_saved_weights_come_back(judge, portraits, tmp_path):
    judge.save(tmp_path / "judge.safetensors")
    again = load_studio_judge(tmp_path / "judge.safetensors")
    assert again.threshold == judge.threshold
    assert np.array_equal(again.embed(portraits[0]), judge.embed(portraits[0]))


def test_files_that_are_no_judge_are_refused(tmp_path):
    file = tmp_path / "judge.safetensors"
    with pytest.raises(IdentityJudgeError, match="make_identity_judge"):
        load_studio_judge(file)
    file.write_bytes(b"no weights")
    with pytest.raises(IdentityJudgeError, match="make_identity_judge"):
        load_studio_judge(file)
    weights = load_file(str(JUDGE_WEIGHTS))
    for broken, notes in (({}, {"threshold": "0.3"}), (weights, {}), (weights, {"threshold": "high"})):
        save_file(broken, str(file), metadata=notes)
        with pytest.raises(IdentityJudgeError, match="not a usable identity judge"):
            load_studio_judge(file)


@pytest.mark.parametrize("bad", [smooth_pictures(2, 16), smooth_pictures(2) / 255, smooth_pictures(2)[0]])
def test_what_is_no_picture_is_refused(judge, bad):
    with pytest.raises(ValueError, match="pictures must be"):
        judge.embed(bad)


def units(count, seed, dimension=5):
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 5), m=st.integers(1, 5), seed=st.integers(0, 999))
def test_kept_and_leak_of_any_embeddings(n, m, seed):
    results, inputs, creator = units(n, seed), units(n, seed + 1), units(m, seed + 2)
    assert (np.abs(identity_kept(results, inputs)) <= 1 + 1e-9).all()
    assert identity_kept(results, results) == pytest.approx(1)
    assert identity_kept(results, inputs) == pytest.approx(identity_kept(inputs, results))
    leak = identity_leak(results, inputs, creator)
    assert leak == pytest.approx(-identity_leak(inputs, results, creator))
    assert identity_leak(inputs, inputs, creator) == pytest.approx(0)
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(5, 5)))[0]
    assert identity_leak(results @ turn, inputs @ turn, creator @ turn) == pytest.approx(leak)
    # who becomes the creator's mean has leaked most
    mean = creator.mean(0, keepdims=True) / np.linalg.norm(creator.mean(0))
    assert (identity_leak(mean.repeat(n, 0), inputs, creator) >= leak - 1e-9).all()


@pytest.mark.parametrize(
    ("results", "inputs", "creator"),
    [
        (units(2, 0), units(3, 0), units(2, 0)),
        (units(2, 0), units(2, 0), units(0, 0)),
        (units(2, 0), units(2, 0), units(2, 0, 4)),
        (units(2, 0)[0], units(2, 0)[0], units(2, 0)),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(results, inputs, creator):
    with pytest.raises(ValueError, match=r"pairs|\(n, d\)"):
        identity_leak(results, inputs, creator)
    if results.shape != inputs.shape or results.ndim != 2:
        with pytest.raises(ValueError, match=r"pairs|\(n, d\)"):
            identity_kept(results, inputs)


def test_nothing_that_trains_knows_the_judges():
    source = Path(influencer_style.__file__).parent
    rooms = [source / room for room in ("training", "examples", "networks", "looks", "faces", "pipelines/training")]
    files = [file for room in rooms for file in room.rglob("*.py")]
    assert len(files) > 20
    metrics = ("identity", "judges", "studio_judge", "face_embedding", "look_judge", "kid")
    judges = (*(f"metrics.{name}" for name in metrics), "evaluation.scoring")
    found = {
        str(file.relative_to(source)): [name for name in judges if name in file.read_text(encoding="utf-8")]
        for file in files
    }
    # Guards choose between generators that are finished, on people and photos kept aside; nothing learns from what they
    # say.
    guards = {"transfer": ["metrics.kid"], "synthesis": ["metrics.look_judge", "metrics.kid"]}
    expected = {f"training/{kind}/guard.py": names for kind, names in guards.items()}
    assert {name: judges for name, judges in found.items() if judges} == expected
