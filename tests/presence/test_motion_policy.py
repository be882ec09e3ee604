"""What a motion means for a room: cases of the pure policy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from presence.room import HOUR, MINUTE, NOON, OFF, ON, SECOND, OneRoom, rules
from spottypottysense.presence.model import Action
from spottypottysense.presence.policy.motion import CLOCK_TOLERANCE, OLDEST
from spottypottysense.reasons import Reason


@pytest.mark.parametrize(
    ("late", "action", "reason"),
    [
        (timedelta(0), Action.START, Reason.ARRIVED),
        (MINUTE, Action.START, Reason.ARRIVED),
        (MINUTE + SECOND, Action.IGNORE, Reason.STALE),
        (OLDEST, Action.IGNORE, Reason.STALE),
        (OLDEST + SECOND, Action.IGNORE, Reason.CLOCK_BEHIND),
        (-CLOCK_TOLERANCE, Action.START, Reason.ARRIVED),
        (-CLOCK_TOLERANCE - SECOND, Action.IGNORE, Reason.CLOCK_AHEAD),
    ],
)
def test_age_of_a_motion_in_an_empty_room(late: timedelta, action: Action, reason: Reason) -> None:
    """Only a fresh motion starts a visit; a clock may be ahead a little, and then counts as now."""
    room = OneRoom()
    decision = room.hear("a", ON, NOON - late, NOON)
    assert (decision.action, decision.reason) == (action, reason)
    if decision.session is not None:
        assert decision.session.opened_at == min(NOON - late, NOON)
        assert decision.session.deadline_at == decision.session.opened_at + 5 * MINUTE


def test_disabled_sensor_is_ignored() -> None:
    """A sensor that is switched off says nothing, neither in an empty room nor during a visit."""
    room = OneRoom()
    assert room.hear("a", ON, NOON, enabled=False).reason is Reason.DISABLED
    room.hear("a", ON, NOON)
    assert room.hear("a", ON, NOON + MINUTE, enabled=False).session is None
    assert room.open.deadline_at == NOON + 5 * MINUTE


def test_motion_extends() -> None:
    """Every motion moves the deadline, also inside the motion gap."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    decision = room.hear("a", ON, NOON + SECOND)
    assert (decision.action, decision.reason) == (Action.EXTEND, Reason.STILL_THERE)
    assert room.open.deadline_at == NOON + 5 * MINUTE + SECOND
    assert room.open.motions == 2


def test_late_motion_after_the_end_opens_no_visit_within_the_last_one() -> None:
    """What comes in when its visit has ended opens the next one where that ended: they never overlap."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.end(NOON + 5 * MINUTE + SECOND)
    decision = room.hear("a", ON, NOON + 4.5 * MINUTE, NOON + 5.25 * MINUTE)
    assert (decision.action, decision.reason) == (Action.START, Reason.ARRIVED)
    assert room.open.opened_at == NOON + 5 * MINUTE
    assert room.open.deadline_at == NOON + 9.5 * MINUTE


def test_late_motion_extends_but_never_shrinks() -> None:
    """A late motion proves that somebody was there at its time: it can add, never take away."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.hear("a", ON, NOON + 2 * MINUTE, NOON + 4 * MINUTE)
    assert room.open.deadline_at == NOON + 7 * MINUTE
    room.hear("a", ON, NOON + MINUTE, NOON + 4 * MINUTE)
    assert room.open.deadline_at == NOON + 7 * MINUTE
    assert room.open.motions == 3


def test_motion_older_than_the_last_visit_starts_nothing() -> None:
    """What happened before the last visit's last motion is known already, however soon it comes."""
    room = OneRoom(rules(timeout=10 * SECOND))
    room.hear("a", ON, NOON)
    room.end(NOON + 10 * SECOND)
    decision = room.hear("b", ON, NOON - SECOND, NOON + 20 * SECOND)
    assert (decision.action, decision.reason) == (Action.IGNORE, Reason.OUT_OF_ORDER)


def test_motion_whose_visit_would_be_over_starts_nothing() -> None:
    """With a timeout of 10 seconds a motion of 15 seconds ago would open a visit that is over."""
    room = OneRoom(rules(timeout=10 * SECOND))
    assert room.hear("a", ON, NOON, NOON + 15 * SECOND).reason is Reason.STALE
    assert room.hear("b", ON, NOON, NOON + 15 * SECOND).reason is Reason.ARRIVED


def test_other_sensors_silence_makes_an_arrival_no_older() -> None:
    """That one sensor saw nobody a moment later does not disprove what another one saw."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    room.hear("b", OFF, NOON + MINUTE)
    room.end(NOON + 6 * MINUTE)
    later = NOON + HOUR
    assert room.hear("b", OFF, later + SECOND).reason is Reason.NOBODY_HERE
    assert room.hear("c", ON, later, later + 2 * SECOND).reason is Reason.ARRIVED


def test_level_sensor_holds_the_visit() -> None:
    """While a sensor is on no timeout runs; when it clears, the timeout runs from there."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    assert room.open.deadline_at == NOON + 4 * HOUR
    decision = room.hear("b", OFF, NOON + HOUR)
    assert (decision.action, decision.reason) == (Action.EXTEND, Reason.LEFT_SENSOR)
    assert room.open.deadline_at == NOON + HOUR + 5 * MINUTE
    assert room.end(room.open.deadline_at).reason is Reason.TIMEOUT


def test_last_of_several_sensors_decides() -> None:
    """The room is empty when the last sensor has cleared, whatever the order."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    room.hear("c", ON, NOON + MINUTE)
    room.hear("a", ON, NOON + 2 * MINUTE)
    room.hear("b", OFF, NOON + 3 * MINUTE)
    assert room.open.deadline_at == NOON + MINUTE + 4 * HOUR
    room.hear("c", OFF, NOON + 4 * MINUTE)
    assert room.open.deadline_at == NOON + 9 * MINUTE
    room.hear("a", ON, NOON + 5 * MINUTE)
    assert room.open.deadline_at == NOON + 10 * MINUTE


def test_stuck_sensor_holds_no_longer_than_stuck_after() -> None:
    """A sensor that never clears keeps a room for four hours, and the visit tells why it ended."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    decision = room.end(NOON + 4 * HOUR)
    assert (decision.action, decision.reason) == (Action.END, Reason.STUCK)
    assert room.open.ended_at == NOON + 4 * HOUR


def test_clearing_that_overtakes_its_motion_during_a_visit() -> None:
    """When off arrives before its on, the sensor does not stay on."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.hear("b", OFF, NOON + 20 * SECOND, NOON + 30 * SECOND)
    room.hear("b", ON, NOON + 10 * SECOND, NOON + 31 * SECOND)
    assert room.open.deadline_at == NOON + 5 * MINUTE + 20 * SECOND


def test_clearing_that_overtakes_its_motion_in_an_empty_room() -> None:
    """An off that arrives first is remembered, so that the late on starts nothing."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    room.hear("b", OFF, NOON + SECOND)
    room.end(NOON + HOUR)
    later = NOON + 2 * HOUR
    decision = room.hear("b", OFF, later + 10 * SECOND)
    assert (decision.action, decision.reason) == (Action.IGNORE, Reason.NOBODY_HERE)
    assert room.hear("b", ON, later, later + 11 * SECOND).reason is Reason.OUT_OF_ORDER


def test_clearing_in_a_room_that_never_had_a_visit() -> None:
    """There is nothing to note it in, and nothing is opened."""
    decision = OneRoom().hear("b", OFF, NOON)
    assert (decision.reason, decision.session) == (Reason.NOBODY_HERE, None)


def test_motion_after_the_clock_was_turned_back() -> None:
    """A visit dated in the future is dated anew by the next motion, and its sensors are heard again."""
    room = OneRoom()
    room.hear("b", ON, NOON)
    room.hear("a", ON, NOON)
    earlier = NOON - 3 * HOUR
    room.hear("b", OFF, earlier)
    assert room.open.deadline_at == earlier + 5 * MINUTE
    assert room.open.opened_at == earlier


def test_arrival_after_the_clock_was_turned_back() -> None:
    """A visit that ended in the future keeps nobody from opening one now."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.end(NOON + 5 * MINUTE)
    assert room.hear("a", ON, NOON - 3 * HOUR).reason is Reason.ARRIVED
    assert room.open.silent_reason is None


def test_deadline_in_the_far_future() -> None:
    """Without any motion a visit is dated anew when its deadline lies where none can lie."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.hear("b", ON, NOON)
    earlier = NOON - 48 * HOUR
    decision = room.end(earlier)
    assert (decision.action, decision.reason) == (Action.EXTEND, Reason.CLOCK_TURNED_BACK)
    assert room.open.deadline_at == earlier + 4 * HOUR
    assert room.end(earlier + 4 * HOUR).action is Action.END


def test_music_time_is_counted_up_to_the_end() -> None:
    """A visit that ends knows for how long music played; a clock that went back makes it no less than 0."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.latest = replace(room.open, music_since=NOON + SECOND)
    assert room.end(NOON + 5 * MINUTE).session is not None
    assert (room.open.music_since, room.open.music_time) == (None, 5 * MINUTE - SECOND)
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.latest = replace(room.open, music_since=NOON + HOUR)
    room.end(NOON + 5 * MINUTE)
    assert room.open.music_time == timedelta(0)
