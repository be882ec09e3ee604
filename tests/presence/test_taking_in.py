"""Messages in, decisions and journal rows out."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from memory.home import BATH_MIX, NOON, PretendHome
from spottypottysense.errors import Conflict, Unavailable
from spottypottysense.presence.model import Action, JournalEntry, MotionEvent, Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import SensorKind

MINUTE = timedelta(minutes=1)
DETECTED = json.dumps({"event": "motion_detected", "messageId": "m1"}).encode()


class Rival:
    """A session store before which somebody else writes, `times` times."""

    def __init__(self, home: PretendHome, times: int, write: Callable[[], object]) -> None:
        self._save = home.sessions.save
        self.times = times
        self._write = write

    def __call__(self, session: Session, entry: JournalEntry | None = None) -> Session:
        """Let the rival write first."""
        if self.times > 0:
            self.times -= 1
            self._write()
            raise Conflict("Somebody else was faster.")
        return self._save(session, entry)


def lose(home: PretendHome, times: int, write: Callable[[], object] = lambda: None) -> None:
    """Have the house lose its next races for a session."""
    home.sessions.save = Rival(home, times, write)  # type: ignore[method-assign]


def take_in(
    home: PretendHome, payload: bytes, topic: str = "sensors/pir/motion", retained: bool = False
) -> Reason:
    """Take in a message and return the reason of the decision."""
    return home.core.presence.take_in(topic, payload, home.clock.now(), retained).reason


def test_message_becomes_a_visit(home: PretendHome) -> None:
    """A message opens a visit, is journalled with its outcome, and told to the feed twice."""
    assert take_in(home, DETECTED) is Reason.ARRIVED
    (session,) = home.core.presence.open_sessions()
    assert (session.room_id, session.sensor_id, session.music) == ("bath", "pir", Music.PLAYING)
    (entry,) = home.core.presence.decisions("home")
    assert (entry.action, entry.reason, entry.outcome) == (Action.START, Reason.ARRIVED, Reason.STARTED)
    assert entry.session_id == session.id
    assert [told.outcome for told in home.listener.entries] == [None, Reason.STARTED]


def test_copy_changes_nothing(home: PretendHome) -> None:
    """A second copy is a duplicate, during the visit and after it; a day later it would be a new message."""
    take_in(home, DETECTED)
    before = home.core.presence.open_sessions()
    home.clock.advance(MINUTE)
    assert take_in(home, DETECTED) is Reason.DUPLICATE
    assert home.core.presence.open_sessions() == before
    home.clock.advance(5 * MINUTE)
    assert home.core.presence.end_overdue() == 1
    assert take_in(home, DETECTED) is Reason.DUPLICATE
    assert home.core.presence.open_sessions() == ()
    home.clock.advance(timedelta(hours=24))
    assert home.core.presence.forget(timedelta(days=30)) == 0
    assert take_in(home, DETECTED) is Reason.ARRIVED
    assert len(home.core.presence.sessions("home", NOON, home.clock.now() + MINUTE, 10)) == 2


def test_old_things_are_forgotten(home: PretendHome) -> None:
    """Visits and decisions older than the retention go."""
    take_in(home, DETECTED)
    home.clock.advance(5 * MINUTE)
    home.core.presence.end_overdue()
    home.clock.advance(timedelta(days=30, seconds=1))
    assert home.core.presence.forget(timedelta(days=30)) == 3
    assert home.core.presence.decisions(None) == ()


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "reason", "household"),
    [
        ("sensors/pir/motion", b"?", False, Reason.BAD_PAYLOAD, "home"),
        ("sensors/pir/motion", DETECTED, True, Reason.STALE, "home"),
        ("sensors/ghost/motion", DETECTED, False, Reason.UNKNOWN_SENSOR, None),
        ("sensors/ghost/motion", b"?", False, Reason.BAD_PAYLOAD, None),
        ("sensors/" + "x" * 65_000, DETECTED, False, Reason.WRONG_TOPIC, None),
        ("sensors/PIR/motion", DETECTED, False, Reason.INVALID, None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_taken_in(
    home: PretendHome, topic: str, payload: bytes, retained: bool, reason: Reason, household: str | None
) -> None:
    """It is journalled with its reason, for the household whose sensor sent it; nothing opens."""
    assert take_in(home, payload, topic, retained) is reason
    (entry,) = home.core.presence.decisions(None)
    assert (entry.action, entry.reason, entry.household_id) == (Action.IGNORE, reason, household)
    assert len(entry.sensor_id) <= 200
    assert home.core.presence.open_sessions() == ()


def test_first_clearing_shows_a_level_sensor(home: PretendHome) -> None:
    """A sensor taken for a pulse sensor says "cleared": from now on its "detected" holds the visit."""
    home.core.presence.note_motion(home.motion("pir"))
    home.clock.advance(MINUTE)
    home.core.presence.note_motion(home.motion("pir", MotionEvent.CLEARED))
    assert home.core.sensors.sensor("pir").kind is SensorKind.LEVEL
    home.clock.advance(MINUTE)
    home.core.presence.note_motion(home.motion("pir"))
    (session,) = home.core.presence.open_sessions()
    assert session.deadline_at == home.clock.now() + timedelta(hours=4)


def test_race_that_is_lost_is_decided_anew(home: PretendHome) -> None:
    """Whoever loses against another sensor reads again, and extends what the other one opened."""
    other = home.motion("radar")
    lose(home, 1, lambda: home.core.presence.note_motion(other))
    decision = home.core.presence.note_motion(home.motion("pir"))
    assert decision.action is Action.EXTEND
    (session,) = home.core.presence.open_sessions()
    assert session.motions == 2


def test_race_without_end_is_delivered_again(home: PretendHome) -> None:
    """A session that changes under every attempt is not forced: the message comes again later."""
    lose(home, 1000)
    with pytest.raises(Unavailable) as caught:
        home.core.presence.note_motion(home.motion())
    assert caught.value.reason is Reason.STORAGE_UNAVAILABLE
    assert home.core.presence.decisions(None) == ()


def test_overdue_visit_that_moves_meanwhile_stays_open(home: PretendHome) -> None:
    """The ticker loses to a motion that was written first."""
    home.core.presence.note_motion(home.motion())
    home.clock.advance(5 * MINUTE)
    lose(home, 1)
    assert home.core.presence.end_overdue() == 0
    assert len(home.core.presence.open_sessions()) == 1
    assert home.player.hears("anna") == BATH_MIX


def test_visit_after_the_clock_was_turned_back(home: PretendHome) -> None:
    """A deadline further ahead than any can be is dated anew once, and told."""
    home.core.presence.note_motion(home.motion())
    home.clock.advance(timedelta(days=-1))
    assert home.core.presence.end_overdue() == 0
    assert home.core.presence.end_overdue() == 0
    found = [entry.reason for entry in home.core.presence.decisions("home")]
    assert sorted(found) == [Reason.ARRIVED, Reason.CLOCK_TURNED_BACK]
    home.clock.advance(5 * MINUTE)
    assert home.core.presence.end_overdue() == 1
    assert home.player.hears("anna") is None


def test_longest_visit_is_not_taken_for_a_clock_turned_back(home: PretendHome) -> None:
    """A level sensor's deadline lies four hours ahead, and is left as it is."""
    home.core.presence.note_motion(home.motion("radar"))
    before = home.core.presence.open_sessions()
    assert home.core.presence.end_overdue() == 0
    assert home.core.presence.open_sessions() == before


def test_silent_visit_ends_without_a_word_to_the_player(home: PretendHome) -> None:
    """A visit that never had music asks nothing of the player when it ends."""
    home.core.sensors.change_room("bath", account=None)
    home.core.presence.note_motion(home.motion())
    home.clock.advance(5 * MINUTE)
    assert home.core.presence.end_overdue() == 1
    assert home.player.calls == []


def test_log_line_of_a_decision(home: PretendHome, caplog: pytest.LogCaptureFixture) -> None:
    """Each decision is one line that names sensor, room, action and reason."""
    with caplog.at_level(logging.INFO, "spotty.presence"):
        home.core.presence.note_motion(home.motion("ghost"))
    (record,) = caplog.records
    assert record.msg == "motion"
    assert record.__dict__["reason"] == "unknown_sensor"
