"""What a run says of where and how it ran: commit, command, packages, device, memory."""

from __future__ import annotations

import contextlib
import getpass
import platform
import shlex
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

_STATUS = Path("/proc/self/status")


def command() -> str:
    """Return the command line that started this process, without the folders of the program."""
    program = Path(sys.argv[0])
    name = program.parent.name if program.name == "__main__.py" else program.name
    return " ".join([name, *map(shlex.quote, sys.argv[1:])])  # the name may be `python -m kedro`


def user() -> str:
    """Return who runs this, or `unknown` where the system has no name for them (containers)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def environment() -> str:
    """Return Python, system and all installed packages with their versions, as pip would take them."""
    found = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    packages = "".join(f"{name}=={found[name]}\n" for name in sorted(found, key=str.lower))
    return f"# Python {platform.python_version()}, {platform.platform()}\n{packages}"


def git(project: Path) -> dict[str, str]:
    """Return MLflow's tags for the commit and whether the tree differs from it; empty outside a repository."""
    commit, status = _git(project, "rev-parse", "HEAD"), _git(project, "status", "--porcelain")
    tags = {}
    if commit:
        tags["mlflow.source.git.commit"] = commit
    if status is not None:
        tags["git.dirty"] = str(bool(status)).lower()
    return tags


def _git(project: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def device() -> str:
    """Return the name of the GPU in use, else `cpu`. PyTorch is asked only if somebody has imported it."""
    cuda = _cuda()
    return cuda.get_device_name() if cuda else "cpu"


def start_peaks() -> None:
    """Begin to measure peak memory anew.

    Linux can reset a process's peak; elsewhere the peak is that of the process so far. Nodes that run at the same time
    in one process (ThreadRunner) share it.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    if cuda := _cuda():
        cuda.reset_peak_memory_stats()


def peaks() -> dict[str, float]:
    """Return peak memory since `start_peaks` in MiB: of the process where the system tells it, of the GPU in use."""
    peak = _peak_mib()
    found = {} if peak is None else {"peak_memory_mib": peak}
    if cuda := _cuda():
        found["peak_gpu_memory_mib"] = cuda.max_memory_allocated() / 2**20
    return found


def _peak_mib() -> float | None:
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def _cuda():
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    return cuda if cuda is not None and cuda.is_available() and cuda.is_initialized() else None
