"""Whatever speakers, Spotify and people do: each scenario that was met in earnest ends as it should."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from spottypottysense.simulator.remote import Remote
from support.scenarios import MUSIC, Result, Scenario, lived_through, show_results
from support.troubles import TROUBLES

LONGEST = timedelta(seconds=17)
"""How long a start may take, with the last look; shorter than a short visit."""
NAMES = [each.name for each in TROUBLES]


@pytest.fixture(scope="module")
def results() -> Iterator[list[Result]]:
    """What came of the scenarios so far, printed at the end (see it with `pytest -s`)."""
    found: list[Result] = []
    yield found
    show_results(found)


def test_the_scenarios_are_many_and_have_names_of_their_own() -> None:
    """No name is used twice, or one result would hide another."""
    assert len(set(NAMES)) == len(NAMES) >= 40


@pytest.mark.parametrize("scenario", TROUBLES, ids=NAMES)
def test_scenario(scenario: Scenario, spotify: Remote, tmp_path: Path, results: list[Result]) -> None:
    """The reasons told, what is heard where and how loud, and the calls made are as expected."""
    result = lived_through(scenario, spotify, tmp_path)
    results.append(result)
    visited, calls = result.visited, result.visited.calls + result.visited.calls_out
    assert (visited.arrival.reason, visited.departure.reason) == (scenario.arrival, scenario.departure), calls
    assert (visited.heard.speaker, visited.left.speaker) == (scenario.on, scenario.after), calls
    assert visited.arrival.playing == (scenario.arrival in MUSIC)
    if scenario.volume is not None:
        assert (visited.heard.volume, visited.heard.loudest) == (scenario.volume, scenario.volume), calls
    assert len(calls) <= scenario.calls, calls
    assert visited.took <= LONGEST, calls
    assert not set(calls) & set(scenario.never), calls
