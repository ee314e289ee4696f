"""What the served model does under far more load than it can bear: 64 clients, a minute, then one client again."""

from __future__ import annotations

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from skimage.data import astronaut

from benchmarks.destination import Destination, add_destination
from benchmarks.hostile_requests import encoded, picture_file
from benchmarks.machine import ran_on
from benchmarks.model_server import ModelServer, registered
from benchmarks.rounding import rounded, spread
from influencer_style.stylist.models import DEFAULT_TRANSFER

WANTED = {"statuses": ["200", "503"], "longest_answer_seconds": 5.0, "memory_growth_mib": 300}
_USUAL = 10  # requests of one client before the load, and after it
_REST = 2.0  # seconds between the load and the first request after it


@dataclass(frozen=True)
class Answer:
    """One answer: its HTTP status, or the name of an error; how long it took; and when to come again."""

    status: str
    seconds: float
    retry_after: float = 0.0


def ask(port: int, body: bytes) -> Answer:
    """Send a request on a connection of its own, and read all of the answer."""
    start, retry_after = time.perf_counter(), 0.0
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        status, retry_after = str(response.status), float(response.getheader("Retry-After", 0))
    except OSError as error:
        status = type(error).__name__
    finally:
        connection.close()
    return Answer(status, time.perf_counter() - start, retry_after)


def load(port: int, body: bytes, clients: int, seconds: float, patient: bool) -> list[Answer]:
    """Let clients ask again and again, all at once.

    Args:
        port: of the server.
        body: of each request.
        clients: each asks anew when it has its answer.
        seconds: after which none begins another request.
        patient: whether a client that is refused waits as long as it is told, or asks again at once.
    """
    end, answers = time.monotonic() + seconds, []

    def client() -> None:
        while time.monotonic() < end:
            answer = ask(port, body)
            answers.append(answer)
            if patient and answer.retry_after:
                time.sleep(max(0.0, min(answer.retry_after, end - time.monotonic())))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def measure(server: ModelServer, body: bytes, clients: int, seconds: float, patient: bool) -> dict[str, Any]:
    """Ask alone, under load, and alone again; return the figures.

    Raises:
        RuntimeError: when a client that is alone gets no picture.
    """
    memory = {"started": server.peak_memory()}
    before = _alone(server.port, body)
    memory["after_one_client"] = server.peak_memory()
    answers = load(server.port, body, clients, seconds, patient)
    time.sleep(_REST)
    after = _alone(server.port, body)
    memory["after_load"] = server.peak_memory()
    by_status: dict[str, list[float]] = {}
    for answer in answers:
        by_status.setdefault(answer.status, []).append(answer.seconds)
    return {
        "seconds_alone": {"before": spread(before), "first_after": after[0], "after": spread(after)},
        "served_a_second": len(by_status.get("200", [])) / seconds,
        "statuses": dict(sorted(Counter(answer.status for answer in answers).items())),
        "seconds_under_load": {status: spread(found) for status, found in sorted(by_status.items())},
        "peak_memory_mib": memory,
    }


def _alone(port: int, body: bytes) -> list[float]:
    answers = [ask(port, body) for _ in range(_USUAL)]
    if failed := [answer.status for answer in answers if answer.status != "200"]:
        raise RuntimeError(f"one client alone was answered {failed}")
    return [answer.seconds for answer in answers]


def request_body(side: int, look: str) -> bytes:
    """Return a request for scikit-image's astronaut at so many pixels a side."""
    photo = picture_file(Image.fromarray(astronaut()).resize((side, side), Image.Resampling.LANCZOS), "JPEG")
    return json.dumps({"inputs": [{"image": encoded(photo), "look": look}]}).encode()


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; keep the figures where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--model", type=Path, default=Path(DEFAULT_TRANSFER), help="model folder (default: %(default)s)"
    )
    parser.add_argument("--look", default="aurora", help="name of a look (default: %(default)s)")
    parser.add_argument("--side", type=int, default=768, help="px of the photo (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load (default: %(default)s)")
    add_destination(parser)
    options = parser.parse_args(arguments)
    body, figures = request_body(options.side, options.look), {}
    for name, patient in (("waiting_as_told", True), ("asking_again_at_once", False)):
        with (
            tempfile.TemporaryDirectory() as folder,
            ModelServer(registered(options.model, Path(folder)), Path(folder)) as server,
        ):
            figures[name] = measure(server, body, options.clients, options.seconds, patient)
            if "Traceback" in server.log.read_text():
                raise RuntimeError(f"the server's log has a traceback: {server.log.read_text()[-2000:]}")
    kept = {
        "what": "clients that ask `mlflow models serve` for portraits all at once, beside one client alone",
        "ran_on": ran_on(),
        "settings": {"side": options.side, "clients": options.clients, "seconds": options.seconds},
        "wanted": WANTED,
        "figures": figures,
    }
    print(json.dumps(rounded(kept), indent=1))
    Destination.of(options).keep("overload", kept)


if __name__ == "__main__":
    main()
