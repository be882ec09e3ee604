"""A house that runs, for each test; the pretend Spotify begins anew with the demo's home."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.living import Living
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import running


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
def home(tmp_path: Path, spotify: Remote) -> Iterator[Living]:
    """A furnished house that runs."""
    living = Living(tmp_path / "data", spotify)
    try:
        yield living.start()
    finally:
        living.stop()
