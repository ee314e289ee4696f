"""An untrained synthesis model, for tests of what is built around it."""

from dataclasses import replace

import numpy as np
import torch

from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.memorisation import marks_of
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.networks.synthesis_bundle import SynthesisBundle

CONSENT = {"scope": ["train", "transfer", "generate"], "expires": "never"}


def untrained(transfer: TransferBundle, photos: dict[str, np.ndarray]) -> SynthesisBundle:
    """Return a synthesis model with the looks of a transfer model that there are photos of, and all consents."""
    known = transfer.looks
    looks = LookProfiles(
        known.reference,
        [
            replace(known[name], consent=CONSENT | known[name].consent, marks=marks_of(own, own[:0]))
            for name, own in photos.items()
        ],
        known.encoder_sha256,
        known.groups,
        known.reference_note,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = SynthesisConfig(
            len(looks.code(looks.names[0])), resolution=photos[looks.names[0]].shape[1], channels=8, style=32
        )
        generator = SynthesisGenerator(config).eval().requires_grad_(False)
        torch.nn.init.normal_(generator.colours.weight, std=0.5)  # as if it had learnt something
    return SynthesisBundle(generator, transfer.encoder, looks, 2.0, "a" * 64, "d" * 64, "# a card")
