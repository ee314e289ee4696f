"""Makes the HEIC files beside it, each under a kilobyte or two: python tests/heic/make.py

They are drawn, show nobody, and are committed, since only this needs an encoder: heif-enc of Debian's libheif-examples.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "hostile"))
from mutations import photo


def main() -> None:
    folder = Path(__file__).parent
    picture = photo(1)
    exif = Image.Exif()
    exif.update({0x0112: 6, 0x010F: "A maker"})  # a turn that the boxes do not ask for, so that nobody may make it
    clear = picture.copy()
    clear.putalpha(Image.linear_gradient("L").resize(picture.size))
    with tempfile.TemporaryDirectory() as work:
        picture.save(f"{work}/plain.jpg", quality=98, subsampling=0, exif=exif)
        picture.convert("L").save(f"{work}/grey.png")
        clear.save(f"{work}/clear.png")
        cv2.imwrite(f"{work}/deep.png", np.asarray(picture, np.uint16)[:, :, ::-1] * 257)
        for name, *options in (("plain.jpg",), ("grey.png",), ("clear.png",), ("deep.png", "-b", "10")):
            to = folder / f"{Path(name).stem}.heic"
            subprocess.run(["heif-enc", "-q", "70", *options, f"{work}/{name}", "-o", str(to)], check=True)


if __name__ == "__main__":
    main()
