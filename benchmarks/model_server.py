"""A model behind MLflow's own server, as its users start it: a process of its own, asked over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks.hostile_requests import Hostile
from influencer_style.tracking import current
from influencer_style.tracking.node_run import NodeRun
from influencer_style.tracking.registry.registration import register_generator
from influencer_style.tracking.store import Store

NAME = "look-transfer"
URI = f"models:/{NAME}@champion"
_PATIENCE = 120  # seconds, to start and to answer


def registered(model: Path, folder: Path) -> Store:
    """Register a model folder, as the node of a training does, in a new store in `folder`; return the store."""
    store = Store(f"sqlite:///{folder}/mlflow.db")
    run = NodeRun(store, "train", [], folder)
    run.open(store.experiment_id("serving"))
    current.enter(run)
    register_generator(model, NAME, {"fingerprint": "f"}, "# card")
    run.close("FINISHED")
    return store


class ModelServer:
    """`mlflow models serve`, ready for requests.

    Args:
        store: where the model is registered.
        folder: for what the server prints, a file `server.log`.
        uri: of the model.

    Raises:
        RuntimeError: when it does not start; with what it printed.
    """

    def __init__(self, store: Store, folder: Path, uri: str = URI) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / "server.log"
        serve = ["mlflow", "models", "serve", "-m", uri, "-p", str(self.port), "--env-manager", "local"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow starts `uvicorn` from there
        environment = os.environ | {"MLFLOW_TRACKING_URI": store.uri, "PATH": path}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *serve],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.close()
                raise RuntimeError(f"the server does not start: {self.log.read_text()[-3000:]}")
            time.sleep(0.2)

    def send(self, request: Hostile) -> tuple[int, bytes]:
        """Send a request as it is; return status and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            headers = {} if request.content_type is None else {"Content-Type": request.content_type}
            connection.request(request.method, request.path, request.body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def predict(self, *inputs: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the predictions for inputs that are good.

        Raises:
            RuntimeError: when they are refused; with the answer.
        """
        status, answer = self.send(Hostile("good", json.dumps({"inputs": inputs}).encode()))
        if status != 200:
            raise RuntimeError(f"{status}: {answer[:500]!r}")
        return json.loads(answer)["predictions"]

    def peak_memory(self) -> float:
        """Return the peak memory so far, in MiB, of the largest of the server's processes: the one with the model."""
        peaks = []
        for process in self._processes():
            told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
            peaks.append(int(told["VmHWM"].split()[0]) / 1024)
        return max(peaks)

    def processor_seconds(self) -> float:
        """Return what all threads of the server's processes have computed so far."""
        ticks = 0
        for process in self._processes():
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # in user mode and in the kernel's
        return ticks / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the server and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def __enter__(self) -> ModelServer:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _processes(self) -> list[Path]:
        """The server's processes in /proc, which Linux has."""
        numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        return [Path(f"/proc/{number}") for number in numbers if _group(number) == self._process.pid]

    def _answers(self) -> bool:
        try:
            return self.send(Hostile("ping", b"", None, "GET", "/ping"))[0] == 200
        except OSError:
            return False


def _group(process: int) -> int | None:
    try:
        return os.getpgid(process)
    except ProcessLookupError:  # it has ended meanwhile
        return None
