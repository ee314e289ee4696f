"""The Stylist: a photo and the name of a look in, the photo in that look out, at its own size."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

# Before torch is imported: threads that wait must sleep. Beside other programs, threads that spin make a photo take
# several times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from influencer_style.looks.few_photos import thin_look_notice
from influencer_style.stylist.detection import crops_of, detector_name, faces_in, open_detector
from influencer_style.stylist.given_photo import GivenPhoto, original_of
from influencer_style.stylist.likeness_guard import LikenessGuard, Mode
from influencer_style.stylist.models import DEFAULT_MODEL
from influencer_style.stylist.outcomes import outcome_of
from influencer_style.stylist.permission import Permission
from influencer_style.stylist.result import Result, StylistError
from influencer_style.stylist.wishes import Faces, Style, area_weights, check_wishes, chosen_of, shares_of

if TYPE_CHECKING:
    from torch import Tensor

    from influencer_style.faces.align import CropTransform
    from influencer_style.faces.detectors import DetectorName
    from influencer_style.networks.bundle import TransferBundle
    from influencer_style.photos.decode import PhotoError
    from influencer_style.photos.original import Original

_CROP = 256  # px, side of the face crop that the network looks at

Photo = TypeVar("Photo", bound=GivenPhoto)


class Stylist:
    """Applies the looks of a trained model. Use `Stylist.load`. Not to be shared between threads.

    Args:
        bundle: the model.
        source: where it came from, for the provenance: no path of this machine, since strangers read it.
        version: which registered model it is, in words; empty for a model folder.
        permission: how it asks whether a look may be used.
        likeness: what to do where a result has become the creator's face: `warn`, `refuse`, or `off`, do not look.
        detector: what finds faces, `lbp` or `yunet`; None is what found those that the model was made from.

    Raises:
        StylistError: when the model rests on a creator who has withdrawn, or there is no such detector here.
    """

    def __init__(
        self,
        bundle: TransferBundle,
        source: str = "",
        version: str = "",
        permission: Permission | None = None,
        likeness: Mode = "warn",
        detector: DetectorName | None = None,
    ) -> None:
        self.permission = permission or Permission()
        self.bundle = self.permission.without_withdrawn(bundle)
        self.guard = LikenessGuard(likeness)
        self.version = version
        self._source = source
        self.detector = detector_name(self.bundle, detector)
        self._detector = open_detector(self.detector)

    @classmethod
    def load(
        cls, uri: str | Path = DEFAULT_MODEL, likeness: Mode = "warn", detector: DetectorName | None = None
    ) -> Stylist:
        """Load a model.

        Args:
            uri: a model folder, or a registered model such as `models:/look-transfer@champion`.
            likeness: what to do where a result has become the creator's face: `warn`, `refuse`, or `off`, do not look.
            detector: what finds faces, `lbp` or `yunet`; None is what found those that the model was made from.

        Raises:
            StylistError: for another `likeness`, or a detector that is not here.
            BundleError: when there is no usable model at that place.
            RegistryError: when the registry has no such model, or does not answer.
        """
        from influencer_style.networks.bundle import TransferBundle
        from influencer_style.stylist.models import open_model

        return cls(*open_model(TransferBundle, uri), likeness=likeness, detector=detector)

    @property
    def looks(self) -> list[str]:
        """Names of the looks it knows, sorted."""
        return self.bundle.looks.names

    @property
    def fingerprint(self) -> str:
        """What the model was made from (SHA-256, hex): the same inputs and parameters give the same."""
        return self.bundle.fingerprint

    def apply(
        self,
        photo: GivenPhoto,
        look: str | Mapping[str, float] | None = None,
        strength: float = 1.0,
        reference: GivenPhoto | None = None,
        regions: Mapping[str, float] | None = None,
        seed: int | None = None,
        faces: Faces = "all",
        private: bool = False,
    ) -> Result:
        """Restyle one photo.

        Args:
            photo: a file, a file's bytes, an open file, a PIL image, or an array (h, w, 3) uint8 RGB.
            look: the name of a look, or a mix of looks with their shares, such as `{"aurora": 0.7, "noir": 0.3}`.
            strength: 0 (the photo, exactly) to 1.
            reference: a photo whose look is taken, instead of `look`.
            regions: how much of the change a region gets, 0 to 1, such as `{"hair": 0.5}`; 1 where it is not named.
                There are skin, lips, eyes, hair, background and other.
            seed: draws the variation inside the look; None is the look's centre.
            faces: which faces are restyled: "all", the "largest", or their numbers, the largest being 0. Others get
                colour and light as the rest of the photo does.
            private: keep all metadata of the photo; by default place, names, serial numbers and the like are dropped.

        Raises:
            StylistError: for an unknown look or region, a number out of range, a consent that does not cover
                `transfer` today, a face that is not there, or an array of another shape; LikenessError, one of these,
                where the likeness guard refuses; UnrecordedError, where a decision about consent cannot be recorded.
            PhotoError: when the photo or the reference cannot be decoded.
        """
        style = self._style(look, strength, reference, regions, seed, faces)
        return self._restyled(original_of(photo, private), style)

    def apply_many(
        self,
        photos: Iterable[Photo],
        look: str | Mapping[str, float] | None = None,
        strength: float = 1.0,
        reference: GivenPhoto | None = None,
        regions: Mapping[str, float] | None = None,
        seed: int | None = None,
        faces: Faces = "all",
        private: bool = False,
    ) -> Iterator[tuple[Photo, Result | PhotoError | StylistError]]:
        """Restyle photos one after the other, reading ahead; yield each with its result, or why it has none.

        Whatever goes wrong with one photo is what is yielded for it, and ends nothing. Arguments as in `apply`; what is
        wrong for every photo is raised before the first. Memory holds three photos at most, however many there are.
        Before each photo the consent is asked for again: one that has ended meanwhile ends this with a StylistError.
        """
        from influencer_style.photos.parallel import map_bounded

        style = self._style(look, strength, reference, regions, seed, faces)

        def read(photo: Photo) -> tuple[Photo, Original | PhotoError | StylistError]:
            return photo, outcome_of(partial(original_of, photo, private))

        for photo, original in map_bounded(read, photos, 1):
            if isinstance(original, Exception):
                yield photo, original
                continue
            style.ask_again()
            made = outcome_of(partial(self._restyled, original, style))
            del original
            yield photo, made

    def generate(self, look: str, count: int = 1, seed: int = 0, **further: Any) -> list[Result]:
        """Return new portraits of nobody in a look. Arguments and errors are those of `generation.generate`."""
        from influencer_style.stylist.generation import generate

        return generate((self.bundle, self._source, self.version), look, count, seed, **further)

    def check(
        self,
        look: str | Mapping[str, float] | None,
        strength: float,
        regions: Mapping[str, float] | None = None,
        faces: Faces = "all",
    ) -> dict[str, float]:
        """Return each look's share of the whole, as `apply` would use it; none where there is no look.

        Raises:
            StylistError: as `apply` does, for all that does not depend on the photo.
        """
        check_wishes(strength, regions, faces)
        shares = {} if look is None else shares_of(look, self.bundle.looks)
        self.permission.check(self.bundle, shares)
        return shares

    def _style(
        self,
        look: str | Mapping[str, float] | None,
        strength: float,
        reference: GivenPhoto | None,
        regions: Mapping[str, float] | None,
        seed: int | None,
        faces: Faces,
    ) -> Style:
        """Check what is asked, and return what holds for every photo."""
        import torch

        from influencer_style.stylist.reference import reference_of

        if (look is None) == (reference is None):
            raise StylistError("name either a look, or a reference photo whose look is taken")
        check_wishes(strength, regions, faces, seed)
        shares = self.check(look, strength, regions, faces)
        self.permission.record(self.bundle, shares)
        told, permitted = None, partial(self.permission.check, self.bundle, list(shares))
        if reference is None:
            code = sum(share * self.bundle.looks.code(name) for name, share in shares.items())
            worn = [name for name, share in shares.items() if share]
            creators, unchecked = self.guard.creators(worn, self.bundle.looks)
            thin = (thin_look_notice(self.bundle.looks[name]) for name in worn)
            notices = [*filter(None, thin), *unchecked]
        else:
            original = original_of(reference, False)
            whose = reference_of(reference, original)
            creator, consent, notices = whose.consent(self.permission, self.bundle)
            permitted = partial(whose.check, self.permission, self.bundle)
            told = {"sha256": whose.digest, "creator": creator, "consent": consent}
            found = faces_in(original.seen, self._detector)[:1]
            (place,) = crops_of(found, self.bundle.crop_margin, original.seen.shape)
            code = self._code_of(original.seen, place)
            creators, unchecked = self.guard.reference(original.seen, place if found else None)
            notices = notices + unchecked
        noise = None
        if seed is not None:
            noise = torch.randn(self.bundle.generator.config.noise, generator=torch.Generator().manual_seed(seed))
        provenance = {
            "software": "influencer_style",
            "model": self._source,
            "model_version": self.version,
            "model_fingerprint": self.fingerprint,
            "looks": shares,
            "strength": float(strength),
            "seed": seed,
            "regions": dict(regions or {}),
            "reference": told,
            "consents": {name: dict(self.bundle.looks[name].consent) for name in shares},
        }
        weights = area_weights(regions)
        return Style(code, noise, weights, float(strength), faces, creators, provenance, notices, permitted)

    def _restyled(self, original: Original, style: Style) -> Result:
        from influencer_style.faces.align import crop_face
        from influencer_style.networks.lift import PlacedChange, apply_to_photo, change_of_crop

        seen, notices = original.seen, [*original.notices, *style.notices]
        found = faces_in(seen, self._detector)
        chosen = chosen_of(found, style.faces)
        if not found:
            notices.append("no face was found; the photo got the look's colour and light alone")
        elif len(chosen) < len(found):
            notices.append(f"{len(found)} faces were found, {len(chosen)} of them restyled")
        placed, places = [], crops_of(chosen, self.bundle.crop_margin, seen.shape)
        for place in places:
            crop = crop_face(seen, place, _CROP)
            change = change_of_crop(self.bundle, crop, style.code, style.noise, style.weights, bool(found))
            placed.append(PlacedChange(change, place))
        restyled = replace(original, pixels=apply_to_photo(placed, original.pixels, style.strength))
        likeness, alarms = self.guard.examine(style.creators, seen, restyled.seen, places if found else [])
        picture, notices = original.with_pixels(restyled.pixels), notices + alarms
        made = {"faces": len(chosen), "source_sha256": original.sha256, "likeness": likeness}
        kept = original.profile, original.exif, original.xmp, original.parent
        return Result(picture, found, style.provenance | made, notices, *kept)

    def _code_of(self, photo: np.ndarray, place: CropTransform) -> Tensor:
        """Return the style code of a reference photo: of one crop of it."""
        from influencer_style.faces.align import crop_face
        from influencer_style.looks.pixels import to_tensor

        return self.bundle.looks.code_of(self.bundle.encoder, to_tensor(crop_face(photo, place, _CROP)[None]))
