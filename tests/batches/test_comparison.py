"""The sheet of all looks: every tile where its words say, and its record in the file."""

from datetime import date

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.batches.comparison import compare
from influencer_style.commands.main import main
from influencer_style.consent import clock
from influencer_style.provenance.record import read_record
from influencer_style.reports.grid import draw_grid
from influencer_style.stylist.errors import StylistError

RED, BLUE = Image.new("RGB", (40, 20), "red"), Image.new("RGB", (20, 20), "blue")


def test_a_grid_keeps_shapes_and_leaves_empty_tiles():
    grid = draw_grid([[RED, BLUE], [None, RED]], ["one", "two"], ["first", "second"], tile=80)
    plain = draw_grid([[RED, BLUE], [None, RED]], ["", ""], ["", ""], tile=80)
    assert plain.size == (2 * 32 + 2 * 80 + 8, 2 * 32 + 2 * 40 + 8)
    assert grid.width > plain.width and grid.height > plain.height
    pixels = np.asarray(plain)
    assert tuple(pixels[52, 72]) == (255, 0, 0) and tuple(pixels[52, 160]) == (0, 0, 255)
    assert tuple(pixels[100, 72]) == tuple(pixels[0, 0]), "nothing there"
    assert tuple(pixels[52, 125]) == tuple(pixels[0, 0]), "a square stays one in a wide tile"


def test_the_command_draws_each_strength_in_a_row_of_its_own(model_folder, tmp_path, capsys):
    photo, sheet = tmp_path / "me.png", tmp_path / "sheet.png"
    Image.fromarray(astronaut()).save(photo)
    arguments = ["compare", str(photo), "--out", str(sheet), "--model", str(model_folder), "--looks", "warm"]
    assert main([*arguments, "--strengths", "0,1"]) == 0
    assert capsys.readouterr().out == f"{sheet}\n"
    drawn = np.asarray(Image.open(sheet).convert("RGB")).astype(int)
    tile = 288
    top, left = drawn.shape[0] - 32 - 2 * tile - 8, drawn.shape[1] - 32 - 2 * tile - 8
    tiles = [[drawn[y : y + tile, x : x + tile] for x in (left, left + tile + 8)] for y in (top, top + tile + 8)]
    assert np.abs(tiles[0][0] - tiles[1][0]).max() == 0, "the photo, in each row"
    assert np.abs(tiles[0][0] - tiles[0][1]).mean() < 1, "strength 0 is the photo"
    assert np.abs(tiles[1][0] - tiles[1][1]).mean() > 3
    record = read_record(sheet)
    assert record["looks"] == {"warm": 1.0} and record["strengths"] == [0, 1] and len(record["source_sha256"]) == 64
    assert main(["trace", str(sheet)]) == 0 and "warm 100%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("extra", "status", "words"),
    [
        (["--looks", "nobody"], 2, "there is no look 'nobody'"),
        (["--looks", "cold"], 2, "expired"),
        (["--looks", "warm", "--strengths", "0.5,2"], 2, "choose a number from 0 "),
        (["--looks", "warm", "--strengths", ",".join(str(i / 300) for i in range(300))], 2, "name fewer"),
        (["--looks", "warm", "--out", "sheet.gif"], 2, "has no suffix of"),
        (["--looks", "warm"], 1, "not_an_image"),
    ],
)
def test_what_cannot_be_compared_is_said(model_folder, tmp_path, capsys, extra, status, words):
    (tmp_path / "me.png").write_text("no photo")
    arguments = ["compare", str(tmp_path / "me.png"), "--model", str(model_folder), "--out", str(tmp_path / "s.png")]
    assert main([*arguments, *extra]) == status
    assert words in capsys.readouterr().err and not (tmp_path / "s.png").exists()


def test_many_looks_stand_in_bands(model_folder, monkeypatch, tmp_path):
    stylist = Stylist.load(model_folder)
    Image.fromarray(astronaut()).save(tmp_path / "me.png")
    one = compare(stylist, tmp_path / "me.png", ["warm"], [1.0], tile=64).picture
    monkeypatch.setattr("influencer_style.batches.comparison._COLUMNS", 1)
    monkeypatch.setattr(clock, "today", lambda: date(2019, 1, 1))  # when both might be used
    two = compare(stylist, tmp_path / "me.png", ["warm", "cold"], [1.0], tile=64).picture
    assert two.width == one.width and two.height == 2 * one.height
    with pytest.raises(StylistError, match="1 to 240 pictures"):
        compare(stylist, tmp_path / "me.png", [], [1.0])
