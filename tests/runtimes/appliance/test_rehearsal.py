"""A recorded home played live, and what the pretend Spotify heard of it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from spottypottysense.accounts.model import Household
from spottypottysense.history.model import Reading, RecordedHome, Span
from spottypottysense.runtimes.appliance import rehearsal
from spottypottysense.runtimes.appliance.rehearsal import Plan

MORNING = datetime(2026, 3, 2, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_short_visit_is_heard(tmp_path: Path) -> None:
    """Ten minutes in a bathroom, a hundred times as fast: music nearly all the time, and silence after."""
    readings = [Reading(MORNING + minute * MINUTE, "pir", "Bath", minute % 2 == 0) for minute in range(10)]
    home = RecordedHome(tuple(readings), {"Bath": (Span(MORNING, MORNING + 9 * MINUTE),)})
    household = Household("h", "Home", timeout=2 * MINUTE, motion_gap=timedelta(0))
    plan = Plan(household, timedelta(hours=4), speed=300)
    report = rehearsal.run(home, plan, tmp_path / "kept", Console(quiet=True))
    (score,) = report.scores
    assert score.coverage > 0.5
    assert score.starts == 1
    assert report.facts["open_sessions"] == report.facts["receipts_left"] == 0
    assert report.facts["playing_at_the_end"] == []
    assert report.facts["motions_sent"] == 10
    assert (tmp_path / "kept" / "log.jsonl").stat().st_size > 0


@pytest.mark.slow
def test_half_a_day_from_the_command_line() -> None:
    """The sample home at 6000 times the speed ends by itself, with everything silent."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("spotty"),
            *("replay", "--live", "--speed", "6000", "--days", "0.5", "--json"),
        ],
        env={name: value for name, value in os.environ.items() if not name.startswith("SPOTTY_")},
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    facts = json.loads(done.stdout)
    assert facts["open_sessions"] == facts["receipts_left"] == 0
    assert facts["playing_at_the_end"] == []
    assert facts["motions_sent"] > 50
    assert {score["room"] for score in facts["scores"]} == {"Bathroom", "Kitchen", "Living room"}
