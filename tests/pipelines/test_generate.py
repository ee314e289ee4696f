"""The pipeline `generate`: portraits, index and sheet, nothing twice, and nothing that photos have written is lost."""

import pandas as pd
import pytest
import yaml
from made_up_synthesis import made_up_models
from pydantic import ValidationError

from influencer_style.batches.index import Index, Row
from influencer_style.pipelines.generate import nodes
from influencer_style.pipelines.generate.nodes import generate_portraits
from influencer_style.pipelines.generate.parameters import GenerateParameters
from influencer_style.project.folder import in_project
from influencer_style.stylist.errors import StylistError


def parameters(**changed) -> GenerateParameters:
    shipped = yaml.safe_load(in_project("conf/base/parameters_generate.yml").read_text())["generate"]
    own = {"look": "warm", "count": 3, "size": 64, "model": "synthesis", "transfer": "transfer", "sheet_portraits": 2}
    return GenerateParameters(**shipped | own | changed)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with both models; the place that everything starts at."""
    for model, name in zip(made_up_models(), ("synthesis", "transfer"), strict=True):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
    (tmp_path / "out").mkdir()
    with monkeypatch.context():
        shipped = parameters()  # read before the working folder changes
    monkeypatch.chdir(tmp_path)
    return tmp_path / "out", shipped


def test_portraits_are_made_once_and_stand_beside_restyled_photos_in_the_index(project, monkeypatch):
    folder, asked = project
    before = Index(folder / "index.parquet")
    before.put(Row("restyled/me-warm.png", "ab", photo="users/me.png", look="warm"))
    before.save()
    told = {}
    monkeypatch.setattr(nodes.current, "log_metrics", lambda metrics, step=None: told.update(metrics))
    index, sheet = generate_portraits(folder, asked)
    assert told == {"written": 3, "up_to_date": 0, "rejected": 0}
    made = [f"generated/warm-direct-7-000{number}.png" for number in range(3)]
    assert index["picture"].tolist() == [*made, "restyled/me-warm.png"]
    assert all((folder / name).is_file() for name in made)
    assert 2 * 64 < sheet.width < 3 * 64 + 80, "of two portraits"
    again, _ = generate_portraits(folder, asked)
    assert told == {"written": 0, "up_to_date": 3, "rejected": 0}
    pd.testing.assert_frame_equal(index, again)
    pd.testing.assert_frame_equal(index, pd.read_parquet(folder / "index.parquet"))


def test_what_cannot_be_done_is_said(project):
    folder, asked = project
    with pytest.raises(StylistError, match="there is no look 'nobody' to generate in"):
        generate_portraits(folder, asked.model_copy(update={"look": "nobody"}))
    assert not (folder / "generated").exists()


@pytest.mark.parametrize(
    "change", [{"count": 0}, {"seed": -1}, {"way": "both"}, {"truncation": 0}, {"look": ""}, {"size": 5000}, {"x": 1}]
)
def test_bad_parameters_are_refused_by_name(change):
    with pytest.raises(ValidationError, match=next(iter(change))):
        parameters(**change)
