"""What an app's answers say of its health, and how many hands may work for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from spottypottysense.grants.model import AppHealth
from spottypottysense.grants.policy import BRAKE_WINDOW, MOST_ANSWERS, health_after, held_back, next_width
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


def health(*answers: bool, health: AppHealth | None = None, at: datetime = NOW) -> AppHealth:
    """Return an app's health after these answers (True: refused), a second apart."""
    health = health or AppHealth()
    for number, refused in enumerate(answers):
        health = health_after(health, at + number * SECOND, refused=refused)
    return health


@pytest.mark.parametrize(
    ("answers", "braked"),
    [
        ([True] * 2, False),
        ([True] * 3, True),
        ([False] * 3 + [True] * 3, True),
        ([False] * 4 + [True] * 3, False),
        ([True] * 3 + [False], False),
        ([True] * 3 + [False] + [True] * 2, False),
        ([False] * 1000 + [True] * 50, True),
    ],
)
def test_brake(answers: list[bool], braked: bool) -> None:
    """Three refusals that are half of all trip it; the first answer lets go, and the count starts anew."""
    after = health(*answers)
    assert after.braked is braked
    assert len(after.answers) <= MOST_ANSWERS


def test_refusals_that_lie_apart_are_no_outage() -> None:
    """Only the last ten minutes count, but a brake holds until an answer comes."""
    two = health(True, True)
    assert not health(True, health=two, at=NOW + BRAKE_WINDOW + MINUTE).braked
    assert health(True, health=health(*[True] * 3), at=NOW + HOUR).braked


def test_waits_of_an_app() -> None:
    """A wait that Spotify asked for outlasts an answer on its way; doubt about the app does not."""
    pushed = AppHealth(resume_at=NOW + MINUTE, held_back=Reason.RATE_LIMITED)
    broken = replace(pushed, held_back=Reason.APP_MISCONFIGURED)
    assert held_back(pushed, NOW) is Reason.RATE_LIMITED
    assert held_back(pushed, NOW + MINUTE) is None
    assert held_back(health_after(pushed, NOW, refused=False), NOW) is Reason.RATE_LIMITED
    assert held_back(health_after(pushed, NOW, refused=True), NOW) is Reason.RATE_LIMITED
    assert health_after(pushed, NOW + MINUTE, refused=False).held_back is None
    assert health_after(broken, NOW, refused=False).held_back is None
    assert held_back(AppHealth(), NOW) is None


@pytest.mark.parametrize(
    ("width", "well", "after"), [(16, True, 17), (20, True, 20), (9, False, 4), (1, False, 1)]
)
def test_width_of_a_crew(width: int, well: bool, after: int) -> None:
    """One more while all goes well, half when pushed back, never none and never more than allowed."""
    assert next_width(width, well, 20) == after
