"""The Stylist on a real face."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.commands.main import main
from influencer_style.networks.bundle import BundleError, TransferBundle
from influencer_style.photos.decode import PhotoError
from influencer_style.provenance.record import encode, read_record
from influencer_style.storage.text import one_line
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.trace import Trace, in_words


@pytest.fixture(scope="module")
def stylist(model_folder):
    return Stylist.load(model_folder)


def test_a_photo_keeps_its_size_and_takes_the_look(stylist):
    result = stylist.apply(astronaut(), "warm")
    assert result.picture.size == (512, 512) and len(result.faces) == 1 and result.notices == []
    change = np.asarray(result.picture).astype(float).mean((0, 1)) - astronaut().mean((0, 1))
    assert change[2] < change[0], "warm takes blue away"


def test_strength_zero_is_the_photo_and_more_is_more(stylist):
    photo = astronaut()
    assert np.array_equal(np.asarray(stylist.apply(photo, "warm", 0).picture), photo)
    changes = [np.abs(np.asarray(stylist.apply(photo, "warm", s).picture) - photo.astype(int)).mean() for s in (0.3, 1)]
    assert 0 < changes[0] < changes[1]


def test_file_picture_and_array_give_the_same(stylist, tmp_path):
    Image.fromarray(astronaut()).save(tmp_path / "a.png")
    results = [
        np.asarray(stylist.apply(photo, "warm", 0.5).picture)
        for photo in (astronaut(), Image.fromarray(astronaut()), tmp_path / "a.png")
    ]
    assert np.array_equal(results[0], results[1]) and np.array_equal(results[0], results[2])


def test_without_a_face_the_photo_is_still_restyled_and_it_is_said(stylist):
    ramp = np.linspace(0, 255, 90).astype(np.uint8)
    result = stylist.apply(np.stack([np.tile(ramp, (60, 1))] * 3, -1), "warm")
    assert result.faces == [] and "no face was found" in result.notices[0]
    assert result.picture.size == (90, 60)


def test_a_seed_draws_the_same_variation_again(stylist):
    first, again, other = (np.asarray(stylist.apply(astronaut(), "warm", seed=s).picture) for s in (3, 3, 4))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_provenance_says_model_look_and_consent(stylist):
    provenance = stylist.apply(astronaut(), "warm", 0.25).provenance
    assert provenance["looks"] == {"warm": 1.0} and provenance["strength"] == 0.25
    assert provenance["model_fingerprint"] == "f" * 64 and set(provenance["consents"]) == {"warm"}
    assert provenance["consents"]["warm"]["expires"] == "never"
    json.dumps(provenance)


@pytest.mark.parametrize(
    ("look", "strength", "message"),
    [
        ("nobody", 1, "there is no look 'nobody'; choose one of: cold, warm"),
        ("cold", 1, "expired on 2020-01-01"),
        ("warm", 1.5, "choose a number from 0 "),
        ("warm", float("nan"), "choose a number from 0 "),
        ({"warm": -1}, 1, "shares of 0 or more"),
        ({"warm": float("inf")}, 1, "shares of 0 or more"),
        ({}, 1, "shares of 0 or more"),
    ],
)
def test_bad_requests_say_what_to_do(stylist, look, strength, message):
    with pytest.raises(StylistError, match=message):
        stylist.apply(astronaut(), look, strength)


def test_other_arrays_are_refused(stylist):
    with pytest.raises(StylistError, match=r"uint8 of shape \(h, w, 3\)"):
        stylist.apply(astronaut() / 255.0, "warm")


def test_a_broken_photo_is_named(stylist, tmp_path):
    (tmp_path / "broken.jpg").write_text("not a photo")
    with pytest.raises(PhotoError):
        stylist.apply(tmp_path / "broken.jpg", "warm")


def test_a_missing_model_says_how_to_make_one(tmp_path):
    with pytest.raises(BundleError, match="kedro run"):
        Stylist.load(tmp_path / "none")


def test_a_model_whose_weights_were_changed_in_size_is_refused(bundle, tmp_path):
    bundle.save(tmp_path)
    path = tmp_path / "generator.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BundleError, match="not a usable model folder"):
        TransferBundle.load(tmp_path)


def test_a_bundle_survives_its_folder(bundle, model_folder):
    loaded = TransferBundle.load(model_folder)
    assert loaded.fingerprint == bundle.fingerprint and loaded.tags() == bundle.tags()
    for (name, ours), theirs in zip(
        bundle.generator.state_dict().items(), loaded.generator.state_dict().values(), strict=True
    ):
        assert torch.equal(ours, theirs), name


def test_a_model_folder_whose_replacement_was_killed_half_way_is_there(bundle, tmp_path):
    begun = tmp_path / ".model.unfinished-0123abcd"
    begun.mkdir()
    bundle.save(begun)
    (tmp_path / ".model.replaced-0123abcd").mkdir()
    assert Stylist.load(tmp_path / "model").looks == ["cold", "warm"]


def test_the_command_restyles_names_what_it_cannot_and_says_so(model_folder, tmp_path, capsys):
    good, bad = tmp_path / "me.jpg", tmp_path / "bad.jpg"
    Image.fromarray(astronaut()).save(good)
    bad.write_bytes(b"")
    out = tmp_path / "out"
    arguments = ["--model", str(model_folder), "--look", "warm", "--strength", "0.8", "--out", str(out)]
    assert main(["stylize", str(bad), str(good), *arguments]) == 1
    assert sorted(p.name for p in out.glob("[!.]*")) == ["index.parquet", "me-warm.jpg"]
    record = read_record(out / "me-warm.jpg")
    assert record["looks"] == {"warm": 1.0} and record["strength"] == 0.8 and "UTC" in record["written"]
    errors = capsys.readouterr().err
    assert "bad.jpg" in errors and "1 of 2 photos" in errors
    assert main(["stylize", str(good), *arguments]) == 0


def test_a_result_is_saved_as_a_picture_only(stylist, tmp_path):
    result = stylist.apply(astronaut(), "warm")
    with pytest.raises(StylistError, match=r"has no suffix of \.avif, \.jpeg, \.jpg, \.png, \.webp"):
        result.save(tmp_path / "me.gif")
    assert list(tmp_path.iterdir()) == []


def test_tracing_what_cannot_be_traced_says_so(tmp_path, capsys):
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    assert main(["trace", str(tmp_path / "plain.png")]) == 1
    assert "plain.png holds no record" in capsys.readouterr().err
    for record in ({"looks": ["warm"]}, {"looks": {"warm": "much"}}, {"consents": {"warm": "yes"}}):
        (tmp_path / "odd.png").write_bytes(encode(Image.new("RGB", (8, 8)), record, ".png"))
        assert main(["trace", str(tmp_path / "odd.png")]) == 1
        assert "odd.png holds a damaged record" in capsys.readouterr().err


def test_a_stranger_s_record_does_not_drive_the_terminal():
    record = {"looks": {"warm": 1.0}, "written": "\x1b[2Jtoday", "software": "a\nb"}
    shown = [one_line(line) for line in in_words("me.png", Trace(record))]
    assert "\x1b" not in "".join(shown) and any(r"a\nb" in line for line in shown) and "today" in "".join(shown)


def test_the_command_lists_looks(model_folder, capsys):
    assert main(["looks", "--model", str(model_folder)]) == 0
    assert capsys.readouterr().out == "cold\nwarm\n"


@pytest.mark.parametrize("extra", [["--look", "nobody"], ["--look", "warm", "--strength", "2"]])
def test_a_wrong_command_touches_nothing(model_folder, tmp_path, capsys, extra):
    arguments = ["stylize", "me.jpg", "--model", str(model_folder), "--out", str(tmp_path / "out"), *extra]
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("influencer-style: ") and not (tmp_path / "out").exists()
