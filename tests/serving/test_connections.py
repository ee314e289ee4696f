"""Connections that send nothing, send slowly or read nothing are closed; all others are served. A real uvicorn."""

from __future__ import annotations

import http.client
import socket
import threading

import pytest
import uvicorn
from uvicorn.lifespan.on import LifespanOn

from influencer_style.serving.connections import BoundedConnection, bound_connections
from influencer_style.serving.limits import Limits
from influencer_style.serving.service import Service
from influencer_style.serving.work_queue import WorkQueue

PATIENCE = 30  # seconds that a test waits for what should come at once
SHORT = 0.2  # seconds after which the server closes
POST = b"POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


class Impatient(BoundedConnection):
    most, idle_seconds, send_seconds = 4, SHORT, SHORT


@pytest.fixture(scope="module")
def port():
    limits = Limits(body=8 * 2**20, memory=10 * 2**20, receive_seconds=SHORT, waiting=2)
    queue = WorkQueue(limits.waiting).start("test")
    service = Service(lambda body: int(body.take()) * b"x", queue, limits, "1")
    config = uvicorn.Config(service, log_level="critical")
    config.load()
    bound_connections(LifespanOn(config).receive)
    assert config.http_protocol_class is BoundedConnection
    config.http_protocol_class = Impatient
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(PATIENCE)


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def until_closed(connection):
    """Return what the server sends until it closes; fails with a timeout where it does not."""
    received = b""
    try:
        while part := connection.recv(2**16):
            received += part
    except ConnectionResetError:
        pass
    return received


def asked(port, body=b"3", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/invocations", body, {"Content-Type": "application/json"} | (headers or {}))
    response = connection.getresponse()
    return response.status, response.read()


def test_a_whole_request_is_answered(port):
    assert asked(port) == (200, b"xxx")


@pytest.mark.parametrize(
    "half",
    [b"", b"POST /invoc", POST + b"X-Half: ", POST + b"Content-Length: 1\r\n\r\n3" + b"GET /ping HT"],
    ids=["nothing", "half a line", "half a header", "half a second request"],
)
def test_half_sent_headers_are_not_waited_for(port, half):
    with connected(port) as connection:
        connection.sendall(half)
        received = until_closed(connection)
    assert received.endswith(b"x" * 3) if b"GET" in half else received == b""


def test_headers_that_come_drop_by_drop_are_not_waited_for(port):
    def send_slowly(connection):
        for byte in b"GET /ping HTTP/1.1\r\nX-Slow: " + b"s" * 10**6:
            connection.sendall(bytes([byte]))
            threading.Event().wait(0.01)

    with connected(port) as connection, pytest.raises((BrokenPipeError, ConnectionResetError)):
        send_slowly(connection)


def test_headers_without_end_are_refused(port):
    with connected(port) as connection:
        connection.sendall(b"GET /ping HTTP/1.1\r\nX-Long: " + b"s" * 70_000)
        assert until_closed(connection).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_stops_is_given_up(port):
    with connected(port) as connection:
        connection.sendall(POST + b"Content-Length: 100\r\n\r\n1")
        received = until_closed(connection)
    assert received.startswith(b"HTTP/1.1 408 ") and b"send smaller photos" in received


def test_a_response_that_nobody_reads_is_given_up(port):
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", port))
        connection.sendall(POST + b"Content-Length: 8\r\n\r\n12000000")
        threading.Event().wait(5 * SHORT)  # reads nothing meanwhile
        assert len(until_closed(connection)) < 12_000_000
    assert asked(port) == (200, b"xxx")  # its memory is free again: 12 MB were more than all requests may have


@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}])
def test_a_client_that_is_refused_while_it_sends_reads_why(port, headers):
    status, body = asked(port, b" " * (9 * 2**20), headers)
    assert status == 413 and b"send fewer or smaller photos" in body


def test_beyond_the_bound_the_longest_idle_connection_gives_place(port):
    idle = [connected(port) for _ in range(6)]
    try:
        assert asked(port) == (200, b"xxx")
        assert until_closed(idle[0]) == b""
    finally:
        for connection in idle:
            connection.close()


def test_no_websocket_is_opened(port):
    with connected(port) as connection:
        connection.sendall(
            b"GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        assert until_closed(connection).startswith(b"HTTP/1.1 200 ")


def test_the_configuration_is_found_only_in_a_uvicorn():
    with pytest.raises(ImportError, match=r"install uvicorn 0\.54"):
        bound_connections(lambda: None)
