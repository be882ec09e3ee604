"""Spotify's answer to a consent, as a browser brings it or somebody pastes it."""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.errors import Conflict, Invalid, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.grants.wire import Answer, answer_in
from spottypottysense.runtimes.appliance.callback import Callback

SOON = timedelta(seconds=10)


@pytest.fixture
def callback() -> Iterator[Callback]:
    """A listener on a free port."""
    callback = Callback()
    yield callback
    callback.close()


class Waiting:
    """Somebody who waits for the answer in another thread."""

    def __init__(self, callback: Callback, state: str) -> None:
        self.answers: list[Answer] = []
        self._thread = threading.Thread(target=lambda: self.answers.append(callback.wait(state, SOON)))
        self._thread.start()

    def answer(self) -> Answer:
        """Return the answer."""
        self._thread.join(10)
        (answer,) = self.answers
        return answer


def get(callback: Callback, path: str, method: str = "GET") -> tuple[int, str]:
    """Ask as a browser does; return status and page."""
    port = int(callback.redirect_uri.split(":")[2].partition("/")[0])
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_the_browser_brings_the_code(callback: Callback) -> None:
    """The answer with our state ends the wait; its page shows nothing of it."""
    waiting = Waiting(callback, "our-state")
    status, page = get(callback, "/callback?code=the-code&state=our-state")
    assert status == 200
    assert "the-code" not in page
    assert waiting.answer() == Answer(Secret("our-state"), Secret("the-code"))


def test_others_are_turned_away(callback: Callback, caplog: pytest.LogCaptureFixture) -> None:
    """A wrong state, other paths and other methods leave the wait as it was; nothing is logged."""
    caplog.set_level(logging.DEBUG)
    waiting = Waiting(callback, "our-state")
    assert get(callback, "/callback?code=evil&state=other")[0] == 400
    assert get(callback, "/callback?code=evil")[0] == 400
    assert get(callback, "/callback?state=our-state")[0] == 400
    assert get(callback, "/favicon.ico")[0] == 404
    assert get(callback, "/?code=evil&state=our-state")[0] == 404
    assert get(callback, "/callback?code=evil&state=our-state", "POST")[0] == 501
    assert get(callback, f"/callback?{'x' * 5000}")[0] == 404
    assert waiting.answers == []
    get(callback, "/callback?error=access_denied&state=our-state")
    assert waiting.answer() == Answer(Secret("our-state"), None, "access_denied")
    assert caplog.records == []


def test_a_silent_connection_keeps_nobody_waiting(callback: Callback) -> None:
    """Browsers open connections ahead of need; the answer comes through all the same."""
    waiting = Waiting(callback, "s")
    port = int(callback.redirect_uri.split(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port)):
        assert get(callback, "/callback?code=c&state=s")[0] == 200
        assert waiting.answer().code == Secret("c")


def test_patience_ends_with_a_sentence(callback: Callback) -> None:
    """Whoever never comes back is told to begin anew."""
    with pytest.raises(Unavailable, match="begin anew with `spotty connect`"):
        callback.wait("s", timedelta(seconds=0.05))


def test_a_taken_port_is_told(callback: Callback) -> None:
    """The port is named, and how to choose another."""
    port = int(callback.redirect_uri.split(":")[2].partition("/")[0])
    with pytest.raises(Conflict, match=f"Port {port} .* --port"):
        Callback(port)


def test_a_pasted_address_is_read() -> None:
    """With white space around it, from any host."""
    assert answer_in("  https://house.example/cb?code=c&state=s\n") == Answer(Secret("s"), Secret("c"))
    assert answer_in("http://127.0.0.1/callback?error=access_denied&state=s").error == "access_denied"


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_an_answer_or_refused(text: str) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(Invalid):
        assert answer_in(text).state
