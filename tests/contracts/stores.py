"""Every port of storage in every implementation; a new one is one more line in IMPLEMENTATIONS."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from memory.stores import memory_stores
from spottypottysense.clock import ManualClock
from spottypottysense.core import Stores
from spottypottysense.grants.model import ClientApp, Secret
from spottypottysense.runtimes.appliance.sqlite.access import sqlite_access
from spottypottysense.runtimes.appliance.sqlite.accounts import SqliteAccounts
from spottypottysense.runtimes.appliance.sqlite.apps import SqliteApps
from spottypottysense.runtimes.appliance.sqlite.consents import SqlitePendingConsents
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.grants import SqliteGrants
from spottypottysense.runtimes.appliance.sqlite.journal import SqliteJournal
from spottypottysense.runtimes.appliance.sqlite.notices import SqliteNotices
from spottypottysense.runtimes.appliance.sqlite.past import SqlitePast
from spottypottysense.runtimes.appliance.sqlite.playback import (
    SqliteBookmarks,
    SqliteContentLengths,
    SqliteKnownSpeakers,
)
from spottypottysense.runtimes.appliance.sqlite.receipts import SqliteReceipts
from spottypottysense.runtimes.appliance.sqlite.rooms import SqliteRooms
from spottypottysense.runtimes.appliance.sqlite.sensors import SqliteSensors
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions
from spottypottysense.runtimes.appliance.vault import Vault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTALLATION = ClientApp("installation", Secret("of-installation"))


@contextmanager
def in_memory(_directory: Path) -> Iterator[Stores]:
    """Dicts."""
    yield memory_stores(ManualClock(NOW), INSTALLATION)


@contextmanager
def in_sqlite(directory: Path) -> Iterator[Stores]:
    """A real file."""
    database = Database(directory / "spotty.db")
    vault = Vault(directory / "spotty.key")
    sessions = SqliteSessions(database)
    grants = SqliteGrants(database, vault)
    yield Stores(
        accounts=SqliteAccounts(database),
        access=sqlite_access(database),
        rooms=SqliteRooms(database),
        sensors=SqliteSensors(database),
        grants=grants,
        census=grants,
        pending=SqlitePendingConsents(database, vault, ManualClock(NOW)),
        apps=SqliteApps(database, vault, INSTALLATION),
        notices=SqliteNotices(database),
        receipts=SqliteReceipts(database),
        bookmarks=SqliteBookmarks(database),
        speakers=SqliteKnownSpeakers(database),
        lengths=SqliteContentLengths(database),
        sessions=sessions,
        session_log=sessions,
        journal=SqliteJournal(database),
        past=SqlitePast(database),
    )
    database.close()


IMPLEMENTATIONS: dict[str, Callable[[Path], AbstractContextManager[Stores]]] = {
    "memory": in_memory,
    "sqlite": in_sqlite,
}
