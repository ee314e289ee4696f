"""A tiny project as a user has it: configuration and no data, run as a process of its own."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from warm_python import WarmPython

ROOT = Path(__file__).parent.parent
# One thread: sums in another order differ in the last bit, and two runs are to be the same.
ENVIRONMENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "COLUMNS": "400", "OMP_NUM_THREADS": "1"}


def make_project(folder: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf/local").mkdir()
    (folder / "src").mkdir()  # Kedro wants the folder; the package is installed
    return folder


def environment() -> dict[str, str]:
    """What processes of a project get: this process's environment, but the ledger is the project's own."""
    return {name: value for name, value in (os.environ | ENVIRONMENT).items() if name != "INFLUENCER_STYLE_LEDGER"}


def from_nothing(project: Path, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess:
    """Run `kedro ...` as a user does: a process that has to import everything."""
    command = [sys.executable, "-m", "kedro", *arguments]
    # Without a umask: what is private must be so by what the project does (see test_private_project.py).
    return subprocess.run(
        command, cwd=project, env=environment(), capture_output=True, text=True, timeout=timeout, umask=0, check=False
    )


@cache
def warm_python() -> WarmPython:
    """Starts processes that have imported everything; one for all tests of this process."""
    made = WarmPython(ROOT, environment())
    atexit.register(made.close)
    return made


def python(project: Path, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess:
    """Run `python ...` in a process that has imported everything."""
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder, "stdout"), Path(folder, "stderr")
        process = warm_python().start([*arguments], project, environment(), logs, umask=0)
        return subprocess.CompletedProcess(arguments, process.wait(timeout), *(log.read_text() for log in logs))


def kedro(project: Path, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess:
    """Run `kedro ...` in a process that has imported everything."""
    return python(project, "-m", "kedro", *arguments, timeout=timeout)


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    return kedro(project, "run", "--env", "test", *arguments)
