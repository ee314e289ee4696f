"""A served model as MLflow knows it: `predict` in a process, and our own service inside MLflow's scoring server.

MLflow's own application reads CSV and Parquet without bounds, answers with tracebacks and this machine's paths, goes on
with work that nobody waits for, and loads pages from elsewhere. No setting changes that. So the module that uvicorn
takes the application from gives way to one with ours, at the moment it loads the model.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Generic

import yaml
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INTERNAL_ERROR, INVALID_PARAMETER_VALUE, TEMPORARILY_UNAVAILABLE
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from mlflow.version import VERSION

from influencer_style.serving.connections import bound_connections
from influencer_style.serving.limits import Limits
from influencer_style.serving.request import Kind, Prediction, read_body, read_inputs
from influencer_style.serving.request_body import Receive, RefusedError, RequestBody, Scope, Send
from influencer_style.serving.service import Service
from influencer_style.serving.work_queue import OverloadedError, WorkQueue
from influencer_style.storage.text import one_line
from influencer_style.stylist.errors import UnrecordedError

logger = logging.getLogger(__name__)

_APP = "mlflow.pyfunc.scoring_server.app"
_META = "registered_model_meta"  # MLflow writes it next to MLmodel when a registered model is loaded
_MOST_META = 10_000  # bytes


class Worker(Generic[Kind]):
    """Makes pictures in one thread, one request at a time, for callers in this process and over HTTP.

    One request at a time: the face detector must not be shared, torch takes all cores for each anyway, and so memory
    stays that of one request. One thread for all: torch keeps threads of its own for each that calls it. Raises
    ValueError for an environment variable of `Limits` that cannot be used.
    """

    def __init__(self, kind: type[Kind], answer: Callable[[list[Kind]], list[Prediction]]) -> None:
        self._kind, self._answer = kind, answer
        limits = Limits.from_environment(os.environ)
        self._queue = WorkQueue(limits.waiting).start("worker")
        self.service = Service(self._response, self._queue, limits, VERSION)

    def predict(self, inputs: object) -> list[Prediction]:
        """Return the predictions for inputs. Raises MlflowException for a request that is refused."""
        codes = {400: INVALID_PARAMETER_VALUE, 500: INTERNAL_ERROR}
        try:
            return self._queue.submit(partial(self._answer, read_inputs(inputs, self._kind))).result()
        except RefusedError as error:
            raise MlflowException(str(error), error_code=codes[error.status]) from None
        except OverloadedError as busy:
            message = f"{busy}; call again in {busy.retry_after} s"
            raise MlflowException(message, error_code=TEMPORARILY_UNAVAILABLE) from None

    def _response(self, body: RequestBody) -> bytes:
        inputs = read_inputs(read_body(body.take(), self._kind), self._kind)
        return json.dumps({"predictions": self._answer(inputs)}).encode()


def take_over(service: Service) -> None:
    """Let a service answer, where this process is MLflow's scoring server and is loading its model."""
    if _APP in sys.modules:
        # An import returns what sys.modules holds when the module has run: this application, and not MLflow's own.
        replaced = ModuleType(_APP)
        vars(replaced)["app"] = _configuring(service)
        sys.modules[_APP] = replaced


def registered_version(folder: str | Path) -> str:
    """Return the registered version of a folder in a logged model, such as `look-transfer version 3`; empty if none."""
    logged = next((one for one in Path(folder).absolute().parents[:3] if (one / "MLmodel").is_file()), None)
    if logged is None:
        return ""
    try:
        with (logged / _META).open("rb") as file:
            meta = yaml.safe_load(file.read(_MOST_META))
        name, version = str(meta["model_name"]), str(meta["model_version"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError):
        return ""  # it was loaded as a folder, not from a registry
    sound = re.fullmatch(r"[\w. -]{1,100}", name) and re.fullmatch(r"[0-9]{1,9}", version)
    return f"{name} version {version}" if sound else ""


def _configuring(service: Service) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return the service as an application that configures the uvicorn that MLflow has started, as that begins."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            try:
                bound_connections(receive)
            except ImportError as error:
                await receive()
                await send({"type": "lifespan.startup.failed", "message": str(error)})
                return
        await service(scope, receive, send)

    return application


class Served(PythonModel, Generic[Kind]):
    """A model behind MLflow's interface. A subclass says what opens the model, and what answers requests."""

    # The kind of the inputs; the type hint of `predict`, of which MLflow makes the signature, names it too.
    KIND: ClassVar[type[Any]]
    # MLflow takes the schema from `predict`'s type hint and leaves the check to us: its own errors repeat the request.
    _skip_type_hint_validation = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        vars(cls.predict)["_is_pyfunc"] = True  # or MLflow would advise, at every registration, to have it check
        cls.predict.__annotations__.pop("return", None)  # MLflow would read it as a schema, and provenance is free JSON

    def load_context(self, context: PythonModelContext) -> None:
        """Load the model folder that was registered with this file."""
        folder = context.artifacts["model"]
        self._open(folder, registered_version(folder))
        self._worker = Worker(self.KIND, self._answer)
        take_over(self._worker.service)

    @abstractmethod
    def _open(self, folder: str, version: str) -> None:
        """Load a model folder, which is that of a registered version."""

    @abstractmethod
    def _predictions(self, requests: list[Kind]) -> list[Prediction]:
        """Answer requests. All that can be checked is, of every input, before the first is worked on."""

    def _answer(self, requests: list[Kind]) -> list[Prediction]:
        try:
            return self._predictions(requests)
        except UnrecordedError as error:  # the server's fault and not the request's; strangers learn no path of it
            logger.error("%s", one_line(error))
            reason = "decisions about consents cannot be recorded here, so none is made; tell who runs this server"
            raise RefusedError(reason, 500) from None
