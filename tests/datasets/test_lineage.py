"""The lineage that Kedro-Viz draws of this project: every pipeline, from the catalog as it is configured."""

from __future__ import annotations

import json

import pytest
import yaml
from kedro.io import DataCatalog
from kedro_viz.data_access.managers import DataAccessManager
from kedro_viz.models.flowchart.node_metadata import DataNodeMetadata
from kedro_viz.models.flowchart.nodes import DataNode
from tiny_project import ROOT, kedro

from influencer_style.pipeline_registry import register_pipelines

LAYERS = ["raw", "intermediate", "primary", "feature", "model_input", "models", "model_output", "reporting"]
PIPELINES = register_pipelines()


@pytest.fixture
def entries(tmp_path, monkeypatch):
    """The catalog's configuration, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    files = sorted((ROOT / "conf/base").glob("catalog*.yml"))
    return {name: entry for file in files for name, entry in yaml.safe_load(file.read_text()).items()}


@pytest.fixture
def lineage(entries):
    manager = DataAccessManager()
    manager.add_catalog(DataCatalog.from_config(entries), PIPELINES)
    manager.add_pipelines(PIPELINES)
    return manager


def test_every_entry_that_a_pipeline_uses_is_in_the_catalog_and_no_other(entries):
    used = {name for pipeline in PIPELINES.values() for name in pipeline.datasets() if not name.startswith("param")}
    assert used == entries.keys()


def test_every_entry_has_a_layer(entries):
    layers = {name: entry.get("metadata", {}).get("kedro-viz", {}).get("layer") for name, entry in entries.items()}
    assert {name: layer for name, layer in layers.items() if layer not in LAYERS} == {}


@pytest.mark.parametrize("name", PIPELINES)
def test_no_pipeline_has_layers_in_a_circle(lineage, name):
    assert lineage.get_sorted_layers_for_registered_pipeline(name), "Viz draws no layers at all then"


def test_the_layers_of_the_whole_way_are_in_their_order(lineage, entries):
    # Viz lists layers that the pipeline has nothing in, too, wherever they come to stand, and does not draw them.
    used = PIPELINES["__default__"].datasets() & entries.keys()
    drawn = {entries[name]["metadata"]["kedro-viz"]["layer"] for name in used}
    layers = [one for one in lineage.get_sorted_layers_for_registered_pipeline("__default__") if one in drawn]
    assert layers == sorted(drawn, key=LAYERS.index)


@pytest.mark.parametrize("name", PIPELINES)
def test_every_node_is_in_a_group_that_folds(name):
    stages = set(PIPELINES) - {"__default__"} if name == "__default__" else {name}
    assert {node.namespace for node in PIPELINES[name].nodes} <= stages


def test_nothing_breaks_before_the_first_run(lineage):
    nodes = [node for node in lineage.nodes.as_list() if isinstance(node, DataNode)]
    told = {node.name: DataNodeMetadata(data_node=node).preview for node in nodes}
    assert {"manifest", "face_crops", "scorecard", "contact_sheet"} < told.keys()
    shown = {name for name, preview in told.items() if preview is not None}
    folders = {"training_folder", "pretraining_folder", "synthesis_folder", "synthesis_pretraining_folder"}
    assert shown == folders, "these say that there is nothing yet"


@pytest.mark.slow
def test_a_site_of_a_finished_run_is_built_offline_with_its_previews(finished, monkeypatch):
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there: what would ask the internet fails
    built = kedro(finished, "viz", "build", "--include-previews")
    assert "Success" in built.stdout, built.stdout[-3000:]
    site = finished / "build"
    nodes = json.loads((site / "api/main").read_text())["nodes"]
    told = {n["name"]: json.loads((site / "api/nodes" / n["id"]).read_text()) for n in nodes if n["type"] == "data"}
    kinds = {name: entry.get("preview_type") for name, entry in told.items() if entry.get("preview")}
    pictures = {
        "photo_source", "face_crops", "truth_crops", "training_folder", "training_curves", "training_samples",
        "looks_side_by_side", "look_map", "contact_sheet",
    }  # fmt: skip
    assert pictures <= {name for name, kind in kinds.items() if kind == "ImagePreview"}
    tables = {"manifest", "descriptors", "look_profiles", "training_history", "scorecard_table"}
    assert tables <= {name for name, kind in kinds.items() if kind == "TablePreview"}
    assert {"scorecard", "training_decision"} <= {name for name, kind in kinds.items() if kind == "JSONPreview"}
