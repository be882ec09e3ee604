"""Looking back, in dicts."""

from collections.abc import Iterable
from datetime import date

from memory.sessions import MemorySessions
from spottypottysense.history.model import Place, Selection, Tally
from spottypottysense.history.policy import added, of_month
from spottypottysense.presence.model import Session


class MemoryPast:
    """A `Past` over what was kept in dicts."""

    def __init__(self, sessions: MemorySessions) -> None:
        self._sessions = sessions

    def sessions(self, selection: Selection, after: Place | None, limit: int) -> tuple[Session, ...]:
        """Return sessions by (opened at, id), the greatest first, from behind `after` on."""
        found = (
            session
            for session in self._sessions.page(selection.household_id)
            if selection.room_id in (None, session.room_id)
            and selection.sensor_id in (None, session.sensor_id)
            and (selection.start is None or selection.start <= session.opened_at)
            and (selection.end is None or session.opened_at < selection.end)
            and (after is None or (session.opened_at, session.id) < after)
        )
        return tuple(found)[:limit]

    def days(self, household_id: str, first: date, last: date) -> Iterable[Tally]:
        """Return the tallies of the visits that ended, from the first to the last day, both included."""
        return self._tallies(household_id, first, last)

    def months(self, household_id: str, first: date, last: date) -> Iterable[Tally]:
        """Return the same by month: of the months that begin from the first to the last day."""
        months: dict[tuple[date, str, str, str], Tally] = {}
        for tally in map(of_month, self._tallies(household_id, date.min, date.max)):
            key = (tally.day, tally.room_id, tally.sensor_id, tally.zone)
            months[key] = added(months[key], tally) if key in months else tally
        return [tally for tally in months.values() if first <= tally.day <= last]

    def _tallies(self, household_id: str, first: date, last: date) -> list[Tally]:
        kept = sorted(self._sessions.tallies.items(), key=lambda pair: pair[0])
        return [tally for (home, day, *_), tally in kept if home == household_id and first <= day <= last]
