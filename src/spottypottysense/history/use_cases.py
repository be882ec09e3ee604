"""What is done with the past: figures of sessions, and recorded homes played again."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from spottypottysense.history.model import (
    Analysis,
    FixedRule,
    Place,
    Reading,
    RecordedHome,
    RoomFigures,
    Score,
    Selection,
    Tally,
    Totals,
)
from spottypottysense.history.policy import (
    analysis,
    figures,
    music_under,
    music_under_fixed_rule,
    score,
    stretches,
    tally_of,
    totals,
)
from spottypottysense.history.ports import Past
from spottypottysense.presence.model import RoomRules, Session
from spottypottysense.presence.ports import SessionLog

MOST_SESSIONS = 100_000
"""More sessions than a household has in its 30 days of retention."""


class History:
    """The past of a household."""

    def __init__(self, log: SessionLog, past: Past) -> None:
        self._log = log
        self._past = past

    def page(self, selection: Selection, after: Place | None = None, limit: int = 50) -> tuple[Session, ...]:
        """Return sessions, newest first, from behind `after` (opened at, id) on."""
        return self._past.sessions(selection, after, limit)

    def analysis(
        self, selection: Selection, first: date, last: date, clock_in: str, zone: str, now: Iterable[Session]
    ) -> Analysis:
        """Add up the visits of whole days, both ends included, by the household's clock, in `clock_in`.

        Of `selection`, room and sensor count; `now` are the open sessions; the week's hours are of `zone`.
        """
        here = (session for session in now if session.household_id == selection.household_id)
        open_now = (tally_of(session, clock_in) for session in here)
        tallies = self._tallies(selection.household_id, first, last, by_day=zone != clock_in)
        tallies += (tally for tally in open_now if first <= tally.day <= last)
        return analysis((tally for tally in tallies if _is_of(tally, selection)), zone)

    def _tallies(self, household_id: str, first: date, last: date, *, by_day: bool) -> list[Tally]:
        """Return the tallies that cover the days, whole months in one piece unless days are told apart."""
        if by_day:
            return list(self._past.days(household_id, first, last))
        early, months, late = stretches(first, last)
        found: list[Tally] = []
        for read, (start, end) in (
            (self._past.days, early),
            (self._past.months, months),
            (self._past.days, late),
        ):
            found += read(household_id, start, end) if start <= end else ()
        return found

    def sessions(
        self, household_id: str, start: datetime, end: datetime, limit: int = 50
    ) -> tuple[Session, ...]:
        """Return the sessions that opened in [start, end), newest first."""
        return self._log.sessions(household_id, start, end, limit)

    def totals(self, household_id: str, start: datetime, end: datetime) -> Totals:
        """Sum up the sessions that opened in [start, end)."""
        return totals(self._log.sessions(household_id, start, end, MOST_SESSIONS))

    def figures(self, household_id: str, start: datetime, end: datetime) -> tuple[RoomFigures, ...]:
        """Return how well music followed into each room, over the sessions that opened in [start, end)."""
        return figures(self._log.sessions(household_id, start, end, MOST_SESSIONS))


def _is_of(tally: Tally, selection: Selection) -> bool:
    return selection.room_id in (None, tally.room_id) and selection.sensor_id in (None, tally.sensor_id)


def replay(
    home: RecordedHome,
    rules_of: Callable[[str], RoomRules],
    yardsticks: Sequence[FixedRule],
    progress: Callable[[int, int], None],
) -> list[Score]:
    """Play a recorded home through the presence policy in virtual time, and score every room.

    Each room that `home.occupied` knows is scored under its own rules (rule name "ours") and under each
    yardstick; `progress` is told how many of how many readings are done.
    """
    scores: list[Score] = []
    done = 0
    count = sum(reading.room in home.occupied for reading in home.readings)
    for room in sorted(home.occupied):
        readings: list[Reading] = [reading for reading in home.readings if reading.room == room]
        music = {"ours": music_under(rules_of(room), readings)}
        music |= {rule.name: music_under_fixed_rule(rule, readings) for rule in yardsticks}
        scores += [
            score(room, name, spans, home.occupied[room], home.length) for name, spans in music.items()
        ]
        done += len(readings)
        progress(done, count)
    return scores
