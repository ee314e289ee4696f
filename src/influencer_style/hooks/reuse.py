"""Skips the work of nodes that an earlier run has done with the same inputs, parameters and code.

A small record for each such node holds the fingerprint of its inputs and the digests of the files that it wrote. It is
removed before the node's work begins and written when all its outputs are saved: if a run is killed, no record vouches
for half of anything. Nodes that decide about consents are never skipped, and the people they leave out are missing from
the inputs of the others, whose work is then done anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import itertools
import json
import logging
import re
import threading
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline.node import Node

import influencer_style
from influencer_style.datasets.local import AS_IT_IS
from influencer_style.pipelines.contents import contents_fingerprint
from influencer_style.pipelines.reusable import Computation, Dependencies, Done, Result
from influencer_style.project.folder import in_project
from influencer_style.storage.atomic import write_text
from influencer_style.storage.fingerprint import file_sha256, fingerprint
from influencer_style.tracking import current
from influencer_style.tracking.data import path_of

log = logging.getLogger(__name__)
RECORDS = "data/02_intermediate/reuse"


@dataclass(frozen=True)
class Record:
    """What a node's outputs were made from (`made_from`), and the digest of each that is a file or folder."""

    made_from: str
    outputs: dict[str, str]

    @classmethod
    def of(cls, node: str) -> Record | None:
        """Return the record of a node; None where it is missing or cannot be read."""
        try:
            return cls(**json.loads(_place(node).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, node: str) -> None:
        """Write the record of a node."""
        write_text(_place(node), json.dumps(asdict(self), indent=2))

    def vouches_for(self, made_from: str, paths: dict[str, Path]) -> bool:
        """Return whether the outputs were made from this, and are still as they were written."""
        return self.made_from == made_from and self.outputs == {
            name: _digest(path) for name, path in paths.items() if path.exists()
        }


@dataclass
class _Unsaved:
    """A node at work: the outputs that are still to be saved, and the digests of those that are saved."""

    node: str
    made_from: str
    unsaved: set[str]
    paths: dict[str, Path]
    saved: dict[str, str]


class _Here(threading.local):
    """The reusable node that this thread is running; a thread runs one node at a time."""

    node: _Unsaved | None = None


class ReuseHook:
    """Skips finished work, see above. One instance serves all runs of a process, concurrent ones too."""

    def __init__(self) -> None:
        self._here = _Here()

    @hook_impl
    def before_node_run(self, node: Node, catalog: DataCatalog, inputs: dict[str, object]) -> dict[str, object]:
        """Pass on the stored outputs, if they are what the node would make; otherwise let it work on real inputs."""
        self._here.node = None
        dependencies = getattr(node.func, "dependencies", None)
        if dependencies is not None:
            values = [inputs[name] for name in node.inputs]
            made_from = _made_from(node, values, dependencies)
            paths = {name: path for name in node.outputs if (path := path_of(catalog.get(name))) is not None}
            record = Record.of(node.name)
            reused = record is not None and record.vouches_for(made_from, paths)
            current.say_made_from(made_from, reused)
            if reused:
                log.info("%s: nothing that it depends on has changed; its outputs are kept", node.name)
                outputs = _stored(node, values, made_from, paths)
                return dict.fromkeys(node.inputs, Done(outputs))
            _place(node.name).unlink(missing_ok=True)
            self._here.node = _Unsaved(node.name, made_from, set(node.outputs), paths, {})
        return {name: value.value for name, value in inputs.items() if isinstance(value, Result)}

    @hook_impl
    def after_node_run(self, node: Node, outputs: dict[str, object]) -> None:
        """Pass on outputs that are only in memory with their fingerprint, as a run that skips the work does."""
        if (working := self._here.node) is not None:
            made = list(outputs.values())
            work = Done(made if len(made) > 1 else made[0])
            outputs.update(_in_memory(node, working.made_from, working.paths, work))

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Write the node's record when its last output is saved."""
        working = self._here.node
        if working is None or working.node != node.name:
            return
        if dataset_name in working.paths:
            working.saved[dataset_name] = _digest(working.paths[dataset_name])
        working.unsaved.discard(dataset_name)
        if not working.unsaved:
            Record(working.made_from, working.saved).save(node.name)
            self._here.node = None


def _made_from(node: Node, values: list[object], dependencies: Dependencies) -> str:
    """Return the fingerprint of everything that a node's outputs depend on."""
    parts: list[object] = []
    # Inputs that a node takes as `**inputs` come last, and have no name of their own here.
    parameters = inspect.signature(node.func).parameters.values()
    arguments = [one.name for one in parameters if one.kind is not one.VAR_KEYWORD]
    for argument, value in itertools.zip_longest(arguments, values):
        if isinstance(value, Result):
            parts.append(["result", value.fingerprint, value.index])
        elif argument in dependencies.reads:
            parts.append({name: getattr(value, name) for name in dependencies.reads[argument]})
        else:
            parts.append(value)
    also = dependencies.also(*values) if dependencies.also else None
    return fingerprint(node.name, _code(), contents_fingerprint(parts, also))


def _stored(node: Node, values: list[object], made_from: str, paths: dict[str, Path]) -> object:
    """Return the outputs of a node whose work is skipped: files stay, and the rest is computed when needed."""
    work = Computation(node.name, inspect.unwrap(node.func), values)
    results = _in_memory(node, made_from, paths, work)
    outputs: list[object] = [results.get(name, AS_IT_IS) for name in node.outputs]
    return outputs if len(outputs) > 1 else outputs[0]


def _in_memory(node: Node, made_from: str, paths: dict[str, Path], work: Computation | Done) -> dict[str, Result]:
    """Return the outputs of a node that have no file."""
    several = len(node.outputs) > 1
    return {
        name: Result(made_from, number if several else None, work)
        for number, name in enumerate(node.outputs)
        if name not in paths
    }


@functools.cache
def _code() -> str:
    """Return the fingerprint of the package, with its templates and weights, and the versions of its dependencies."""
    folder = Path(influencer_style.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    versions = {}
    for requirement in requires("influencer-style") or []:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        with contextlib.suppress(PackageNotFoundError):  # for another system, or an extra
            versions[name] = version(name)
    return fingerprint([(path.relative_to(folder).as_posix(), file_sha256(path)) for path in files], versions)


def _digest(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's content, or of all files of a folder."""
    if not path.is_dir():
        return file_sha256(path)
    digest = hashlib.sha256()
    for file in sorted(entry for entry in path.rglob("*") if entry.is_file()):
        digest.update(f"{file.relative_to(path).as_posix()}\0{file_sha256(file)}\0".encode())
    return digest.hexdigest()


def _place(node: str) -> Path:
    return in_project(RECORDS) / f"{node}.json"
