"""What playback is told of a visit, and how a visit ends whose music went along."""

from dataclasses import replace

import pytest

from presence.room import BATH, MINUTE, NOON, OFF, ON, SECOND, OneRoom
from spottypottysense.presence.model import Action, Music
from spottypottysense.presence.policy.music import after_playback
from spottypottysense.presence.policy.stays import stay_of
from spottypottysense.presence.policy.visits import after_leaving
from spottypottysense.reasons import Reason


def test_stay_of_a_pulse() -> None:
    """Somebody was seen at the last motion; a pulse sensor tells of nothing more."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.hear("a", ON, NOON + MINUTE)
    stay = stay_of(room.open, replace(BATH, follows=False))
    assert (stay.session_id, stay.room_id, stay.since) == (room.open.id, "bath", NOON)
    assert (stay.seen_at, stay.is_seen, stay.clears_late) == (NOON + MINUTE, False, False)
    assert not stay.follows


def test_stay_of_a_level_sensor() -> None:
    """While it is on somebody is seen; when it clears, that was late."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    stay = stay_of(room.open, BATH)
    assert (stay.seen_at, stay.is_seen, stay.clears_late) == (NOON, True, False)
    room.hear("b", OFF, NOON + MINUTE)
    stay = stay_of(room.open, BATH)
    assert (stay.seen_at, stay.is_seen, stay.clears_late) == (NOON + MINUTE, False, True)
    room.hear("a", ON, NOON + 2 * MINUTE)
    assert not stay_of(room.open, BATH).clears_late


def test_stay_without_any_sensor() -> None:
    """A visit that was opened by hand was seen when it was."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    stay = stay_of(replace(room.open, heard=()), BATH)
    assert (stay.seen_at, stay.is_seen, stay.clears_late) == (NOON, False, False)


@pytest.mark.parametrize(
    ("reason", "hands_off"),
    [
        (Reason.USER_PAUSED, True),
        (Reason.USER_TOOK_OVER, True),
        (Reason.STOPPED_BY_HAND, True),
        (Reason.OWN_MUSIC, False),
        (Reason.BUSY_ELSEWHERE, False),
    ],
)
def test_what_a_person_took_into_his_own_hands(reason: Reason, hands_off: bool) -> None:
    """What was ours and was taken counts; what never was ours does not."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    silent = after_playback(room.open, playing=False, reason=reason, now=NOON)
    assert stay_of(silent, BATH).hands_off is hands_off


def test_visit_whose_music_went_along() -> None:
    """It ends now; its music counts as played to the end."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    playing = after_playback(room.open, playing=True, reason=Reason.STARTED, now=NOON + SECOND)
    decision = after_leaving(playing, NOON + MINUTE)
    assert (decision.action, decision.reason) == (Action.END, Reason.WENT_ALONG)
    ended = decision.session
    assert ended is not None
    assert (ended.ended_at, ended.end_reason) == (NOON + MINUTE, Reason.WENT_ALONG)
    assert (ended.music, ended.music_since, ended.music_time) == (Music.PLAYING, None, MINUTE - SECOND)
