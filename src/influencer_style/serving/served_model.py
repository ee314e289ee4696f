"""The model as MLflow serves it: photos and looks in, pictures and their provenance out.

`{"inputs": [{"image", "look", "strength"}]}` -> `{"predictions": [{"image", "provenance"}]}`. Images are base64: in,
any format of `photos.formats`; out, as the input's `format` and `quality` say, PNG by default. MLflow runs this file to
make the model ("models from code"), so nothing is pickled.
"""

import os
from typing import Any

import mlflow

from influencer_style.networks.bundle import TransferBundle
from influencer_style.photos.decode import photo_header
from influencer_style.serving.request import MAX_PIXELS, Prediction, Request, refused
from influencer_style.serving.request_body import RefusedError
from influencer_style.serving.scoring_server import Served
from influencer_style.stylist.permission import SERVING, Permission
from influencer_style.stylist.stylist import Stylist

LIKENESS_VARIABLE = "INFLUENCER_STYLE_LIKENESS"  # what the likeness guard does: warn (the default), refuse or off
DETECTOR_VARIABLE = "INFLUENCER_STYLE_DETECTOR"  # what finds faces; by default what found those of the model


class ServedModel(Served[Request]):
    """A Stylist behind MLflow's interface."""

    KIND = Request

    def predict(  # type: ignore[override] # MLflow lets models leave out the context
        self,
        model_input: list[Request],
        params: dict[str, Any] | None = None,  # noqa: ARG002 - of MLflow's interface
    ) -> list[Prediction]:
        """Restyle each photo; return for each {"image": a file in base64, "provenance": dict}.

        Raises MlflowException (HTTP 400) for a broken or oversized image, an unknown look, a strength out of range, too
        much at once, or a result that the likeness guard refuses; it says which of the inputs, and what to do.
        """
        return self._worker.predict(model_input)

    def _open(self, folder: str, version: str) -> None:
        self._stylist = Stylist(
            TransferBundle.load(folder),
            "look-transfer",  # not its path: the provenance goes to strangers, and says nothing of this machine
            version,
            Permission(SERVING),
            os.environ.get(LIKENESS_VARIABLE, "warn"),
            os.environ.get(DETECTOR_VARIABLE) or None,
        )

    def _predictions(self, requests: list[Request]) -> list[Prediction]:
        files, pixels = [], 0
        for index, request in enumerate(requests):
            with refused(f"inputs[{index}]: "):
                self._stylist.check(request.look)
                files.append(request.file())
                header = photo_header(files[-1], MAX_PIXELS)
                request.check_size(header.width, header.height)
                pixels += header.width * header.height
        if pixels > MAX_PIXELS:
            limit = f"{MAX_PIXELS / 1e6:.0f} megapixels"
            raise RefusedError(f"the images have more than {limit} together; send fewer at once or smaller ones")
        with refused():
            stylist = self._stylist.for_request({request.look for request in requests})
        predictions = []
        for index, (request, file) in enumerate(zip(requests, files, strict=True)):
            with refused(f"inputs[{index}]: "):  # by the likeness guard, or as a consent has ended meanwhile
                result = stylist.apply(file, request.look, request.strength)
            predictions.append(request.prediction(result))
        return predictions


if not __name__.startswith("influencer_style."):  # MLflow runs this file under a name of its own
    mlflow.models.set_model(ServedModel())
