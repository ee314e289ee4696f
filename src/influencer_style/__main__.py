"""`python -m influencer_style`: runs pipelines where this package is installed without the project's source.

As Kedro's own packaged projects do: the arguments are those of `kedro run`; the configuration is a folder or archive
that `--conf-source` names, by default `conf` in the working folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kedro.framework.cli.utils import find_run_command
from kedro.framework.project import configure_project


def main(*arguments: object, **named: object) -> object:
    """Run Kedro's run command of this package."""
    package = Path(__file__).parent.name
    configure_project(package)
    return find_run_command(package)(*arguments, **named)


if __name__ == "__main__":
    main(args=sys.argv[1:], prog_name=f"python -m {Path(__file__).parent.name}")
