"""What may lie in a folder in place of a file."""

import os
import socket
from pathlib import Path


def listening(path: Path) -> None:
    """Make a socket at `path`."""
    place = os.getcwd()
    os.chdir(path.parent)  # a socket's path may have 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(place)
