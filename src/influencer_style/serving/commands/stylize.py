"""`influencer-style stylize`: photos in, restyled photos out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from influencer_style.serving.commands.common import complain, model_option, open_stylist
from influencer_style.serving.stylist import StylistError

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "stylize",
        parents=[model_option()],
        help="restyle photos",
        description="Restyle photos and write them to a folder as NAME-LOOK.",
        epilog="example: influencer-style stylize me.jpg --look aurora --strength 0.8 --out restyled",
    )
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="JPEG, PNG or WebP files")
    parser.add_argument("--look", required=True, help="name of a look; see `influencer-style looks`")
    parser.add_argument(
        "--strength", type=float, default=1.0, help="0 (the photo as it is) to 1 (the whole look, the default)"
    )
    parser.add_argument("--seed", type=int, help="draw a variation inside the look; without it, the look's centre")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write to; made if it is not there")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Restyle; return 0 when all went well, 1 when a photo could not be used, 2 when the command is wrong."""
    from tqdm import tqdm

    from influencer_style.photos.decode import PhotoError

    stylist = open_stylist(asked.model)
    if stylist is None:
        return 2
    # What holds for every photo is checked before the first.
    try:
        stylist.check(asked.look, asked.strength)
    except StylistError as error:
        complain(error)
        return 2
    out, failed, taken = Path(asked.out), 0, set()
    for photo in tqdm(asked.photos, desc="Restyling", unit="photo", disable=len(asked.photos) < 2):
        path = Path(photo)
        suffix = path.suffix.lower() if path.suffix.lower() in _SUFFIXES else ".png"
        target = out / f"{path.stem}-{asked.look}{suffix}"
        if target in taken:
            target = target.with_stem(f"{target.stem}-{len(taken)}")
        taken.add(target)
        try:
            result = stylist.apply(path, asked.look, asked.strength, seed=asked.seed)
            result.save(target)
        except (PhotoError, StylistError, OSError) as error:
            failed += 1
            tqdm.write(f"influencer-style: {photo}: {error}", file=sys.stderr)
            continue
        tqdm.write(str(target))
        for notice in result.notices:
            tqdm.write(f"influencer-style: {photo}: {notice}", file=sys.stderr)
    if failed:
        complain(f"{failed} of {len(asked.photos)} photos could not be restyled")
    return 1 if failed else 0
