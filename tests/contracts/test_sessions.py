"""What every `SessionStore` and `SessionLog` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.races import winners
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.presence.model import Action, Heard, JournalEntry, Music, Session
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAIN = Session("s1", "home", "bath", "pir", None, NOW, NOW, NOW + 5 * MINUTE)
FULL = Session(
    id="s1",
    household_id="home",
    room_id="bath",
    sensor_id="pir",
    account="anna",
    opened_at=NOW,
    last_motion_at=NOW + MINUTE,
    deadline_at=NOW + 6 * MINUTE,
    motions=3,
    heard=(Heard("pir", True, NOW), Heard("door", False, NOW + MINUTE)),
    music=Music.PLAYING,
    silent_reason=Reason.QUIET_HOURS,
    music_since=NOW + MINUTE,
    music_time=timedelta(seconds=90, microseconds=1),
    acted_at=NOW + MINUTE,
    asked_at=NOW + timedelta(microseconds=2),
    accepted_after=timedelta(milliseconds=310, microseconds=3),
    confirmed_after=timedelta(seconds=1, microseconds=4),
    ended_at=NOW + 7 * MINUTE,
    end_reason=Reason.TIMEOUT,
    content="spotify:playlist:mix",
)


def entry(key: str, entry_id: str = "") -> JournalEntry:
    """Return a journal entry with this key."""
    return JournalEntry(
        entry_id or key, NOW, "pir", "motion_detected", Action.START, Reason.ARRIVED, key, "home"
    )


def ended(session: Session, after: timedelta) -> Session:
    """Return the session, ended so long after NOW."""
    return replace(session, ended_at=NOW + after, end_reason=Reason.TIMEOUT)


@pytest.mark.parametrize("session", [PLAIN, FULL])
def test_session_comes_back_whole(stores: Stores, session: Session) -> None:
    """Every field of a session survives storage, with version 1 after the first write."""
    assert stores.sessions.save(session) == replace(session, version=1)
    assert stores.sessions.session("s1") == replace(session, version=1)
    assert stores.sessions.latest_in("bath") == replace(session, version=1)


def test_every_field_can_change(stores: Stores) -> None:
    """A write that names the stored version replaces every field."""
    first = stores.sessions.save(PLAIN)
    second = stores.sessions.save(replace(FULL, version=first.version))
    assert second == replace(FULL, version=2)
    assert stores.sessions.session("s1") == second


def test_unknown_session(stores: Stores) -> None:
    """A session that was never saved is not found, and an unused room has none."""
    with pytest.raises(NotFound, match="session 'never'"):
        stores.sessions.session("never")
    assert stores.sessions.latest_in("bath") is None


@pytest.mark.parametrize("version", [0, 1, 3])
def test_stale_write_is_refused(stores: Stores, version: int) -> None:
    """A write that names another version than the stored one changes nothing."""
    stored = stores.sessions.save(stores.sessions.save(PLAIN))
    with pytest.raises(Conflict):
        stores.sessions.save(replace(PLAIN, motions=9, version=version))
    assert stores.sessions.session("s1") == stored


def test_write_without_a_stored_session_is_refused(stores: Stores) -> None:
    """A write that names a version fails when nothing is stored."""
    with pytest.raises(Conflict):
        stores.sessions.save(replace(PLAIN, version=1))
    assert stores.sessions.open() == ()


def test_second_open_session_is_refused(stores: Stores) -> None:
    """A room has one open session; another room, or this one after the end, may open the next."""
    first = stores.sessions.save(PLAIN)
    with pytest.raises(Conflict):
        stores.sessions.save(replace(PLAIN, id="s2"))
    stores.sessions.save(replace(PLAIN, id="s3", room_id="kitchen"))
    stores.sessions.save(ended(first, MINUTE))
    stores.sessions.save(replace(PLAIN, id="s4"))
    assert {session.id for session in stores.sessions.open()} == {"s3", "s4"}


def test_ended_session_cannot_reopen_beside_another(stores: Stores) -> None:
    """An ended session stays ended while its room has another open one."""
    first = stores.sessions.save(ended(PLAIN, MINUTE))
    stores.sessions.save(replace(PLAIN, id="s2"))
    with pytest.raises(Conflict):
        stores.sessions.save(replace(first, ended_at=None, end_reason=None))
    assert stores.sessions.session("s1") == first


def test_latest_is_the_open_one_else_the_one_that_ended_last(stores: Stores) -> None:
    """The open session wins, even over one that ended later than it opened."""
    stores.sessions.save(ended(replace(PLAIN, id="late"), 9 * MINUTE))
    stores.sessions.save(ended(replace(PLAIN, id="early"), MINUTE))
    opened = stores.sessions.save(replace(PLAIN, id="now"))
    latest = stores.sessions.latest_in("bath")
    assert latest is not None
    assert latest.id == "now"
    stores.sessions.save(ended(opened, 2 * MINUTE))
    latest = stores.sessions.latest_in("bath")
    assert latest is not None
    assert latest.id == "late"


def test_entry_is_saved_with_the_session(stores: Stores) -> None:
    """Session and entry are both there."""
    stores.sessions.save(PLAIN, entry("k1"))
    assert stores.journal.knows("k1")
    assert stores.journal.recent("home", 10) == (entry("k1"),)


@pytest.mark.parametrize("twin", [entry("k1", "e2"), entry("k2", "k1")])
def test_known_entry_keeps_the_session_out(stores: Stores, twin: JournalEntry) -> None:
    """Where the journal knows the entry already, a new session is not saved and an old one not changed."""
    stores.journal.record(entry("k1"))
    with pytest.raises(Conflict):
        stores.sessions.save(PLAIN, twin)
    assert stores.sessions.latest_in("bath") is None
    stored = stores.sessions.save(PLAIN)
    with pytest.raises(Conflict):
        stores.sessions.save(ended(stored, MINUTE), twin)
    assert stores.sessions.session("s1") == stored
    assert stores.sessions.open() == (stored,)


def test_refused_session_keeps_the_entry_out(stores: Stores) -> None:
    """Where the session is refused, for its version or for another open one, the entry is not written."""
    stores.sessions.save(PLAIN)
    for refused in (PLAIN, replace(PLAIN, id="s2"), replace(PLAIN, version=7)):
        with pytest.raises(Conflict):
            stores.sessions.save(refused, entry("k1"))
    assert not stores.journal.knows("k1")
    assert stores.journal.recent(None, 10) == ()


def test_due(stores: Stores) -> None:
    """Open sessions are due at their deadline, or when it lies beyond the horizon; oldest deadline first."""
    horizon = NOW + 60 * MINUTE
    for name, deadline in (
        ("at", NOW),
        ("after", NOW + timedelta(microseconds=1)),
        ("before", NOW - MINUTE),
        ("horizon", horizon),
        ("beyond", horizon + timedelta(microseconds=1)),
    ):
        stores.sessions.save(replace(PLAIN, id=name, room_id=name, deadline_at=deadline))
    over = replace(PLAIN, id="over", room_id="over", deadline_at=NOW - MINUTE)
    stores.sessions.save(ended(over, MINUTE))
    due = [session.id for session in stores.sessions.due(NOW, horizon, 10)]
    assert due == ["before", "at", "beyond"]
    assert [session.id for session in stores.sessions.due(NOW, horizon, 2)] == ["before", "at"]


def test_open_oldest_first(stores: Stores) -> None:
    """All open sessions of all households are listed, the oldest first."""
    for name, minutes in (("a", 2), ("b", 1), ("c", 3)):
        opened_at = NOW + minutes * MINUTE
        stores.sessions.save(replace(PLAIN, id=name, room_id=name, household_id=name, opened_at=opened_at))
    assert [session.id for session in stores.sessions.open()] == ["b", "a", "c"]


def test_active_sensors(stores: Stores) -> None:
    """Those that were heard in open sessions of the household."""
    heard = (Heard("pir", True, NOW), Heard("door", False, NOW))
    stores.sessions.save(replace(PLAIN, heard=heard))
    stores.sessions.save(replace(PLAIN, id="s2", room_id="hall", heard=(Heard("door", True, NOW),)))
    gone = replace(PLAIN, id="s3", room_id="attic", heard=(Heard("gone", True, NOW),))
    stores.sessions.save(ended(gone, MINUTE))
    other = replace(PLAIN, id="s4", room_id="hut", household_id="away", heard=(Heard("far", True, NOW),))
    stores.sessions.save(other)
    stores.sessions.save(replace(PLAIN, id="s5", room_id="by hand", household_id="empty"))
    assert stores.session_log.active_sensors("home") == {"pir", "door"}
    assert stores.session_log.active_sensors("empty") == frozenset()


def test_log_is_a_half_open_span_newest_first(stores: Stores) -> None:
    """A household's sessions that opened in [start, end) are listed newest first, up to the limit."""
    for minutes in range(5):
        opened = replace(PLAIN, id=f"s{minutes}", opened_at=NOW + minutes * MINUTE)
        stores.sessions.save(ended(opened, 9 * MINUTE))
    stores.sessions.save(replace(PLAIN, id="theirs", household_id="away", opened_at=NOW + MINUTE))
    found = stores.session_log.sessions("home", NOW + MINUTE, NOW + 4 * MINUTE, 10)
    assert [session.id for session in found] == ["s3", "s2", "s1"]
    assert [s.id for s in stores.session_log.sessions("home", NOW, NOW + 9 * MINUTE, 1)] == ["s4"]


def test_forgetting(stores: Stores) -> None:
    """What ended or was written before the moment goes; what is open or newer stays."""
    stores.sessions.save(ended(replace(PLAIN, id="old"), MINUTE), replace(entry("old"), at=NOW - MINUTE))
    stores.sessions.save(
        ended(replace(PLAIN, id="new"), 2 * MINUTE), replace(entry("new"), at=NOW + 2 * MINUTE)
    )
    stores.sessions.save(replace(PLAIN, id="open"))
    assert stores.session_log.forget_before(NOW + 2 * MINUTE) == 2
    assert stores.session_log.forget_before(NOW + 2 * MINUTE) == 0
    assert {s.id for s in stores.session_log.sessions("home", NOW, NOW + MINUTE, 10)} == {"new", "open"}
    assert stores.journal.knows("new")
    assert not stores.journal.knows("old")
    stores.session_log.forget_before(NOW + 3 * MINUTE)
    assert stores.sessions.latest_in("bath") == replace(PLAIN, id="open", version=1)


def test_one_of_many_writers_wins(stores: Stores) -> None:
    """Of eight writers that read the same version exactly one is obeyed."""
    read = stores.sessions.save(PLAIN)
    assert winners(lambda n: stores.sessions.save(replace(read, motions=n), entry(f"k{n}"))) == 1
    assert stores.sessions.session("s1").version == 2
    assert len(stores.journal.recent(None, 10)) == 1


def test_one_of_many_openers_wins(stores: Stores) -> None:
    """Of eight that open a session in one room at one moment exactly one succeeds."""
    assert winners(lambda n: stores.sessions.save(replace(PLAIN, id=f"s{n}"), entry(f"k{n}"))) == 1
    assert len(stores.sessions.open()) == 1
    assert len(stores.journal.recent(None, 10)) == 1


def test_one_of_many_copies_wins(stores: Stores) -> None:
    """Of eight copies of one message that open sessions in different rooms exactly one is taken in."""

    def take_in(number: int) -> None:
        session = replace(PLAIN, id=f"s{number}", room_id=f"room-{number}")
        stores.sessions.save(session, entry("same", f"e{number}"))

    assert winners(take_in) == 1
    assert len(stores.sessions.open()) == 1
