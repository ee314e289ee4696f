"""A node's work is done once for the same inputs, parameters and code; what depends on a change is done again."""

import ast
import inspect
import json
import textwrap

import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner
from pydantic import BaseModel

from influencer_style.datasets import AtomicJSONDataset
from influencer_style.hooks.reuse import RECORDS, ReuseHook
from influencer_style.pipeline_registry import register_pipelines
from influencer_style.pipelines.reusable import reusable

CALLS = []
BESIDE = {"consent": "holds"}


class Parameters(BaseModel):
    scale: int = 2
    width: int = 10


@reusable(reads={"parameters": ["scale"]}, also=lambda data, parameters: BESIDE["consent"])
def measure(data, parameters):
    CALLS.append("measure")
    return [value * parameters.scale for value in data["values"]], {"count": len(data["values"])}


@reusable(reads={"parameters": ["width"]})
def draw(measured, parameters):
    CALLS.append("draw")
    return {"drawn": measured, "width": parameters.width}


def decide(counted):
    CALLS.append("decide")
    return {"many": counted["count"] > 2}


PIPELINE = Pipeline(
    [
        Node(measure, ["data", "params:all"], ["measured", "counted"], name="measure"),
        Node(draw, ["measured", "params:all"], "picture", name="draw"),
        Node(decide, "counted", "decision", name="decide"),
    ]
)


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(BESIDE, "consent", "holds")
    CALLS.clear()
    return tmp_path


def run(folder, data=(1, 2, 3), pipeline=PIPELINE, **parameters):
    """Run the pipeline as `kedro run` does; return which functions worked. `measured` is only in memory."""
    hooks = _create_hook_manager()
    hooks.register(ReuseHook())
    files = {
        name: AtomicJSONDataset(filepath=str(folder / f"{name}.json")) for name in ("counted", "picture", "decision")
    }
    given = {"data": {"values": list(data)}, "params:all": Parameters(**parameters)}
    catalog = DataCatalog(files | {name: MemoryDataset(value) for name, value in given.items()})
    CALLS.clear()
    SequentialRunner().run(pipeline, catalog, hook_manager=hooks)
    return CALLS[:]


def picture(folder):
    return json.loads((folder / "picture.json").read_text())


def test_a_second_run_does_nothing_twice_and_leaves_files_alone(project):
    assert sorted(run(project)) == ["decide", "draw", "measure"]
    before = (project / "picture.json").stat().st_mtime_ns
    assert run(project) == ["decide"], "a node that is not reusable always works"
    assert (project / "picture.json").stat().st_mtime_ns == before
    assert picture(project) == {"drawn": [2, 4, 6], "width": 10}


def test_what_depends_on_a_change_is_done_again(project):
    run(project)
    assert set(run(project, data=(1, 2, 4))) == {"measure", "draw", "decide"}
    assert picture(project)["drawn"] == [2, 4, 8]
    assert set(run(project, data=(1, 2, 4), scale=3)) == {"measure", "draw", "decide"}
    BESIDE["consent"] = "ended"
    assert set(run(project, data=(1, 2, 4), scale=3)) == {"measure", "draw", "decide"}
    assert run(project, data=(1, 2, 4), scale=3) == ["decide"]


def test_a_parameter_that_only_one_node_reads_redoes_that_one_and_what_it_needs_from_memory(project, caplog):
    run(project)
    caplog.set_level("INFO")
    assert sorted(run(project, width=11)) == ["decide", "draw", "measure"]
    assert "measure runs again, because one of its results is needed, and no file of it was kept" in caplog.text
    assert picture(project) == {"drawn": [2, 4, 6], "width": 11}
    assert run(project, width=11) == ["decide"]


@pytest.mark.parametrize("harm", ["remove", "change"])
def test_a_file_that_is_gone_or_damaged_is_made_again(project, harm):
    run(project)
    file = project / "counted.json"
    file.unlink() if harm == "remove" else file.write_text('{"count": 99}')
    assert "measure" in run(project) and json.loads(file.read_text()) == {"count": 3}


def test_another_release_makes_all_again(project, monkeypatch):
    run(project)
    monkeypatch.setattr("influencer_style.hooks.reuse._code", lambda: "another")
    assert set(run(project)) == {"measure", "draw", "decide"}


def test_a_kill_at_any_moment_leaves_no_record_of_what_is_not_whole(project, monkeypatch):
    run(project)

    def killed(data, parameters):
        raise KeyboardInterrupt

    broken = Pipeline([Node(reusable()(killed), ["data", "params:all"], "counted", name="measure")])
    with pytest.raises(KeyboardInterrupt):
        run(project, data=(5,), pipeline=broken)
    assert not (project / RECORDS / "measure.json").exists(), "the old record is gone before the work begins"
    run(project)
    save = AtomicJSONDataset.save

    def killed_between(dataset, data):
        if "counted" in str(dataset._filepath):
            raise KeyboardInterrupt
        save(dataset, data)

    monkeypatch.setattr(AtomicJSONDataset, "save", killed_between)
    with pytest.raises(KeyboardInterrupt):
        run(project, data=(5, 6))
    assert not (project / RECORDS / "measure.json").exists(), "not all outputs were saved"
    monkeypatch.setattr(AtomicJSONDataset, "save", save)
    assert "measure" in run(project, data=(5, 6))


def test_a_damaged_record_vouches_for_nothing(project):
    run(project)
    (project / RECORDS / "measure.json").write_text('{"made_from": ')
    assert "measure" in run(project) and run(project) == ["decide"]


REUSABLE = {
    node.name: node.func
    for pipeline in register_pipelines().values()
    for node in pipeline.nodes
    if hasattr(node.func, "dependencies")
}


@pytest.mark.parametrize("name", sorted(REUSABLE))
def test_a_node_reads_no_parameter_that_it_does_not_declare(name):
    for argument, declared in REUSABLE[name].dependencies.reads.items():
        assert undeclared(inspect.getsource(inspect.unwrap(REUSABLE[name])), argument, declared) == []


def test_what_is_not_declared_is_noticed():
    assert undeclared("def f(p):\n    return p.a + p.b", "p", ["a"]) == ["p.b"]
    assert undeclared("def f(p):\n    return g(p)", "p", ["a"]) == ["p"]


def undeclared(source, argument, declared):
    """Return what a function does with an argument other than read its declared fields."""
    tree = ast.parse(textwrap.dedent(source))
    read = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == argument]
    held = {id(node.value) for node in read}
    whole = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == argument and id(n) not in held]
    return [f"{argument}.{n.attr}" for n in read if n.attr not in declared] + [argument for _ in whole]


def test_every_stage_of_a_run_has_nodes_that_are_reused():
    assert {name.partition(".")[0] for name in REUSABLE} >= {"features", "training", "evaluation", "synthesis_training"}
