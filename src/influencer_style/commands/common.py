"""What the commands share: options, and how errors become messages and exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin

import click

from influencer_style.commands.output import Failure, complain
from influencer_style.faces.detectors import DETECTORS, YUNET_FILE
from influencer_style.project.signals import ended_by_signals
from influencer_style.stylist.models import DEFAULT_TRANSFER
from influencer_style.stylist.request import Options

Callback = TypeVar("Callback", bound=Callable[..., object])

# The errors whose message tells the user what to do.
ERRORS = (
    ("influencer_style.batches.gathering", "BatchError"),
    ("influencer_style.consent.audit_row", "AuditError"),
    ("influencer_style.consent.clock", "ClockError"),
    ("influencer_style.consent.grant", "ConsentError"),
    ("influencer_style.networks.folder", "BundleError"),
    ("influencer_style.pretrained.catalogue", "PretrainedError"),
    ("influencer_style.project.folder", "ConfigurationError"),
    ("influencer_style.provenance.manifest", "SigningError"),
    ("influencer_style.provenance.authority", "CredentialsError"),
    ("influencer_style.stylist.errors", "ExportError"),
    ("influencer_style.stylist.errors", "StylistError"),
    ("influencer_style.tracking.registry.versions", "RegistryError"),
)


def model_option(default: str = DEFAULT_TRANSFER) -> Callable[[Callback], Callback]:
    """Return the option that names a model, a folder by default."""
    example = f"models:/{Path(default).name.replace('_', '-')}@champion"
    text = f"a model folder, or a registered model such as {example}"
    return click.option("--model", default=default, show_default=True, help=text)


def out_option(metavar: str, text: str) -> Callable[[Callback], Callback]:
    """Return the option that names what is written."""
    return click.option("--out", required=True, type=click.Path(path_type=Path), metavar=metavar, help=text)


detector_option = click.option(
    "--detector",
    type=click.Choice(DETECTORS),
    help=f"face detector (default: the one that the model was made with); yunet needs {YUNET_FILE}",
)


class Command(click.Command):
    """A command whose epilog is printed as it is written: it holds examples, a line each."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilog."""
        del ctx
        formatter.write(f"\n{self.epilog}" if self.epilog else "")


def request_options(
    request: type[Options], special: Mapping[str, Mapping[str, Any]] | None = None
) -> Callable[[Callback], Callback]:
    """Give a command an option for each field of a request, with its type, default and description.

    `special` holds, by field, further arguments of `click.option`; `flag` is the option's name, if not the field's.
    """

    def decorated(command: Callback) -> Callback:
        for name, field in reversed(request.model_fields.items()):
            required, kind, args = field.is_required(), field.annotation, get_args(field.annotation)
            choice = click.Choice(args) if get_origin(kind) is Literal else None
            plain = choice or next(one for one in (*args, kind) if one is not NoneType)
            settings: dict[str, Any] = {"type": plain, "required": required, "help": field.description}
            if not required:
                settings |= {"default": field.default, "show_default": isinstance(field.default, str | int | float)}
            if field.annotation is bool:
                settings |= {"type": None, "is_flag": True, "show_default": False}
            settings |= (special or {}).get(name, {})
            command = click.option(settings.pop("flag", f"--{name}"), name, **settings)(command)
        return command

    return decorated


def number(text: str) -> float:
    """Read a number."""
    try:
        return float(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a number; write for example 0.5") from None


def command_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose message tells the user what to do. Any other is a bug of this program."""
    # A module that is not loaded has raised nothing: importing it here would only make a wrong command slow.
    return tuple(getattr(sys.modules[home], name) for home, name in ERRORS if home in sys.modules)


@contextmanager
def resumable() -> Iterator[None]:
    """Let signals and Ctrl-C end the block in order; what is done stays done, and the next run goes on from there."""
    try:
        with ended_by_signals():
            yield
    except KeyboardInterrupt:
        raise Failure("stopped; run it again, and it goes on where it was", 130) from None


def require_any(paths: Sequence[str | Path]) -> None:
    """End the command with status 1 where none of these files or folders exists; complain of each then."""
    if not any(os.path.lexists(os.path.expanduser(path)) for path in paths):
        for path in paths:
            complain(f"{path}: there is no such file or folder; check the name")
        raise click.exceptions.Exit(1)
