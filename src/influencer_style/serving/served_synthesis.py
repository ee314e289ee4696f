"""The synthesis model as MLflow serves it: a look and a seed in, a new portrait and its provenance out.

`{"inputs": [{"look", "seed", "number"}]}` -> `{"predictions": [{"image", "provenance"}]}`. Images are base64, as the
input's `format` and `quality` say, PNG by default. Portraits are drawn in the look directly: restyling somebody without
a look takes a second model. MLflow runs this file to make the model ("models from code"), so nothing is pickled.
"""

from typing import Any, ClassVar

import mlflow

from influencer_style.serving.request import Input, consent_or_refused, recorded_or_refused, refusal
from influencer_style.serving.scoring_server import Worker, registered_version, take_over
from influencer_style.stylist.generation import DEFAULT_SIZE, Generation, Portraits
from influencer_style.stylist.permission import SERVING, Permission
from influencer_style.stylist.result import UnrecordedError


class PortraitRequest(Input):
    """One portrait to make.

    Attributes:
        look: name of a look that the model may generate.
        seed: whole, 0 or more; the same seed gives the same portrait.
        number: which of the seed's portraits, 0 or more.
    """

    THING = "portrait"
    EXAMPLE = '{"inputs": [{"look": <name>, "seed": 7, "number": 0}]}'
    WANTED: ClassVar[dict[str, str]] = {
        "look": "the name of a look",
        "seed": "a whole number from 0",
        "number": "a whole number from 0: which of the seed's portraits",
    }

    look: str
    seed: int
    number: int = 0


class ServedSynthesis(mlflow.pyfunc.PythonModel):
    """A synthesis model behind MLflow's interface."""

    # MLflow takes the schema from `predict`'s type hint and leaves the check to us: its own errors repeat the request.
    _skip_type_hint_validation = True

    def load_context(self, context: Any) -> None:
        """Load the model folder that was registered with this file."""
        from influencer_style.networks.bundle import SynthesisBundle

        bundle = Permission(SERVING).without_withdrawn(SynthesisBundle.load(context.artifacts["model"]))
        # Not by path: the provenance goes to strangers, and says nothing of this machine.
        self._model = bundle, "look-synthesis", registered_version(context.artifacts["model"])
        self._worker = Worker(PortraitRequest, self._answer)
        take_over(self._worker.service)

    # No return type: MLflow would read it as a schema, and a provenance is free JSON.
    def predict(self, model_input: list[PortraitRequest], params: dict[str, Any] | None = None):
        """Make each portrait; return for each {"image": a file in base64, "provenance": dict}.

        All that can be checked is, of every portrait, before the first is made.

        Raises:
            MlflowException: (INVALID_PARAMETER_VALUE, HTTP 400) for an unknown look, a number out of range, or too much
                at once; the message says which of the inputs, and what to do.
        """
        return self._worker.predict(model_input)

    predict._is_pyfunc = True  # or MLflow would advise, at every registration, to have it check the hint

    def _answer(self, requests: list[PortraitRequest]) -> list[dict[str, Any]]:
        permission, wanted = Permission(SERVING), []
        with recorded_or_refused():
            for index, request in enumerate(requests):
                try:
                    request.check_file()
                    asked = Portraits(request.look, request.seed, "direct", DEFAULT_SIZE)
                    wanted.append(Generation(asked, self._model, permission=permission))
                    wanted[-1].check_number(request.number)
                except UnrecordedError:
                    raise
                except ValueError as error:
                    raise refusal(f"inputs[{index}]: {error}") from error
            # A request that uses a look again and again is one decision.
            looks = {one.asked.look for one in wanted}
            with consent_or_refused():
                permission = permission.record(self._model[0], looks, "generate")
        predictions = []
        for generation, request in zip(wanted, requests, strict=True):
            generation.permission = permission
            with recorded_or_refused(), consent_or_refused():
                result = generation.make(request.number)
            predictions.append({"image": request.encoded(result), "provenance": result.provenance})
        return predictions


if not __name__.startswith("influencer_style."):  # MLflow runs this file under a name of its own
    mlflow.models.set_model(ServedSynthesis())
