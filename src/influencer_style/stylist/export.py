"""A model for apps: the generator as ONNX, checked against torch, with the looks that consent lets go out."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor
from torch.nn import functional as F

from influencer_style.consent.ledgers import Ledgers
from influencer_style.looks.areas import AREAS
from influencer_style.looks.pixels import to_tensor
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.card import write_export_card
from influencer_style.networks.onnx_graph import INPUTS, LEAST, OnnxForm, write_graph
from influencer_style.networks.transfer import TransferConfig
from influencer_style.storage.atomic import atomic_folder
from influencer_style.studio.identity import sample_identity
from influencer_style.studio.look import sample_neutral
from influencer_style.studio.pairs import crop_pose
from influencer_style.studio.population import photo_seed
from influencer_style.studio.render import render
from influencer_style.stylist.errors import ExportError
from influencer_style.stylist.models import EXPORTED, require_free

LIMIT = 1e-3  # the largest difference from torch that is accepted
_CHECKED = ((64, 64), (96, 96), (128, 96), (131, 250), (256, 256))  # height and width; none of them is the traced one


@dataclass(frozen=True)
class Export:
    """What was exported: the names of the looks, and why others are left out, by name.

    `differences` are the largest between ONNX and torch, over all outputs, by size such as `96 x 128` (width x height);
    pictures are in [0, 1].
    """

    looks: list[str]
    left_out: dict[str, str]
    differences: dict[str, float]


def export_onnx(bundle: TransferBundle, folder: str | Path, ledgers: Ledgers, version: str = "") -> Export:
    """Write `generator.onnx`, `looks.json` and `card.md` into a folder that holds an earlier export or nothing.

    The graph holds the weights, and takes any number of pictures of any size. It is compared with torch at five sizes
    before anything is written. Looks whose consent has expired, or does not cover `transfer`, stay out: the ledgers
    decide, and record that and where the others went. `version` is that of the model, such as `look-transfer version
    3`.

    Raises ExportError when the folder holds something else, no look may go out, or ONNX and torch differ by more than
    1e-3; AuditError when a decision about a consent cannot be recorded.
    """
    folder = Path(os.path.abspath(folder))
    require_free(folder)
    left_out = _withheld(bundle, ledgers)
    names = [name for name in bundle.looks.names if name not in left_out]
    if not names:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise ExportError(f"no look may be exported ({reasons}); ask the creators to renew or widen their consent")
    codes = torch.stack([bundle.looks.code(name) for name in names])
    graph, looks, card = EXPORTED
    with atomic_folder(folder, private=False) as made:
        write_graph(bundle.generator, made / graph, {"fingerprint": bundle.fingerprint, "version": version})
        differences = _differences(bundle, made / graph, codes)
        (made / looks).write_text(_looks_json(bundle, names, version, codes, differences), encoding="utf-8")
        contract = _contract(bundle.generator.config)
        text = write_export_card(bundle.looks, names, bundle.fingerprint, version, contract, differences)
        (made / card).write_text(text, encoding="utf-8")
        ledgers.note_written("export", names, folder)
    return Export(names, left_out, differences)


def _looks_json(
    bundle: TransferBundle, names: list[str], version: str, codes: Tensor, differences: dict[str, float]
) -> str:
    document = {
        "fingerprint": bundle.fingerprint,
        "version": version,
        "resolution": bundle.generator.config.resolution,
        "crop_margin": bundle.crop_margin,
        "contract": _contract(bundle.generator.config),
        "differences_from_torch": differences,
        "looks": [
            {
                "name": name,
                "creator": bundle.looks[name].creator,
                "consent": dict(bundle.looks[name].consent),
                "code": [float(str(number)) for number in code.numpy()],  # no more digits than float32 needs
            }
            for name, code in zip(names, codes, strict=True)
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False, default=str)


def _withheld(bundle: TransferBundle, ledgers: Ledgers) -> dict[str, str]:
    """Return, by name, why a look may not be exported today."""
    reasons, model = {}, bundle.fingerprint[:16]
    for name in bundle.looks.names:
        look = bundle.looks[name]
        decision = ledgers.decide("export", name, look.consent, "transfer", photos=look.photos, model=model)
        if not decision.allowed:
            reasons[name] = f"its consent {decision.reason}"
    return reasons


def _contract(config: TransferConfig) -> dict[str, dict[str, str]]:
    return {
        "inputs": {
            "image": f"float32 (n, 3, height, width): RGB planes, sRGB in [0, 1]. Any sides of {LEAST} pixels or more; "
            f"it was trained at {config.resolution}. Best: an upright square portrait, the face half as wide as it",
            "code": f"float32 (n, {config.code}): a look's code, or a weighted mean of several",
            "noise": f"float32 (n, {config.noise}): zeros are the look's centre, standard normal numbers a variation",
            "strength": "float32 (n): 0 (the image, exactly) to 1",
        },
        "outputs": {
            "picture": "float32 (n, 3, height, width): clip it to [0, 1]. It is linear in strength: run once, blend",
            "affine": "float32 (n, 12, height, width): for each pixel three rows of four, a colour transform less the "
            "identity, at strength 1",
            "residual": "float32 (n, 3, height, width): what is added after it; picture = image + strength * "
            "(affine(image) + residual)",
            "regions": f"float32 (n, {len(AREAS)}, height, width): share of {', '.join(AREAS)} in each pixel",
        },
    }


@cache
def _portraits() -> Tensor:
    """Two unstyled studio portraits, framed like face crops, 128 pixels wide; the same for every export."""
    rng = np.random.default_rng(5)
    drawn = [render(sample_identity(rng), crop_pose(rng), sample_neutral(rng), 128, photo_seed(rng)) for _ in range(2)]
    return to_tensor(np.stack(drawn))


def _differences(bundle: TransferBundle, path: Path, codes: Tensor) -> dict[str, float]:
    """Compare file and torch on two studio portraits at a time, in looks that take turns, at half and full strength."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    ours, portraits = OnnxForm(bundle.generator), _portraits()
    noise = torch.randn(2, bundle.generator.config.noise, generator=torch.Generator().manual_seed(0))
    found = {}
    for turn, (height, width) in enumerate(_CHECKED):
        image = F.interpolate(portraits, (height, width), mode="bilinear", antialias=True, align_corners=False)
        code = codes[[(2 * turn + picture) % len(codes) for picture in range(2)]]
        inputs = image, code, noise, torch.tensor([0.5, 1.0])
        with torch.no_grad():
            expected = ours(*inputs)
        outputs = session.run(None, {name: x.numpy() for name, x in zip(INPUTS, inputs, strict=True)})
        apart = [np.abs(onnx - torchs.numpy()).max() for onnx, torchs in zip(outputs, expected, strict=True)]
        size, difference = f"{width} x {height}", float(np.max(apart))
        if not difference <= LIMIT:
            raise ExportError(
                f"ONNX and torch differ by {difference:.2g} at {size} pixels, more than {LIMIT:g}; nothing was "
                "written. Please report it, with the versions of torch, onnxscript and onnxruntime"
            )
        found[size] = difference
    return found
