"""The command line: `influencer-style`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from influencer_style.commands import audit, compare, consent, export, generate, looks, stylize, trace, verify
from influencer_style.commands.output import Parser, while_it_is_read
from influencer_style.storage.log_lines import make_log_lines_safe
from influencer_style.version import __version__

COMMANDS = (looks, stylize, compare, generate, verify, trace, export, consent, audit)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all went well, 1 when a photo could not be used, 2 when the command is wrong."""
    make_log_lines_safe()
    options = _parser().parse_args(arguments)
    return while_it_is_read(lambda: options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="influencer-style",
        description="Put a creator's look onto portraits: the same person, in that look, at the photo's own size.",
        epilog="Looks come from a trained model: `kedro run` makes one. The looks it has: `influencer-style looks`.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
