"""What a benchmark ran on, in a few words: figures of different machines are not to be compared."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path

import torch


def ran_on() -> str:
    """Cores, processor, memory, accelerator, versions and the day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    accelerator = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    return (
        f"{len(os.sched_getaffinity(0))} cores ({_processor()}), {memory:.0f} GiB, {accelerator}, "
        f"torch {torch.__version__}, Python {platform.python_version()}, {date.today()}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
