"""A real server under far more load than it can bear: pictures or 503, and pictures again when the load is over."""

from __future__ import annotations

import pytest

from benchmarks import overload
from benchmarks.model_server import ModelServer

CLIENTS, SECONDS = 24, 3.0


@pytest.mark.slow
@pytest.mark.parametrize("patient", [True, False])
def test_overload_gives_pictures_or_503_and_is_over_when_it_ends(store, tmp_path, patient):
    with ModelServer(store, tmp_path) as server:
        body = overload.request_body(256, "warm")
        figures = overload.measure(server, body, CLIENTS, SECONDS, patient)  # raises if one client alone is refused
        assert set(figures["statuses"]) == {"200", "503"}
        assert "Traceback" not in server.log.read_text()


def test_a_load_asks_as_many_times_as_there_is_time_for(monkeypatch):
    asked = []

    def answered(port, body):
        asked.append((port, body))
        return overload.Answer("503", 0.0, retry_after=60.0)

    monkeypatch.setattr(overload, "ask", answered)
    monkeypatch.setattr(overload.time, "sleep", lambda seconds: None)
    assert len(overload.load(1, b"x", 3, 0.01, patient=True)) == len(asked) >= 3
    assert set(asked) == {(1, b"x")}
