"""How loud music is while it comes and goes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.scene import BATH_BOX, KITCHEN_BOX, RECEIPT
from spottypottysense.playback.model import Receipt
from spottypottysense.playback.policy.loudness import (
    before_falling,
    falls,
    is_faded,
    is_set_by_us,
    rises,
    volume_found,
    volume_to_leave,
)
from spottypottysense.sensors.model import Ending

LOUD = replace(RECEIPT, volume=40, volume_before=60, ending=Ending.FADE)
"""We set 40 where a person had 60; on the way up that is 10, 24, 40, on the way down 13."""


@given(st.integers(0, 100))
def test_steps(volume: int) -> None:
    """A fade-in ends where it should, a fade-out stays audible, and neither ever turns back."""
    up, down = rises(volume), falls(volume)
    assert up[-1] == volume
    assert list(up) == sorted(set(up))
    assert all(0 < level < volume for level in down)


@pytest.mark.parametrize(
    ("volume", "ours", "faded"),
    [(40, True, False), (24, True, True), (13, True, True), (60, False, False), (None, False, False)],
)
def test_whose_volume_it_is(volume: int | None, ours: bool, faded: bool) -> None:
    """What we set and the steps to it are ours; anything else was set by a person."""
    assert is_set_by_us(volume, LOUD) is ours
    assert is_faded(volume, LOUD) is faded
    assert not is_set_by_us(volume, RECEIPT)


@pytest.mark.parametrize(
    ("volume", "receipt", "left"),
    [
        (40, LOUD, 60),
        (13, LOUD, 60),
        (50, LOUD, None),
        (None, LOUD, None),
        (40, replace(LOUD, volume_before=None), None),
        (13, replace(LOUD, volume_before=None), 40),
        (40, replace(LOUD, volume_before=40), None),
        # Where nothing fades the room's volume stays, unless a fade-in had not come to its end.
        (40, replace(LOUD, ending=Ending.STOP), None),
        (24, replace(LOUD, ending=Ending.STOP), 60),
    ],
)
def test_what_a_person_finds_afterwards(volume: int | None, receipt: Receipt, left: int | None) -> None:
    """After a fade the volume is what a person had set; what he set meanwhile stays."""
    assert volume_to_leave(volume, receipt) == left


def test_way_back_is_written_first() -> None:
    """Before music falls the receipt names a volume that somebody else set, and nothing that it knows."""
    assert before_falling(LOUD, 40) == LOUD
    fallen = before_falling(LOUD, 70)
    assert (fallen.volume, fallen.volume_before) == (70, 70)


@pytest.mark.parametrize(
    ("speaker", "before", "found"),
    [
        (BATH_BOX, None, 50),
        (BATH_BOX, LOUD, 50),
        (replace(BATH_BOX, volume=40), LOUD, 60),
        (replace(BATH_BOX, volume=13), LOUD, 60),
        (replace(KITCHEN_BOX, volume=40), LOUD, 40),
    ],
)
def test_what_an_earlier_start_left_behind(
    speaker: object, before: Receipt | None, found: int | None
) -> None:
    """A second try does not take the volume of the first one for a person's."""
    assert isinstance(speaker, type(BATH_BOX))
    assert volume_found(speaker, before) == found
