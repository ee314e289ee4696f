"""This project's change to Kedro's command line: a failed `kedro run` ends with one message."""

from __future__ import annotations

from pathlib import Path

import click
from kedro.framework.cli.project import run as kedro_run

from influencer_style.hooks.endings import plain_endings


class PlainRun(click.Command):
    """Kedro's own `run`, with a log file and without tracebacks on the terminal."""

    def invoke(self, context: click.Context) -> object:
        """Run the pipeline; raises RunFailed, which click shows as one message, if that fails."""
        project = Path(getattr(context.obj, "project_path", Path.cwd()))
        with plain_endings(project):
            return super().invoke(context)


@click.group(name="influencer_style")
def cli() -> None:
    """Commands of this project that replace Kedro's own."""


run = PlainRun("run", callback=kedro_run.callback, params=kedro_run.params, help=kedro_run.help)
cli.add_command(run)
