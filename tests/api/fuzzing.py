"""A whole house on loopback that schemathesis asks all that its OpenAPI document allows, and more.

Run as a program: `python tests/api/fuzzing.py owner|member|token [further options of schemathesis]`. Each
request is signed in; whoever signed himself out, or left the house, comes in again.
"""

import logging
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.cli import schemathesis as command_line

from api.people import Home, People, Person, settled, signed_in_again
from spottypottysense.access.model import Scope
from spottypottysense.errors import SpottyError
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.web import WebServer
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.simulator.demo_world import CLIENT_ID, OWNER
from spottypottysense.simulator.remote import REDIRECT_URI, Remote
from spottypottysense.simulator.server import running

ROLES = ("owner", "member", "token")
ENDLESS = ("/events",)
"""Answers that never end have tests of their own."""
SETTINGS = Path(__file__).with_name("schemathesis.toml")


class WayIn:
    """Lets somebody of a role in, as often as needed; a new household moves in when the old one has left."""

    def __init__(self, people: People, role: str) -> None:
        self._people = people
        self._role = role
        self._house = people.house
        self._moved_in = 0
        self._lock = threading.Lock()

    def __call__(self) -> Mapping[str, str]:
        """Return the headers to come with."""
        with self._lock:
            try:
                return self._headers(self._people.a)
            except (SpottyError, AssertionError):
                self._moved_in += 1
                self._people = settled(self._house, names=(f"c{self._moved_in}", f"d{self._moved_in}"))
                return self._headers(self._people.a)

    def _headers(self, home: Home) -> Mapping[str, str]:
        person = home.member if self._role == "member" else home.owner
        cookie = signed_in_again(self._house, person)
        return self._token_of(person) if self._role == "token" else cookie

    def _token_of(self, person: Person) -> Mapping[str, str]:
        tokens = self._house.core.access.tokens
        for each in tokens.tokens(person.user.id):
            tokens.revoke(person.caller, each.id, "")
        secret, _ = tokens.make(person.caller, "fuzzing", frozenset(Scope), None, "")
        return {"Authorization": f"Bearer {secret.reveal()}"}


@contextmanager
def served(directory: Path) -> Iterator[tuple[People, str]]:
    """Serve two households, of which owner A has connected the pretend Spotify; yield the address."""
    with running() as spotify_url:
        house = build(pretend_settings(directory, spotify_url))
        people = settled(house)
        _connect(house, people.a.owner, Remote(spotify_url))
        server = WebServer(people.app, "127.0.0.1", 0)
        server.start()
        try:
            yield people, server.url
        finally:
            server.stop()
            house.close()


def register(way_in: WayIn) -> None:
    """Let schemathesis come in this way, anew wherever it was sent away."""

    @schemathesis.auth()
    class _SignIn:
        def get(self, _case: Any, _context: Any) -> Mapping[str, str]:
            return way_in()

        def set(self, case: Any, data: Mapping[str, str], _context: Any) -> None:
            for name, value in data.items():
                case.headers[name] = value


def _connect(house: House, person: Person, spotify: Remote) -> None:
    connections = house.core.connections
    pending = connections.begin(person.user.id, REDIRECT_URI)
    connections.finish(person.user.id, pending.state, spotify.consent(CLIENT_ID, OWNER))


def main(role: str, *options: str) -> None:
    """Ask everything as somebody of this role; exits with 1 where something failed."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as directory, served(Path(directory) / "data") as (people, url):
        register(WayIn(people, role))
        endless = [word for path in ENDLESS for word in ("--exclude-path", path)]
        arguments = ["--config-file", str(SETTINGS), "run", f"{url}/openapi.json", *endless, *options]
        command_line(arguments, standalone_mode=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
