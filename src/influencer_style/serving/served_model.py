"""The model as MLflow serves it: photos and looks in, pictures and their provenance out.

`{"inputs": [{"image", "look", "strength"}]}` -> `{"predictions": [{"image", "provenance"}]}`. Images are base64: in,
any format of `photos.formats`; out, as the input's `format` and `quality` say, PNG by default. MLflow runs this file to
make the model ("models from code"), so nothing is pickled.
"""

import os
from typing import Any

import mlflow

from influencer_style.serving.request import MAX_PIXELS, Request, consent_or_refused, recorded_or_refused, refusal
from influencer_style.serving.scoring_server import Worker, registered_version, take_over
from influencer_style.stylist.one_request import for_request
from influencer_style.stylist.permission import SERVING, Permission
from influencer_style.stylist.result import StylistError, UnrecordedError
from influencer_style.stylist.stylist import Stylist

LIKENESS_VARIABLE = "INFLUENCER_STYLE_LIKENESS"  # what the likeness guard does: warn (the default), refuse or off
DETECTOR_VARIABLE = "INFLUENCER_STYLE_DETECTOR"  # what finds faces; by default what found those of the model


class ServedModel(mlflow.pyfunc.PythonModel):
    """A Stylist behind MLflow's interface."""

    # MLflow takes the schema from `predict`'s type hint and leaves the check to us: its own errors repeat the request.
    _skip_type_hint_validation = True

    def load_context(self, context: Any) -> None:
        """Load the model folder that was registered with this file."""
        from influencer_style.networks.bundle import TransferBundle

        # Not by path: the provenance goes to strangers, and says nothing of this machine.
        bundle = TransferBundle.load(context.artifacts["model"])
        likeness = os.environ.get(LIKENESS_VARIABLE, "warn")
        version = registered_version(context.artifacts["model"])
        self._stylist = Stylist(
            bundle,
            "look-transfer",
            version,
            permission=Permission(SERVING),
            likeness=likeness,
            detector=os.environ.get(DETECTOR_VARIABLE) or None,
        )
        self._worker = Worker(Request, self._answer)
        take_over(self._worker.service)

    # No return type: MLflow would read it as a schema, and a provenance is free JSON.
    def predict(self, model_input: list[Request], params: dict[str, Any] | None = None):
        """Restyle each photo; return for each {"image": a file in base64, "provenance": dict}.

        All that can be checked is, of every photo, before the first is restyled.

        Raises:
            MlflowException: (INVALID_PARAMETER_VALUE, HTTP 400) for a broken or oversized image, an unknown look, a
                strength out of range, too much at once, or a result that the likeness guard refuses; the message says
                which of the inputs, and what to do.
        """
        return self._worker.predict(model_input)

    predict._is_pyfunc = True  # or MLflow would advise, at every registration, to have it check the hint

    def _answer(self, requests: list[Request]) -> list[dict[str, Any]]:
        with recorded_or_refused():
            return self._restyled(requests)

    def _restyled(self, requests: list[Request]) -> list[dict[str, Any]]:
        from influencer_style.photos.decode import PhotoError, photo_header

        files, pixels = [], 0
        for index, request in enumerate(requests):
            try:
                request.check_file()
                self._stylist.check(request.look, request.strength)
                files.append(request.file())
                header = photo_header(files[-1], MAX_PIXELS)
                request.check_size(header.width, header.height)
            except PhotoError as error:
                raise refusal(f"inputs[{index}]: image {error.message}") from error
            except UnrecordedError:
                raise
            except ValueError as error:
                raise refusal(f"inputs[{index}]: {error}") from error
            pixels += header.width * header.height
        if pixels > MAX_PIXELS:
            limit = f"{MAX_PIXELS / 1e6:.0f} megapixels"
            raise refusal(f"the images have more than {limit} together; send fewer at once or smaller ones")
        with consent_or_refused():
            stylist, predictions = for_request(self._stylist, {request.look for request in requests}), []
        for index, (request, file) in enumerate(zip(requests, files, strict=True)):
            try:
                result = stylist.apply(file, request.look, request.strength)
            except PhotoError as error:
                raise refusal(f"inputs[{index}]: image {error.message}") from error
            except UnrecordedError:
                raise
            except StylistError as error:  # the likeness guard's, or a consent that has ended meanwhile
                raise refusal(f"inputs[{index}]: {error}") from error
            said = {"notices": result.notices} if result.notices else {}
            predictions.append({"image": request.encoded(result), "provenance": result.provenance | said})
        return predictions


if not __name__.startswith("influencer_style."):  # MLflow runs this file under a name of its own
    mlflow.models.set_model(ServedModel())
