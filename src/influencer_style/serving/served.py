"""What the served models share: MLflow's interface, and one worker that answers requests."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Generic

from mlflow.pyfunc.model import PythonModel, PythonModelContext

from influencer_style.serving.request import Kind, Prediction, recorded_or_refused
from influencer_style.serving.scoring_server import Worker, registered_version, take_over


class Served(PythonModel, Generic[Kind]):
    """A model behind MLflow's interface. A subclass says what opens the model, and what answers requests.

    Attributes:
        KIND: The kind of the inputs; the type hint of `predict`, of which MLflow makes the signature, names it too.
    """

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
        with recorded_or_refused():
            return self._predictions(requests)
