"""`influencer-style export`: a model for apps, as ONNX."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from influencer_style.commands.common import command_errors, model_option
from influencer_style.commands.output import complain, say
from influencer_style.stylist.before_loading import open_listing


def add_to(commands: Any) -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "export",
        parents=[model_option()],
        help="write the generator as ONNX, for apps",
        description="Write generator.onnx (any number of portraits of any size), looks.json (the looks' style codes, "
        "their consents, what goes in and comes out) and card.md. ONNX is run beside torch first; where they differ by "
        "more than 0.001, nothing is written. Looks whose consent has expired or does not cover transfer stay out. "
        "Takes half a minute.",
        epilog="example: influencer-style export --out app-model; how to use it there: docs/onnx_example.py",
    )
    parser.add_argument(
        "--out", required=True, metavar="DIR", help="folder to write; an earlier export in it is replaced"
    )
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Export; return 0, or 2 without a model, where no look may go out, or where ONNX and torch do not agree."""
    from influencer_style.batches.gathering import check_folder
    from influencer_style.consent.places import ledgers_of
    from influencer_style.stylist.export_folder import FILES, require_free
    from influencer_style.stylist.stylist import Stylist

    try:
        # All that can be wrong is checked before the model is loaded, which takes seconds.
        require_free(Path(asked.out))
        check_folder(Path(asked.out))
        open_listing(asked.model)
        from influencer_style.stylist.export import export_onnx

        stylist = Stylist.load(asked.model)
        done = export_onnx(stylist.bundle, asked.out, ledgers_of(stylist.bundle.folder), stylist.version)
    except (*command_errors(), OSError) as error:
        complain(error)
        return 2
    for name, reason in done.left_out.items():
        complain(f"look {name} is left out: {reason}")
    for name in FILES:
        path = Path(asked.out) / name
        say(f"{path} ({path.stat().st_size / 1e6:.2g} MB)")
    say(f"looks: {', '.join(done.looks)}")
    for size, difference in done.differences.items():
        say(f"largest difference from torch at {size} pixels: {difference:.1e}")
    return 0
