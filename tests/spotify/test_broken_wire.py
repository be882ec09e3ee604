import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spotify.scripted import ACCESS, Reply, Script, Stopwatch, Tokens
from spottypottysense.errors import SpottyError, Unavailable
from spottypottysense.spotify.client import Budget, Call, Client
from spottypottysense.spotify.player import Player
from spottypottysense.spotify.refusals import Face


def read(tries: int = 3, total: timedelta = timedelta(seconds=10)) -> Call:
    """Return a read of the app `app`."""
    return Call(Face.API, "app", "GET", "/v1/me/player", Budget(tries, total))


@pytest.fixture
def raw() -> Iterator[Callable[[bytes, bool], str]]:
    """Return a maker of servers that answer every connection with these bytes, then close or hang."""
    doors: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(door: socket.socket, answer: bytes, hang: bool) -> None:
        held = []
        with contextlib.suppress(OSError):
            while True:
                connection, _ = door.accept()
                held.append(connection)
                with contextlib.suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(answer)
                if not hang:
                    connection.close()
        for connection in held:
            connection.close()

    def make(answer: bytes, hang: bool) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        thread = threading.Thread(target=serve, args=(door, answer, hang), daemon=True)
        threads.append(thread)
        thread.start()
        return f"http://127.0.0.1:{door.getsockname()[1]}"

    yield make
    for door in doors:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
    for thread in threads:
        thread.join()


def test_silence_is_a_timeout(impatient: Callable[[str], Client], raw: Callable[[bytes, bool], str]) -> None:
    """No call waits for ever, and the total time holds for all tries together."""
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="in time"):
        impatient(raw(b"", True)).send(read(tries=50, total=timedelta(seconds=0.5)))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
    ids=["nothing", "noise", "short", "two lengths", "bad chunk", "bad gzip", "flood", "other protocol"],
)
def test_broken_http_heals_with_time(
    impatient: Callable[[str], Client], raw: Callable[[bytes, bool], str], answer: bytes
) -> None:
    """Whatever comes over the wire, a sentence for a person comes out."""
    with pytest.raises(Unavailable, match="broke off"):
        impatient(raw(answer, False)).send(read(tries=2))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.integers(200, 599), body=st.binary(max_size=300))
def test_any_body_over_the_wire_ends_in_a_value_or_an_error_of_ours(
    script: Script, tokens: Tokens, status: int, body: bytes
) -> None:
    """The whole door holds, not only its readers."""
    watch = Stopwatch()
    client = Client(script.url, script.url, sleep=watch.sleep, monotonic=watch.now)
    script.answers(Reply(204 if status == 304 else status, body))
    texts = []
    for call in (
        Player(client, lambda _: "app", tokens.token_for).state,
        Player(client, lambda _: "b", tokens.token_for).speakers,
    ):
        try:
            call("ann")
        except SpottyError as error:
            texts.append(str(error))
    assert ACCESS not in "".join(texts)


def test_a_started_command_counts_though_its_body_breaks_off(
    impatient: Callable[[str], Client], raw: Callable[[bytes, bool], str], tokens: Tokens
) -> None:
    """2xx says accepted, and a second start would be heard."""
    client = impatient(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", False))
    Player(client, lambda _: "app", tokens.token_for).play("ann", "bath", None)
