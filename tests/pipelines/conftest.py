"""Made-up people and looks for the pipelines: an untrained generator, twelve people, two looks."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from made_up_looks import made_up_looks
from PIL import Image

from influencer_style.faces.store import SCHEMA, FaceStore
from influencer_style.looks.areas import REGIONS
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.photos.source import PhotoSource
from influencer_style.pipelines.evaluation.nodes import EvaluationParameters
from influencer_style.pipelines.likenesses import with_likenesses
from influencer_style.pipelines.promotion.parameters import PromotionParameters
from influencer_style.studio.demo_set import CONSENT

SIDE = 64
LOOKS = {"cool": (0.7, 0.9, 1.0), "warm": (1.0, 0.85, 0.6)}
SETTINGS = {
    "size": 64,
    "most_people": 64,
    "neural_style_people": 1,
    "bootstrap_draws": 200,
    "seed": 0,
    "sheet_people": 2,
    "report_people": 1,
}
PROMOTION = {
    "registered_model": "look-transfer",
    "challenger": "@challenger",
    "champion": "@champion",
    "size": 64,
    "most_people": 64,
    "bootstrap_draws": 200,
    "seed": 0,
    "with_truth": {"main": "delta_e", "each_look": 0.5, "guarded": {"structure": 0.02}},
    "without_truth": {"main": "known_looks", "each_look": 0.5, "guarded": {"identity": 0.02}},
}


def picture(seed: int, look: str | None = None) -> np.ndarray:
    coarse = np.random.default_rng(seed).uniform(30, 225, (5, 5, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return (smooth * LOOKS.get(look, (1, 1, 1))).clip(0, 255).astype(np.uint8)


def store(folder, photos: list[tuple[dict, np.ndarray]], keys=("photo_id",)) -> FaceStore:
    made = FaceStore.create(folder, SIDE, "test", keys)
    blank = {name: "" if kind == "str" else 0 for name, kind in SCHEMA.items()} | {"status": "kept"}
    if photos:
        made.append(pd.DataFrame([blank | row for row, _ in photos]), np.stack([crop for _, crop in photos]))
    return made


@pytest.fixture(scope="module")
def world(encoder, tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("evaluation")
    splits = ["test"] * 3 + ["validation"] * 2 + ["train"] * 4
    whole = {"cx": SIDE / 2, "cy": SIDE / 2, "side": SIDE}
    photos = [({"photo_id": f"user{i}", "role": "user", "split": s} | whole, picture(i)) for i, s in enumerate(splits)]
    for i in range(2):  # of the third test user the photo is gone
        Image.fromarray(picture(i)).save(folder / f"user{i}.png")
    for look in LOOKS:
        for i in range(6):
            own = {"photo_id": f"{look}{i}", "role": "creator", "slug": look, "creator": look.title()}
            photos.append((own | {"split": "test" if i == 5 else "train"}, picture(100 + i, look)))
    truths = [
        ({"photo_id": f"user{i}", "look": look, "kind": kind}, picture(i, look))
        for look in LOOKS
        for kind in ("truth", "oracle")
        for i in reversed(range(3))
    ]
    for number, region in enumerate(REGIONS):
        mask = np.zeros((SIDE, SIDE, 3), np.uint8)
        mask[number * 12 : number * 12 + 12] = 255
        truths += [({"photo_id": f"user{i}", "look": region, "kind": "regions"}, mask) for i in range(3)]
    for look in LOOKS:
        (folder / f"creators/{look.title()}").mkdir(parents=True)
        (folder / f"creators/{look.title()}/consent.yml").write_text(CONSENT.format(subject=look.title()))
    people = np.stack([picture(seed) for seed in range(3, 9)])
    shown = {look: np.stack([picture(seed, look) for seed in range(100, 105)]) for look in LOOKS}
    consent = {"scope": ["train", "transfer"], "expires": "never"}
    looks = made_up_looks(encoder, people, shown, "6 users' photos", consent=consent)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        generator = (
            TransferGenerator(TransferConfig(len(looks.code(looks.names[0])), 32, 8, 1, 2)).eval().requires_grad_(False)
        )
    faces = store(folder / "faces", photos)
    bundle = TransferBundle(generator, encoder, looks, 2.0, "f" * 64, "d" * 64, "a card")
    return {
        "look_transfer": with_likenesses(bundle, faces),
        "face_crops": faces,
        "truth_crops": store(folder / "truth", truths, ("photo_id", "look", "kind")),
        "photo_source": PhotoSource(kind="studio", creators=str(folder / "creators"), users="", users_are_studio=True),
        "manifest": faces.table[["photo_id", "creator", "slug", "role", "split"]].assign(
            status="accepted", reason="", path=f"{folder}/" + faces.table["photo_id"] + ".png", width=SIDE, height=SIDE
        ),
        "training_history": pd.DataFrame({"step": [10, 20], "seconds": [1.0, 2.0], "total": [2.0, 1.0]}),
        "training_samples": Image.new("RGB", (64, 64)),
        "training_decision": {"kept": "base", "why": "training.adapt is off"},
        "params:evaluation": EvaluationParameters(**SETTINGS),
        "params:promotion": PromotionParameters(**PROMOTION),
        "empty": store(folder / "empty", []),
    }
