"""A disk that is full, or may not be written to: the old file stays, and the message says what to do."""

import errno

import pytest

from influencer_style.storage.atomic import atomic_folder, write_text
from influencer_style.storage.trouble import disk_trouble
from influencer_style.training.state import load_checkpoint, save_checkpoint


@pytest.fixture
def written(disk):
    """A disk with a file, a folder and a checkpoint on it."""
    write_text(disk.folder / "table.json", "old")
    with atomic_folder(disk.folder / "model") as folder:
        (folder / "weights").write_text("old")
    save_checkpoint(disk.folder / "checkpoint.pt", {"step": 1})
    return disk


def writes(folder):
    """Return what writes a lot, by the name of what it writes."""

    def model():
        with atomic_folder(folder / "model") as made:
            (made / "weights").write_text("n" * 10**6)

    return {
        "table.json": lambda: write_text(folder / "table.json", "n" * 10**6),
        "model": model,
        "checkpoint.pt": lambda: save_checkpoint(folder / "checkpoint.pt", {"step": 2, "more": "n" * 10**6}),
    }


def all_is_as_it_was(folder):
    assert (folder / "table.json").read_text() == (folder / "model/weights").read_text() == "old"
    assert load_checkpoint(folder / "checkpoint.pt") == {"step": 1}
    assert {path.name for path in folder.iterdir()} <= {"table.json", "model", "checkpoint.pt", "ballast"}


def test_a_full_disk(written):
    written.fill(2**15)
    for name, write in writes(written.folder).items():
        with pytest.raises(OSError, match="No space") as caught:
            write()
        assert disk_trouble(caught.value).startswith(f"{written.folder / name}: No space left on device. Make room")
    all_is_as_it_was(written.folder)


def test_a_folder_that_may_only_be_read(written):
    written.set_writable(False)
    for name, write in writes(written.folder).items():
        with pytest.raises(OSError, match="Read-only") as caught:
            write()
        told = f"{written.folder / name}: Read-only file system. See to it that this user may write there"
        assert disk_trouble(caught.value).startswith(told)
    all_is_as_it_was(written.folder)


def test_other_errors_are_not_the_disks():
    assert disk_trouble(OSError(errno.EIO, "broken")).startswith("the disk: Input/output error. Check that disk")
    for other in (
        ValueError("other"),
        FileNotFoundError(errno.ENOENT, "no such file", "photo.jpg"),
        OSError("no number"),
    ):
        assert disk_trouble(other) is None
