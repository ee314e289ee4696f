"""What a restyled photo keeps of where the photo came from: credits, Content Credentials; and the files it can be."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageCms
from skimage import data

sys.path += [str(Path(__file__).parents[1] / room) for room in ("photos", "provenance")]
from cameras import PLACE, chain, signed_by_camera

from influencer_style import Stylist
from influencer_style.batches.batch import Batch
from influencer_style.batches.gathering import gather
from influencer_style.provenance.record import read_record
from influencer_style.provenance.verify import verify
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.restyling import Restyling
from influencer_style.stylist.trace import in_words, trace
from tests.metadata.packets import WHOLE, photo_with

SUFFIXES = (".jpg", ".png", ".webp", ".avif")


@pytest.fixture(scope="module")
def stylist(bundle):
    return Stylist(bundle, "model", "look-transfer version 3")


@pytest.fixture(scope="module")
def face():
    return Image.fromarray(data.astronaut()[:256, 96:352])


@pytest.fixture(scope="module")
def restyled(stylist, face):
    """A photo with much XMP, restyled."""
    return stylist.apply(photo_with(WHOLE, "JPEG", face), "warm")


def about_xmp(result) -> list[str]:
    return [notice for notice in result.notices if "XMP" in notice]


def packet_of(path: Path) -> bytes:
    with Image.open(path) as opened:
        found = opened.info.get("xmp") or opened.info["XML:com.adobe.xmp"]
    return found if isinstance(found, bytes) else found.encode()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_credits_in_xmp_stay_beside_the_record(restyled, tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    restyled.save(path)
    assert about_xmp(restyled) == []
    packet = packet_of(path)
    ElementTree.fromstring(packet)
    assert packet.count(b"<rdf:RDF") == path.read_bytes().count(b"<rdf:RDF") == 1
    assert b"(c) A, alle" in packet and "Åsa &amp; Sons".encode() in packet and b"SECRET" not in packet
    assert b"Anna at home" not in packet and b"48,8N" not in packet
    assert read_record(path)["looks"] == {"warm": 1.0}
    assert verify(path).state == "proven"


def test_with_private_all_xmp_stays_that_fits(stylist, face, tmp_path):
    result = stylist.apply(photo_with(WHOLE, "WEBP", face), "warm", private=True)
    (notice,) = about_xmp(result)
    assert "previews" in notice
    result.save(tmp_path / "a.png")
    packet = packet_of(tmp_path / "a.png")
    assert b"Anna at home" in packet and b"48,8N" in packet and b"SECRET" not in packet


def test_credits_survive_a_second_restyling_and_there_is_one_record(stylist, face, tmp_path):
    stylist.apply(photo_with(WHOLE, "JPEG", face), "warm", 0.25).save(tmp_path / "one.jpg")
    stylist.apply(tmp_path / "one.jpg", "warm", 0.75, private=True).save(tmp_path / "two.jpg")
    packet = packet_of(tmp_path / "two.jpg")
    assert packet.count(b"(c) A, alle") == packet.count(b"DigitalSourceType=") == 1
    assert packet.count(b"urn:influencer_style") == 1 and read_record(tmp_path / "two.jpg")["strength"] == 0.75


def test_a_credit_cannot_pose_as_the_record(stylist, face, tmp_path):
    forged = WHOLE.replace(b"(c) A<", b'influencer_style:record="{&quot;looks&quot;: {}}"<')
    stylist.apply(photo_with(forged, "JPEG", face), "warm").save(tmp_path / "a.jpg")
    assert b'record="{' in packet_of(tmp_path / "a.jpg") and read_record(tmp_path / "a.jpg")["looks"] == {"warm": 1.0}


def test_damaged_xmp_is_a_notice(stylist, face):
    (notice,) = about_xmp(stylist.apply(photo_with(WHOLE[:700], "JPEG", face), "warm"))
    assert notice.startswith("its XMP is not well-formed")
    image = face.copy()
    image.info["xmp"] = WHOLE
    assert "(c) A" in stylist.apply(image, "warm").xmp


def test_restyling_twice_keeps_the_chain_of_credentials(stylist, face, tmp_path):
    buffer = io.BytesIO()
    face.save(buffer, "JPEG", quality=95)
    stylist.apply(signed_by_camera(buffer.getvalue(), "JPEG", thumbnail=True), "warm").save(tmp_path / "one.jpg")
    stylist.apply(tmp_path / "one.jpg", "warm").save(tmp_path / "two.jpg")
    file = (tmp_path / "two.jpg").read_bytes()
    programs = [manifest["claim_generator_info"][0]["name"] for manifest in chain(file)]
    assert programs == ["influencer_style", "influencer_style", "Camera"]
    assert PLACE.encode() not in file and b"thumbnail" not in file.replace(b"c2pa.thumbnail.claim", b"")
    found = verify(tmp_path / "two.jpg")
    assert found.state == "proven" and any("made from: a photo with Content" in said for said in found.known)
    traced = trace(tmp_path / "two.jpg")
    assert "signed by influencer_style signer" in traced.parent
    assert any(
        line.startswith("  parent    made from: a photo with Content Credentials by influencer_style")
        for line in in_words("two.jpg", traced)
    )


def test_pixels_have_no_parent_and_files_have(stylist, face, tmp_path):
    for photo in (face, np.asarray(face)):
        result = stylist.apply(photo, "warm")
        assert result.parent is None
        result.save(tmp_path / "a.jpg")
        assert b"c2pa.created" in (tmp_path / "a.jpg").read_bytes()
        assert "made from" not in " ".join(verify(tmp_path / "a.jpg").known)
    face.save(tmp_path / "me.png")
    stylist.apply(tmp_path / "me.png", "warm").save(tmp_path / "b.jpg")
    assert "made from: a photo without Content Credentials" in verify(tmp_path / "b.jpg").known
    assert b"me.png" not in (tmp_path / "b.jpg").read_bytes()


def test_avif_keeps_transparency_profile_and_exif(stylist, face, tmp_path):
    profile, exif = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), Image.Exif()
    exif[0x8298] = "Anna, 2026"
    see_through = face.copy()
    see_through.putalpha(Image.linear_gradient("L").resize(face.size))
    see_through.save(tmp_path / "me.png", icc_profile=profile, exif=exif)
    result = stylist.apply(tmp_path / "me.png", "warm")
    result.save(tmp_path / "a.avif")
    with Image.open(tmp_path / "a.avif") as saved:
        assert (saved.format, saved.mode, saved.size) == ("AVIF", "RGBA", face.size)
        assert saved.info["icc_profile"] == profile and saved.getexif()[0x8298] == "Anna, 2026"
        off = np.abs(np.asarray(saved).astype(int) - np.asarray(result.picture))
    assert off[..., :3][np.asarray(see_through)[..., 3] > 9].mean() < 5 and off[..., 3].mean() < 1
    assert verify(tmp_path / "a.avif").state == "proven" and read_record(tmp_path / "a.avif")["looks"] == {"warm": 1.0}


def test_a_quality_can_be_asked_for(restyled, tmp_path):
    result = restyled
    for suffix in (".jpg", ".webp", ".avif"):
        sizes = [len(result.encode(suffix, quality)) for quality in (20, 60, None, 100)]
        assert sizes == sorted(sizes) and len(set(sizes)) == 4
        for quality in (0, 101, -1):
            with pytest.raises(StylistError, match="choose 1 to 100"):
                result.encode(suffix, quality)
    with pytest.raises(StylistError, match=r"quality is 90; for PNG choose none"):
        result.encode(".png", 90)
    result.save(tmp_path / "a.jpg", quality=20)
    assert (tmp_path / "a.jpg").stat().st_size < len(result.encode(".jpg"))


@pytest.mark.parametrize(("suffix", "side"), [(".webp", 16384), (".jpg", 65501), (".avif", 32769)])
def test_a_side_that_a_format_has_no_room_for_is_named(restyled, suffix, side):
    result = replace(restyled, picture=Image.new("RGB", (side, 1)))
    with pytest.raises(StylistError, match=f"can hold at most {side - 1} px a side; choose PNG"):
        result.encode(suffix)


def test_a_record_that_jpeg_has_no_room_for_is_named(restyled):
    result = replace(restyled, provenance={"note": "a" * 70_000})
    with pytest.raises(StylistError, match="a JPEG file can hold only 65502; choose PNG"):
        result.encode(".jpg")
    assert result.encode(".png")


def test_a_folder_becomes_avif_and_is_known_again(stylist, face, tmp_path):
    (tmp_path / "in").mkdir()
    face.save(tmp_path / "in/me.png")

    def run():
        batch = Batch(stylist, Restyling(look="warm", format="avif"), tmp_path / "out")
        return batch.run(gather([tmp_path / "in"])), batch.index.rows()

    counts, (row,) = run()
    assert counts == {"written": 1} and row.picture == "me-warm.avif"
    assert run()[0] == {"up to date": 1}
