"""What programs put beside photos is passed over in silence; everything else is named."""

from __future__ import annotations

import pytest

from influencer_style.batches.gathering import gather
from influencer_style.storage.walk import is_passed_over, walk

BESIDE = [
    *(
        "@eaDir/me.jpg/SYNOPHOTO_THUMB_M.jpg",
        ".thumbnails/me.jpg",
        "__MACOSX/._me.jpg",
        "sub/@eaDir/me.jpg",
        "Thumbs.db",
    ),
    *("desktop.ini", ".DS_Store", "._me.jpg", "IMG_1.AAE", "me.jpg.json", "me.xmp", "MVI_1.THM", "Picasa.ini"),
    *("$RECYCLE.BIN/me.jpg", "#recycle/me.jpg", ".picasa.ini"),
]
NAMED = ["me.jpg", "notes.txt", "sub/you.heic", "json", "eaDir/third.png", "film.mov"]


def test_sidecars_thumbnails_and_lists_are_no_photos(tmp_path):
    for name in (*BESIDE, *NAMED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert sorted(path.relative_to(tmp_path).as_posix() for path in walk(tmp_path)) == sorted(NAMED)
    assert sorted(photo.place.as_posix() for photo in gather([tmp_path])) == sorted(NAMED)
    one = tmp_path / "me.jpg.json"
    assert [photo.path for photo in gather([one])] == [one], "what is named itself is meant"


@pytest.mark.parametrize(
    ("name", "is_folder", "passed"),
    [("@EADIR", True, True), ("@eaDir", False, False), ("THUMBS.DB", False, True), ("a.JSON", False, True)],
)
def test_capitals_do_not_matter_and_kinds_do(name, is_folder, passed):
    assert is_passed_over(name, is_folder) is passed
