"""The Stylist on photos as people have them: several faces, regions, references, metadata, many at once."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest
import yaml
from PIL import Image, ImageCms
from skimage import data

from influencer_style import Stylist
from influencer_style.metrics.colour import delta_e
from influencer_style.photos.decode import PhotoError
from influencer_style.provenance.record import read_record
from influencer_style.provenance.verify import verify
from influencer_style.stylist.errors import StylistError


def astronaut():
    """A real face, 256 x 256 pixels."""
    return data.astronaut()[:256, 96:352]


@pytest.fixture(scope="module")
def stylist(bundle):
    return Stylist(bundle, "model", "look-transfer version 3")


@pytest.fixture(scope="module")
def two_people():
    """The same woman twice, the left one larger; 400 x 700."""
    photo = np.full((400, 700, 3), 90, np.uint8)
    face = Image.fromarray(data.astronaut()[:300, 80:380])
    photo[50:350, 20:320] = face
    photo[80:320, 420:660] = face.resize((240, 240))
    return photo


def pixels(result):
    return np.asarray(result.picture).astype(int)


def test_every_face_is_restyled_the_largest_or_the_chosen_one(stylist, two_people):
    results = {faces: stylist.apply(two_people, "warm", faces=faces) for faces in ("all", "largest", (0,), (1,))}
    found = results["all"].faces
    assert len(found) == 2 and found[0].side > found[1].side and found[0].x < 350 < found[1].x
    assert [r.provenance["faces"] for r in results.values()] == [2, 1, 1, 1]
    assert results["all"].notices == [] and "2 faces were found, 1 of them restyled" in results["largest"].notices
    assert np.array_equal(pixels(results["largest"]), pixels(results[(0,)]))
    one = stylist.apply(two_people[:, :380], "warm")
    left = (slice(100, 300), slice(80, 260))
    own, other = (np.abs(pixels(results["all"]) - pixels(r))[left].mean() for r in (results[(0,)], results[(1,)]))
    alone = np.abs(pixels(results["all"])[left] - pixels(one)[left]).mean()
    assert other > 0.5 and own < 0.1 * other and alone < 0.5 * other, "each face has its own change"
    with pytest.raises(StylistError, match="there is no face 2; the photo has 2"):
        stylist.apply(two_people, "warm", faces=[2])


@pytest.mark.parametrize("faces", ["some", [], [-1], [0.5], "0"])
def test_a_choice_of_faces_that_none_could_answer_is_refused(stylist, faces):
    with pytest.raises(StylistError, match="choose all, largest, or face numbers"):
        stylist.apply(astronaut(), "warm", faces=faces)


def test_colour_grows_with_strength_and_zero_changes_nothing(stylist):
    photo = astronaut()
    made = np.stack([np.asarray(stylist.apply(photo, "warm", strength).picture) for strength in (0, 0.2, 0.5, 0.7, 1)])
    assert np.array_equal(made[0], photo)
    grown = delta_e(made, np.broadcast_to(photo, made.shape))
    assert (np.diff(grown) > 0).all()


def test_regions_say_where(stylist):
    photo = astronaut()
    everywhere = np.abs(pixels(stylist.apply(photo, "warm")) - photo)
    nowhere = dict.fromkeys(("skin", "lips", "eyes", "hair", "background", "other"), 0)
    assert np.array_equal(pixels(stylist.apply(photo, "warm", regions=nowhere)), photo)
    no_skin = np.abs(pixels(stylist.apply(photo, "warm", regions={"skin": 0})) - photo)
    face = stylist.apply(photo, "warm").faces[0]
    middle = tuple(slice(int(c - face.side / 4), int(c + face.side / 4)) for c in reversed(face.centre))
    assert no_skin[middle].mean() < 0.6 * everywhere[middle].mean()
    for regions, message in (
        ({"nose": 1}, "no region 'nose'; choose from: skin"),
        ({"hair": 2}, "hair has the weight 2"),
    ):
        with pytest.raises(StylistError, match=message):
            stylist.apply(photo, "warm", regions=regions)


def consent_file(folder, **changes):
    told = {
        "schema": 1,
        "subject": "Anna",
        "granted_by": "Anna",
        "granted_on": date(2025, 1, 1),
        "expires": "never",
        "scope": ["train", "transfer"],
        "territory": "worldwide",
        "evidence": "a letter",
        "contact": "anna@example.org",
    }
    (folder / "consent.yml").write_text(yaml.safe_dump(told | changes))


def test_a_reference_photo_gives_its_look_and_consent_beside_it_is_recorded(stylist, tmp_path):
    photo = astronaut()
    blue = np.clip(photo * [0.5, 0.7, 1.3], 0, 255).astype(np.uint8)
    Image.fromarray(blue).save(tmp_path / "blue.png")
    result = stylist.apply(photo, reference=tmp_path / "blue.png")
    change = pixels(result).mean((0, 1)) - photo.mean((0, 1))
    assert change[2] > change[0], "towards blue"
    assert result.provenance["looks"] == {} and len(result.provenance["reference"]["sha256"]) == 64
    assert result.provenance["reference"]["consent"] is None and "without recorded consent" in result.notices[0]
    assert np.array_equal(pixels(stylist.apply(photo, reference=blue)), pixels(result))
    consent_file(tmp_path)
    allowed = stylist.apply(photo, reference=tmp_path / "blue.png")
    assert allowed.provenance["reference"]["consent"]["subject"] == "Anna" and allowed.notices == []
    consent_file(tmp_path, scope=["train"])
    with pytest.raises(StylistError, match="scope: does not cover transfer"):
        stylist.apply(photo, reference=tmp_path / "blue.png")
    consent_file(tmp_path, expires=date(2025, 6, 1))
    with pytest.raises(StylistError, match="expires: expired on 2025-06-01"):
        stylist.apply(photo, reference=tmp_path / "blue.png")


def test_a_look_or_a_reference(stylist):
    for options in ({}, {"look": "warm", "reference": astronaut()}):
        with pytest.raises(StylistError, match="either a look, or a reference"):
            stylist.apply(astronaut(), **options)


def test_a_saved_picture_is_signed_and_keeps_transparency_and_profile(stylist, tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.fromarray(astronaut())
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(tmp_path / "me.png", icc_profile=profile)
    result = stylist.apply(tmp_path / "me.png", "warm", 0)
    for name in ("a.png", "a.webp", "a.jpg"):
        result.save(tmp_path / name)
        assert verify(tmp_path / name).state == "proven"
        with Image.open(tmp_path / name) as saved:
            assert saved.info["icc_profile"] == profile and saved.mode == ("RGB" if name == "a.jpg" else "RGBA")
            if name == "a.png":
                assert np.array_equal(np.asarray(saved), np.asarray(image)), "strength 0 is the photo, exactly"
    record = read_record(tmp_path / "a.jpg")
    assert record["model_version"] == "look-transfer version 3" and len(record["source_sha256"]) == 64
    assert str(tmp_path) not in (tmp_path / "a.png").read_bytes().decode("latin-1")


def test_many_photos_come_in_order_and_a_broken_one_ends_nothing(stylist, tmp_path):
    asked = []

    def photos():
        for number in range(6):
            asked.append(number)
            if number == 2:
                yield b"no photo"
            elif number == 4:
                yield np.zeros((9, 9), np.uint8)
            else:
                buffer = io.BytesIO()
                Image.fromarray(astronaut()[:, number * 10 :]).save(buffer, "PNG")
                yield buffer.getvalue()

    ahead = []
    results = []
    for photo, result in stylist.apply_many(photos(), "warm", 0.5):
        ahead.append(len(asked) - len(results))
        results.append((photo, result))
    assert [type(result).__name__ for _, result in results] == [
        "Result",
        "Result",
        "PhotoError",
        "Result",
        "StylistError",
        "Result",
    ]
    assert max(ahead) <= 3, "it reads ahead, but not all at once"
    widths = [result.picture.width for _, result in results if not isinstance(result, Exception)]
    assert widths == [256, 246, 226, 206]
    assert isinstance(results[2][1], PhotoError)
    with pytest.raises(StylistError, match="no look 'nobody'"):
        next(stylist.apply_many([astronaut()], "nobody"))
    faces = [result for _, result in stylist.apply_many([astronaut()], "warm", faces=[1])]
    assert isinstance(faces[0], StylistError)
