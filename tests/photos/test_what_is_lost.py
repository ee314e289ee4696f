"""What a photo has and its copy has not is said once, in words."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from test_original import PIXELS, file_of

from influencer_style.photos.original import of_image, read_original

GREY = "it is in shades of grey; the result is in RGB"
ULTRA_HDR = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>'
)
GAIN_MAP = "it has a gain map for HDR screens; the result has none"


@pytest.mark.parametrize("mode", ["L", "LA", "1", "I;16"])
def test_grey_is_said(mode):
    grey = Image.fromarray(PIXELS[:, :, 0])
    image = Image.fromarray(PIXELS[:, :, 0].astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    assert GREY in read_original(file_of(image)).notices and GREY in of_image(image).notices


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_nothing_is_said_where_nothing_is_lost(mode):
    assert read_original(file_of(Image.fromarray(PIXELS).convert(mode))).notices == ()


@pytest.mark.parametrize(
    "options",
    [
        {"xmp": ULTRA_HDR},
        {"extra": b"\xff\xe2\0\x1eurn:iso:std:iso:ts:21496:-1\0"},
    ],
    ids=["Ultra HDR", "ISO 21496-1"],
)
def test_gain_maps_of_jpegs_are_said(options):
    base = Image.fromarray(PIXELS)
    assert read_original(file_of(base, "JPEG", quality=95, **options)).notices == (GAIN_MAP,)


def test_a_phone_s_second_view_is_no_loss_and_frames_are():
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "MPO", save_all=True, append_images=[Image.fromarray(255 - PIXELS)])
    assert read_original(buffer.getvalue()).notices == ()
    film = file_of(Image.fromarray(PIXELS), "AVIF", save_all=True, append_images=[Image.fromarray(255 - PIXELS)])
    assert read_original(film).notices == ("it moves; the result shows the first of its 2 pictures",)


def test_a_pil_image_whose_file_is_cut_is_a_photo_error():
    from influencer_style.photos.files import PhotoError

    cut = Image.open(io.BytesIO(file_of(Image.fromarray(PIXELS), "JPEG")[:-300]))
    with pytest.raises(PhotoError, match="truncated: cannot be decoded"):
        of_image(cut)
    with pytest.raises(PhotoError, match="too_large: has 20000 x 20000 pixels"):
        of_image(Image.new("1", (20_000, 20_000)))
