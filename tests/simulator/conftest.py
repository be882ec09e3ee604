"""One pretend Spotify for all tests of this folder, its world furnished anew for each."""

from collections.abc import Iterator

import pytest

from simulator.caller import Caller
from spottypottysense.simulator.server import running


@pytest.fixture(scope="package")
def base_url() -> Iterator[str]:
    """One simulator for all tests of this folder."""
    with running() as base:
        yield base


@pytest.fixture
def spotify(base_url: str) -> Caller:
    """A caller for a freshly furnished demo world, with a bearer token of Alex."""
    caller = Caller(base_url)
    caller.control("POST", "reset")
    caller.token = caller.grant()["access_token"]
    return caller
