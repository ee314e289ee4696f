"""What trainings use of the machine: its best device, and bfloat16 where its processor computes that quickly."""

from __future__ import annotations

from typing import Literal

import torch

Half = Literal["auto", True, False]

# Flags of x86 and Arm processors that multiply bfloat16 matrices in hardware. On others PyTorch does so several times
# more slowly than in full precision: see benchmarks/half_precision.py.
_FLAGS = ("amx_bf16", "avx512_bf16", "bf16")


def best_device() -> str:
    """Return `cuda`, `mps` or `cpu`: the first that this machine has."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def convolves_in_half(device: str) -> bool:
    """Return whether a device, by torch's name, has units of its own for convolutions in bfloat16."""
    kind = torch.device(device).type
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if kind == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return any(capabilities.get(flag) for flag in _FLAGS)
    return False


def half_precision(device: torch.device, half: Half) -> torch.autocast:
    """Return the context that computes convolutions in bfloat16; with `auto` only where the device does so quickly."""
    enabled = convolves_in_half(str(device)) if half == "auto" else half
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)
