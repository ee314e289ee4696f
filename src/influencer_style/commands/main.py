"""The command line: `influencer-style`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from influencer_style.commands.common import command_errors
from influencer_style.commands.output import Failure, complain
from influencer_style.storage.text import make_log_lines_safe
from influencer_style.version import __version__

# Each is a function of this name in a module of this name, which is imported when the command is used.
COMMANDS = {
    "looks": "Print the names of the looks, one a line.",
    "stylize": "Restyle photos.",
    "compare": "Draw one portrait in all looks, side by side.",
    "generate": "Make new portraits in a look, of people who do not exist.",
    "verify": "Show what a picture's file proves, and what it does not.",
    "trace": "Follow pictures back to model, run, photos and consents.",
    "export": "Write the generator as ONNX, for apps.",
    "consent": "Write and check creators' consents.",
    "audit": "Verify the log of decisions about consents.",
    "models": "List and fetch the networks of others that find and compare faces.",
}


class Commands(click.Group):
    """The commands, each imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which the help lists them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None where there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return getattr(import_module(f"influencer_style.commands.{cmd_name}"), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    no_args_is_help=False,
    context_settings={"max_content_width": 120},
    epilog="Looks come from a trained model: `kedro run` makes one. The looks it has: `influencer-style looks`.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def program() -> None:
    """Put a creator's look onto portraits: the same person, in that look, at the photo's own size."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all went well, 1 when a photo could not be used, 2 when the command is wrong."""
    make_log_lines_safe()
    try:
        status = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on, as in `influencer-style audit | head`
        # All further output is thrown away: Python flushes once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _run(arguments: list[str]) -> int:
    try:
        with program.make_context("influencer-style", arguments) as context:
            program.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        if error.ctx:
            click.echo(error.ctx.get_usage(), err=True)
        complain(error.format_message())
        return error.exit_code
    except Failure as failure:
        complain(failure)
        return failure.status
    except command_errors() as error:
        complain(error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
