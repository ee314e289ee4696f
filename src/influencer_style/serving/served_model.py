"""The model as MLflow serves it: photos and looks in, pictures and their provenance out.

`{"inputs": [{"image", "look", "strength"}]}` -> `{"predictions": [{"image", "provenance"}]}`. Images are base64: JPEG,
PNG or WebP in, PNG out. MLflow runs this file to make the model ("models from code"), so nothing is pickled.
"""

import base64
import binascii
import io
import tempfile
from pathlib import Path
from typing import Any

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from pydantic import BaseModel


class Request(BaseModel):
    """One photo to restyle.

    Attributes:
        image: the photo's file, base64.
        look: name of a look that the model knows.
        strength: 0 (the photo as it is) to 1 (the whole look).
    """

    image: str
    look: str
    strength: float = 1.0


class ServedModel(mlflow.pyfunc.PythonModel):
    """A Stylist behind MLflow's interface."""

    def load_context(self, context: Any) -> None:
        """Load the model folder that was registered with this file."""
        from influencer_style.networks.bundle import TransferBundle
        from influencer_style.serving.stylist import Stylist

        # Not by path: the provenance goes to strangers, and says nothing of this machine.
        self._stylist = Stylist(TransferBundle.load(context.artifacts["model"]), "look-transfer")

    # No return type: MLflow would read it as a schema, and a provenance is free JSON.
    def predict(self, model_input: list[Request], params: dict[str, Any] | None = None):
        """Restyle each photo; return for each {"image": PNG in base64, "provenance": dict}.

        Raises:
            MlflowException: (INVALID_PARAMETER_VALUE, HTTP 400) for a broken image, an unknown look, or a strength out
                of range; the message says which of the inputs.
        """
        return [self._restyle(index, request) for index, request in enumerate(model_input)]

    def _restyle(self, index: int, request: Request) -> dict[str, Any]:
        from influencer_style.photos.decode import PhotoError
        from influencer_style.serving.stylist import StylistError

        with tempfile.TemporaryDirectory() as folder:
            photo = Path(folder, "photo")
            try:
                photo.write_bytes(base64.b64decode(request.image, validate=True))
                result = self._stylist.apply(photo, request.look, request.strength)
            except binascii.Error as error:
                raise _refusal(index, f"image is not base64 ({error})") from error
            except PhotoError as error:
                raise _refusal(index, f"image {error.message}") from error
            except StylistError as error:
                raise _refusal(index, str(error)) from error
        buffer = io.BytesIO()
        result.picture.save(buffer, "PNG")
        return {"image": base64.b64encode(buffer.getvalue()).decode("ascii"), "provenance": result.provenance}


def _refusal(index: int, reason: str) -> MlflowException:
    return MlflowException(f"inputs[{index}]: {reason}", error_code=INVALID_PARAMETER_VALUE)


if not __name__.startswith("influencer_style."):  # MLflow runs this file under a name of its own
    mlflow.models.set_model(ServedModel())
