"""Teaches synthesis: regression onto portraits that z and look determine, then an adversary beside it for sharpness.

A GAN that has nothing but noise spends hours on finding faces. In the studio the latent is known, so that each z has
its own portrait from the first step, and can be read (`traits`) before it; what is left to the adversary is what a mean
error blurs.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass
from safetensors.torch import load_file, save_file
from torch import Tensor

from influencer_style.examples.creators import Restyling
from influencer_style.examples.stream import CHECKED, StreamSettings, kept_shard
from influencer_style.examples.synthesis import KnownPortraits, draw_portraits
from influencer_style.examples.transfer import mean_errors
from influencer_style.looks.encoder import StyleEncoder, load_encoder
from influencer_style.looks.style_code import code_width
from influencer_style.networks.synthesis import SynthesisConfig, SynthesisGenerator
from influencer_style.networks.synthesis_base import SynthesisBase
from influencer_style.storage.atomic import atomic_file
from influencer_style.studio.latent import WIDTH
from influencer_style.studio.traits import TRAITS
from influencer_style.training.loop import State, Watch, run_steps
from influencer_style.training.machine import best_device
from influencer_style.training.settings import LossWeights, Share, TrainerSettings
from influencer_style.training.synthesis_step import take_synthesis_step
from influencer_style.training.trainer import studio_stream
from influencer_style.training.traits import TraitSettings, teach_traits

_HELD_OUT = 1_000_000  # shards from this number on are for validation
_VALIDATED = 64
_AT_ONCE = 16


@dataclass(frozen=True, config=CHECKED)
class SynthesisSettings(TrainerSettings):
    """How a synthesis generator is taught; conf/base/parameters_synthesis_pretraining.yml says more.

    Attributes:
        neutral: share of unstyled portraits among the examples.
        adversary_after: the discriminator takes part from this step on.
        traits: how the reading of z is taught, before the first step.
    """

    neutral: Share = 0.25
    adversary_after: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    relativistic: bool = True
    traits: TraitSettings = field(default_factory=TraitSettings)
    stream: StreamSettings = field(default_factory=lambda: StreamSettings(known=True))
    weights: LossWeights = field(default_factory=lambda: LossWeights(features=0.15, adversarial=0.005, r1=1.0, r2=1.0))

    @model_validator(mode="after")
    def _studio_can_render_it(self) -> Self:
        if self.neutral + self.colour > 1:
            raise ValueError(f"neutral is {self.neutral} and colour {self.colour}; they are shares of one whole")
        if not self.stream.known:
            raise ValueError("stream.known is false; synthesis is taught on portraits of which all is known")
        return self


def train_synthesis(
    settings: SynthesisSettings,
    portraits_at: Callable[[int, torch.Generator], KnownPortraits],
    encoder: StyleEncoder,
    checkpoint: Path,
    watch: Watch | None = None,
    photos_at: Callable[[int, torch.Generator], Restyling] | None = None,
    domains: int = 0,
    device: str = "cpu",
    initial: SynthesisGenerator | None = None,
) -> State:
    """Train a synthesis generator; go on from the checkpoint where there is one, see `loop.run_steps`.

    Args:
        settings: see there.
        portraits_at: draws `settings.examples` portraits of known truth for a step.
        encoder: the style encoder, for feature and Gram losses.
        checkpoint: file to go on from, and to write to; it must belong to the same material and settings.
        watch: told losses, shown the generator and asked how good it is along the way.
        photos_at: draws `settings.photos` real photos, with noise and codes for new people, for a step.
        domains: of whom these photos are.
        device: torch's name of it.
        initial: a generator to start from; its shape goes before that of the settings.

    Returns:
        The state at the end: its `average` (EMA) is the generator to keep.

    Raises:
        TrainingDiverged: when losses are not sound again, see `loop.sound`.
        ValueError: when the settings ask for photos and there are none.
    """
    s = settings
    if s.photos and photos_at is None:
        raise ValueError(f"photos is {s.photos}, and there are no creators' photos; set it to 0")
    config = _shape(s, encoder) if initial is None else initial.config
    judge = copy.deepcopy(encoder).to(device)

    def start() -> State:
        rates = s.rate, s.discriminator_rate
        return State.start(config, s.seed, rates, device, domains, initial, s.compiled, s.momentum)

    def learn(state: State, parts: int, rng: torch.Generator) -> dict[str, Tensor]:
        known = photos = None
        if s.examples:
            known = portraits_at(state.step, rng).to(device)
        if s.photos:
            photos = photos_at(state.step, rng).to(device)
        adversary = s.weights.adversarial > 0 and state.step >= s.adversary_after
        return take_synthesis_step(state, known, photos, judge, s, adversary, parts, rng)

    return run_steps(s, start, learn, checkpoint, watch or Watch())


def reading_generator(
    settings: SynthesisSettings, encoder: StyleEncoder, folder: Path, watch: Watch
) -> SynthesisGenerator:
    """Return a generator that can read z and has learnt nothing else; what it knows is kept in `folder`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        generator = SynthesisGenerator(_shape(settings, encoder))
    kept = folder / "traits.safetensors"
    if kept.exists():
        generator.traits.load_state_dict(load_file(kept))
    else:
        teach_traits(generator.traits, settings.traits, lambda step, steps: watch.progress(step, steps, "reading z"))
        with atomic_file(kept) as file:
            save_file(generator.traits.state_dict(), file)
    return generator


def _shape(settings: SynthesisSettings, encoder: StyleEncoder) -> SynthesisConfig:
    return SynthesisConfig(code_width(encoder), WIDTH, settings.stream.resolution, settings.channels, traits=TRAITS)


def held_out_portraits(stream: StreamSettings, folder: Path, encoder: StyleEncoder) -> dict[str, KnownPortraits]:
    """Return portraits of people and looks that are never taught: `neutral`, and in `looks`."""
    shards = [kept_shard(stream, _HELD_OUT + i, folder, encoder) for i in range(2)]
    return {
        name: draw_portraits(shards, encoder.groups, _VALIDATED, 0.0, share, 0.0, torch.Generator().manual_seed(0))
        for name, share in (("neutral", 1.0), ("looks", 0.0))
    }


def made(generator: SynthesisGenerator, noise: Tensor, codes: Tensor) -> Tensor:
    """Return portraits (n, 3, s, s) of noise (n, z) in looks (n, d), on the CPU; a few at a time."""
    device = next(generator.parameters()).device
    parts = zip(noise.split(_AT_ONCE), codes.split(_AT_ONCE), strict=True)
    with torch.no_grad():
        return torch.cat([generator(z.to(device), c.to(device)).cpu() for z, c in parts])


def pretrain_synthesis(
    settings: SynthesisSettings,
    folder: str | Path,
    watch: Watch | None = None,
    show: Callable[[int, SynthesisGenerator, KnownPortraits], None] = lambda step, generator, portraits: None,
    device: str = "",
) -> SynthesisBase:
    """Teach a generator nobodies in looks in general; a run that was stopped goes on.

    Args:
        settings: see there.
        folder: for the checkpoint and the stream's shards; name it by a fingerprint of settings and code.
        watch: told losses along the way.
        show: shown the averaged generator now and then, with held-out portraits.
        device: torch's name of it; the best of this machine where empty.

    Returns:
        The averaged generator with its history: losses, and mean absolute errors on people and looks that were never
        taught (`validation_...`, in 255ths).

    Raises:
        TrainingDiverged: when a loss is not finite.
    """
    folder, device, encoder = Path(folder), device or best_device(), load_encoder()
    held_out = held_out_portraits(settings.stream, folder, encoder)

    def errors(generator: SynthesisGenerator) -> dict[str, float]:
        return {
            f"validation_{name}": float(mean_errors(made(generator, part.noise, part.codes), part.truth).mean())
            for name, part in held_out.items()
        }

    watch = replace(
        watch or Watch(),
        validate=errors,
        samples=lambda step, generator: show(step, generator, held_out["looks"]),
    )
    initial = reading_generator(settings, encoder, folder, watch)
    with studio_stream(settings, folder, encoder) as stream:

        def portraits_at(step: int, rng: torch.Generator) -> KnownPortraits:
            s = settings
            return draw_portraits(stream.at(step), encoder.groups, s.examples, s.colour, s.neutral, s.code_noise, rng)

        state = train_synthesis(
            settings, portraits_at, encoder, folder / "checkpoint.pt", watch, device=device, initial=initial
        )
    facts = asdict(settings) | {"seconds": round(state.seconds), "device": device, "torch": torch.__version__}
    return SynthesisBase(state.average, encoder.sha256, state.history, facts)
