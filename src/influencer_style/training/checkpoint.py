"""Checkpoints: all that a training needs to go on as if it had never stopped."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import torch

from influencer_style.storage.atomic import write_bytes

log = logging.getLogger(__name__)


def save_checkpoint(path: str | Path, state: dict[str, Any]) -> None:
    """Write tensors and plain values, whole or not at all."""
    written = io.BytesIO()  # torch's own writing to a file hides what the disk says
    torch.save(state, written)
    write_bytes(path, written.getbuffer())


def load_checkpoint(path: str | Path) -> dict[str, Any] | None:
    """Read a checkpoint; None when there is none. Nothing but tensors and plain values is ever unpickled.

    A damaged file is put aside with a warning and training starts anew: it must not end the run.
    """
    path = Path(path)
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        log.warning("Checkpoint %s cannot be read (%s); it is kept as %s, training starts anew", path, error, aside)
        return None
