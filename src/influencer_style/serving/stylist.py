"""The Stylist: a portrait and the name of a look in, the portrait in that look out, at its own size."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from reprlib import repr as shortened
from typing import TYPE_CHECKING, Any

# Before torch is imported: threads that wait must sleep. Beside other programs, threads that spin make a photo take
# several times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from influencer_style.faces.align import CropTransform
    from influencer_style.faces.detect import Face
    from influencer_style.networks.bundle import TransferBundle

DEFAULT_MODEL = "data/06_models/look_transfer"


class StylistError(ValueError):
    """The picture, the look or the strength cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Result:
    """A restyled photo.

    Attributes:
        picture: RGB, upright, of the photo's size.
        faces: the faces found, largest first; the largest one's crop guided the change.
        provenance: which model, look, strength and consent made it.
        notices: what the user should know, in sentences.
    """

    picture: Image.Image
    faces: list[Face]
    provenance: dict[str, Any]
    notices: list[str] = field(default_factory=list)

    def save(self, path: str | Path) -> None:
        """Write the picture with its provenance in the file, which `influencer-style trace` follows back.

        Args:
            path: of a JPEG, PNG or WebP file; replaced atomically.

        Raises:
            StylistError: for another suffix.
        """
        from influencer_style.provenance.record import SUFFIXES, encode
        from influencer_style.storage.atomic import write_bytes

        suffix = Path(path).suffix.lower()
        if suffix not in SUFFIXES:
            raise StylistError(f"{path} has no suffix of {', '.join(sorted(SUFFIXES))}; name a file that has one")
        written = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        write_bytes(path, encode(self.picture, self.provenance | {"written": written}, suffix))


class Stylist:
    """Applies the looks of a trained model. Use `Stylist.load`.

    Args:
        bundle: the model.
        source: where it came from, for the provenance.
    """

    def __init__(self, bundle: TransferBundle, source: str = "") -> None:
        from influencer_style.faces.detect import make_detector

        self._bundle = bundle
        self._source = source
        self._detector = make_detector("lbp")

    @classmethod
    def load(cls, uri: str | Path = DEFAULT_MODEL) -> Stylist:
        """Load a model.

        Args:
            uri: a model folder, or a registered model such as `models:/look-transfer@champion`.

        Raises:
            BundleError: when there is no usable model at that place.
        """
        from influencer_style.networks.bundle import TransferBundle

        uri = str(uri)
        if uri.startswith("models:/"):
            from influencer_style.tracking.registry import model_folder

            return cls(TransferBundle.load(model_folder(uri)), uri)
        return cls(TransferBundle.load(uri), uri)

    @property
    def looks(self) -> list[str]:
        """Names of the looks it knows, sorted."""
        return self._bundle.looks.names

    @property
    def bundle(self) -> TransferBundle:
        """The model itself."""
        return self._bundle

    @property
    def version(self) -> str:
        """Which registered model it is; empty for a model folder."""
        return self._source if self._source.startswith("models:/") else ""

    def apply(
        self,
        photo: str | Path | Image.Image | np.ndarray,
        look: str | Mapping[str, float],
        strength: float = 1.0,
        seed: int | None = None,
    ) -> Result:
        """Restyle one photo.

        Args:
            photo: a file, a PIL image, or an array (h, w, 3) uint8 RGB.
            look: the name of a look, or a mix of looks with their shares, such as `{"aurora": 0.7, "noir": 0.3}`.
            strength: 0 (the photo, exactly) to 1.
            seed: draws the variation inside the look; None is the look's centre.

        Raises:
            StylistError: for an unknown look, a share or strength out of range, an expired consent, or an array of
                another shape.
            PhotoError: when the photo cannot be decoded.
        """
        import torch

        from influencer_style.faces.align import crop_face
        from influencer_style.faces.paste import crop_coordinates
        from influencer_style.networks.lift import apply_to_photo, change_of_crop

        shares = self.check(look, strength)
        pixels = _pixels(photo)
        notices: list[str] = []
        faces, transform = self._crop(pixels, notices)
        code = sum(share * self._bundle.looks.code(name) for name, share in shares.items())
        noise = None
        if seed is not None:
            noise = torch.randn(self._bundle.generator.config.noise, generator=torch.Generator().manual_seed(seed))
        change = change_of_crop(self._bundle, crop_face(pixels, transform, 256), code, noise)
        width = pixels.shape[1]
        restyled = apply_to_photo(
            change, pixels, lambda a, b: crop_coordinates(transform, width, a, b), float(strength)
        )
        provenance = {
            "software": "influencer_style",
            "model": self._source,
            "model_fingerprint": self._bundle.fingerprint,
            "looks": shares,
            "strength": float(strength),
            "seed": seed,
            "consents": {name: dict(self._bundle.looks[name].consent) for name in shares},
        }
        return Result(Image.fromarray(restyled), faces, provenance, notices)

    def check(self, look: str | Mapping[str, float], strength: float) -> dict[str, float]:
        """Return each look's share of the whole, as `apply` would use it.

        Raises:
            StylistError: as `apply` does, for all that does not depend on the photo.
        """
        if not 0 <= strength <= 1:
            raise StylistError(f"strength is {strength}; choose 0 (the photo as it is) to 1 (the whole look)")
        shares = {look: 1.0} if isinstance(look, str) else {name: float(share) for name, share in look.items()}
        total = sum(shares.values())
        if not shares or not all(0 <= share < float("inf") for share in shares.values()) or not total > 0:
            raise StylistError(f"a mix of looks needs shares of 0 or more that are not all 0, not {dict(shares)}")
        for name in shares:
            if name not in self.looks:
                raise StylistError(f"there is no look {shortened(name)}; choose one of: {', '.join(self.looks)}")
            expires = str(self._bundle.looks[name].consent.get("expires", "never"))
            if expires != "never" and date.fromisoformat(expires) < date.today():
                raise StylistError(f"the consent for look {name!r} expired on {expires}; renew it and run again")
        return {name: share / total for name, share in shares.items()}

    def _crop(self, pixels: np.ndarray, notices: list[str]) -> tuple[list[Face], CropTransform]:
        from influencer_style.faces.align import CropTransform, transform_for
        from influencer_style.faces.detect import main_faces

        faces = main_faces(self._detector.find(pixels))
        if faces:
            if len(faces) > 1:
                notices.append(f"{len(faces)} faces were found; the largest one guided the change")
            return faces, transform_for(faces[0], self._bundle.crop_margin, pixels.shape)
        notices.append("no face was found; the look was fitted to the whole photo")
        height, width = pixels.shape[:2]
        return [], CropTransform(width / 2, height / 2, max(height, width), 0.0)


def _pixels(photo: str | Path | Image.Image | np.ndarray) -> np.ndarray:
    from influencer_style.photos.colour import to_rgb
    from influencer_style.photos.decode import decode_photo

    if isinstance(photo, str | Path):
        return decode_photo(photo)
    if isinstance(photo, Image.Image):
        return to_rgb(ImageOps.exif_transpose(photo))
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or 0 in photo.shape:
        raise StylistError(f"an array must be uint8 of shape (h, w, 3), not {photo.dtype} of shape {photo.shape}")
    return photo
