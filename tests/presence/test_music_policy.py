"""When the music may start, when it is tried again, and when hands are kept off."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from presence.room import BATH, MINUTE, NOON, ON, SECOND, OneRoom, rules
from spottypottysense.accounts.model import Household
from spottypottysense.presence.model import Action, Music
from spottypottysense.presence.policy import after_playback, rules_for, veto
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room

NOON_IS_QUIET = (time(11), time(12, 1))


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        (BATH, None),
        (replace(BATH, account=None), Reason.NO_ACCOUNT),
        (replace(BATH, speaker=None), Reason.NO_SPEAKER),
        (replace(BATH, content=None), Reason.NO_CONTENT),
    ],
)
def test_veto_of_an_unfinished_room(room: Room, reason: Reason | None) -> None:
    """A room that lacks something stays silent, and says what it lacks."""
    assert veto(rules(room), None, NOON) is reason


@pytest.mark.parametrize(
    ("acted_at", "reason"),
    [
        (None, None),
        (NOON, Reason.MOTION_GAP),
        (NOON - 2 * MINUTE + SECOND, Reason.MOTION_GAP),
        (NOON - 2 * MINUTE, None),
        (NOON + SECOND, None),
    ],
)
def test_veto_of_the_motion_gap(acted_at: datetime | None, reason: Reason | None) -> None:
    """Two minutes lie between two actions; one in the future is a clock that was turned back."""
    assert veto(rules(), acted_at, NOON) is reason


def test_veto_of_quiet_hours() -> None:
    """The visit opens in quiet hours too, without music."""
    room = OneRoom(rules(quiet_hours=NOON_IS_QUIET))
    decision = room.hear("a", ON, NOON)
    assert decision.action is Action.START
    assert (room.open.music, room.open.silent_reason) == (Music.SILENT, Reason.QUIET_HOURS)
    assert room.open.acted_at is None


def test_music_is_tried_again_when_the_veto_has_passed() -> None:
    """The first motion after quiet hours starts the music of whoever is the room's account by then."""
    room = OneRoom(rules(quiet_hours=NOON_IS_QUIET))
    room.hear("a", ON, NOON)
    assert room.hear("a", ON, NOON + 59 * SECOND).reason is Reason.STILL_THERE
    room.rules = rules(replace(BATH, account="ben"), quiet_hours=NOON_IS_QUIET)
    decision = room.hear("a", ON, NOON + MINUTE)
    assert (decision.action, decision.reason) == (Action.EXTEND, Reason.TRY_AGAIN)
    assert (room.open.account, room.open.music, room.open.silent_reason) == ("ben", Music.PENDING, None)
    assert room.open.acted_at == NOON + MINUTE


def test_gap_of_the_last_visit_is_kept() -> None:
    """A visit that opens too soon after the last start is silent first, and plays when the gap is over."""
    room = OneRoom(rules(timeout=10 * SECOND))
    room.hear("a", ON, NOON)
    room.end(NOON + 10 * SECOND)
    room.hear("a", ON, NOON + 30 * SECOND)
    assert (room.open.silent_reason, room.open.acted_at) == (Reason.MOTION_GAP, NOON)
    room.rules = rules()
    room.hear("a", ON, NOON + 119 * SECOND)
    assert room.open.music is Music.SILENT
    assert room.hear("a", ON, NOON + 2 * MINUTE).reason is Reason.TRY_AGAIN


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.OWN_MUSIC, Reason.NOT_OURS}))
def test_silence_for_any_other_reason_is_tried_again(reason: Reason) -> None:
    """Whatever went wrong, it is tried again while somebody moves: after 15 seconds, without a gap."""
    room = OneRoom(rules(motion_gap=timedelta(0)))
    room.hear("a", ON, NOON)
    room.latest = after_playback(room.open, playing=False, reason=reason, now=NOON)
    assert room.hear("a", ON, NOON + 14 * SECOND).reason is Reason.STILL_THERE
    assert room.hear("a", ON, NOON + 15 * SECOND).reason is Reason.TRY_AGAIN


@pytest.mark.parametrize("reason", [Reason.OWN_MUSIC, Reason.NOT_OURS])
def test_hands_are_kept_off_until_the_visit_ends(reason: Reason) -> None:
    """Who plays music of their own is left alone for the whole visit."""
    room = OneRoom(rules(motion_gap=timedelta(0)))
    room.hear("a", ON, NOON)
    room.latest = after_playback(room.open, playing=False, reason=reason, now=NOON)
    for minutes in range(1, 60):
        assert room.hear("a", ON, NOON + minutes * MINUTE).reason is Reason.STILL_THERE
    assert room.open.silent_reason is reason


def test_late_motion_tries_nothing_again() -> None:
    """A stale motion extends; it is no reason to start music."""
    room = OneRoom(rules(motion_gap=timedelta(0)))
    room.hear("a", ON, NOON)
    room.latest = after_playback(room.open, playing=False, reason=Reason.SPEAKER_MISSING, now=NOON)
    decision = room.hear("a", ON, NOON + MINUTE, NOON + 2 * MINUTE + SECOND)
    assert (decision.action, decision.reason) == (Action.EXTEND, Reason.STILL_THERE)


def test_playing_music_is_not_started_again() -> None:
    """While the music plays, and while it is being started, motions only extend."""
    room = OneRoom(rules(motion_gap=timedelta(0)))
    room.hear("a", ON, NOON)
    assert room.hear("a", ON, NOON + MINUTE).reason is Reason.STILL_THERE
    room.latest = after_playback(room.open, playing=True, reason=Reason.STARTED, now=NOON + MINUTE)
    assert room.hear("a", ON, NOON + 2 * MINUTE).reason is Reason.STILL_THERE
    again = after_playback(room.open, playing=True, reason=Reason.ALREADY_PLAYING, now=NOON + 3 * MINUTE)
    assert again.music_since == NOON + MINUTE
    room.end(NOON + 9 * MINUTE)
    late = after_playback(room.open, playing=True, reason=Reason.STARTED, now=NOON + 9 * MINUTE)
    assert late.music_since is None


def test_rules_of_a_room() -> None:
    """A room's own wishes count before its household's."""
    household = Household("home", "Home", "Europe/Berlin", NOON_IS_QUIET, 3 * MINUTE, SECOND)
    theirs = rules_for(BATH, household, MINUTE, 2 * MINUTE)
    assert (theirs.timeout, theirs.motion_gap, theirs.quiet_hours) == (3 * MINUTE, SECOND, NOON_IS_QUIET)
    assert (theirs.time_zone, theirs.stale_after, theirs.stuck_after) == ("Europe/Berlin", MINUTE, 2 * MINUTE)
    never = (time(0), time(0))
    own = replace(BATH, timeout=SECOND, motion_gap=timedelta(0), quiet_hours=never)
    its = rules_for(own, household, MINUTE, 2 * MINUTE)
    assert (its.timeout, its.motion_gap, its.quiet_hours) == (SECOND, timedelta(0), never)
