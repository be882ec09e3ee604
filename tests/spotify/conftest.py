"""Fixtures: the scripted Spotify and the parts that talk to it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from spotify.scripted import APP_SECRET, Reply, Script, Stopwatch, Tokens
from spottypottysense.grants.model import ClientApp, Secret
from spottypottysense.spotify.accounts import Accounts
from spottypottysense.spotify.client import Client
from spottypottysense.spotify.player import Player


@pytest.fixture(scope="session")
def server() -> Iterator[Script]:
    """Return one scripted server for all tests of this process."""
    script = Script()
    script.start()
    yield script
    script.stop()


@pytest.fixture
def script(server: Script) -> Script:
    """Return the scripted server, which answers 204 until told otherwise."""
    server.answers(Reply(204))
    return server


@pytest.fixture
def watch() -> Stopwatch:
    """Return the clock of `client`."""
    return Stopwatch()


@pytest.fixture
def client(script: Script, watch: Stopwatch) -> Client:
    """Return a client of the scripted server that never really sleeps."""
    return Client(script.url, script.url, sleep=watch.sleep, monotonic=watch.now)


@pytest.fixture
def impatient() -> Callable[[str], Client]:
    """Return a maker of clients of any address, with short real timeouts."""
    brief = timedelta(seconds=0.2)
    return lambda url: Client(url, url, connect=brief, read=brief, sleep=lambda _: None)


@pytest.fixture
def tokens() -> Tokens:
    """Return the source of the player's tokens."""
    return Tokens()


@pytest.fixture
def player(client: Client, tokens: Tokens) -> Player:
    """Return a player of the app `app`."""
    return Player(client, lambda _: "app", tokens.token_for)


@pytest.fixture
def accounts(client: Client) -> Accounts:
    """Return the token endpoint of the scripted server."""
    return Accounts(client)


@pytest.fixture
def app() -> ClientApp:
    """Return an app with a secret."""
    return ClientApp("app", Secret(APP_SECRET))
