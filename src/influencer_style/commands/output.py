"""All that the commands print goes through here, so that no stranger's text drives the terminal or forges a line."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from influencer_style.storage.text import one_line


class Failure(Exception):
    """Ends a command with a message, and with its exit status."""

    def __init__(self, message: object, status: int) -> None:
        super().__init__(str(message))
        self.status = status


def say(text: object) -> None:
    """Print one line on the output."""
    _print(text, sys.stdout)


def complain(what: object) -> None:
    """Print one line that says what is wrong on the error output."""
    _print(f"influencer-style: {what}", sys.stderr)


def say_json(data: object) -> None:
    """Print plain data as JSON, for programs; in ASCII, so that it holds no character that drives a terminal."""
    print(json.dumps(data, indent=2, default=str))


def _print(text: object, stream: TextIO) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"  # a console may know fewer letters than a name has
    line = one_line(text).encode(encoding, "backslashreplace").decode(encoding)
    if tqdm := sys.modules.get("tqdm"):  # a progress bar may stand on the line
        tqdm.tqdm.write(line, file=stream)
    else:
        print(line, file=stream)
