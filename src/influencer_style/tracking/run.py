"""A run in MLflow, of a pipeline or of a node, and names and values in the form that MLflow takes."""

from __future__ import annotations

import json
import posixpath
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from functools import partial

from mlflow import MlflowClient
from mlflow.entities import Param, RunTag
from pydantic import BaseModel

from influencer_style.storage.text import one_line
from influencer_style.tracking.store import Store

# MLflow 3 takes 6000 characters; servers of other versions 500. The whole configuration is in config.yml.
VALUE_LENGTH = 500
KEY_LENGTH = 250
_PARAMETERS_PER_CALL = 100

Action = Callable[[MlflowClient, str], object]


class Run:
    """A run in a store. What is written before the store answers waits until it does. Before `open`, ids are None."""

    def __init__(self, store: Store, run_id: str | None = None, experiment_id: str | None = None) -> None:
        self.store, self.run_id, self.experiment_id = store, run_id, experiment_id

    def open(
        self,
        experiment_id: str,
        name: str | None = None,
        tags: Mapping[str, str] | None = None,
        start_ms: int | None = None,
    ) -> None:
        """Create the run in MLflow now, or raise what the store raises."""
        self.experiment_id = experiment_id
        self.run_id = self.store.client.create_run(experiment_id, start_ms, dict(tags or {}), name).info.run_id

    def ids(self) -> tuple[str, str]:
        """Return MLflow's ids of the experiment and of the run. Raises RuntimeError if the run is not open yet."""
        if self.experiment_id is None or self.run_id is None:
            raise RuntimeError("the run is not open yet")
        return self.experiment_id, self.run_id

    def write(self, what: str, action: Action) -> None:
        """Do `action` with MLflow's client and the run's id, as soon as the store answers."""
        self.store.write(what, lambda: action(self.store.client, self.run_id) if self.run_id else None)

    def set_tag(self, key: str, value: str) -> None:
        """Set a tag."""
        self.write("writing a tag", lambda client, run_id: client.set_tag(run_id, key, value))

    def log_parameters(self, parameters: Mapping[str, object]) -> None:
        """Write nested parameters, flattened."""
        found = [Param(key, text) for key, text in flatten(parameters)] if parameters else []
        for start in range(0, len(found), _PARAMETERS_PER_CALL):
            part = found[start : start + _PARAMETERS_PER_CALL]
            self.write("writing parameters", partial(MlflowClient.log_batch, params=part))

    def terminate(self, status: str, error: BaseException | None = None, tags: Mapping[str, str] | None = None) -> None:
        """End the run as of now, with a status of MLflow's (`FINISHED`, `FAILED` or `KILLED`) and tags.

        What went wrong, if anything, becomes the tag `error`.
        """
        now = now_ms()
        entities = [RunTag(key, value) for key, value in (tags or {}).items()]
        if error is not None:
            entities.append(RunTag("error", one_line(f"{type(error).__name__}: {error}")[:VALUE_LENGTH]))
        if entities:
            self.write("writing tags", lambda client, run_id: client.log_batch(run_id, tags=entities))
        self.write("ending a run", lambda client, run_id: client.set_terminated(run_id, status, now))


def now_ms() -> int:
    """Return the time in milliseconds since 1970, as MLflow counts it."""
    return int(time.time() * 1000)


def safe_key(name: str) -> str:
    """Return `name` as MLflow takes it for a parameter or metric: other characters become `_`."""
    cleaned = posixpath.normpath(re.sub(r"[^/\w.\- :]", "_", name)).strip("/.")
    return cleaned[:KEY_LENGTH] or "_"


def flatten(value: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (dotted name, text) for each leaf of nested parameters (mappings, pydantic models, dataclasses).

    Lists are leaves, as JSON. Texts are cut to `VALUE_LENGTH` characters.
    """
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    elif is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from flatten(part, f"{prefix}.{key}" if prefix else str(key))
        return
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    yield safe_key(prefix), text if len(text) <= VALUE_LENGTH else f"{text[: VALUE_LENGTH - 1]}…"
