"""Who gets the music."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.scene import (
    BATH,
    ELSEWHERE,
    KITCHEN,
    MINUTE,
    NOON,
    PAUSED,
    PLAYING,
    RECEIPT,
    SECOND,
    SILENCE,
    THEIRS,
)
from spottypottysense.errors import Conflict, Invalid, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Action, Loss, PlayerState, Receipt, Stay, Verdict, Visit
from spottypottysense.playback.policy.deciding import (
    may_follow,
    on_arrival,
    on_departure,
    reason_of,
    song_ends_at,
)
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending

LATER = NOON + timedelta(seconds=30)
UNHEARD = replace(RECEIPT, confirmed=False)
NEXT_DOOR = replace(KITCHEN, elsewhere=(BATH.stay,))
"""Somebody came into the kitchen, and the bath's visit, whose music plays, is open still."""
STAYS_IN_BATH = replace(BATH.stay, seen_at=LATER, is_seen=True)
BOTH_BUSY = replace(KITCHEN, elsewhere=(STAYS_IN_BATH,))
SETTLED = replace(KITCHEN.stay, follows=False)
BUSY_LOSS = Loss("s1", Reason.BUSY_ELSEWHERE)
PAUSED_LOSS = Loss("s1", Reason.USER_PAUSED)
TAKEN_LOSS = Loss("s1", Reason.USER_TOOK_OVER)
SILENT = Action.STAY_SILENT


def by_hand(visit: Visit, takes_over: bool = False) -> Visit:
    """Return the visit as somebody asks for it by hand."""
    return replace(visit, by_hand=True, takes_over=takes_over)


@pytest.mark.parametrize(
    ("visit", "state", "receipt", "verdict"),
    [
        (BATH, SILENCE, None, Verdict(Action.START, Reason.ARRIVED)),
        (BATH, replace(THEIRS, is_playing=False), None, Verdict(Action.START, Reason.ARRIVED)),
        (by_hand(BATH), SILENCE, None, Verdict(Action.START, Reason.BY_HAND)),
        # Ours is silent: a person paused it, unless it was never heard or its visit is over.
        (BATH, PAUSED, RECEIPT, Verdict(SILENT, Reason.USER_PAUSED, PAUSED_LOSS)),
        (BATH, SILENCE, RECEIPT, Verdict(SILENT, Reason.USER_PAUSED, PAUSED_LOSS)),
        (NEXT_DOOR, PAUSED, RECEIPT, Verdict(SILENT, Reason.USER_PAUSED, PAUSED_LOSS)),
        (BATH, PAUSED, UNHEARD, Verdict(Action.START, Reason.ARRIVED)),
        (KITCHEN, PAUSED, RECEIPT, Verdict(Action.START, Reason.ARRIVED)),
        (
            replace(KITCHEN, elsewhere=(replace(BATH.stay, hands_off=True),)),
            SILENCE,
            None,
            Verdict(SILENT, Reason.USER_PAUSED),
        ),
        (by_hand(BATH), PAUSED, RECEIPT, Verdict(Action.START, Reason.BY_HAND)),
        (by_hand(NEXT_DOOR), PAUSED, RECEIPT, Verdict(Action.START, Reason.BY_HAND, PAUSED_LOSS)),
        # Somebody's own music is left alone.
        (BATH, THEIRS, None, Verdict(SILENT, Reason.OWN_MUSIC)),
        (BATH, PLAYING, None, Verdict(SILENT, Reason.OWN_MUSIC)),
        (BATH, THEIRS, RECEIPT, Verdict(SILENT, Reason.OWN_MUSIC, TAKEN_LOSS)),
        (BATH, ELSEWHERE, RECEIPT, Verdict(SILENT, Reason.OWN_MUSIC, TAKEN_LOSS)),
        (NEXT_DOOR, THEIRS, RECEIPT, Verdict(SILENT, Reason.OWN_MUSIC, TAKEN_LOSS)),
        (BATH, THEIRS, UNHEARD, Verdict(SILENT, Reason.OWN_MUSIC)),
        (KITCHEN, THEIRS, RECEIPT, Verdict(SILENT, Reason.OWN_MUSIC)),
        (by_hand(BATH), THEIRS, None, Verdict(SILENT, Reason.OWN_MUSIC)),
        # Only who may take over does, and on the room's own speaker only by hand.
        (by_hand(BATH, takes_over=True), THEIRS, None, Verdict(Action.START, Reason.ARRIVED)),
        (by_hand(BATH, takes_over=True), THEIRS, RECEIPT, Verdict(Action.START, Reason.ARRIVED)),
        (replace(KITCHEN, takes_over=True), THEIRS, None, Verdict(Action.START, Reason.ARRIVED)),
        (
            replace(NEXT_DOOR, takes_over=True),
            THEIRS,
            RECEIPT,
            Verdict(Action.START, Reason.ARRIVED, TAKEN_LOSS),
        ),
        (replace(BATH, takes_over=True), THEIRS, None, Verdict(SILENT, Reason.OWN_MUSIC)),
        (
            replace(BATH, takes_over=True),
            replace(THEIRS, speaker=None),
            None,
            Verdict(Action.START, Reason.ARRIVED),
        ),
        # Ours plays here, or in a room that nobody is in.
        (BATH, PLAYING, RECEIPT, Verdict(Action.KEEP, Reason.ALREADY_PLAYING)),
        (BATH, PLAYING, UNHEARD, Verdict(Action.KEEP, Reason.ALREADY_PLAYING)),
        (KITCHEN, PLAYING, RECEIPT, Verdict(Action.HAND_OVER, Reason.HANDED_OVER)),
        (replace(KITCHEN, stay=SETTLED), PLAYING, RECEIPT, Verdict(Action.START, Reason.HANDED_OVER)),
        # Ours plays in a room whose visit is open.
        (
            NEXT_DOOR,
            PLAYING,
            RECEIPT,
            Verdict(Action.HAND_OVER, Reason.HANDED_OVER, Loss("s1", Reason.WENT_ALONG)),
        ),
        (BOTH_BUSY, PLAYING, RECEIPT, Verdict(SILENT, Reason.BUSY_ELSEWHERE)),
        (
            by_hand(BOTH_BUSY),
            PLAYING,
            RECEIPT,
            Verdict(Action.HAND_OVER, Reason.HANDED_OVER, Loss("s1", Reason.WENT_ALONG)),
        ),
        (
            replace(BOTH_BUSY, latest_wins=True),
            PLAYING,
            RECEIPT,
            Verdict(Action.HAND_OVER, Reason.HANDED_OVER, BUSY_LOSS),
        ),
        (
            replace(BOTH_BUSY, stay=SETTLED, latest_wins=True),
            PLAYING,
            RECEIPT,
            Verdict(Action.START, Reason.HANDED_OVER, BUSY_LOSS),
        ),
    ],
)
def test_arrival(visit: Visit, state: PlayerState, receipt: Receipt | None, verdict: Verdict) -> None:
    """Music starts in silence, goes along with who walks over, and is never taken from anybody."""
    assert on_arrival(visit, state, receipt, LATER) == verdict


@given(
    st.sampled_from([SILENCE, PAUSED, PLAYING, THEIRS, ELSEWHERE]),
    st.sampled_from([None, RECEIPT, UNHEARD]),
    st.sampled_from([BATH, NEXT_DOOR, BOTH_BUSY, by_hand(BATH), replace(BOTH_BUSY, latest_wins=True)]),
)
def test_own_music_is_never_touched(state: PlayerState, receipt: Receipt | None, visit: Visit) -> None:
    """Whatever is known: what plays without a receipt that proves it goes on, unless somebody takes over."""
    verdict = on_arrival(visit, state, receipt, LATER)
    foreign = state.is_playing and (receipt is None or lost(state, receipt))
    assert not foreign or verdict.action is SILENT


def lost(state: PlayerState, receipt: Receipt) -> bool:
    """Say whether a departure would leave it alone."""
    return on_departure(state, receipt, NOON).action is Action.LEAVE


SONG = replace(PLAYING, position=MINUTE, length=3 * MINUTE)
PODCAST = replace(SONG, length=timedelta(hours=1))
FINISHING = replace(RECEIPT, ending=Ending.FINISH_SONG)


@pytest.mark.parametrize(
    ("state", "receipt", "action", "reason"),
    [
        (PLAYING, RECEIPT, Action.PAUSE, Reason.PAUSED),
        (SONG, replace(RECEIPT, ending=Ending.FADE), Action.PAUSE, Reason.PAUSED),
        (PAUSED, RECEIPT, Action.LEAVE, Reason.USER_PAUSED),
        (SILENCE, RECEIPT, Action.LEAVE, Reason.ALREADY_SILENT),
        (THEIRS, RECEIPT, Action.LEAVE, Reason.USER_TOOK_OVER),
        (THEIRS, FINISHING, Action.LEAVE, Reason.USER_TOOK_OVER),
        (SONG, FINISHING, Action.FINISH_SONG, Reason.SONG_FINISHES),
        (SONG, replace(FINISHING, pause_at=LATER), Action.PAUSE, Reason.PAUSED),
        (PODCAST, FINISHING, Action.PAUSE, Reason.PAUSED),
        (PLAYING, FINISHING, Action.PAUSE, Reason.PAUSED),
        (replace(SONG, length=None), FINISHING, Action.PAUSE, Reason.PAUSED),
        (replace(SONG, position=3 * MINUTE), FINISHING, Action.PAUSE, Reason.PAUSED),
    ],
)
def test_departure(state: PlayerState, receipt: Receipt, action: Action, reason: Reason) -> None:
    """Only what is ours is ended; a song may be heard to its end, a podcast may not."""
    verdict = on_departure(state, receipt, NOON)
    assert (verdict.action, verdict.reason) == (action, reason)


def test_song_ends() -> None:
    """The pause comes a second before the end, or the next song would be heard."""
    assert song_ends_at(SONG, NOON) == NOON + 2 * MINUTE - SECOND


HERE = Stay("s2", "kitchen", NOON, NOON)
THERE = Stay("s1", "bath", NOON - 20 * MINUTE, NOON - 10 * SECOND)
THIRD = Stay("s3", "hall", NOON - MINUTE, NOON - MINUTE)


@pytest.mark.parametrize(
    ("here", "there", "elsewhere", "follows"),
    [
        (HERE, THERE, (), True),
        (HERE, THERE, (THERE,), True),
        (replace(HERE, follows=False), THERE, (), False),
        (HERE, replace(THERE, follows=False), (), False),
        # Somebody is there still, or was seen there after somebody was seen here: two people.
        (HERE, replace(THERE, is_seen=True), (), False),
        (HERE, replace(THERE, seen_at=NOON + 5 * SECOND), (), True),
        (HERE, replace(THERE, seen_at=NOON + 6 * SECOND), (), False),
        # The word of a level sensor comes late.
        (HERE, replace(THERE, seen_at=NOON + 6 * SECOND, clears_late=True), (), True),
        (HERE, replace(THERE, seen_at=NOON + 121 * SECOND, clears_late=True), (), False),
        # A way takes two minutes at most.
        (HERE, replace(THERE, seen_at=NOON - 2 * MINUTE), (), True),
        (HERE, replace(THERE, seen_at=NOON - 2 * MINUTE - SECOND), (), False),
        # Nobody settles in a hallway.
        (replace(HERE, since=LATER - 19 * SECOND), THERE, (), False),
        (replace(HERE, since=LATER - 20 * SECOND), THERE, (), True),
        # Whoever was seen in a third room since has gone on.
        (HERE, THERE, (THIRD,), True),
        (HERE, THERE, (replace(THIRD, since=LATER, seen_at=LATER),), False),
        (HERE, THERE, (replace(THIRD, since=LATER, seen_at=NOON),), True),
        (HERE, THERE, (replace(THIRD, since=LATER, seen_at=NOON, is_seen=True),), False),
        (HERE, THERE, (replace(THIRD, is_seen=True, seen_at=LATER),), True),
    ],
)
def test_music_goes_along(here: Stay, there: Stay, elsewhere: tuple[Stay, ...], follows: bool) -> None:
    """Music follows who was seen to walk over and stayed, and nobody else."""
    assert may_follow(here, there, elsewhere, LATER) is follows


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NeedsPerson(Reason.PREMIUM_REQUIRED), Reason.PREMIUM_REQUIRED),
        (Unavailable("later", reason=Reason.RATE_LIMITED), Reason.RATE_LIMITED),
        (NotFound("speaker", "box-1"), Reason.SPEAKER_ASLEEP),
        (Conflict("changed"), Reason.COMMAND_REFUSED),
        (Invalid("wrong"), Reason.COMMAND_REFUSED),
    ],
)
def test_reason_of_an_error(error: SpottyError, reason: Reason) -> None:
    """Whatever goes wrong has a reason that people can read."""
    assert reason_of(error) is reason
