"""Whose music it is."""

from dataclasses import replace

import pytest

from playback.scene import (
    BATH_BOX,
    ELSEWHERE,
    KITCHEN_BOX,
    PAUSED,
    PLAYING,
    RECEIPT,
    SILENCE,
    THEIRS,
)
from spottypottysense.playback.model import PlayerState, Receipt
from spottypottysense.playback.policy.ownership import (
    is_confirmed,
    is_ours,
    is_taken_over,
    lost_to,
    on_its_way,
)
from spottypottysense.reasons import Reason

NEW_ID = replace(PLAYING, speaker=replace(BATH_BOX, id="box-9"))
NO_ID = replace(PLAYING, speaker=replace(BATH_BOX, id=None))
RENAMED = replace(PLAYING, speaker=replace(BATH_BOX, name="Bad"))
OTHER_TYPE = replace(PLAYING, speaker=replace(BATH_BOX, id="phone", type="Smartphone"))
NO_CONTEXT = replace(PLAYING, content=None)
NEXT_SONG = replace(PLAYING, item="spotify:track:2")
NOWHERE = replace(PLAYING, speaker=None)
UNHEARD = replace(RECEIPT, confirmed=False)


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        (PLAYING, True),
        (NEXT_SONG, True),
        (NEW_ID, True),
        (NO_ID, True),
        (RENAMED, True),
        (OTHER_TYPE, False),
        (THEIRS, False),
        (NO_CONTEXT, False),
        (ELSEWHERE, False),
        (NOWHERE, False),
        (SILENCE, False),
    ],
)
def test_what_is_ours(state: PlayerState, ours: bool) -> None:
    """Our content on our speaker is ours, by id or by name; anything else is not."""
    assert is_ours(state, RECEIPT) is ours
    assert is_confirmed(state, RECEIPT) is ours
    assert not is_confirmed(replace(state, is_playing=False), RECEIPT)


@pytest.mark.parametrize(
    ("state", "receipt", "reason"),
    [
        (PLAYING, RECEIPT, None),
        (PLAYING, UNHEARD, None),
        (THEIRS, RECEIPT, Reason.USER_TOOK_OVER),
        (ELSEWHERE, RECEIPT, Reason.USER_TOOK_OVER),
        (THEIRS, UNHEARD, Reason.OWN_MUSIC),
        (PAUSED, RECEIPT, Reason.USER_PAUSED),
        (PAUSED, UNHEARD, Reason.ALREADY_SILENT),
        (replace(ELSEWHERE, is_playing=False), RECEIPT, Reason.ALREADY_SILENT),
        (SILENCE, RECEIPT, Reason.ALREADY_SILENT),
    ],
)
def test_who_has_it_now(state: PlayerState, receipt: Receipt, reason: Reason | None) -> None:
    """Only what was heard can be taken from us, and only a speaker that shows it can have been paused."""
    assert lost_to(state, receipt) is reason


@pytest.mark.parametrize(
    ("state", "since", "taken"),
    [
        (PLAYING, SILENCE, False),
        (PAUSED, SILENCE, False),
        (THEIRS, SILENCE, True),
        (ELSEWHERE, SILENCE, True),
        (ELSEWHERE, replace(ELSEWHERE, is_playing=False), True),
        (ELSEWHERE, ELSEWHERE, False),
        (THEIRS, ELSEWHERE, True),
        (NOWHERE, SILENCE, True),
    ],
)
def test_what_a_person_began_meanwhile(state: PlayerState, since: PlayerState, taken: bool) -> None:
    """What played before we began may only be an answer that lags; anything new is a person's."""
    assert is_taken_over(state, since, RECEIPT) is taken


def test_music_on_its_way() -> None:
    """While it is handed over, music is ours on the old speaker and on the new one."""
    receipt = on_its_way(RECEIPT, KITCHEN_BOX)
    assert is_ours(PLAYING, receipt)
    assert is_ours(ELSEWHERE, receipt)
    assert (receipt.session_id, receipt.room_id) == ("s1", "bath")
    assert is_ours(replace(ELSEWHERE, speaker=replace(KITCHEN_BOX, id="box-9")), receipt)
