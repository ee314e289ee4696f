"""New portraits in a look, of people who are nobody: the same seed and number, the same picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from influencer_style.provenance.record import GENERATED
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.storage.text import quoted
from influencer_style.stylist.look_names import look_named
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.result import Result, StylistError
from influencer_style.stylist.wishes import shares_of
from influencer_style.version import __version__

if TYPE_CHECKING:
    from torch import Tensor

    from influencer_style.looks.profile import LookProfiles
    from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
    from influencer_style.networks.portraits import Way

DEFAULT_SYNTHESIS = "data/06_models/look_synthesis"
AskedWay = Literal["auto", "direct", "composed"]
ASKED_WAYS: tuple[AskedWay, ...] = get_args(AskedWay)
DEFAULT_WAY: AskedWay = "auto"
DEFAULT_SIZE = 256
TRUNCATION = 0.7
MOST_PICTURES, MOST_SIZE = 10_000, 2048
_MOST_TRIES = 20
_MOST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Portraits:
    """What is asked for.

    Attributes:
        look: the name of a look.
        seed: 0 or more; portraits of one seed differ by their number.
        way: `direct`: drawn in the look; `composed`: drawn without one, and restyled by the transfer model; `auto`: the
            better of the two, see `default_way`.
        size: side in pixels. The face itself is drawn at the model's resolution, and enlarged smoothly.
        truncation: above 0, at most 1: less is more ordinary, and more alike.
    """

    look: str
    seed: int = 0
    way: AskedWay = DEFAULT_WAY
    size: int = DEFAULT_SIZE
    truncation: float = TRUNCATION


class Generation:
    """Makes the portraits that were asked for, one by one.

    What repeats a photo that the model was trained on is thrown away, and drawn again from other noise.

    Args:
        asked: what is asked for.
        synthesis: the synthesis model, and where it came from and which version it is, as `models.open_model` has them.
        transfer: the same of a transfer model; only the composed way needs one.
        permission: how it asks whether the look may be generated.

    Raises:
        StylistError: when the models cannot do what is asked, the look's consent does not cover `generate` today, or
            the model was trained on somebody who has withdrawn.
    """

    def __init__(
        self,
        asked: Portraits,
        synthesis: tuple[SynthesisBundle, str, str],
        transfer: tuple[TransferBundle, str, str] | None = None,
        permission: Permission | None = None,
    ) -> None:
        self.rejected = 0
        self.permission = permission or Permission("generate")
        bundle, source, version = synthesis
        self._bundle = self.permission.without_withdrawn(bundle)
        look = look_named(asked.look, self._bundle.looks.names, "to generate in")
        self.asked = asked = _decided(replace(asked, look=look), self._bundle)
        used = transfer if asked.way == "composed" else None
        self._transfer = self.permission.without_withdrawn(used[0]) if used else None
        check_portraits(asked, self._bundle.generator.config.resolution)
        self._check_look()
        self.permission.check(self._bundle, [asked.look], "generate")
        look = self._bundle.looks[asked.look]
        self._said: dict[str, Any] = {
            "software": "influencer_style",
            "model": source,
            "model_version": version,
            "model_fingerprint": self._bundle.fingerprint,
            "looks": {asked.look: 1.0},
            "seed": asked.seed,
            "way": asked.way,
            "truncation": asked.truncation,
            "consents": {asked.look: dict(look.consent)},
        }
        if used:
            model = {"model": used[1], "model_version": used[2], "model_fingerprint": used[0].fingerprint}
            self._said["transfer_model"] = model

    @property
    def fingerprint(self) -> str:
        """What a portrait depends on beside its number, as 16 hex digits: models, wishes and this software."""
        transfer = self._transfer.fingerprint if self._transfer else ""
        return fingerprint(__version__, self._bundle.fingerprint, transfer, asdict(self.asked))[:16]

    def make(self, number: int) -> Result:
        """Make the portrait of a number, 0 or more; counts in `rejected` what was thrown away on the way to it.

        Raises:
            StylistError: for a number out of range, when one draw after the other repeats training photos, or when the
                look's consent has ended meanwhile.
            UnrecordedError: when it cannot be recorded that the look is used.
        """
        import numpy as np
        from PIL import Image

        from influencer_style.looks.pixels import shrink
        from influencer_style.metrics.memorisation import repeats

        self.check_number(number)
        self.permission = self.permission.record(self._bundle, [self.asked.look], "generate")
        if self._transfer is not None:
            self.permission.check(self._transfer, [self.asked.look])
        marks = self._bundle.looks[self.asked.look].marks
        for attempt in range(_MOST_TRIES):
            pixels = self._drawn(self._noise(number, attempt))
            small = shrink(pixels, self._bundle.generator.config.resolution)
            if marks is None or not repeats(small, marks)[0]:
                picture = Image.fromarray(np.ascontiguousarray(pixels[0]))
                said = self._said | {"number": number, "rejected": attempt}
                return Result(picture, [], said, source_type=GENERATED)
            self.rejected += 1
        raise StylistError(
            f"portrait {number} repeats a training photo in {_MOST_TRIES} draws out of {_MOST_TRIES}: the model has "
            f"learnt its photos by heart; train it for fewer steps: {self._bundle.COMMAND}"
        )

    def note_written(self, place: Path, index: Path | None = None) -> None:
        """Record where portraits are written, see `Permission.note_written`."""
        self.permission.note_written(self._bundle, [self.asked.look], place, index)

    def check_number(self, number: int) -> None:
        """Refuse a portrait's number that is out of range. Raises StylistError."""
        _require_whole("number", number, 0, MOST_PICTURES - 1)

    def _check_look(self) -> None:
        name = self.asked.look
        if self.asked.way != "composed":
            return
        if self._transfer is None:
            raise StylistError("the composed way needs a transfer model; name one, or choose the direct way")
        shares_of(name, self._transfer.looks)
        self.permission.check(self._transfer, [name])

    def _noise(self, number: int, attempt: int) -> Tensor:
        from influencer_style.networks.synthesis import draw_noise

        # Other noise for each attempt, and the same again for the same seed and number.
        seed = self.asked.seed if attempt == 0 else int(fingerprint(self.asked.seed, attempt)[:15], 16)
        return draw_noise(1, seed, self._bundle.generator.config.noise, self.asked.truncation, number)

    def _drawn(self, noise: Tensor) -> Any:
        from influencer_style.networks.portraits import composed, direct

        if self.asked.way == "direct":
            return direct(self._bundle, self.asked.look, noise, self.asked.size)
        return composed(self._bundle, self._transfer, self.asked.look, noise, self.asked.size)


def open_generation(asked: Portraits, model: str | Path, transfer: str | Path) -> Generation:
    """Open the models that are needed for what is asked.

    Args:
        asked: what is asked for.
        model: of the synthesis generator, as `models.open_model` takes it.
        transfer: of the transfer generator; not touched by the direct way.

    Raises:
        StylistError, BundleError, RegistryError: as `Generation` and `open_model` do.
    """
    from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
    from influencer_style.stylist.models import open_model

    synthesis = open_model(SynthesisBundle, model)
    look = look_named(asked.look, synthesis[0].looks.names, "to generate in")
    composed = _decided(replace(asked, look=look), synthesis[0]).way == "composed"
    return Generation(asked, synthesis, open_model(TransferBundle, transfer) if composed else None)


def generate(
    transfer: tuple[TransferBundle, str, str],
    look: str,
    count: int,
    seed: int,
    model: str | Path = DEFAULT_SYNTHESIS,
    **further: Any,
) -> list[Result]:
    """Return new portraits of nobody in a look.

    Args:
        transfer: the transfer model, as `models.open_model` has it.
        look: the name of a look that may be generated.
        count: how many.
        seed: portraits of one seed differ; portrait k of a seed is always the same.
        model: the synthesis model, as `models.open_model` takes it.
        further: `way`, `size` and `truncation`, see `Portraits`.

    Raises:
        StylistError: for an unknown look, a number out of range, or a consent that does not allow it.
        BundleError, RegistryError: when there is no such model.
    """
    from influencer_style.networks.bundle import SynthesisBundle
    from influencer_style.stylist.models import open_model

    check_count(count)
    asked = Portraits(look, seed, **further)
    return list(map(Generation(asked, open_model(SynthesisBundle, model), transfer).make, range(count)))


def check_count(count: int) -> None:
    """Refuse a number of portraits that cannot be made. Raises StylistError."""
    _require_whole("count", count, 1, MOST_PICTURES)


def default_way(looks: LookProfiles, look: str) -> Way:
    """Return the way that gives more usable portraits: direct in looks whose photos the generator was trained on.

    Measured in benchmarks/README.md ("New faces").
    """
    return "composed" if looks[look].marks is None else "direct"


def _decided(asked: Portraits, bundle: SynthesisBundle) -> Portraits:
    """Return what is asked for with its way."""
    if asked.way != "auto":
        return asked
    return replace(asked, way=default_way(bundle.looks, asked.look))


def check_portraits(asked: Portraits, smallest: int = 1) -> None:
    """Refuse a way, seed, size (`smallest` pixels or more) or truncation that no model can do. Raises StylistError."""
    if asked.way not in ASKED_WAYS:
        raise StylistError(f"way is {quoted(asked.way)}; choose one of: {', '.join(ASKED_WAYS)}")
    _require_whole("seed", asked.seed, 0, _MOST_SEED)
    _require_whole("size", asked.size, smallest, MOST_SIZE)
    number = isinstance(asked.truncation, int | float) and not isinstance(asked.truncation, bool)
    if not (number and 0 < asked.truncation <= 1):
        raise StylistError(f"truncation is {quoted(asked.truncation)}; choose above 0, at most 1")


def _require_whole(name: str, value: int, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise StylistError(f"{name} is {quoted(value)}; choose a whole number from {least} to {most}")
