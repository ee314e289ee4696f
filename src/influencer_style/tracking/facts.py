"""Where and how a run happens: process, commit, command, packages, device, memory."""

from __future__ import annotations

import contextlib
import functools
import getpass
import os
import platform
import shlex
import socket
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType

_STATUS = Path("/proc/self/status")


def command() -> str:
    """Return the command line that started this process, without the folders of the program."""
    program = Path(sys.argv[0])
    name = program.parent.name if program.name == "__main__.py" else program.name
    return " ".join([name, *map(shlex.quote, sys.argv[1:])])  # the name may be `python -m kedro`


def user() -> str:
    """Return the user's name, or `unknown` where the system has none (containers)."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def host() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def this_process() -> str:
    """Return a name by which a later run can tell whether this process is still alive: host, number, start.

    The start is in it because numbers are used again, in a container at once.
    """
    return f"{host()}:{os.getpid()}:{_start(os.getpid())}"


def is_alive(process: str) -> bool:
    """Return whether the process with a name from `this_process`, on this machine, is still alive."""
    number, _, start = process.removeprefix(f"{host()}:").partition(":")
    return _exists(int(number)) and start in ("", _start(int(number)))


def _start(pid: int) -> str:
    """Return when a process started, in ticks since the machine did.

    Empty where the system does not say, and for a process that has ended and not yet been waited for.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *numbers = status.rpartition(")")[2].split()
    return "" if state in "ZX" else numbers[18]


def _exists(pid: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere, this signal may end the process
    try:
        os.kill(pid, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True


@functools.cache
def environment() -> str:
    """Return Python, system and all installed packages with their versions, in pip's format."""
    metadata = [distribution.metadata for distribution in distributions()]  # each is parsed anew at every access
    found = {one["Name"]: one["Version"] for one in metadata if one["Name"]}
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
        command = ["git", "-C", str(project), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def device() -> str:
    """Return the name of the GPU in use, else `cpu`. It does not import PyTorch."""
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
    """Return peak memory since `start_peaks` in MiB: of the process where the system reports it, of the GPU in use."""
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
        import resource  # noqa: PLC0415 (Windows has none)
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)


def _cuda() -> ModuleType | None:
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    return cuda if cuda is not None and cuda.is_available() and cuda.is_initialized() else None
