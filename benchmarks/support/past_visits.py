"""A year of visits, written as the house writes them but all at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from spottypottysense.presence.model import Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.runtimes.appliance.sqlite.session_rows import row_of
from spottypottysense.runtimes.appliance.sqlite.tallies import count_uncounted
from spottypottysense.sensors.model import Sensor
from support.progress import counted

_PER_TRANSACTION = 10_000
_SILENT = (Reason.QUIET_HOURS, Reason.OWN_MUSIC, Reason.SNOOZED, Reason.SPEAKER_MISSING)


def fill_with_visits(
    database: Database, sensors: Sequence[Sensor], until: datetime, count: int = 100_000, seed: int = 1
) -> None:
    """Keep `count` visits that `sensors` of a household opened in the year before `until`, and tallies."""
    visits = past_visits(sensors, until, count, seed)
    for start in counted(range(0, count, _PER_TRANSACTION), "filling"):
        with database.write() as connection:
            for _ in range(min(_PER_TRANSACTION, count - start)):
                rows.insert(connection, "sessions", row_of(next(visits)))
            count_uncounted(connection)


def past_visits(sensors: Sequence[Sensor], until: datetime, count: int, seed: int = 1) -> Iterator[Session]:
    """Yield visits, oldest first: spread over the year, two of three with music."""
    chance, year = Random(seed), timedelta(days=365)
    for number in range(count):
        sensor = sensors[chance.randrange(len(sensors))]
        opened = until - year + year * number / count
        length = timedelta(seconds=chance.randrange(30, 1200))
        visit = Session(
            id=f"visit-{number:08}",
            household_id=sensor.household_id,
            room_id=sensor.room_id,
            sensor_id=sensor.id,
            account=None,
            opened_at=opened,
            last_motion_at=opened + length / 2,
            deadline_at=opened + length,
            motions=chance.randrange(1, 30),
            silent_reason=chance.choice(_SILENT),
            ended_at=opened + length,
            end_reason=Reason.TIMEOUT,
            version=1,
        )
        yield _with_music(visit, chance, length) if chance.random() < 2 / 3 else visit


def _with_music(visit: Session, chance: Random, length: timedelta) -> Session:
    return replace(
        visit,
        music=Music.PLAYING,
        silent_reason=None,
        music_time=length,
        accepted_after=timedelta(milliseconds=chance.randrange(200, 600)),
        confirmed_after=timedelta(milliseconds=chance.randrange(500, 3000)),
        content=f"spotify:playlist:{chance.randrange(8):022}",
    )
