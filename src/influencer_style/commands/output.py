"""All that the commands print goes through here, so that no stranger's text drives the terminal or forges a line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TextIO

from influencer_style.storage.text import one_line


def say(text: object) -> None:
    """Print one line on the output."""
    _print(text, sys.stdout)


def complain(what: object) -> None:
    """Print one line that says what is wrong on the error output."""
    _print(f"influencer-style: {what}", sys.stderr)


def say_json(data: Any) -> None:
    """Print plain data as JSON, for programs; in ASCII, so that it holds no character that drives a terminal."""
    print(json.dumps(data, indent=2, default=str), file=sys.stdout)


def while_it_is_read(run: Callable[[], int]) -> int:
    """Run a command; return its exit status, or 1 when nobody reads on, as in `influencer-style audit | head`."""
    try:
        status = run()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return 1
    return status


class Parser(argparse.ArgumentParser):
    """A parser whose errors are safe to print: a file name from a stranger may be taken for an option."""

    def error(self, message: str) -> NoReturn:
        super().error(one_line(message))


def _print(text: object, stream: TextIO) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"  # a console may know fewer letters than a name has
    line = one_line(text).encode(encoding, "backslashreplace").decode(encoding)
    if "tqdm" in sys.modules:  # a progress bar may stand on the line
        from tqdm import tqdm

        tqdm.write(line, file=stream)
    else:
        print(line, file=stream)
