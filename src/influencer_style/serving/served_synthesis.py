"""The synthesis model as MLflow serves it: a look and a seed in, a new portrait and its provenance out.

`{"inputs": [{"look", "seed", "number"}]}` -> `{"predictions": [{"image", "provenance"}]}`. Images are base64, as the
input's `format` and `quality` say, PNG by default. Portraits are drawn in the look directly: restyling somebody without
a look takes a second model. MLflow runs this file to make the model ("models from code"), so nothing is pickled.
"""

from typing import Any

import mlflow

from influencer_style.networks.bundle import SynthesisBundle
from influencer_style.serving.request import PortraitRequest, Prediction, refused
from influencer_style.serving.scoring_server import Served
from influencer_style.stylist.generation import Generation
from influencer_style.stylist.models import LoadedModel
from influencer_style.stylist.permission import SERVING, Permission
from influencer_style.stylist.portraits import Portraits


class ServedSynthesis(Served[PortraitRequest]):
    """A synthesis model behind MLflow's interface."""

    KIND = PortraitRequest

    def predict(  # type: ignore[override] # MLflow lets models leave out the context
        self,
        model_input: list[PortraitRequest],
        params: dict[str, Any] | None = None,  # noqa: ARG002 - of MLflow's interface
    ) -> list[Prediction]:
        """Make each portrait; return for each {"image": a file in base64, "provenance": dict}.

        Raises MlflowException (HTTP 400) for an unknown look, a number out of range, or too much at once; it says which
        of the inputs, and what to do.
        """
        return self._worker.predict(model_input)

    def _open(self, folder: str, version: str) -> None:
        bundle = Permission(SERVING).without_withdrawn(SynthesisBundle.load(folder))
        # Not its path: the provenance goes to strangers, and says nothing of this machine.
        self._model = LoadedModel(bundle, "look-synthesis", version)

    def _predictions(self, requests: list[PortraitRequest]) -> list[Prediction]:
        permission, generations = Permission(SERVING), []
        for index, request in enumerate(requests):
            with refused(f"inputs[{index}]: "):
                wanted = Portraits.checked(look=request.look, seed=request.seed, way="direct")
                generations.append(Generation(wanted, self._model, permission=permission))
        with refused():  # a request that uses a look again and again is one decision
            looks = {generation.request.look for generation in generations}
            permission = permission.record(self._model.bundle, looks, "generate")
        predictions = []
        for index, (generation, request) in enumerate(zip(generations, requests, strict=True)):
            generation.permission = permission
            with refused(f"inputs[{index}]: "):
                result = generation.make(request.number)
            predictions.append(request.prediction(result))
        return predictions


if not __name__.startswith("influencer_style."):  # MLflow runs this file under a name of its own
    mlflow.models.set_model(ServedSynthesis())
