"""What hostile senders write does not break the journal."""

from datetime import UTC, datetime

from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_text_that_utf8_cannot_hold(database: Database) -> None:
    """Half a surrogate pair, a NUL and an injection are text like any other."""
    journal = SqliteJournal(database)
    hostile = "\ud83d\x00'; DROP TABLE journal; --"
    journal.record(JournalEntry("e", NOW, hostile, hostile, Action.IGNORE, Reason.UNKNOWN_SENSOR, hostile))
    assert journal.knows(hostile)
    assert journal.recent(None, 1)[0].sensor_id == hostile.replace("\ud83d", "?")
