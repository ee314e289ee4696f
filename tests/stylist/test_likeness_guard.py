"""The likeness guard: it warns or refuses where a face has become the creator's, and says where it could not look."""

from __future__ import annotations

from dataclasses import replace

import mlflow
import numpy as np
import pytest
from mlflow.exceptions import MlflowException
from PIL import Image
from skimage.data import astronaut

from benchmarks.hostile_requests import encoded, picture_file
from influencer_style import Stylist
from influencer_style.commands.main import main
from influencer_style.faces.align import CropTransform
from influencer_style.metrics.face_embedding import FACE_JUDGE
from influencer_style.metrics.likeness import of_photo
from influencer_style.metrics.studio_judge import StudioJudge, load_studio_judge
from influencer_style.pretrained.catalogue import MODELS_FOLDER
from influencer_style.provenance.record import read_record
from influencer_style.serving.served_model import LIKENESS_VARIABLE
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.render import march, shade
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.likeness_guard import LikenessError, LikenessGuard

THRESHOLD = StudioJudge.scale.threshold


def with_likeness(bundle, **changed):
    """A model of the same looks, what it knows of the creators' faces being changed."""
    known = {name: replace(bundle.looks[name].likeness, **changed) for name in bundle.looks.names}
    return replace(bundle, looks=bundle.looks.with_likenesses(known))


@pytest.fixture(scope="module")
def alarming(bundle):
    """A model whose every result is far beyond the threshold: its looks are said to lead away from the creators."""
    return with_likeness(bundle, explained=-1.0)


@pytest.fixture(scope="module")
def without(bundle):
    """A model folder as an earlier release made it."""
    return replace(bundle, looks=bundle.looks.with_likenesses({}))


@pytest.fixture(scope="module")
def two_people():
    rng = np.random.default_rng(707)
    people = [sample_identity(rng) for _ in range(2)]
    pose, look = crop_pose(rng), sample_neutral(rng)
    return [shade(march(person, pose, 128), person, look, 5) for person in people]


def test_a_face_that_became_the_creators_is_told_from_one_that_did_not(two_people):
    user, creator = two_people
    guard, judge = LikenessGuard(), load_studio_judge()
    known = {"aurora": of_photo(judge, creator)}
    whole = CropTransform(64, 64, 128)
    graded = np.round(user * [1.0, 0.8, 0.6]).astype(np.uint8)
    figures, notices = guard.examine(known, user, graded, [whole])
    assert abs(figures["aurora"][0]) < THRESHOLD and notices == []
    both = np.concatenate([graded, creator], axis=1)  # of two faces, the second has become the creator's
    places = [whole, CropTransform(192, 64, 128)]
    figures, (notice,) = guard.examine(known, np.concatenate([user, user], axis=1), both, places)
    assert figures["aurora"][0] < THRESHOLD < figures["aurora"][1]
    assert notice.startswith("face 1 of those restyled") and "to that of the creator of aurora" in notice
    with pytest.raises(LikenessError, match=r"face 1 of those .* lower the strength"):
        LikenessGuard("refuse").examine(known, np.concatenate([user, user], axis=1), both, places)
    assert guard.examine(known, user, creator, []) == ({}, []), "a photo without a face shows nobody"


def test_a_result_records_its_likeness_and_no_harmless_one_is_warned_of(bundle, tmp_path):
    result = Stylist(bundle, guard="refuse").apply(astronaut(), "warm")
    assert result.notices == [] and list(result.provenance["likeness"]) == ["warm"]
    assert len(result.provenance["likeness"]["warm"]) == 1
    result.save(tmp_path / "a.png")
    assert read_record(tmp_path / "a.png")["likeness"] == result.provenance["likeness"]
    unchanged = Stylist(bundle).apply(astronaut(), "warm", 0).provenance["likeness"]["warm"][0]
    assert unchanged == pytest.approx(-bundle.looks["warm"].likeness.explained, abs=0.002)


def test_warn_says_it_refuse_raises_off_does_not_look(alarming):
    warned = Stylist(alarming).apply(astronaut(), "warm")
    assert "the face has come" in warned.notices[0] and "lower the strength" in warned.notices[0]
    with pytest.raises(LikenessError, match=r"^likeness: the face has come .* lower the strength$"):
        Stylist(alarming, guard="refuse").apply(astronaut(), "warm")
    silent = Stylist(alarming, guard="off").apply(astronaut(), "warm")
    assert silent.notices == [] and silent.provenance["likeness"] == {}
    assert np.array_equal(np.asarray(silent.picture), np.asarray(warned.picture))
    with pytest.raises(StylistError, match="likeness is 'perhaps'; choose warn, refuse or off"):
        Stylist(alarming, guard="perhaps")


@pytest.mark.parametrize("change", ["nothing kept", "another judge's"])
def test_a_model_that_cannot_be_checked_says_so_and_refuse_does_not_use_it(bundle, without, change):
    model = without if change == "nothing kept" else with_likeness(bundle, judge="another")
    result = Stylist(model).apply(astronaut(), "warm")
    assert "was not checked: the model keeps no face of warm" in result.notices[0] and "kedro run" in result.notices[0]
    assert result.provenance["likeness"] == {}
    with pytest.raises(LikenessError, match=r"the model keeps no face of warm .*; train again"):
        Stylist(model, guard="refuse").apply(astronaut(), "warm")
    assert Stylist(model, guard="off").apply(astronaut(), "warm").notices == []


def test_a_model_whose_faces_the_missing_embedding_made_says_how_to_get_it(bundle, monkeypatch, tmp_path):
    monkeypatch.setenv(MODELS_FOLDER, str(tmp_path))
    model = with_likeness(bundle, judge=FACE_JUDGE)
    result = Stylist(model).apply(astronaut(), "warm")
    assert "the face embedding, by which the model knows the creator of warm, is not on this" in result.notices[0]
    assert "models --fetch" in result.notices[0] and result.provenance["likeness"] == {}
    with pytest.raises(LikenessError, match="is not on this machine; fetch it"):
        Stylist(model, guard="refuse").apply(astronaut(), "warm")


def test_the_person_of_a_reference_photo_is_compared_with(without):
    """It needs nothing of the model: an old one will do."""
    result = Stylist(without).apply(astronaut(), reference=astronaut()[:, ::-1].copy())
    assert (
        list(result.provenance["likeness"]) == ["the reference photo"] and len(result.notices) == 1
    )  # of the missing consent
    nobody = np.full((80, 80, 3), 90, np.uint8)
    assert (
        "no face was found in the reference photo" in Stylist(without).apply(astronaut(), reference=nobody).notices[1]
    )
    with pytest.raises(LikenessError, match="use another reference photo"):
        Stylist(without, guard="refuse").apply(astronaut(), reference=nobody)


def test_refused_photos_of_a_batch_are_named_and_end_nothing(alarming, tmp_path, capsys):
    alarming.save(tmp_path)
    photos = tmp_path / "in"
    photos.mkdir()
    Image.fromarray(astronaut()).save(photos / "a.png")
    Image.new("RGB", (64, 64), "teal").save(photos / "b.png")
    arguments = ["stylize", str(photos), "--look", "warm", "--model", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--likeness", "refuse"]) == 1
    assert "likeness: the face has come" in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "out").glob("*.png")} == {"b-warm.png"}
    assert main(arguments) == 0, "asked otherwise, what was refused is made"
    assert "lower the strength" in capsys.readouterr().err and (tmp_path / "out/a-warm.png").is_file()


def test_the_server_refuses_with_a_400_or_warns_in_the_provenance(served, alarming, monkeypatch):
    model = served.unwrap_python_model()
    request = {"image": encoded(picture_file(Image.fromarray(astronaut()))), "look": "warm"}
    monkeypatch.setattr(model, "_stylist", Stylist(alarming, "look-transfer"))
    (warned,) = served.predict([request])
    assert "the face has come" in warned["provenance"]["notices"][0]
    monkeypatch.setattr(model, "_stylist", Stylist(alarming, "look-transfer", guard="refuse"))
    with pytest.raises(MlflowException, match=r"inputs\[0\]: likeness: the face has come") as refused:
        served.predict([request])
    assert refused.value.get_http_status_code() == 400


def test_the_servers_mode_comes_from_the_environment(store, monkeypatch):
    from benchmarks.model_server import URI

    monkeypatch.setenv(LIKENESS_VARIABLE, "sometimes")
    mlflow.set_tracking_uri(store.uri)
    with pytest.raises(StylistError, match="likeness is 'sometimes'"):
        mlflow.pyfunc.load_model(URI)
    mlflow.set_tracking_uri(None)
