"""The command line, on an empty house or on one that plays at a pretend Spotify."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from runtimes.appliance.command_line import Spotty
from spottypottysense.runtimes.appliance.stage import RoomPlan, furnish, pretend_settings
from spottypottysense.runtimes.appliance.wiring import build
from spottypottysense.sensors.model import SensorKind
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET, OWNER, PARTNER, playlist_uri
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import running

_PLANS = (
    RoomPlan("Bathroom", OWNER, "Bathroom speaker", playlist_uri("morning"), ("pir",), SensorKind.PULSE),
    RoomPlan("Kitchen", OWNER, "Kitchen speaker", playlist_uri("kitchen"), (), SensorKind.PULSE),
    RoomPlan("Bedroom", PARTNER, "Bedroom speaker", playlist_uri("sleep"), (), SensorKind.PULSE),
)


@pytest.fixture
def spotty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Spotty:
    """The command line on an empty directory."""
    return Spotty(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture(scope="session")
def spotify_url() -> Iterator[str]:
    """One pretend Spotify for all tests of a process."""
    with running() as url:
        yield url


@pytest.fixture
def spotify(spotify_url: str) -> Remote:
    """The pretend Spotify, furnished anew."""
    remote = Remote(spotify_url)
    remote.post("reset")
    return remote


@pytest.fixture
def furnished(spotty: Spotty, spotify: Remote, monkeypatch: pytest.MonkeyPatch) -> Spotty:
    """The command line on a house of three rooms whose two people have connected Spotify."""
    texts = {
        "SPOTTY_SPOTIFY_ACCOUNTS_URL": spotify.base_url,
        "SPOTTY_SPOTIFY_API_URL": spotify.base_url,
        "SPOTTY_SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTTY_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        "SPOTTY_HTTP_PORT": "0",
        "SPOTTY_MQTT_PORT": "0",
    }
    for name, text in texts.items():
        monkeypatch.setenv(name, text)
    house = build(pretend_settings(spotty.data, spotify.base_url))
    furnish(house, spotify, _PLANS, timedelta(minutes=5), timedelta(minutes=2))
    house.close()
    return spotty
