"""The Stylist: a photo and the name of a look in, the photo in that look out, at its own size."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar, Unpack

# Before torch is imported: threads that wait must sleep. Next to other programs, threads that spin make a photo take
# several times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from influencer_style.faces.align import crop_face
from influencer_style.faces.detect import Detector
from influencer_style.faces.detectors import DetectorName
from influencer_style.networks.around_face import change_around
from influencer_style.networks.bundle import TransferBundle
from influencer_style.networks.lift import CROP, apply_to_photo, change_by_colour
from influencer_style.networks.people import PlacedChange
from influencer_style.photos.files import PhotoError
from influencer_style.photos.original import Original
from influencer_style.photos.parallel import map_bounded
from influencer_style.stylist.detection import chosen_of, crops_of, detector_name, faces_in, open_detector
from influencer_style.stylist.errors import StylistError, outcome_of
from influencer_style.stylist.generation import Generation
from influencer_style.stylist.given_photo import original_of
from influencer_style.stylist.likeness_guard import LikenessGuard
from influencer_style.stylist.look_names import shares_of
from influencer_style.stylist.models import DEFAULT_SYNTHESIS, DEFAULT_TRANSFER, LoadedModel, open_model
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.portraits import PortraitOptions, Portraits
from influencer_style.stylist.restyling import GivenPhoto, LikenessMode, Restyling, RestylingOptions
from influencer_style.stylist.result import Provenance, Result
from influencer_style.stylist.style import Style, style_of_looks, style_of_reference

Photo = TypeVar("Photo", bound=GivenPhoto)


class Stylist:
    """Applies the looks of a trained model. Use `Stylist.load`. Not to be shared between threads.

    Example:
        >>> stylist = Stylist.load()
        >>> stylist.apply("me.jpg", "aurora", strength=0.7, regions={"hair": 0}).save("me-aurora.jpg")
        >>> for photo, result in stylist.apply_many(["a.jpg", "b.jpg"], {"aurora": 0.7, "noir": 0.3}):
        ...     print(photo, result)

    Args:
        bundle: The model.
        source: Where it came from, for the provenance: no path of this machine, since strangers read it.
        version: Which registered model it is, in words; empty for a model folder.
        permission: Asks whether a look may be used.
        guard: Checks whether a result has become the creator's face; a guard, or the mode of one.
        detector: Finds faces: a detector, or the name of one; by default what found those that the model was made from.

    Raises:
        StylistError: When the model rests on a creator who has withdrawn, or there is no such detector here.
    """

    def __init__(
        self,
        bundle: TransferBundle,
        source: str = "",
        version: str = "",
        permission: Permission | None = None,
        guard: LikenessGuard | str = "warn",
        detector: Detector | str | None = None,
    ) -> None:
        self.permission = permission or Permission()
        self.bundle = self.permission.without_withdrawn(bundle)
        self.guard = LikenessGuard(guard) if isinstance(guard, str) else guard
        self.version = version
        self._model = LoadedModel(self.bundle, source, version)
        if detector is None or isinstance(detector, str):
            name = detector_name(self.bundle, detector)
            self.detector: str = name
            self._detector = open_detector(name)
        else:
            self.detector, self._detector = type(detector).__name__, detector

    @classmethod
    def load(
        cls,
        uri: str | Path = DEFAULT_TRANSFER,
        likeness: LikenessMode = "warn",
        detector: DetectorName | Detector | None = None,
    ) -> Stylist:
        """Load a model.

        Args:
            uri: A model folder, or a registered model such as `models:/look-transfer@champion`.
            likeness: What to do where a result has become the creator's face: `warn`, `refuse`, or `off`: do not look.
            detector: What finds faces (`faces.detectors.DETECTORS`); by default, what found those of the model.

        Raises:
            StylistError: For another `likeness`, or a detector that is not here.
            BundleError, RegistryError: When there is no usable model at that place, or the registry does not answer.
        """
        return cls(*open_model(TransferBundle, uri), guard=likeness, detector=detector)

    @property
    def looks(self) -> list[str]:
        """Names of the looks it can apply, sorted."""
        return self.bundle.looks.names

    @property
    def fingerprint(self) -> str:
        """What the model was made from (SHA-256, hex): the same inputs and parameters give the same."""
        return self.bundle.fingerprint

    @property
    def identity(self) -> tuple[str, str, str]:
        """What its pictures depend on: the model's fingerprint, the likeness guard's mode and the face detector."""
        return self.fingerprint, self.guard.mode, self.detector

    def apply(
        self,
        photo: GivenPhoto,
        look: str | Mapping[str, float] | None = None,
        strength: float = 1.0,
        **options: Unpack[RestylingOptions],
    ) -> Result:
        """Restyle one photo.

        Args:
            photo: A file, a file's bytes, an open file, a PIL image, or an array (h, w, 3) uint8 RGB.
            look: The name of a look, or a mix of looks with their shares, such as `{"aurora": 0.7, "noir": 0.3}`.
            strength: 0 (the photo, exactly) to 1.
            **options: `reference` (a photo whose look is taken, instead of `look`), `regions` such as `{"hair": 0.5}`,
                `seed`, `faces` and `private`; see `Restyling`.

        Raises:
            StylistError: For an unknown look or region, a number out of range, a consent that does not cover
                `transfer` today, a face that is not there, or an array of another shape; LikenessError, one of these,
                where the likeness guard refuses; UnrecordedError, where a decision about consent cannot be recorded.
            PhotoError: When the photo or the reference cannot be decoded.
        """
        request = Restyling.checked(look=look, strength=strength, **options)
        style = self._style(request)
        return self._restyled(original_of(photo, request.private), style)

    def apply_many(
        self,
        photos: Iterable[Photo],
        look: str | Mapping[str, float] | None = None,
        strength: float = 1.0,
        **options: Unpack[RestylingOptions],
    ) -> Iterator[tuple[Photo, Result | PhotoError | StylistError]]:
        """Restyle photos one after the other, as `restyle_many` does; the other arguments are those of `apply`."""
        return self.restyle_many(photos, Restyling.checked(look=look, strength=strength, **options))

    def restyle_many(
        self, photos: Iterable[Photo], request: Restyling
    ) -> Iterator[tuple[Photo, Result | PhotoError | StylistError]]:
        """Restyle photos one after the other, reading ahead; yield each with its result, or why it has none.

        Whatever goes wrong with one photo is what is yielded for it, and ends nothing; what is wrong for every photo is
        raised before the first. Memory holds three photos at most, however many there are. Before each photo the
        consent is checked again: one that has ended meanwhile ends this with a StylistError.
        """
        style = self._style(request)

        def read(photo: Photo) -> tuple[Photo, Original | PhotoError | StylistError]:
            return photo, outcome_of(partial(original_of, photo, request.private))

        for photo, original in map_bounded(read, photos, 1):
            if isinstance(original, Exception):
                yield photo, original
                continue
            style.check_again()
            outcome = outcome_of(partial(self._restyled, original, style))
            del original
            yield photo, outcome

    def generate(
        self,
        look: str,
        count: int = 1,
        seed: int = 0,
        model: str | Path = DEFAULT_SYNTHESIS,
        **options: Unpack[PortraitOptions],
    ) -> list[Result]:
        """Return new portraits of nobody in a look.

        Args:
            look: The name of a look that may be generated.
            count: Number of portraits.
            seed: Portraits of one seed differ; portrait k of a seed is always the same.
            model: The synthesis model, as `models.open_model` takes it.
            **options: `way`, `size` and `truncation`, see `Portraits`.

        Raises:
            StylistError: For an unknown look, a number out of range, or a consent that does not allow it.
            BundleError, RegistryError: When there is no such model.
        """
        request = Portraits.checked(look=look, count=count, seed=seed, **options)
        return Generation.load(request, model, self._model).portraits()

    def check(self, look: str | Mapping[str, float] | None) -> dict[str, float]:
        """Return each look's share of the whole, if any. Raises StylistError for a look that may not be used."""
        shares = {} if look is None else shares_of(look, self.looks)
        self.permission.check(self.bundle, shares)
        return shares

    def for_request(self, looks: Iterable[str], stage: str = "") -> Stylist:
        """Return a Stylist that answers one request, in which these looks are used: recorded now, and not again.

        `stage` is what they are used for, by default what this Stylist works for. Raises StylistError as `check` does.
        """
        one = copy(self)
        one.permission = replace(self.permission, stage=stage or self.permission.stage)
        used = {name for look in looks for name in one.check(look)}
        one.permission = one.permission.record(self.bundle, used)
        return one

    def _style(self, request: Restyling) -> Style:
        """Return what holds for every photo of a request."""
        shares, used = self.check(request.look), (self._model, self.permission, self.guard)
        if request.reference is None:
            return style_of_looks(request, shares, *used)
        return style_of_reference(request, request.reference, *used, self._detector)

    def _restyled(self, original: Original, style: Style) -> Result:
        seen = original.seen
        notices = [*original.notices, *style.notices]
        found = faces_in(seen, self._detector)
        chosen = chosen_of(found, style.request.faces)
        if not found:
            notices.append("no face was found; the photo got the look's colour and light alone")
        elif len(chosen) < len(found):
            notices.append(f"{len(found)} faces were found, {len(chosen)} of them restyled")
        noise, weights = style.noise(self.bundle.generator.config.noise), style.area_weights()
        placed, places = [], crops_of(chosen, self.bundle.crop_margin, seen.shape)
        for place in places:
            if found:
                placed.append(change_around(self.bundle, seen, place, style.code, noise, weights))
            else:
                by_colour = change_by_colour(self.bundle, crop_face(seen, place, CROP), style.code, noise, weights)
                placed.append(PlacedChange(by_colour, place))
        restyled = replace(original, pixels=apply_to_photo(placed, original.pixels, style.request.strength))
        likeness, alarms = self.guard.examine(style.creators, seen, restyled.seen, places if found else [])
        picture = original.with_pixels(restyled.pixels)
        about: Provenance = {"faces": len(chosen), "source_sha256": original.sha256, "likeness": likeness}
        kept = original.profile, original.exif, original.xmp, original.parent
        return Result(picture, found, {**style.provenance, **about}, notices + alarms, *kept)
