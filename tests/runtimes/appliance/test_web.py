"""The web server: its port is its own from the start, and it stops soon."""

import socket
import threading
import time

import pytest
import urllib3
from fastapi import FastAPI

from spottypottysense.errors import Invalid
from spottypottysense.runtimes.appliance.web import WebServer


def _app() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app


def test_it_serves_from_the_moment_its_port_is_known() -> None:
    """Who calls before the loop runs waits in line and is answered."""
    server = WebServer(_app(), "127.0.0.1", 0)
    answers: list[int] = []
    url = server.url
    early = threading.Thread(target=lambda: answers.append(urllib3.request("GET", url, timeout=10).status))
    early.start()
    server.start()
    early.join(10)
    server.stop()
    assert answers == [200]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_a_port_is_taken_once() -> None:
    """The second is told in a sentence, even before the first one serves."""
    first = WebServer(_app(), "127.0.0.1", 0)
    with pytest.raises(Invalid, match=r"HTTP cannot listen on .*: choose another SPOTTY_HTTP_PORT"):
        WebServer(_app(), "127.0.0.1", first.port)
    first.stop()


def test_an_address_that_is_not_ours() -> None:
    """A host that this machine does not have is refused."""
    with pytest.raises(Invalid, match="cannot listen"):
        WebServer(_app(), "192.0.2.1", 0)


def test_an_idle_connection_does_not_hold_up_the_end() -> None:
    """A browser that keeps its line open is hung up on."""
    server = WebServer(_app(), "127.0.0.1", 0)
    server.start()
    with urllib3.PoolManager(1) as pool:
        assert pool.request("GET", server.url).status == 200
        began = time.monotonic()
        server.stop()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]")],  # noqa: S104
)
def test_its_url_is_one_that_a_browser_here_can_open(host: str, shown: str) -> None:
    """Every address listened on has a name that leads to it from this machine."""
    server = WebServer(_app(), host, 0)
    assert server.url == f"http://{shown}:{server.port}"
    server.stop()
