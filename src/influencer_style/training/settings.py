"""What a training can be told. Plain dataclasses: a bare machine with a GPU has no pydantic."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from influencer_style.examples.shard import StreamSettings
from influencer_style.training.machine import Half

SEEDS = (0, 2**32 - 1)  # what NumPy, torch and scikit-learn all take


@dataclass(frozen=True)
class LossWeights:
    """Weights of the losses beside reconstruction, which is 1; 0 leaves one out.

    Attributes:
        features: studio examples: the truth, in features of the encoder.
        adversarial: all: what the discriminator takes for a photo in that look.
        gram: users' photos: into the look's Gram statistics.
        content: users' photos: what is shown and where stays (instance-normalised features).
        shape: users' photos: who it is stays (locally normalised luminance).
        r1, r2: gradient penalties of the discriminator, at real and at made pictures.
        lecam: keeps the discriminator's logits together where photos are few.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (unknown parameters are refused where pydantic checks)

    features: float = 0.15
    adversarial: float = 0.01
    gram: float = 0.0
    content: float = 0.0
    shape: float = 0.0
    r1: float = 1.0
    r2: float = 0.0
    lecam: float = 0.0

    def __post_init__(self) -> None:
        require(self, **{weight.name: (0, 1e6) for weight in fields(self)})


@dataclass(frozen=True)
class TrainerSettings:
    """How the loop runs; conf/base/parameters_pretraining.yml says more.

    Attributes:
        steps: of generator and discriminator; the budget.
        examples: studio examples with known truth in a step.
        photos: users' photos in a step, each asked for a creator's look; of the two at least one is above 0.
        channels: width of the generator at full resolution.
        colour: share of examples whose look is of pure colour.
        rate, discriminator_rate: learning rates.
        relativistic: whether real and made pictures are judged in pairs; it wants `r1` and `r2`.
        weights: of the losses.
        head_start: so many steps at first teach the discriminator alone: a fresh one has nothing to tell.
        penalty_every: the gradient penalty is taken every so many steps, and counts so many times more.
        code_noise: deviation of the noise on style codes.
        momentum: of the generator's Adam; a game wants none, known truth is learnt faster with some.
        ema: decay of the average of the weights; the average is what is kept.
        seed: of the weights and of all choices.
        stream: what the studio renders; its resolution is that of training.
        shard_every: a new shard comes every so many steps.
        window: so many shards are at hand at most.
        validate_every: steps between two points of the validation curve, with samples.
        checkpoint_seconds: between two checkpoints.
        workers: processes that render.
        threads: of torch in this process; 0 leaves it to torch.
        half: whether convolutions are computed in bfloat16; `auto`: where the machine does so quickly (`machine.py`).
        parts: a batch is taken in so many parts, which need less memory; running out of it doubles them.
        compiled: whether torch.compile makes the generator faster: minutes at the start, on some machines.
        deterministic: whether slower, repeatable kernels are taken on a GPU; on the CPU they always are.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    steps: int = 10_000
    examples: int = 12
    photos: int = 0
    channels: int = 24
    colour: float = 0.5
    rate: float = 7e-4
    discriminator_rate: float = 5e-4
    relativistic: bool = False
    weights: LossWeights = field(default_factory=LossWeights)
    head_start: int = 0
    penalty_every: int = 16
    code_noise: float = 0.05
    momentum: float = 0.0
    ema: float = 0.998
    seed: int = 7
    stream: StreamSettings = field(default_factory=StreamSettings)
    shard_every: int = 130
    window: int = 64
    validate_every: int = 500
    checkpoint_seconds: float = 60.0
    workers: int = 1
    threads: int = 1
    half: Half = "auto"
    parts: int = 1
    compiled: bool = False
    deterministic: bool = False

    def __post_init__(self) -> None:
        count, amount = (1, 10_000_000), (0.0, 1e6)
        require(self, steps=count, penalty_every=count, shard_every=count, validate_every=count)
        require(self, examples=(0, 10_000), photos=(0, 10_000), parts=(1, 10_000), workers=(1, 256), threads=(0, 1024))
        require(self, rate=(1e-12, 0.1), discriminator_rate=(1e-12, 0.1), ema=(0, 0.9999999), colour=(0, 1))
        require(self, momentum=(0, 0.9999999))
        require(self, code_noise=amount, checkpoint_seconds=amount, window=(2, 10_000))
        require(self, seed=SEEDS, channels=(8, 1024), head_start=(0, self.steps - 1))
        require(self.stream, "stream.", seed=SEEDS, resolution=(32, 1024), looks=(1, 1000), grades=(1, 1000))
        some = (1, 10_000)
        require(self.stream, "stream.", sittings=some, targets=some, references=some, graded=some, photos=some)
        if not self.examples + self.photos:
            raise ValueError("examples and photos are both 0; at least one of them must be above 0")
        if self.channels % 8:
            raise ValueError(f"channels is {self.channels}; it must be a multiple of 8")
        if self.stream.resolution.bit_count() != 1:
            raise ValueError(f"stream.resolution is {self.stream.resolution}; it must be a power of two")


def require(settings: object, prefix: str = "", **bounds: tuple[float, float]) -> None:
    """Check numbers of settings, each of which lies within its bounds or is refused, as whatever is no number is.

    Raises:
        ValueError: naming the first that does not.
    """
    for name, (least, most) in bounds.items():
        if not least <= getattr(settings, name) <= most:  # not told: of thousands of digits no text can be made
            raise ValueError(f"{prefix}{name} is out of range; choose {least} to {most}")
