"""What a run leaves behind, in a form in which two runs can be compared."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors import safe_open

from influencer_style.consent.audit_check import verify
from influencer_style.consent.ledger import Ledger
from influencer_style.faces.store import FaceStore
from influencer_style.hooks.reuse import RECORDS
from influencer_style.networks.bundle import TransferBundle
from influencer_style.tracking.registry.versions import registered_folder
from influencer_style.tracking.store import Store

# What says how long something took, or when a file was written.
_CLOCKS = ["mtime_ns", "seconds"]
_TELL_THE_TIME = {"card.md", "report.html"}


def files(project: Path) -> dict[str, Any]:
    """Return what each file below `data` holds, by its path; a face store counts as one file.

    Not the ledger, and not the records of what may be reused, which hold digests of files that tell the time.
    """
    found, data = {}, project / "data"
    stores = {head.parent for head in data.rglob("store.json")}
    ledger = _ledger(project).folder
    apart = {ledger, project / RECORDS}
    for path in sorted(path for path in data.rglob("*") if path.is_file() and apart.isdisjoint(path.parents)):
        store = next((store for store in stores if store in path.parents), None)
        name = path.relative_to(data).as_posix()
        if store is None:
            found[name] = "" if path.name in _TELL_THE_TIME else _content(path)
        else:
            found[store.relative_to(data).as_posix()] = _store(store)
    return found


def audit(project: Path) -> tuple[int, list[str]]:
    """Return how many decisions the ledger has recorded, and what is wrong with it."""
    found = verify(_ledger(project).log.path)
    return found.rows, list(map(str, found.problems))


def registry(project: Path) -> dict[str, Any]:
    """Return what MLflow tells: titles, versions with their weights, and runs that count as running still."""
    store = Store(f"sqlite:///{project}/mlflow.db")
    versions = {
        str(version.version): {
            "fingerprint": version.tags["fingerprint"],
            "verdict": version.tags.get("verdict"),
            "scored": "## Scores" in version.description,
            "weights": _weights(registered_folder(store, f"models:/look-transfer/{version.version}")),
        }
        for version in store.client.search_model_versions("name = 'look-transfer'")
    }
    titles = store.client.get_registered_model("look-transfer").aliases
    experiment = store.client.get_experiment_by_name("influencer_style").experiment_id
    running = store.client.search_runs([experiment], "attributes.status = 'RUNNING'")
    return {
        "versions": versions,
        "titles": {title: str(version) for title, version in titles.items()},
        "running": [run.info.run_name for run in running],
    }


def temporaries(project: Path) -> list[str]:
    """Return what lies in the project under a temporary name."""
    return [str(path) for path in project.rglob(".*") if ".unfinished-" in path.name or ".replaced-" in path.name]


def _ledger(project: Path) -> Ledger:
    return Ledger(project / "data/00_consent")


def _content(path: Path) -> Any:
    if path.suffix == ".parquet":
        return _rows(pd.read_parquet(path))
    if path.name == "training_history.csv":
        return _rows(pd.read_csv(path))
    if path.suffix == ".safetensors":
        with safe_open(path, "pt") as opened:
            return opened.metadata(), {name: _digest(opened.get_tensor(name)) for name in sorted(opened.keys())}
    if path.suffix == ".pt":
        state = torch.load(path, weights_only=True)
        return {name: _plain(value) for name, value in state.items() if name not in ("seconds", "history")}
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _store(folder: Path) -> Any:
    store = FaceStore.open(folder)
    kept = store.kept.sort_values(list(store.keys), ignore_index=True)
    table = store.table.sort_values(list(store.keys), ignore_index=True).drop(columns=["shard", "row"])
    pixels = hashlib.sha256(store.pixels(kept).tobytes()).hexdigest()
    return store.whole, store.fingerprint, _rows(table), pixels


def _rows(table: pd.DataFrame) -> str:
    return json.dumps(table.drop(columns=_CLOCKS, errors="ignore").map(repr).to_dict("list"))


def _weights(folder: Path) -> dict[str, str]:
    return {name: _digest(value) for name, value in TransferBundle.load(folder).generator.state_dict().items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _digest(value) if isinstance(value, torch.Tensor) else value


def _digest(tensor: torch.Tensor) -> str:
    return hashlib.sha256(tensor.contiguous().numpy().tobytes()).hexdigest()
