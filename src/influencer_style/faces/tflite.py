"""Small TFLite networks, run by OpenCV."""

from __future__ import annotations

import cv2
import numpy as np

from influencer_style.pretrained.catalogue import CATALOGUE, FETCH, ModelName, PretrainedError, load


class TfliteNetwork:
    """A pretrained network. Threads must not share one.

    Raises:
        PretrainedError: If its file is missing, or OpenCV cannot read it.
    """

    def __init__(self, name: ModelName) -> None:
        content = np.frombuffer(load(name), np.uint8)
        try:
            self._network = cv2.dnn.readNetFromTFLite(content)
        except (cv2.error, AttributeError) as error:
            why = " ".join(str(error).split())[-120:]
            raise PretrainedError(
                f"OpenCV {cv2.__version__} cannot run {CATALOGUE[name].title} ({why}); install OpenCV 4.12 or newer, "
                f"or fetch the file again: {FETCH}"
            ) from None

    def see(self, pixels: np.ndarray, low: float) -> None:
        """Hand the network a uint8 RGB picture (h, w, 3), as float32 from `low` (0) to 1 (255)."""
        scaled = pixels.astype(np.float32) * ((1 - low) / 255) + low
        self._network.setInput(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))

    def output(self, name: str) -> np.ndarray:
        """Return an output for what it sees, float32. Each output costs a run: OpenCV keeps no other's results."""
        return self._network.forward(name)
