"""The command line: `influencer-style`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from influencer_style.serving.stylist import DEFAULT_MODEL, Stylist, StylistError

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all went well, 1 when a photo could not be used, 2 when the command is wrong."""
    asked = _parser().parse_args(arguments)
    if asked.command == "trace":
        return _trace(asked)
    from influencer_style.networks.bundle import BundleError

    unusable: tuple[type[Exception], ...] = (BundleError,)
    if asked.model.startswith("models:/"):
        from influencer_style.tracking.registry import RegistryError

        unusable += (RegistryError,)
    try:
        stylist = Stylist.load(asked.model)
    except unusable as error:
        print(f"influencer-style: {error}", file=sys.stderr)
        return 2
    if asked.command == "looks":
        print("\n".join(stylist.looks))
        return 0
    return _stylize(stylist, asked)


def _trace(asked: argparse.Namespace) -> int:
    from influencer_style.provenance.record import RecordError
    from influencer_style.serving.trace import as_json, in_words, trace
    from influencer_style.tracking.registry import RegistryError

    failed = False
    for picture in asked.pictures:
        try:
            traced = trace(picture)
        except (RecordError, RegistryError) as error:
            failed = True
            print(f"influencer-style: {error}", file=sys.stderr)
            continue
        print(as_json(traced) if asked.json else in_words(picture, traced))
    return 1 if failed else 0


def _stylize(stylist: Stylist, asked: argparse.Namespace) -> int:
    from tqdm import tqdm

    from influencer_style.photos.decode import PhotoError

    # What holds for every photo is checked before the first.
    try:
        stylist.check(asked.look, asked.strength)
    except StylistError as error:
        print(f"influencer-style: {error}", file=sys.stderr)
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
        print(f"influencer-style: {failed} of {len(asked.photos)} photos could not be restyled", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="influencer-style",
        description="Put a creator's look onto portraits: the same person, in that look, at the photo's own size.",
        epilog="Looks come from a trained model: `kedro run` makes one. The looks it has: `influencer-style looks`.",
    )
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="a model folder, or a registered model such as models:/look-transfer@champion (default: %(default)s)",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("looks", parents=[model], help="print the names of the looks, one a line")
    stylize = commands.add_parser(
        "stylize",
        parents=[model],
        help="restyle photos",
        description="Restyle photos and write them to a folder as NAME-LOOK.",
        epilog="example: influencer-style stylize me.jpg --look aurora --strength 0.8 --out restyled",
    )
    stylize.add_argument("photos", nargs="+", metavar="PHOTO", help="JPEG, PNG or WebP files")
    stylize.add_argument("--look", required=True, help="name of a look; see `influencer-style looks`")
    stylize.add_argument(
        "--strength", type=float, default=1.0, help="0 (the photo as it is) to 1 (the whole look, the default)"
    )
    stylize.add_argument("--seed", type=int, help="draw a variation inside the look; without it, the look's centre")
    stylize.add_argument("--out", required=True, metavar="DIR", help="folder to write to; made if it is not there")
    tracing = commands.add_parser(
        "trace",
        help="follow restyled pictures back to model, run, photos and consents",
        description="Follow pictures that `stylize` wrote back to the registered model, the run that made it, the "
        "photos it was learnt from and the consents. Run it in the project, or set MLFLOW_TRACKING_URI.",
    )
    tracing.add_argument("pictures", nargs="+", metavar="FILE", help="JPEG, PNG or WebP files")
    tracing.add_argument("--json", action="store_true", help="everything, for programs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
