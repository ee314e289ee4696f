"""Command lines that make no sense: refused in words, with an exit status; nothing hangs."""

import contextlib
import os
import struct
import zlib

import pytest
from damaged import photo

from influencer_style.commands.main import main
from influencer_style.provenance.record import RecordError, encode, read_record


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in: `in/0.jpg`, a pipe, a file that is none of ours, links that lead in a circle."""
    monkeypatch.chdir(tmp_path)
    photo(tmp_path / "in/0.jpg", 1)
    (tmp_path / "text").write_text("x")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    return tmp_path


def told_by(capsys, *arguments):
    """Return the exit status and what was said on the error output."""
    try:
        status = main(arguments)
    except SystemExit as error:  # of the parser
        status = error.code
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return status, said


@pytest.mark.parametrize(
    "options",
    [
        "--strength nan", "--strength inf", "--strength -1", "--strength 1e400", "--strength x", "--look =",
        "--look =1", "--look ,", "--look warm=nan", "--look warm=-1", "--look warm=inf", "--look warm=1=2",
        "--look ../../etc", "--look warm=1e308,cold=1e308", "--region hair", "--region hair=nan", "--region =1",
        "--region hair=2", "--seed -1", "--seed 99999999999999999999", "--seed 1.5", "--faces -1", "--faces 0,,1",
        f"--faces {'9' * 5000}", "--out text", "--out text/x", "--out in", f"--out {'x' * 300}", "--out loop.png",
        "--out pipe.png", "--out /dev/null", "--reference pipe.png", "--reference loop.png", "--reference /dev/zero",
        "--reference in", "--reference text", "--model text", "--model pipe.png", "--model loop.png",
    ],
)  # fmt: skip
def test_stylize_refuses_what_makes_no_sense(place, model_folder, capsys, options):
    wanted = {"--look": "warm", "--out": "out", "--model": str(model_folder)}
    name, _, value = options.partition(" ")
    if name == "--reference":
        del wanted["--look"]
    wanted[name] = value
    status, said = told_by(capsys, "stylize", "in", *(part for pair in wanted.items() for part in pair))
    assert status == 2 and said
    assert sorted(path.name for path in (place / "in").iterdir()) == ["0.jpg"]


@pytest.mark.parametrize("name", ["pipe.png", "loop.png", "text", "nowhere", "/dev/zero", "in", "x" * 300])
@pytest.mark.parametrize("command", ["trace", "verify", "compare", "stylize"])
def test_a_file_that_is_no_photo_is_named(place, model_folder, capsys, command, name):
    if command == "stylize" and name == "in":
        return
    options = {
        "compare": ("--out", "sheet.png", "--looks", "warm", "--model", str(model_folder)),
        "stylize": ("--out", "out", "--look", "warm", "--model", str(model_folder)),
    }.get(command, ())
    status, said = told_by(capsys, command, name, *options)
    assert status == 1 and name[:40] in said


def test_anchors_are_read_no_further_than_they_can_be_long(place, capsys):
    assert told_by(capsys, "verify", "in/0.jpg", "--anchors", "/dev/zero")[0] == 2


@pytest.mark.parametrize("name", ["..", "", "/", "a/b", ".x", "a\nb", "\x1b[2J", "x" * 300, "..."])
def test_a_creator_of_no_name_gets_no_form(place, capsys, name):
    status, said = told_by(capsys, "consent", "new", "--folder", "creators", "--", name)
    assert status == 2 and said and "\x1b" not in said
    assert not list(place.rglob("consent.yml"))


@pytest.mark.parametrize(
    "packet",
    ["[" * 10**5, "9" * 5000, "5", "null", '{"looks": 5}', "&#xD800;", "\udcff"],
    ids=["deep", "an endless number", "a number", "nothing", "of another type", "half a character", "no UTF-8"],
)
def test_a_record_that_somebody_else_wrote_is_none(place, capsys, packet):
    from PIL import Image

    file = encode(Image.new("RGB", (64, 64)), {"mark": "here"}, ".png")
    at = file.index(b"iTXt") - 4
    length = struct.unpack(">I", file[at : at + 4])[0]
    mark = b"{&quot;mark&quot;: &quot;here&quot;}"
    assert mark in file
    data = file[at + 4 : at + 8 + length].replace(mark, packet.encode("utf-8", "surrogateescape"))
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    (place / "theirs.png").write_bytes(file[:at] + chunk + file[at + 12 + length :])
    with contextlib.suppress(RecordError):
        read_record(place / "theirs.png")
    status, said = told_by(capsys, "trace", "theirs.png")
    assert status == 1 and "theirs.png" in said
