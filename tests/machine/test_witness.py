"""What the witness is for: each thing that a house must not do is done here once, and it is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from machine.house import House
from machine.mistakes import (
    DoublesVisits,
    ForgetsConfirmation,
    KeepsReceipts,
    LikesItLoud,
    LosesReceipts,
    Mistaken,
    NeverPauses,
    PlaysTwice,
    SeesItsOwnEverywhere,
)
from machine.plan import ANNA, mix
from spottypottysense.core import Stores
from spottypottysense.playback.ports import Player
from spottypottysense.presence.model import MotionEvent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def visit(house: House) -> None:
    """Somebody is in the bath for a moment, and all is over."""
    house.sense("bath-pir")
    house.pass_time(10 * MINUTE)


def visit_with_own_music(house: House) -> None:
    """The music in the bath begins, and then somebody plays something else on the phone."""
    house.sense("bath-pir")
    house.pass_time(30 * SECOND)
    house.person(ANNA, do="play", speaker="anna-phone", context_uri=mix("own"))
    house.pass_time(10 * MINUTE)


def visit_with_pause(house: House) -> None:
    """The music in the bath is paused, and then somebody goes to the kitchen."""
    house.sense("bath-pir")
    house.pass_time(30 * SECOND)
    house.person(ANNA, do="pause")
    house.pass_time(10 * SECOND)
    house.sense("kitchen-eye")
    house.pass_time(MINUTE)


def visit_with_two_motions(house: House) -> None:
    """Two sensors see the same visit."""
    house.sense("bath-pir")
    house.sense("bath-radar")
    house.sense("bath-radar", MotionEvent.CLEARED)


def as_it_is(player: Player) -> Player:
    """Change nothing."""
    return player


def as_they_are(stores: Stores) -> Stores:
    """Change nothing."""
    return stores


Wrap = Callable[[Player], Player]
Change = Callable[[Stores], Stores]

MISTAKES: list[tuple[str, Wrap, Change, Callable[[House], None]]] = [
    ("(1)", SeesItsOwnEverywhere, as_they_are, visit_with_own_music),
    ("(2)", PlaysTwice, as_they_are, visit),
    ("(3)", NeverPauses, as_they_are, visit),
    ("(4)", as_it_is, lambda s: replace(s, receipts=ForgetsConfirmation(s.receipts)), visit_with_pause),
    ("(5)", as_it_is, lambda s: replace(s, receipts=LosesReceipts(s.receipts)), visit),
    ("(5)", as_it_is, lambda s: replace(s, sessions=DoublesVisits(s.sessions)), visit_with_two_motions),
    ("(6)", as_it_is, lambda s: replace(s, receipts=KeepsReceipts(s.receipts)), visit),
    ("(7)", LikesItLoud, as_they_are, visit),
]


@pytest.mark.parametrize(("code", "wrap", "change", "story"), MISTAKES)
def test_mistake_is_told(code: str, wrap: Wrap, change: Change, story: Callable[[House], None]) -> None:
    """A house that makes the mistake is blamed for it."""
    house = House(NOON, wrap=wrap, change=change)
    story(house)
    house.everybody_leaves()
    with pytest.raises(AssertionError):
        house.judge()
    assert any(fault.startswith(code) for fault in house.witness.faults)


@pytest.mark.parametrize("story", [visit, visit_with_own_music, visit_with_pause, visit_with_two_motions])
def test_house_as_it_is_is_not_blamed(story: Callable[[House], None]) -> None:
    """The same stories end well without the mistakes, and music is heard in them."""
    house = House(NOON, wrap=Mistaken)
    story(house)
    house.everybody_leaves()
    house.judge()
    assert any("house: play for anna: 204" in line for line in house.witness.story)
