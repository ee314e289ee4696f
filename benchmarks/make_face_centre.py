"""Make the mean that the face embedding takes off: that of portraits of people who do not exist.

    INFLUENCER_STYLE_NOBODIES=FOLDER python -m benchmarks.make_face_centre

Writes it into influencer_style/metrics/face_network.json, where the layers of the network are described, too.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import numpy as np

from benchmarks.nobodies import face_crops
from influencer_style.metrics.face_embedding import load_face_judge
from influencer_style.storage.atomic import write_text


def main() -> None:
    """Embed the training portraits and write their mean."""
    judge, crops = load_face_judge(), face_crops("train")
    parts = [judge.raw(crops[i : i + 32]) for i in range(0, len(crops), 32)]
    file = Path(str(files("influencer_style.metrics") / "face_network.json"))
    table = json.loads(file.read_text(encoding="utf-8"))
    centre = np.concatenate(parts).mean(0).astype(np.float64).round(5).tolist()
    layout = ",\n".join(json.dumps(row) for row in table["layout"])
    write_text(file, f'{{\n"centre": {json.dumps(centre)},\n"layout": [\n{layout}\n]\n}}\n')


if __name__ == "__main__":
    main()
