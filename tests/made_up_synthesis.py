"""Two untrained models with two looks, for tests of what is built around them."""

from dataclasses import replace
from functools import cache

import numpy as np
import torch
from made_up_looks import made_up_looks, smooth_people, tinted

from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.pixels import to_uint8
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.memorisation import marks_of
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.networks.transfer import TransferConfig, TransferGenerator

SIDE = 32
CONSENT = {"scope": ["train", "transfer", "generate"], "expires": "never"}


@cache
def made_up_models() -> tuple[SynthesisBundle, TransferBundle]:
    """Return a synthesis and a transfer model, made once for all tests, which replace what they change.

    The first has learnt from photos of `warm`, and none of `cold`.
    """
    encoder, people = load_encoder(), smooth_people(8, SIDE)
    sets = tinted(people)
    looks = made_up_looks(encoder, people, sets, consent=CONSENT)
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
    marks = {name: marks_of(own, own[:0]) for name, own in photos.items()}
    looks = transfer.looks.holding(
        replace(look, consent=CONSENT, marks=marks.get(look.slug)) for look in transfer.looks
    )
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
