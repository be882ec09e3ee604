"""A house of two households that plays at a pretend Spotify: `a`'s owner has connected, nobody else has."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from api.people import People, settled
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import build
from spottypottysense.sensors.model import Speaker
from spottypottysense.simulator.demo_world import CLIENT_ID, OWNER, playlist_uri
from spottypottysense.simulator.remote import REDIRECT_URI, Remote
from spottypottysense.simulator.server import running


@dataclass(frozen=True)
class Playing:
    """The people, and the Spotify that they play at."""

    people: People
    spotify: Remote

    def heard_on(self, account: str = OWNER) -> str | None:
        """Return the speaker that an account's music is heard on."""
        accounts: list[dict[str, Any]] = self.spotify.get("state")["accounts"]
        found = next(each for each in accounts if each["id"] == account)
        return str(found["speaker"]) if found["playing"] else None

    def consent_at(self, url: str, account: str) -> str:
        """Open the page at Spotify, agree as `account`, and return where the browser is sent."""
        parts = urlsplit(f"{url}&account={account}")
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request("GET", f"{parts.path}?{parts.query}")
            answer = connection.getresponse()
            assert answer.status == 302, answer.read()
            return answer.getheader("Location") or ""
        finally:
            connection.close()


@pytest.fixture(scope="session")
def spotify_url() -> Iterator[str]:
    """One pretend Spotify for all tests of a process."""
    with running() as url:
        yield url


@pytest.fixture
def playing(spotify_url: str, tmp_path: Path) -> Iterator[Playing]:
    """The house with its Spotify furnished anew."""
    spotify = Remote(spotify_url)
    spotify.post("reset")
    house = build(pretend_settings(tmp_path / "data", spotify_url))
    people = settled(house)
    core, owner = house.core, people.a.owner.user
    pending = core.connections.begin(owner.id, REDIRECT_URI)
    core.connections.finish(owner.id, pending.state, spotify.consent(CLIENT_ID, OWNER))
    core.sensors.change_room(
        people.a.room.id, speaker=Speaker("Bathroom speaker"), content=playlist_uri("morning")
    )
    yield Playing(people, spotify)
    house.close()
