"""Two untrained models with two looks, for tests of what is built around them."""

from dataclasses import replace

import numpy as np
import torch

from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.pixels import to_uint8
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.metrics.memorisation import marks_of
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

SIDE = 32
CONSENT = {"scope": ["train", "transfer", "generate"], "expires": "never"}
TINTS = {"warm": (1.1, 0.8, 0.5), "cold": (0.6, 0.9, 1.2)}


def made_up_models() -> tuple[SynthesisBundle, TransferBundle]:
    """Return a synthesis and a transfer model. The first has learnt from photos of `warm`, and none of `cold`."""
    encoder, people = load_encoder(), made_up_people(8)
    sets = {name: (people * torch.tensor(tint).view(1, 3, 1, 1)).clamp(0, 1) for name, tint in TINTS.items()}
    looks = LookProfiles(
        SetStatistics.of(*describe(encoder, people)),
        [
            LookProfile(name, name.title(), SetStatistics.of(*describe(encoder, own)), CONSENT)
            for name, own in sets.items()
        ],
        encoder.sha256,
        encoder.groups,
    )
    width = len(looks.code("warm"))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        restyling = TransferGenerator(TransferConfig(width, channels=8, blocks=1, masks=2)).eval().requires_grad_(False)
        for head in (restyling.heads, restyling.transforms):  # as if it had learnt something
            torch.nn.init.normal_(head.weight, std=0.02)
    transfer = TransferBundle(restyling, encoder, looks, 2.0, "f" * 64, "d" * 64, "# a card")
    return with_looks_of(transfer, {"warm": to_uint8(sets["warm"])}), transfer


def with_looks_of(transfer: TransferBundle, photos: dict[str, np.ndarray]) -> SynthesisBundle:
    """Return an untrained synthesis model with the looks of a transfer model, and marks of photos by look."""
    known = transfer.looks
    marks = {name: marks_of(own, own[:0]) for name, own in photos.items()}
    own = [replace(known[name], consent=CONSENT, marks=marks.get(name)) for name in known.names]
    looks = LookProfiles(known.reference, own, known.encoder_sha256, known.groups, known.reference_note)
    notes = {"kept": "base", "base_sha256": "b" * 64}
    return SynthesisBundle(untrained(looks), transfer.encoder, looks, 2.0, "a" * 64, "d" * 64, "# a card", notes)


def untrained(looks: LookProfiles) -> SynthesisGenerator:
    """Return a small generator that has learnt nothing."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = SynthesisConfig(len(looks.code(looks.names[0])), resolution=SIDE, channels=8, style=32)
        made = SynthesisGenerator(config).eval().requires_grad_(False)
        torch.nn.init.normal_(made.colours.weight, std=0.5)  # or all its portraits would be grey
    return made


def made_up_people(count: int) -> torch.Tensor:
    """Return smooth pictures, (count, 3, SIDE, SIDE) in [0, 1]."""
    coarse = torch.rand(count, 3, 6, 6, generator=torch.Generator().manual_seed(1))
    return torch.nn.functional.interpolate(coarse, (SIDE, SIDE), mode="bilinear")
