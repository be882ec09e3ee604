"""When the music may start, when it is tried again, and when hands are kept off."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from presence.room import BATH, HOUR, MINUTE, NOON, ON, SECOND, OneRoom, rules
from spottypottysense.accounts.model import Household, Mode
from spottypottysense.playback.model import FirstNote, Stay
from spottypottysense.presence.model import Action, Music
from spottypottysense.presence.policy.music import (
    ABOUT_THE_ACCOUNT,
    HANDS_OFF,
    after_first_note,
    after_playback,
    may_come_along,
    next_account,
)
from spottypottysense.presence.policy.rules import rules_for, veto, wishes_at
from spottypottysense.presence.policy.stays import stay_of
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import DayPart, Programme, Room

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


@pytest.mark.parametrize(
    ("house", "room", "reason"),
    [
        (None, None, None),
        (NOON + SECOND, None, Reason.SNOOZED),
        (None, NOON + SECOND, Reason.SNOOZED),
        (NOON + SECOND, NOON - SECOND, Reason.SNOOZED),
        (NOON - SECOND, NOON + SECOND, Reason.SNOOZED),
        (NOON, NOON, None),
    ],
)
def test_veto_of_a_snooze(house: datetime | None, room: datetime | None, reason: Reason | None) -> None:
    """The later of the house's and the room's snooze counts, and it ends to the moment."""
    household = Household("home", "Home", snoozed_until=house)
    assert veto(rules_for(replace(BATH, snoozed_until=room), household, MINUTE, MINUTE), None, NOON) is reason


@pytest.mark.parametrize(
    ("mode", "reason"), [(Mode.HOME, None), (Mode.AWAY, Reason.AWAY), (Mode.GUESTS, Reason.GUESTS)]
)
def test_veto_of_the_house(mode: Mode, reason: Reason | None) -> None:
    """Nobody's motion starts music while the house is away or has guests."""
    assert veto(replace(rules(), mode=mode), None, NOON) is reason


def test_what_is_wished_for_at_this_time_of_day() -> None:
    """A room without content of its own has music while its programme names some."""
    morning = Programme(DayPart.MORNING, time(6), "spotify:playlist:early")
    evening = Programme(DayPart.EVENING, time(18))
    room = replace(BATH, content=None, day=(morning, evening))
    assert veto(rules(room), None, NOON) is None
    assert wishes_at(rules(room), NOON).content == "spotify:playlist:early"
    assert veto(rules(room), None, NOON + 7 * HOUR) is Reason.NO_CONTENT


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


def test_gap_of_a_visit_in_vain_is_kept() -> None:
    """A visit too soon after a start in vain is silent first, and is tried when the gap is over."""
    room = OneRoom(rules(timeout=10 * SECOND))
    room.hear("a", ON, NOON)
    room.latest = after_playback(room.open, playing=False, reason=Reason.SPEAKER_ASLEEP, now=NOON)
    room.end(NOON + 10 * SECOND)
    room.hear("a", ON, NOON + 30 * SECOND)
    assert (room.open.silent_reason, room.open.acted_at) == (Reason.MOTION_GAP, NOON)
    room.rules = rules()
    room.hear("a", ON, NOON + 119 * SECOND)
    assert room.open.music is Music.SILENT
    assert room.hear("a", ON, NOON + 2 * MINUTE).reason is Reason.TRY_AGAIN


def test_gap_does_not_keep_anybody_from_coming_back() -> None:
    """Where music played to the end of the visit, it goes on as soon as somebody returns."""
    room = OneRoom(rules(timeout=10 * SECOND))
    room.hear("a", ON, NOON)
    room.latest = after_playback(room.open, playing=True, reason=Reason.STARTED, now=NOON)
    room.end(NOON + 10 * SECOND)
    room.hear("a", ON, NOON + 30 * SECOND)
    assert (room.open.music, room.open.acted_at) == (Music.PENDING, NOON + 30 * SECOND)


@pytest.mark.parametrize("reason", sorted(set(Reason) - HANDS_OFF - {Reason.BUSY_ELSEWHERE}))
def test_silence_for_any_other_reason_is_tried_again(reason: Reason) -> None:
    """Whatever went wrong, it is tried again while somebody moves: after 15 seconds, without a gap."""
    room = OneRoom(rules(motion_gap=timedelta(0)))
    room.hear("a", ON, NOON)
    room.latest = after_playback(room.open, playing=False, reason=reason, now=NOON)
    assert room.hear("a", ON, NOON + 14 * SECOND).reason is Reason.STILL_THERE
    assert room.hear("a", ON, NOON + 15 * SECOND).reason is Reason.TRY_AGAIN


@pytest.mark.parametrize(
    "reason",
    [
        Reason.OWN_MUSIC,
        Reason.USER_PAUSED,
        Reason.USER_TOOK_OVER,
        Reason.STOPPED_BY_HAND,
        Reason.BUSY_ELSEWHERE,
    ],
)
def test_hands_are_kept_off_until_the_visit_ends(reason: Reason) -> None:
    """Who plays, pauses or stops by hand is left alone for the whole visit, and so is who must wait."""
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


def test_first_note_is_counted_from_the_motion() -> None:
    """What a sensor's message, Spotify and the speaker took; asking anew begins anew."""
    room = OneRoom()
    room.hear("a", ON, NOON, NOON + SECOND)
    assert room.open.asked_at == NOON + SECOND
    heard = after_first_note(room.open, FirstNote(NOON + 2 * SECOND, NOON + 4 * SECOND))
    assert (heard.accepted_after, heard.confirmed_after) == (SECOND, 3 * SECOND)
    deaf = after_first_note(room.open, FirstNote(NOON + 2 * SECOND))
    assert (deaf.accepted_after, deaf.confirmed_after) == (SECOND, None)
    turned_back = after_first_note(room.open, FirstNote(NOON))
    assert turned_back.accepted_after == timedelta(0)
    assert after_first_note(replace(heard, asked_at=None), FirstNote(NOON)).accepted_after == SECOND
    room.latest = after_playback(heard, playing=False, reason=Reason.SPEAKER_ASLEEP, now=NOON)
    room.hear("a", ON, NOON + 2 * MINUTE + SECOND)
    assert (room.open.asked_at, room.open.accepted_after) == (NOON + 2 * MINUTE + SECOND, None)


def test_music_time_of_a_visit_that_falls_silent() -> None:
    """What played until somebody took the music over counts."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    playing = after_playback(room.open, playing=True, reason=Reason.STARTED, now=NOON)
    silent = after_playback(playing, playing=False, reason=Reason.USER_TOOK_OVER, now=NOON + MINUTE)
    assert (silent.music_since, silent.music_time) == (None, MINUTE)


@pytest.mark.parametrize(
    ("reason", "asked", "following"),
    [
        (Reason.OWN_MUSIC, ("anna",), "ben"),
        (Reason.BUSY_ELSEWHERE, ("anna", "ben"), "carl"),
        (Reason.RECONNECT, ("anna", "ben", "carl"), None),
        (Reason.PREMIUM_REQUIRED, ("carl",), "ben"),
        (Reason.SPEAKER_ASLEEP, ("anna",), None),
        (Reason.USER_PAUSED, ("anna",), None),
        (Reason.RATE_LIMITED, ("anna",), None),
    ],
)
def test_who_is_asked_next(reason: Reason, asked: tuple[str, ...], following: str | None) -> None:
    """What is about the account passes on to the next stand-in, each once; the speaker's trouble does not."""
    room = replace(BATH, stand_ins=("anna", "ben", "carl"))
    assert next_account(room, reason, asked) == following
    assert (reason in ABOUT_THE_ACCOUNT) is (
        reason in {Reason.OWN_MUSIC, Reason.BUSY_ELSEWHERE, Reason.RECONNECT, Reason.PREMIUM_REQUIRED}
    )


def test_music_that_waits_comes_when_it_is_free_or_somebody_walked() -> None:
    """At the earliest 15 seconds after it was asked for; nobody's music comes at once then."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    here = stay_of(room.open, BATH)
    there = Stay("s2", "kitchen", NOON - MINUTE, NOON)
    occupied = replace(there, is_seen=True)
    assert not may_come_along(room.open, here, None, (), NOON + 14 * SECOND)
    assert may_come_along(room.open, here, None, (), NOON + 15 * SECOND)
    assert not may_come_along(room.open, here, there, (there,), NOON + 19 * SECOND)
    assert may_come_along(room.open, here, there, (there,), NOON + 20 * SECOND)
    assert not may_come_along(room.open, here, occupied, (occupied,), NOON + 20 * SECOND)


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
