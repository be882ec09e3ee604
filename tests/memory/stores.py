"""All stores of a house, in dicts."""

from collections.abc import Callable

from memory.access import memory_access
from memory.connections import MemoryApps, MemoryPendingConsents
from memory.grants import MemoryGrants
from memory.house import MemoryAccounts, MemoryRooms, MemorySensors
from memory.notices import MemoryNotices
from memory.past import MemoryPast
from memory.playback_memory import MemoryBookmarks, MemoryContentLengths, MemoryKnownSpeakers
from memory.receipts import MemoryReceipts
from memory.sessions import MemoryJournal, MemorySessions
from spottypottysense.clock import Clock
from spottypottysense.core import Stores
from spottypottysense.grants.model import ClientApp


def memory_stores(clock: Clock, installation: ClientApp) -> Stores:
    """Return stores that forget all when the process ends; `installation` is the app of all."""
    accounts, grants, journal = MemoryAccounts(), MemoryGrants(), MemoryJournal()
    sessions = MemorySessions(journal, _zones(accounts))
    return Stores(
        accounts=accounts,
        access=memory_access(accounts),
        rooms=MemoryRooms(),
        sensors=MemorySensors(),
        grants=grants,
        census=grants,
        pending=MemoryPendingConsents(clock),
        apps=MemoryApps(accounts, installation),
        notices=MemoryNotices(),
        receipts=MemoryReceipts(),
        bookmarks=MemoryBookmarks(),
        speakers=MemoryKnownSpeakers(),
        lengths=MemoryContentLengths(),
        sessions=sessions,
        session_log=sessions,
        journal=journal,
        past=MemoryPast(sessions),
    )


def _zones(accounts: MemoryAccounts) -> Callable[[str], str]:
    """Return who knows the time zone of a household; UTC where it has gone."""

    def zone_of(household_id: str) -> str:
        zones = {household.id: household.time_zone for household in accounts.households()}
        return zones.get(household_id, "UTC")

    return zone_of
