"""Benchmarks write what git tracks only with `--record`."""

import argparse
import ast
import json
import subprocess

import pytest
from PIL import Image

from benchmarks import destination, main_job
from benchmarks.destination import PROJECT, Destination, add_destination

FILES = sorted(path for path in (PROJECT / "benchmarks").rglob("*.py") if path.name != "destination.py")


def asked(*arguments):
    parser = argparse.ArgumentParser()
    add_destination(parser)
    return Destination.of(parser.parse_args(arguments))


def test_without_record_all_goes_to_a_folder_that_git_ignores(tmp_path):
    shipped = PROJECT / "src/influencer_style/looks/weights/small_vgg.safetensors"
    usual = asked()
    places = [usual.figures("studio"), usual.picture("a.jpg"), usual.weights(shipped)]
    assert all(place.parent == PROJECT / "build/benchmarks" for place in places)
    ignored = subprocess.run(
        ["git", "check-ignore", *map(str, places)], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert ignored.stdout.split() == [str(place) for place in places]
    assert asked("--out", str(tmp_path)).figures("studio") == tmp_path / "studio.json"


def test_with_record_the_tracked_files_are_replaced():
    recorded = asked("--record")
    shipped = PROJECT / "src/influencer_style/looks/weights/small_vgg.safetensors"
    assert (
        recorded.figures("studio") == PROJECT / "benchmarks/results/studio.json" and recorded.figures("studio").exists()
    )
    assert recorded.picture("look_map.jpg") == PROJECT / "docs/pictures/look_map.jpg"
    assert recorded.weights(shipped) == shipped


def test_the_main_job_prints_its_table_and_leaves_the_repository_alone(tmp_path, monkeypatch, capsys):
    reporting, out = tmp_path / "reporting", tmp_path / "out"
    reporting.mkdir()
    monkeypatch.setattr(main_job, "REPORTING", reporting)
    for name in ("RESULTS", "PICTURES"):
        monkeypatch.setattr(destination, name, tmp_path / "tracked")
    figures = json.loads((PROJECT / "benchmarks/results/main_job.json").read_text())
    scorecard = {name: figures[name] for name in ("about", "transfer", "paired")} | {"creators": {}}
    (reporting / "scorecard.json").write_text(json.dumps(scorecard))
    for name in main_job.SHOWN:
        Image.new("RGB", (1500, 20)).save(reporting / f"{name}.png")
    main_job.main(["--out", str(out)])
    assert "| **generator** |" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == sorted(
        ["main_job.json", *(f"{n}.jpg" for n in main_job.SHOWN)]
    )
    assert not (tmp_path / "tracked").exists()
    main_job.main(["--out", str(out), "--record"])
    assert {path.name for path in (tmp_path / "tracked").iterdir()} == {path.name for path in out.iterdir()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PROJECT / "benchmarks").as_posix())
def test_no_benchmark_knows_another_way_into_the_repository(path):
    assert ways_into_the_repository(path.read_text(encoding="utf-8")) == []


def test_another_way_is_noticed():
    assert ways_into_the_repository('write_text(Path(__file__).parent / "results" / "a.json", text)')
    assert ways_into_the_repository('picture.save("docs/pictures/a.jpg")')
    assert ways_into_the_repository("encoder.save(str(SMALL_VGG_WEIGHTS))")
    assert not ways_into_the_repository("encoder.save(destination.weights(str(SMALL_VGG_WEIGHTS)))")


def ways_into_the_repository(source: str) -> list[str]:
    """Return what in a file names a tracked place to write to; descriptions and help texts may."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    told |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "help"}
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
        and (node.value == "results" or "benchmarks/results" in node.value or "docs/pictures" in node.value)
    ]  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("save", "save_file", "atomic_file")):
            text = ", ".join(ast.unparse(argument) for argument in node.args)
            if "_WEIGHTS" in text and ".weights(" not in text:
                found.append(text)
    return found
