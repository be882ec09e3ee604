"""What every `Journal` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.races import winners
from spottypottysense.core import Stores
from spottypottysense.errors import Conflict
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Sensor

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
FULL = JournalEntry(
    id="e1",
    at=NOW,
    sensor_id="pir",
    event="motion_detected",
    action=Action.START,
    reason=Reason.ARRIVED,
    key="pir/1",
    household_id="home",
    room_id="bath",
    session_id="s1",
    outcome=Reason.STARTED,
    detail="on Bad 🛁",
)
STRANGER = JournalEntry("e2", NOW, "ghost", "motion_detected", Action.IGNORE, Reason.UNKNOWN_SENSOR, "g/1")


@pytest.mark.parametrize("entry", [FULL, STRANGER])
def test_entry_comes_back_whole(stores: Stores, entry: JournalEntry) -> None:
    """Every field of an entry survives storage."""
    stores.journal.record(entry)
    assert stores.journal.recent(None, 10) == (entry,)


def test_key_is_known(stores: Stores) -> None:
    """A key is known once it was written, and cannot be written again."""
    assert not stores.journal.knows("pir/1")
    stores.journal.record(FULL)
    assert stores.journal.knows("pir/1")
    with pytest.raises(Conflict):
        stores.journal.record(replace(FULL, id="other"))
    assert stores.journal.recent(None, 10) == (FULL,)


def test_one_of_many_copies_is_kept(stores: Stores) -> None:
    """Of eight copies of one message at one moment exactly one is recorded."""
    assert winners(lambda n: stores.journal.record(replace(FULL, id=f"e{n}"))) == 1
    assert len(stores.journal.recent(None, 10)) == 1


def test_last_motion_of_each_sensor(house: Stores) -> None:
    """The newest motion of each sensor of the household, whatever else came of it or came later."""
    for sensor_id in ("pir", "radar", "silent"):
        house.sensors.save_sensor(Sensor(sensor_id, "home", "bath"))
    later = NOW + timedelta(seconds=1)
    for number, (sensor_id, event, at) in enumerate(
        [
            ("pir", "motion_detected", later),
            ("pir", "motion_detected", NOW),
            ("pir", "motion_cleared", later + timedelta(seconds=1)),
            ("radar", "motion_detected", NOW),
            ("silent", "message", NOW),
        ]
    ):
        entry = replace(FULL, id=f"m{number}", key=f"m/{number}", sensor_id=sensor_id, event=event, at=at)
        house.journal.record(entry)
    house.journal.record(STRANGER)
    assert house.session_log.last_motions("home") == {"pir": later, "radar": NOW}
    assert house.session_log.last_motions("away") == {}


def test_released_keys_are_new_again(stores: Stores) -> None:
    """The keys of older entries are forgotten, the entries are not."""
    old = replace(STRANGER, at=NOW - timedelta(microseconds=1))
    stores.journal.record(old)
    stores.journal.record(FULL)
    stores.journal.release_keys(NOW)
    stores.journal.release_keys(NOW)
    assert stores.journal.knows("pir/1")
    assert not stores.journal.knows("g/1")
    stores.journal.record(replace(STRANGER, id="e3", at=NOW + timedelta(seconds=1)))
    assert [entry.id for entry in stores.journal.recent(None, 10)] == ["e3", "e1", "e2"]


def test_outcome_follows(stores: Stores) -> None:
    """What became of the music is added to its entry and to no other; an unknown entry is passed over."""
    early = replace(FULL, outcome=None, detail="")
    stores.journal.record(early)
    stores.journal.record(STRANGER)
    stores.journal.settle("e1", Reason.SPEAKER_MISSING, "Bad 🛁")
    stores.journal.settle("never", Reason.STARTED)
    settled = replace(early, outcome=Reason.SPEAKER_MISSING, detail="Bad 🛁")
    assert set(stores.journal.recent(None, 10)) == {settled, STRANGER}


def test_newest_first(stores: Stores) -> None:
    """Entries are listed newest first; of the same moment, what was recorded last; up to the limit."""
    for name, minutes in (("a", 1), ("b", 3), ("c", 2), ("d", 2)):
        at = NOW + timedelta(minutes=minutes)
        stores.journal.record(replace(FULL, id=name, key=name, at=at))
    assert [entry.id for entry in stores.journal.recent("home", 10)] == ["b", "d", "c", "a"]
    assert [entry.id for entry in stores.journal.recent("home", 2)] == ["b", "d"]


def test_each_household_sees_its_own(stores: Stores) -> None:
    """A household sees its own entries; strangers' are seen only by who asks for all."""
    stores.journal.record(FULL)
    stores.journal.record(STRANGER)
    assert stores.journal.recent("home", 10) == (FULL,)
    assert stores.journal.recent("away", 10) == ()
    assert len(stores.journal.recent(None, 10)) == 2


def test_long_names_are_cut(stores: Stores) -> None:
    """A stranger that calls itself by 65,535 characters takes the room of 200."""
    stores.journal.record(replace(STRANGER, sensor_id="x" * 65_535))
    assert stores.journal.recent(None, 1)[0].sensor_id == "x" * 200


def test_a_page_goes_on_where_the_last_one_ended(stores: Stores) -> None:
    """Page by page every entry comes once, also those of one moment, and those that came meanwhile do not."""
    for number in range(7):
        at = NOW + timedelta(seconds=number // 3)
        stores.journal.record(replace(FULL, id=f"e{number}", key=f"k{number}", at=at))
    first = stores.journal.recent("home", 3)
    stores.journal.record(replace(FULL, id="late", key="late", at=NOW + timedelta(hours=1)))
    second = stores.journal.recent("home", 3, before=first[-1].id)
    third = stores.journal.recent("home", 3, before=second[-1].id)
    found = [entry.id for entry in (*first, *second, *third)]
    assert found == ["e6", "e5", "e4", "e3", "e2", "e1", "e0"]
    assert stores.journal.recent("home", 3, before="e0") == ()
    assert stores.journal.recent("home", 3, before="forgotten") == ()


def test_entries_of_a_room(stores: Stores) -> None:
    """Those of other rooms and of the whole house are left out."""
    stores.journal.record(FULL)
    stores.journal.record(replace(FULL, id="hall", key="2", room_id="hall"))
    stores.journal.record(replace(FULL, id="house", key="3", room_id=None))
    assert [entry.id for entry in stores.journal.recent("home", 10, room_id="hall")] == ["hall"]
    assert stores.journal.recent("away", 10, room_id="hall") == ()
    assert stores.journal.recent("home", 10, room_id="hall", before="e1") == ()
