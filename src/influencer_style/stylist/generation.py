"""New portraits in a look, of people who do not exist: the same seed and number give the same picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from influencer_style.looks.pixels import shrink
from influencer_style.looks.profile import LookProfiles
from influencer_style.metrics.memorisation import repeats
from influencer_style.networks.bundle import SynthesisBundle, TransferBundle
from influencer_style.networks.portraits import Way, composed, direct
from influencer_style.networks.synthesis import draw_noise
from influencer_style.provenance.record import GENERATED
from influencer_style.storage.fingerprint import fingerprint
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.look_names import look_named
from influencer_style.stylist.models import LoadedModel, open_model
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.portraits import MOST_PICTURES, MOST_SIZE, Portraits
from influencer_style.stylist.result import Provenance, Result
from influencer_style.version import __version__

_MOST_TRIES = 20


class Generation:
    """Makes the portraits of a request, one by one. Use `Generation.load`.

    What repeats a photo that the model was trained on is thrown away, and drawn again from other noise; `rejected`
    counts these draws. Only the composed way needs a transfer model. `request` has the look as the model spells it, and
    its way.

    Raises StylistError when the models cannot do what is requested, the look's consent does not cover `generate` today,
    or the model was trained on somebody who has withdrawn.
    """

    def __init__(
        self,
        request: Portraits,
        synthesis: LoadedModel[SynthesisBundle],
        transfer: LoadedModel[TransferBundle] | None = None,
        permission: Permission | None = None,
    ) -> None:
        self.rejected = 0
        self.permission = permission or Permission("generate")
        bundle, source, version = synthesis
        self._bundle = self.permission.without_withdrawn(bundle)
        self.request = request = _decided(request, self._bundle)
        smallest = self._bundle.generator.config.resolution
        if request.size < smallest:
            raise StylistError(f"size is {request.size}; choose a whole number from {smallest} to {MOST_SIZE}")
        self._transfer = self._restyling_with(transfer) if request.way == "composed" else None
        self.permission.check(self._bundle, [request.look], "generate")
        self._provenance: Provenance = {
            "software": "influencer_style",
            "model": source,
            "model_version": version,
            "model_fingerprint": self._bundle.fingerprint,
            "looks": {request.look: 1.0},
            "seed": request.seed,
            "way": request.way,
            "truncation": request.truncation,
            "consents": {request.look: dict(self._bundle.looks[request.look].consent)},
        }
        if self._transfer:
            used, source, version = self._transfer
            model = {"model": source, "model_version": version, "model_fingerprint": used.fingerprint}
            self._provenance["transfer_model"] = model

    @classmethod
    def load(
        cls, request: Portraits, model: str | Path, transfer: str | Path | LoadedModel[TransferBundle]
    ) -> Generation:
        """Load the models that a request needs; the direct way does not touch the transfer model.

        Raises as `Generation` and `open_model` do.
        """
        synthesis = open_model(SynthesisBundle, model)
        if _decided(request, synthesis.bundle).way != "composed":
            return cls(request, synthesis)
        return cls(
            request, synthesis, transfer if isinstance(transfer, LoadedModel) else open_model(TransferBundle, transfer)
        )

    @property
    def fingerprint(self) -> str:
        """What a portrait depends on apart from its number, as 16 hex digits: models, request and this software."""
        transfer = self._transfer.bundle.fingerprint if self._transfer else ""
        options = self.request.model_dump(include={*Portraits.model_fields} - {"count"})
        return fingerprint(__version__, self._bundle.fingerprint, transfer, options)[:16]

    def portraits(self) -> list[Result]:
        """Return all portraits of the request; raises as `make` does."""
        return [self.make(number) for number in range(self.request.count)]

    def make(self, number: int) -> Result:
        """Make the portrait of a number, 0 or more; count in `rejected` what was thrown away on the way to it.

        Raises StylistError for a number out of range, when one draw after the other repeats training photos, or when
        the look's consent has ended meanwhile; UnrecordedError when it cannot be recorded that the look is used.
        """
        if not 0 <= number < MOST_PICTURES:
            raise StylistError(f"number is {number}; choose a whole number from 0 to {MOST_PICTURES - 1}")
        request, look = self.request, self.request.look
        self.permission = self.permission.record(self._bundle, [look], "generate")
        if self._transfer:
            self.permission.check(self._transfer.bundle, [look])
        marks = self._bundle.looks[look].marks
        for attempt in range(_MOST_TRIES):
            # Other noise for each attempt, and the same again for the same seed and number.
            seed = request.seed if attempt == 0 else int(fingerprint(request.seed, attempt)[:15], 16)
            noise = draw_noise(1, seed, self._bundle.generator.config.noise, request.truncation, number)
            if self._transfer is None:
                pixels = direct(self._bundle, look, noise, request.size)
            else:
                pixels = composed(self._bundle, self._transfer.bundle, look, noise, request.size)
            small = shrink(pixels, self._bundle.generator.config.resolution)
            if marks is None or not repeats(small, marks)[0]:
                picture = Image.fromarray(np.ascontiguousarray(pixels[0]))
                about: Provenance = {"number": number, "rejected": attempt}
                return Result(picture, [], {**self._provenance, **about}, source_type=GENERATED)
            self.rejected += 1
        repeated = f"portrait {number} repeats a training photo in {_MOST_TRIES} draws out of {_MOST_TRIES}"
        remedy = f"train it for fewer steps: {self._bundle.COMMAND}"
        raise StylistError(f"{repeated}: the model has learnt its photos by heart; {remedy}")

    def note_written(self, place: Path, index: Path | None = None) -> None:
        """Record where portraits are written, see `Permission.note_written`."""
        self.permission.note_written(self._bundle, [self.request.look], place, index)

    def _restyling_with(self, transfer: LoadedModel[TransferBundle] | None) -> LoadedModel[TransferBundle]:
        """Return the transfer model that the composed way uses, checked."""
        if transfer is None:
            raise StylistError("the composed way needs a transfer model; name one, or choose the direct way")
        bundle, source, version = transfer
        bundle = self.permission.without_withdrawn(bundle)
        look_named(self.request.look, bundle.looks.names)
        self.permission.check(bundle, [self.request.look])
        return LoadedModel(bundle, source, version)


def default_way(looks: LookProfiles, look: str) -> Way:
    """Return the way that gives more usable portraits: direct in looks whose photos the generator was trained on.

    Measured in benchmarks/README.md ("New faces").
    """
    return "composed" if looks[look].marks is None else "direct"


def _decided(request: Portraits, bundle: SynthesisBundle) -> Portraits:
    """Return a request with the look as the model spells it, and with its way.

    Raises StylistError for an unknown look.
    """
    look = look_named(request.look, bundle.looks.names, "to generate in")
    way = default_way(bundle.looks, look) if request.way == "auto" else request.way
    return request.model_copy(update={"look": look, "way": way})
