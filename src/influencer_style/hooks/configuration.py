"""Kedro's configuration, read by several runs of one process at the same time: `kedro server`'s requests."""

from __future__ import annotations

import threading
from typing import Any

from influencer_style.project.config_loader import AnyFolderConfigLoader


class OneAtATimeConfigLoader(AnyFolderConfigLoader):
    """Kedro's loader, one of all at work at a time.

    OmegaConf knows what `${runtime_params:...}` and `${oc.env:...}` mean once for the whole process, and Kedro sets it
    anew at each use. Two requests that read their configuration at the same moment would find it gone, and fail
    ("resolver is not supported"), or read each other's parameters.
    """

    _turn = threading.RLock()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        with self._turn:
            super().__init__(*arguments, **named)

    def __getitem__(self, key: str) -> Any:
        with self._turn:
            return super().__getitem__(key)
