"""Forks Python processes: `python -m ...` and `python -c ...` without the seconds that imports take.

A request is a line of JSON. `arguments`, `folder`, `environment`, `stdout`, `stderr` and `umask` start a process in a
session of its own, and the answer is its number. `poll` gives the number of a process, and the answer is its exit
status, or null while it runs.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import sys

from empty_stores import make_stores_by_copying

# What commands import late is here too. Nothing here starts a thread: a thread does not survive a fork.
IMPORTED = (
    "influencer_style.pipeline_registry",
    "influencer_style.stylist.stylist",
    "influencer_style.studio.demo_set",
    "kedro.framework.cli.cli",
    "kedro.framework.session",
    "kedro.runner",
    "kedro_datasets.json",
    "kedro_datasets.pandas",
    "kedro_datasets.text",
    "kedro_viz.integrations.kedro.hooks",
    "kedro_viz.launchers.cli.main",
    "matplotlib.pyplot",
    "mlflow.pyfunc",
    "mlflow.store.db.utils",
    "mlflow.store.model_registry.sqlalchemy_store",
    "mlflow.store.tracking.sqlalchemy_store",
    "sklearn.linear_model",
    "sqlalchemy.dialects.sqlite",
    "skimage.metrics",
    "influencer_style.settings",  # last: the warnings that it hides stay hidden
)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is imported may print
    for name in IMPORTED:
        importlib.import_module(name)
    make_stores_by_copying(now=True)
    _know_what_is_installed()
    for line in sys.stdin:
        request = json.loads(line)
        if "poll" in request:
            ended, status = os.waitpid(request["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if ended else None
        elif not (answer := os.fork()):
            _be(**request)
        print(json.dumps(answer), file=answers, flush=True)


def _know_what_is_installed() -> None:
    """Look up, once for all forks, what a process that registers a model looks up in seconds."""
    from mlflow.utils import requirements_utils

    from influencer_style.tracking.registry.served import requirements

    requirements()
    requirements_utils._init_modules_to_packages_map()


def _be(arguments: list[str], folder: str, environment: dict[str, str], stdout: str, stderr: str, umask: int) -> None:
    """Be `python ARGUMENTS`; ends by SystemExit or an exception, as Python does."""
    os.setsid()
    os.chdir(folder)
    os.umask(umask)
    os.environ.clear()
    os.environ.update(environment)
    # Where the tests run in the background, Ctrl-C is ignored, and that is inherited: here it must work.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for ending in (signal.SIGTERM, signal.SIGHUP):  # what was imported may handle them already, in this process's name
        signal.signal(ending, signal.SIG_DFL)
    writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    for stream, opened in (
        (0, os.open(os.devnull, os.O_RDONLY)),
        (1, os.open(stdout, writing, 0o600)),
        (2, os.open(stderr, writing, 0o600)),
    ):
        os.dup2(opened, stream)
        os.close(opened)
    sys.path[0] = ""
    kind, what, *further = arguments
    if kind == "-m":
        sys.argv = [what, *further]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *further]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    sys.exit(0)


if __name__ == "__main__":
    main()
