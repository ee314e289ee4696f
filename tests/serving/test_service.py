"""The server's application, asked as uvicorn asks it: one worker, bounded time and memory, refusals in words."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import re
import threading
import weakref
from dataclasses import dataclass, field

import pytest

from influencer_style.serving.limits import HostNames, Limits
from influencer_style.serving.request_body import RefusedError
from influencer_style.serving.service import Service
from influencer_style.serving.work_queue import WorkQueue

HEADERS = {"host": "localhost:5001", "content-type": "application/json"}


@dataclass
class Response:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False

    @property
    def message(self):
        return json.loads(self.body)["message"]


async def ask(service, *chunks, method="POST", path="/invocations", headers=HEADERS, leaves=None, unsent=False):
    """Ask once. `leaves` is an event upon which the client closes; with `unsent` the end of its body never comes."""
    response, sent = Response(), list(chunks or (b"",))

    async def receive():
        if sent:
            chunk = sent.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(sent) or unsent}
        await (leaves or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            response.status = message["status"]
            response.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            response.body += message.get("body", b"")
            response.complete = not message.get("more_body", False)

    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await service({"type": "http", "path": path, "method": method, "headers": encoded}, receive, send)
    return response


class Slow:
    """A worker's function that holds each request until it is let go."""

    def __init__(self):
        self.begun, self.go, self.bodies = threading.Semaphore(0), threading.Semaphore(0), []

    def __call__(self, body):
        self.bodies.append(bytes(body.take()))
        self.begun.release()
        assert self.go.acquire(timeout=30)
        return b'{"predictions": []}'


def service_of(answer=lambda body: bytes(body.take()), **limits):
    limits = Limits(**limits)
    queue = WorkQueue(limits.waiting).start("test")
    return Service(answer, queue, limits, "1.2"), queue


def run(coroutine, seconds=20):
    return asyncio.run(asyncio.wait_for(coroutine, seconds))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.002)


def test_a_request_is_answered_by_the_worker():
    response = run(ask(service_of()[0], b'{"in', b'puts": []}'))
    assert (response.status, response.body, response.complete) == (200, b'{"inputs": []}', True)
    assert response.headers["content-length"] == "14" and response.headers["content-type"] == "application/json"


def test_a_long_response_comes_whole():
    response = run(ask(service_of(lambda body: bytes(2**20 + 7))[0]))
    assert response.body == bytes(2**20 + 7) and response.complete


@pytest.mark.parametrize("path", ["/ping", "/health", "/version"])
def test_it_says_that_it_is_there(path):
    response = run(ask(service_of()[0], method="GET", path=path))
    assert response.status == 200 and response.body == (b"1.2" if path == "/version" else b"\n")


@pytest.mark.parametrize(
    ("asked", "status", "message"),
    [
        ({"path": "/docs", "method": "GET"}, 404, "there is no such address; use POST /invocations"),
        ({"path": "/redoc", "method": "GET"}, 404, "there is no such address; use POST /invocations"),
        ({"path": "/openapi.json", "method": "GET"}, 404, "there is no such address; use POST /invocations"),
        ({"path": "/invocations/"}, 404, "there is no such address; use POST /invocations"),
        ({"method": "GET"}, 405, "this address has no such method; use POST"),
        ({"method": "OPTIONS"}, 405, "this address has no such method; use POST"),
        ({"path": "/ping"}, 405, "this address has no such method; use GET"),
        ({"headers": HEADERS | {"host": "evil.example"}}, 421, "this server does not answer to that host name; use lo"),
        ({"headers": {"content-type": "application/json"}}, 421, "this server does not answer to that host name; use"),
        ({"path": "/ping", "method": "GET", "headers": {"host": "evil.example"}}, 421, "this server does not answer"),
        ({"headers": HEADERS | {"content-type": "text/csv"}}, 400, "the request does not say that it is JSON; set"),
        ({"headers": {"host": "localhost"}}, 400, "the request does not say that it is JSON; set the header Content"),
        ({"headers": HEADERS | {"content-length": "9999"}}, 413, "the request has more than 0 MiB; send fewer or sm"),
    ],
)
def test_what_is_not_answered_is_refused_in_words(asked, status, message):
    response = run(ask(service_of(body=4000)[0], **asked))
    assert response.status == status and response.message.startswith(message) and response.complete
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert response.headers.get("allow") == (message.split()[-1] if status == 405 else None)


def test_further_host_names_are_answered():
    service, _ = service_of(hosts=HostNames(["models.example.org"]))
    assert run(ask(service, headers=HEADERS | {"host": "models.example.org"})).status == 200


def test_a_body_of_unknown_length_is_bounded_as_it_comes():
    service, queue = service_of(body=100)
    response = run(ask(service, *[b"x" * 60] * 50))
    assert response.status == 413 and response.complete and queue.counters.done == 0


def test_a_body_that_does_not_come_is_given_up():
    response = run(ask(service_of(receive_seconds=0.05)[0], b"{", unsent=True))
    assert response.status == 408 and "did not come in within 0.05 s; send smaller photos" in response.message
    assert response.headers["connection"] == "close"


def test_beyond_the_bound_requests_are_refused_at_once_and_unread():
    async def overload():
        slow = Slow()
        service, queue = service_of(slow, waiting=2)
        taken = [asyncio.create_task(ask(service, b"0"))]
        await until(lambda: slow.bodies)
        taken += [asyncio.create_task(ask(service, b"%d" % number)) for number in (1, 2)]
        await until(lambda: queue.counters.waiting == 2)
        refused = await ask(service, b"", b"read by nobody")
        for _ in taken:
            slow.go.release()
        return refused, [await one for one in taken], slow.bodies, queue.counters

    refused, answered, bodies, counters = run(overload())
    assert refused.status == 503 and refused.message == "the server is busy; send the request again in 1 s"
    assert refused.headers["retry-after"] == "1" and refused.complete
    assert [one.status for one in answered] == [200] * 3 and sorted(bodies) == [b"0", b"1", b"2"]
    assert (counters.refused, counters.done) == (1, 3)


def test_a_request_whose_time_is_over_is_answered_and_never_worked_on():
    async def wait_too_long():
        slow = Slow()
        service, queue = service_of(slow, wait_seconds=0.05)
        first = asyncio.create_task(ask(service, b"first"))
        await until(lambda: slow.bodies)
        late = await ask(service, b"late")
        assert queue.counters.waiting == 0 and not first.done()  # answered while the worker is still busy
        slow.go.release()
        return late, await first, slow.bodies, queue.counters

    late, first, bodies, counters = run(wait_too_long())
    assert (late.status, first.status) == (503, 200) and "retry-after" in late.headers
    assert bodies == [b"first"] and counters.dropped == 1


def test_a_request_that_has_begun_is_answered_however_long_it_takes():
    async def long_work():
        slow = Slow()
        service, _ = service_of(slow, wait_seconds=0.02)
        asked = asyncio.create_task(ask(service))
        await until(lambda: slow.bodies)
        await asyncio.sleep(0.1)
        slow.go.release()
        return await asked

    assert run(long_work()).status == 200


def test_a_client_that_leaves_costs_nothing_more(caplog):
    async def leave():
        slow, leaves = Slow(), asyncio.Event()
        service, queue = service_of(slow)
        asked = [asyncio.create_task(ask(service, b"running", leaves=leaves))]
        await until(lambda: slow.bodies)
        asked.append(asyncio.create_task(ask(service, b"waiting", leaves=leaves)))
        asked.append(asyncio.create_task(ask(service, b"sending", leaves=leaves, unsent=True)))
        await until(lambda: queue.counters.waiting == 1)
        leaves.set()
        for one in asked:
            assert (await one).status == 0  # nobody is there to be answered
        slow.go.release()
        await until(lambda: queue.counters.running == 0)
        slow.go.release()
        assert (await ask(service, b"next")).status == 200
        return slow.bodies, service._memory.used

    with caplog.at_level(logging.DEBUG, logger="influencer_style"):
        assert run(leave()) == ([b"running", b"next"], 0)
    assert not caplog.records


def test_all_bodies_together_are_bounded():
    async def fill():
        slow = Slow()
        service, queue = service_of(slow, body=100, memory=250)
        headers = HEADERS | {"content-length": "100"}
        taken = [asyncio.create_task(ask(service, b"x" * 100, headers=headers)) for _ in range(2)]
        await until(lambda: queue.counters.waiting == 1)
        assert service._memory.used == 200
        announced = await ask(service, b"x" * 100, headers=headers)
        unannounced = await ask(service, *[b"x" * 20] * 5)
        small = asyncio.create_task(ask(service, b"x" * 50))
        await until(lambda: queue.counters.waiting == 2)
        for _ in range(3):
            slow.go.release()
        statuses = [one.status for one in (announced, unannounced)]
        return statuses, [(await one).status for one in (*taken, small)], service._memory.used

    assert run(fill()) == ([503, 503], [200, 200, 200], 0)


def test_responses_that_nobody_reads_take_the_room_of_new_requests():
    async def unread():
        service, _ = service_of(lambda body: bytes(300), memory=250)
        stuck = asyncio.Event()

        parts = [{"type": "http.request", "body": b"{}", "more_body": False}]

        async def send(message):
            await stuck.wait()

        async def receive():
            if not parts:
                await stuck.wait()
            return parts.pop() if parts else {"type": "http.disconnect"}

        scope = {"type": "http", "path": "/invocations", "method": "POST"}
        scope["headers"] = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        reads_nothing = asyncio.create_task(service(scope, receive, send))
        await until(lambda: service._memory.used == 300)
        refused = await ask(service, b"{}")
        stuck.set()
        await reads_nothing
        return refused.status, (await ask(service, b"{}")).status

    assert run(unread()) == (503, 200)


def test_a_refusal_keeps_no_photo_alive():
    class Photo:
        pass

    kept = []

    def fails(body):
        photo = Photo()
        kept.append(weakref.ref(photo))
        try:
            raise ValueError("decoding")
        except ValueError:
            raise RefusedError("strength is 7; choose 1")  # noqa: B904

    gc.collect()
    gc.disable()
    try:
        response = run(ask(service_of(fails)[0]))
        assert kept[0]() is None
    finally:
        gc.enable()
    assert (response.status, response.message) == (400, "strength is 7; choose 1")


def test_a_failure_goes_to_the_log_and_not_to_the_client(caplog):
    def fails(body):
        raise OSError("/home/somebody/model is gone")

    response = run(ask(service_of(fails)[0]))
    assert response.status == 500 and "somebody" not in response.message
    assert response.message.endswith("tell whoever runs it") and "/home/somebody/model is gone" in caplog.text


def test_no_websocket_is_opened():
    async def connect():
        sent = []

        async def send(message):
            sent.append(message)

        await service_of()[0]({"type": "websocket", "headers": []}, None, send)
        return sent

    assert run(connect()) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("QUEUE", "0", "INFLUENCER_STYLE_QUEUE is '0'; set a whole number from 1, such as 8"),
        ("QUEUE", "2.5", "INFLUENCER_STYLE_QUEUE is '2.5'; set a whole number from 1, such as 8"),
        ("DEADLINE", "soon", "INFLUENCER_STYLE_DEADLINE is 'soon'; set a number of seconds above 0, such as 3"),
        ("DEADLINE", "nan", "INFLUENCER_STYLE_DEADLINE is 'nan'; set a number of seconds above 0, such as 3"),
        ("DEADLINE", "inf", "INFLUENCER_STYLE_DEADLINE is 'inf'; set a number of seconds above 0, such as 3"),
        ("HOSTS", "a.example, b.example:80", "INFLUENCER_STYLE_HOSTS: 'b.example:80' is no host name; write names"),
    ],
)
def test_wrong_limits_are_refused_by_name(name, value, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Limits.from_environment({f"INFLUENCER_STYLE_{name}": value})


def test_limits_come_from_the_environment():
    names = {"QUEUE": "3", "DEADLINE": "1.5", "HOSTS": "a.example, 10.0.0.7,"}
    limits = Limits.from_environment({f"INFLUENCER_STYLE_{name}": value for name, value in names.items()})
    assert (limits.waiting, limits.wait_seconds) == (3, 1.5) and limits.hosts.answer_to("10.0.0.7:5001")
    usual = Limits.from_environment({})
    assert (usual.waiting, usual.wait_seconds, usual.memory) == (8, 3.0, 2 * usual.body)
