"""A look that one photo taught is spoken of wherever it is offered and used; names alone stay on standard output."""

import json
import shutil

from skimage.data import astronaut

from influencer_style import Stylist
from influencer_style.commands.main import main


def learnt_from_one(model_folder, folder):
    shutil.copytree(model_folder, folder)
    text = json.loads((folder / "looks.json").read_text())
    for look in text["looks"]:
        if look["slug"] == "warm":
            look["count"] = 1
    (folder / "looks.json").write_text(json.dumps(text))
    return folder


def test_looks_prints_names_alone_and_the_notice_apart(model_folder, tmp_path, capsys):
    assert main(["looks", "--model", str(learnt_from_one(model_folder, tmp_path / "model"))]) == 0
    printed = capsys.readouterr()
    assert printed.out == "cold\nwarm\n"
    assert printed.err.count("\n") == 1 and "the look warm was learnt from 1 photo" in printed.err
    assert main(["looks", "--model", str(model_folder)]) == 0
    assert capsys.readouterr().err == ""


def test_a_result_in_such_a_look_says_so(model_folder, tmp_path):
    model = learnt_from_one(model_folder, tmp_path / "model")
    (notice,) = Stylist.load(model, likeness="off").apply(astronaut(), "warm").notices
    assert "learnt from 1 photo" in notice and "give 10 different photos or more" in notice
