"""The face embedding: its file read number by number, faces laid as the network learnt them, and which judge speaks."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from influencer_style.faces.align import crop_face, transform_for
from influencer_style.faces.face import Face
from influencer_style.metrics import face_embedding, face_network, judges
from influencer_style.metrics.face_embedding import FACE_JUDGE, FaceJudge, load_face_judge
from influencer_style.metrics.face_network import FaceNetworkError, read_face_network
from influencer_style.metrics.studio_judge import StudioJudge, load_studio_judge
from influencer_style.pretrained.catalogue import CATALOGUE, MODELS_FOLDER
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.render import march, shade

SIDE = 200  # px of the crops
fetched = pytest.mark.skipif(not judges.face_judge_is_here(), reason="the face embedding was not fetched")


@pytest.fixture(scope="module")
def content():
    """As many bytes as the file has: all zero, and the last one 255."""
    return bytes(CATALOGUE["face_embedding"].size - 1) + b"\xff"


def judge_that_sees(points: np.ndarray, network=None) -> FaceJudge:
    """A judge whose mesh finds the five points, (5, 2) in shares of a crop's side, wherever it looks."""
    left, top = 0.5 - face_embedding._SEEN[1] / 2, face_embedding._SEEN[0] - face_embedding._SEEN[1] / 2
    mesh = np.zeros((468, 2))
    mesh[face_embedding._POINTS] = (points - [left, top]) * 192 / face_embedding._SEEN[1]
    return FaceJudge(network, SimpleNamespace(seen=lambda square: mesh))


def test_numbers_are_read_in_the_order_of_the_table(content):
    last = face_network._TABLE["layout"][-1]
    network = read_face_network(content)
    step, least = last[2:]
    assert last[:2] == ["fc", [256, 128]]
    assert network.fc.weight[127, 255].item() == pytest.approx(least + 255 * step)
    assert network.fc.weight[0, 0].item() == pytest.approx(least)
    assert network.conv64_1.conv1.weight.abs().max() == 0, "these are stored as they are, not in 8 bits"
    assert network.conv32_down.bias[0].item() != 0, "the affine layer's shift is folded in"
    assert not any(parameter.requires_grad for parameter in network.parameters())


@pytest.mark.parametrize(("change", "words"), [(-1, "end within fc"), (3, "followed by 3 bytes")])
def test_too_few_and_too_many_numbers_are_refused(content, change, words):
    with pytest.raises(FaceNetworkError, match=words):
        read_face_network(content[:change] if change < 0 else content + bytes(change))


def test_embeddings_are_unit_vectors_at_any_size(content):
    judge = judge_that_sees(face_embedding._USUAL, read_face_network(content))
    for size in (32, 150, 200):
        pictures = np.random.default_rng(size).integers(0, 256, (2, size, size, 3), np.uint8)
        embedded = judge.embed(pictures)
        assert embedded.shape == (2, 128) and embedded.dtype == np.float32
        assert np.linalg.norm(embedded, axis=1) == pytest.approx(1, abs=1e-5)
    assert judge.embed(pictures[:0]).shape == (0, 128)
    with pytest.raises(ValueError, match="at least 32"):
        judge.embed(pictures[:, :16, :16])


def dotted(points: np.ndarray) -> np.ndarray:
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    for point in points * SIDE:
        cv2.circle(picture, tuple(np.round(point - 0.5).astype(int).tolist()), 4, (255, 255, 255), -1)
    return picture


def bright_places(aligned: np.ndarray) -> np.ndarray:
    count, _, _, centres = cv2.connectedComponentsWithStats((aligned[..., 0] > 100).astype(np.uint8))
    return centres[1:count] + 0.5


@pytest.mark.parametrize(("angle", "scale", "shift"), [(0.0, 1.0, 0.0), (0.3, 0.8, 0.05), (-0.2, 1.3, -0.04)])
def test_a_face_is_laid_where_the_network_learnt_it(angle, scale, shift):
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (face_embedding._USUAL - 0.5) @ turn.T + 0.5 + shift
    found = bright_places(judge_that_sees(points).align(dotted(points)))
    wanted = face_embedding._ALIGNED * 150
    assert len(found) == 5
    # The five points of a mean face are not the usual ones exactly: a similarity leaves a pixel or two.
    assert np.abs(found[np.lexsort(found.T)] - wanted[np.lexsort(wanted.T)]).max() < 4


@pytest.mark.parametrize(
    "points", [np.full((5, 2), 0.3), face_embedding._USUAL[[2, 3, 0, 1, 4]], np.full((5, 2), np.nan)]
)
def test_where_the_mesh_sees_no_face_the_usual_place_is_taken(points):
    picture = dotted(face_embedding._USUAL)
    expected = judge_that_sees(face_embedding._USUAL).align(picture)
    aligned = judge_that_sees(points).align(picture).astype(int)
    assert np.abs(aligned - expected).max() <= 3 and expected.max() > 200


@pytest.fixture
def without(monkeypatch, tmp_path):
    monkeypatch.setenv(MODELS_FOLDER, str(tmp_path))
    judges._warn.cache_clear()
    yield
    judges._warn.cache_clear()


def test_without_its_files_the_studios_judge_speaks_and_one_notice_says_so(without, caplog):
    with caplog.at_level(logging.WARNING):
        assert isinstance(judges.choose_judge(drawn=True), StudioJudge) and not caplog.records
        assert all(isinstance(judges.choose_judge(drawn=False), StudioJudge) for _ in range(3))
    (notice,) = caplog.messages
    assert "knows drawn people" in notice and "is not on this machine" in notice
    assert not judges.face_judge_is_here()


def test_the_judge_that_made_an_embedding_is_found_again(without):
    studio = load_studio_judge()
    assert judges.judge_that_made(studio.sha256).sha256 == studio.sha256
    assert judges.judge_that_made(FACE_JUDGE) is None and judges.judge_that_made("another") is None


@fetched
def test_drawn_people_are_judged_by_the_studios_judge_and_photographs_by_the_embedding():
    assert isinstance(judges.choose_judge(drawn=True), StudioJudge)
    face = judges.choose_judge(drawn=False)
    assert face.sha256 == FACE_JUDGE and judges.judge_that_made(FACE_JUDGE).name == face.name


@fetched
def test_a_photographed_face_is_known_again_in_other_colours_and_frames():
    judge = load_face_judge()
    photo = astronaut()
    own = crop_face(photo, transform_for(Face(170, 68, 104, 1.0), 2.0, photo.shape), 128)
    moved = crop_face(photo, transform_for(Face(164, 64, 112, 1.0), 2.0, photo.shape), 128)
    graded = np.round(own * [1.0, 0.85, 0.6]).astype(np.uint8)
    grey = np.repeat(own.mean(-1, keepdims=True), 3, -1).astype(np.uint8)
    rng = np.random.default_rng(909)
    person = sample_identity(rng)
    drawn = shade(march(person, crop_pose(rng), 64), person, sample_neutral(rng), 5)
    drawn = cv2.resize(drawn, (128, 128), interpolation=cv2.INTER_CUBIC)
    cosines = judge.embed(np.stack([own, moved, graded, grey, own[:, ::-1], drawn])) @ judge.embed(own[None])[0]
    assert (cosines[:5] > 0.85).all() and cosines[5] < 0.5
