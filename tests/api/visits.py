"""Visits of the past, for tests of what is told of them."""

from dataclasses import replace
from datetime import datetime, timedelta

from api.people import Home, People
from spottypottysense.presence.model import Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite.sessions import SqliteSessions

LENGTH = timedelta(minutes=10)
MIX = "spotify:playlist:mix"


def visit(home: Home, name: str, at: datetime, reason: Reason | None = None) -> Session:
    """Return a visit of 10 minutes that had music all the time, or none for a reason."""
    silent = Session(
        id=name,
        household_id=home.household_id,
        room_id=home.room.id,
        sensor_id=home.sensor.id,
        account=home.owner.user.id,
        opened_at=at,
        last_motion_at=at + LENGTH / 2,
        deadline_at=at + LENGTH,
        motions=3,
        silent_reason=reason,
        ended_at=at + LENGTH,
        end_reason=Reason.TIMEOUT,
    )
    if reason is not None:
        return silent
    note = timedelta(milliseconds=800)
    return replace(silent, music=Music.PLAYING, music_time=LENGTH, confirmed_after=note, content=MIX)


def keep(people: People, *sessions: Session) -> None:
    """Write visits into the house."""
    store = SqliteSessions(people.house.database)
    for session in sessions:
        store.save(session)
