"""What looking back needs from a store."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from spottypottysense.history.model import Place, Selection, Tally
from spottypottysense.presence.model import Session


class Past(Protocol):
    """The past of households, page by page, and what it comes to."""

    def sessions(self, selection: Selection, after: Place | None, limit: int) -> tuple[Session, ...]:
        """Return sessions by (opened at, id), the greatest first, from behind `after` on."""
        ...

    def days(self, household_id: str, first: date, last: date) -> Iterable[Tally]:
        """Return the tallies by day of the visits that ended, from the first to the last day, both included.

        A visit counts from the commit that ends it, by the clock that its household had then; what changes
        in it later is counted anew, and that it is forgotten changes nothing.
        """
        ...

    def months(self, household_id: str, first: date, last: date) -> Iterable[Tally]:
        """Return the same by month: of the months that begin from the first to the last day."""
        ...
