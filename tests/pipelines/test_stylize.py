"""The pipeline `stylize`: a folder in, pictures, index and sheet out, and nothing twice."""

from __future__ import annotations

import pandas as pd
import pytest
from PIL import Image

from influencer_style.batches.gathering import BatchError
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.stylize import nodes
from influencer_style.pipelines.stylize.nodes import draw_restyled, restyle_folder
from influencer_style.pipelines.stylize.parameters import StylizeParameters
from influencer_style.stylist.errors import StylistError
from tests.pipelines.conftest import picture

SETTINGS = {
    "folder": "", "model": "model", "look": "warm", "reference": "", "strength": 0.5, "seed": None, "regions": {},
    "faces": "all", "format": "keep", "keep_private": False, "likeness": "warn", "sheet_photos": 2,
}  # fmt: skip


@pytest.fixture
def project(world, tmp_path, monkeypatch):
    """A folder with a model and three photos, one of them damaged; the place that everything starts at."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    world["look_transfer"].save(tmp_path / "model")
    (tmp_path / "users").mkdir()
    for number in range(3):
        Image.fromarray(picture(number)).save(tmp_path / f"users/p{number}.png")
    (tmp_path / "users/p1.png").write_bytes(b"")
    return tmp_path


def restyle(project, **changed):
    parameters = StylizeParameters(**SETTINGS | changed)
    index = restyle_folder(PhotoSource(kind="folder", creators="", users="users"), project / "out", parameters)
    return index.set_index("picture"), draw_restyled(index, project / "out", parameters)


def test_the_users_are_restyled_once(project, monkeypatch):
    told = {}
    monkeypatch.setattr(nodes.current, "log_metrics", lambda metrics, step=None: told.update(metrics))
    index, sheet = restyle(project)
    assert index["status"].to_dict() == {
        "restyled/p0-warm.png": "written", "restyled/p1-warm.png": "quarantined", "restyled/p2-warm.png": "written"
    }  # fmt: skip
    assert index["photo"].tolist() == ["users/p0.png", "users/p1.png", "users/p2.png"]
    assert all((project / "out" / name).is_file() for name in index.index[index["status"] == "written"])
    assert sheet.width > 4 * nodes._TILE and told.pop("seconds_a_photo") > 0
    assert told == {"written": 2, "up_to_date": 0, "quarantined": 1}
    again, _ = restyle(project)
    assert told == {"written": 0, "up_to_date": 2, "quarantined": 1}
    pd.testing.assert_frame_equal(index, again)
    pd.testing.assert_frame_equal(index, pd.read_parquet(project / "out/index.parquet").set_index("picture"))


def test_a_sheet_shows_what_there_is(project):
    _, sheet = restyle(project, sheet_photos=1)
    assert sheet.width < 3 * nodes._TILE
    (project / "users/p0.png").unlink()
    (project / "users/p2.png").write_bytes(b"")
    _, sheet = restyle(project)
    assert sheet.size == (nodes._TILE, nodes._TILE), "no photo that could be shown beside its picture"


def test_what_cannot_be_done_is_said(project):
    with pytest.raises(BatchError, match=r"stylize\.folder: .*nowhere is not a folder"):
        restyle(project, folder="nowhere")
    with pytest.raises(BatchError, match="no users yet; name a folder, or run `kedro run` first"):
        restyle_folder(None, project / "out", StylizeParameters(**SETTINGS))
    with pytest.raises(StylistError, match="there is no look 'nobody'; choose one of: cool, warm"):
        restyle(project, look="nobody")
    with pytest.raises(ValueError, match="name a look"):
        restyle(project, look="")
    assert not (project / "out").exists()
