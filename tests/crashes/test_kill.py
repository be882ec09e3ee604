"""Whatever is killed whenever: no visit is open twice or for ever, no word is lost, and the music ends."""

import os
import random
from pathlib import Path

import pytest

from crashes.household import Household, household
from crashes.ledger import Ledger
from crashes.own_music import OwnMusic
from crashes.recorded import two_days
from crashes.replay import moments, play, tell
from crashes.verdict import is_over, judge
from crashes.victim import wait_for, wait_until

KILLS = int(os.environ.get("SPOTTY_TEST_KILLS", "50"))
SEED = int(os.environ.get("SPOTTY_TEST_SEED", "1"))
_FULL = 50
"""So many kills belong to the whole two days; fewer get the first part of them, just as densely."""

_OVER_SECONDS = 100.0
"""Real time: a visit's timeout, and three rounds of mending what an outage left."""

_SPOTIFY_SECONDS = 0.03
"""What one call to Spotify takes, so that kills meet music that is just about to start or to end."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
]


def end_well(home: Household, ledger: Ledger) -> None:
    """Let the last visit end, stop the appliance, and assert that everything is as it must be."""
    wait_for("the last start", 30, home.victim.is_up)
    wait_until(_OVER_SECONDS, lambda: is_over(home, ledger))
    assert home.victim.stop() == 0
    verdict = judge(home, ledger)
    for name, value in verdict.figures.items():
        tell(f"{name}: {value}")
    assert verdict.wrong == [], f"SPOTTY_TEST_SEED={SEED}, log in {home.victim.log}"


def seeded() -> random.Random:
    """Return this run's dice; the seed is shown, so that a failure can be played again."""
    tell(f"SPOTTY_TEST_SEED={SEED}")
    return random.Random(SEED)


def share_of(kills: int) -> float:
    """Return how much of the two days so many kills get."""
    return kills / _FULL


def test_kill_the_appliance(tmp_path: Path) -> None:
    """Kill -9 at random moments, half of them while a message is on its way through the house."""
    dice = seeded()
    readings = two_days(share_of(KILLS))
    with household(tmp_path, readings) as home:

        def kill() -> bool:
            was_up = home.victim.kill()
            home.victim.start()
            return was_up

        home.spotify.post("faults", name="latency", seconds=_SPOTIFY_SECONDS)
        own = OwnMusic(home)
        kills = [(at, kill) for at in moments(readings, KILLS, dice)]
        ledger = play(home, readings, kills, own.acts(readings, dice))
        home.victim.kill()
        wait_for("the death of the broker, whose appliance is gone", 10, lambda: not home.victim.processes())
        home.victim.start()
        tell(f"somebody's own music played {own.spells} times")
        assert own.touched == []
        end_well(home, ledger)


def test_kill_the_broker(tmp_path: Path) -> None:
    """Kill -9 of the broker alone: the appliance starts it again, and nothing it took in is lost."""
    dice = seeded()
    kills = min(KILLS, 10)
    readings = two_days(share_of(kills))
    with household(tmp_path, readings) as home:
        at = moments(readings, kills, dice)
        ledger = play(home, readings, [(moment, home.victim.kill_broker) for moment in at])
        end_well(home, ledger)


def test_kill_while_spotify_is_slow_and_fails(tmp_path: Path) -> None:
    """Kill -9 while Spotify takes 50 to 200 ms for each answer and has bursts of 5xx."""
    dice = seeded()
    kills = min(KILLS, 10)
    readings = two_days(share_of(kills))
    with household(tmp_path, readings) as home:

        def kill_and_burst() -> bool:
            was_up = home.victim.kill()
            home.victim.start()
            home.spotify.clear_faults()
            home.spotify.post("faults", name="latency", seconds=dice.uniform(0.05, 0.2))
            home.spotify.post("faults", name="server_error", path="/v1/", count=dice.randrange(1, 12))
            return was_up

        at = moments(readings, kills, dice)
        ledger = play(home, readings, [(moment, kill_and_burst) for moment in at])
        home.spotify.clear_faults()
        end_well(home, ledger)
