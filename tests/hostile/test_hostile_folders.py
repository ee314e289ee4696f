"""Folders as no camera leaves them: what is no photo is named, nothing outside is read, and nothing blocks."""

import os
import socket
import subprocess

import pytest
from ingest import CONSENT
from mutations import photo

from influencer_style.consent.ledger import Ledger
from influencer_style.photos import files, opening
from influencer_style.photos.decode import PhotoError, decode_photo, photo_digest
from influencer_style.photos.manifest import PhotoFolders, ScanSettings, scan


@pytest.fixture
def creator(tmp_path):
    """The folder of Anna, who has consent and three photos; beside it three users."""
    folder, users = tmp_path / "creators/Anna", tmp_path / "users"
    folder.mkdir(parents=True), users.mkdir()
    (folder / "consent.yml").write_text(CONSENT)
    for number in range(3):
        photo(number).save(folder / f"{number}.png")
        photo(10 + number).save(users / f"{number}.png")
    return folder


def found_by_scan(creator):
    root = creator.parents[1]
    folders = PhotoFolders(creator.parent, root / "users")
    table = scan(folders, None, ScanSettings(root, Ledger(root / "ledger"), progress=False))
    assert (table["status"] == "accepted").sum() == 6, "the sound ones are taken"
    return dict(zip(table["path"], table["reason"], strict=True))


def test_links_and_special_files_are_named_and_never_opened(creator):
    (creator.parents[1] / "secret.png").write_bytes((creator / "0.png").read_bytes())
    for name, target in {
        "secret.jpg": "../../secret.png", "zero.jpg": "/dev/zero", "memory.jpg": "/proc/self/mem",
        "loop.jpg": "loop.jpg", "nowhere.jpg": "nowhere", "endless.jpg": "x" * 300, "up": "..",
    }.items():  # fmt: skip
        (creator / name).symlink_to(target)
    for name in ("loop", "endless"):
        (creator.parent / name).symlink_to({"loop": "loop", "endless": "x" * 300}[name])
    os.mkfifo(creator / "pipe.jpg")
    (creator / "folder.jpg").mkdir()
    place = os.getcwd()
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(creator)  # a socket's path may have 107 bytes
        try:
            listening.bind("socket.jpg")
        finally:
            os.chdir(place)
        reasons = found_by_scan(creator)
    codes = {path.rpartition("/")[2]: reason.partition(":")[0] for path, reason in reasons.items() if reason}
    assert codes == dict.fromkeys(("secret.jpg", "zero.jpg", "memory.jpg"), "link_outside") | dict.fromkeys(
        ("loop.jpg", "nowhere.jpg", "endless.jpg", "up", "pipe.jpg", "socket.jpg", "loop", "endless"), "unreadable"
    )


def test_folders_that_lie_thousands_deep_end_nothing(creator):
    place = os.getcwd()
    try:
        os.chdir(creator)
        for _ in range(1100):  # deeper than Python calls itself, and than a path may be long
            os.mkdir("deep")
            os.chdir("deep")
        os.chdir(place)
        (deep,) = (reason for path, reason in found_by_scan(creator).items() if "/deep/deep/" in path)
        assert deep == "unreadable: cannot be read (File name too long); check the file and its rights"
    finally:
        os.chdir(place)
        subprocess.run(["rm", "-rf", creator / "deep"], check=True)  # deeper than pytest could clear away


def test_a_photo_that_becomes_a_pipe_between_two_looks_does_not_block(creator, monkeypatch):
    def looked_at(about):
        (creator / "0.png").unlink()
        os.mkfifo(creator / "0.png")
        monkeypatch.undo()

    monkeypatch.setattr(files, "_require_regular", looked_at)
    with pytest.raises(PhotoError, match="not a regular file"):
        decode_photo(creator / "0.png")


def test_a_photo_that_becomes_a_link_outwards_between_two_looks_is_not_followed(creator, monkeypatch):
    def looked_at(about):
        (creator / "0.png").unlink()
        (creator / "0.png").symlink_to(creator.parents[1] / "users/0.png")
        monkeypatch.undo()

    monkeypatch.setattr(files, "_require_regular", looked_at)
    with pytest.raises(PhotoError, match="unreadable"):
        decode_photo(creator / "0.png", root=creator)


def test_a_photo_that_is_written_to_meanwhile_is_hashed_as_it_was_decoded(creator, monkeypatch):
    before = photo_digest(creator / "0.png")

    def overwritten(*arguments):
        (creator / "0.png").write_bytes((creator / "1.png").read_bytes())
        return opened(*arguments)

    opened = opening._open_image
    monkeypatch.setattr(opening, "_open_image", overwritten)
    assert photo_digest(creator / "0.png") == before != photo_digest(creator / "0.png")


def test_a_file_that_grows_meanwhile_is_read_no_further_than_is_allowed(creator, monkeypatch):
    path = creator / "growing.jpg"
    path.write_bytes(b"\xff\xd8\xff")

    def looked_at(size):
        monkeypatch.undo()
        monkeypatch.setattr(files, "MAX_BYTES", 5000)
        path.write_bytes(bytes(1_000_000))

    monkeypatch.setattr(files, "refuse_size", looked_at)
    assert len(files.read_file(path)) == 5001
