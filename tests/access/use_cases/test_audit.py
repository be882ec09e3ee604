from datetime import timedelta

from access.door import BENS, HOME, NOON, Door
from spottypottysense.access.model import Act

DAY = timedelta(days=1)


def test_a_household_reads_its_own(door: Door) -> None:
    """Newest first, page by page; what nobody did, and others, only the operator sees."""
    anna = door.enter()
    for number in range(3):
        door.clock.advance(DAY)
        door.access.audit.record(anna, Act.CHANGED, f"room {number}", HOME)
    door.access.audit.record_of(None, Act.REFUSED, "", HOME)
    entries = door.access.audit.entries("home", limit=2)
    assert [each.subject for each in entries] == ["room 2", "room 1"]
    older = door.access.audit.entries("home", entries[-1].at)
    assert [(each.act, each.subject) for each in older] == [(Act.CHANGED, "room 0"), (Act.SIGNED_IN, "")]
    assert door.access.audit.entries("away") == ()
    assert len(door.access.audit.entries(None)) == 5


def test_what_comes_from_outside_stays_on_its_line(door: Door) -> None:
    """A browser's name or a host's address of any length is no way to write into the trail."""
    door.access.desk.sign_in("ben@example.org", BENS, "x" * 1000, "Mozilla\n\x1b[2J" + "y" * 1000)
    (entry,) = door.access.audit.entries("home")
    assert entry.subject.startswith("Mozilla??[2Jy")
    assert (len(entry.subject), len(entry.address)) == (200, 64)


def test_half_a_year_is_kept(door: Door) -> None:
    """What is older is forgotten."""
    door.enter()
    door.clock.advance(180 * DAY)
    assert door.access.audit.forget() == 0
    door.clock.advance(timedelta(microseconds=1))
    door.enter()
    assert door.access.audit.forget() == 1
    assert [each.at for each in door.access.audit.entries(None)] == [door.clock.now()]
    assert door.clock.now() > NOON
