"""Rooms, in SQLite."""

import json
import sqlite3
from datetime import time
from functools import lru_cache

from spottypottysense.errors import NotFound
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import (
    to_hours,
    to_hours_text,
    to_micros,
    to_moment,
    to_span,
    to_span_micros,
    unless_none,
)
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.sensors.model import Beginning, DayPart, Ending, Programme, Room, Speaker

_MOST_KEPT = 256
"""How many texts of stand-ins and days are not read anew: most rooms have the same, none."""


class SqliteRooms:
    """The `RoomStore` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def room(self, room_id: str) -> Room:
        """Return one room; raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM rooms WHERE id = ?", (room_id,)).fetchone()
        if row is None:
            raise NotFound("room", room_id)
        return _room(row)

    def rooms(self, household_id: str) -> tuple[Room, ...]:
        """Return the rooms of a household, by name."""
        sql = "SELECT * FROM rooms WHERE household_id = ? ORDER BY name, id"
        with self._database.read() as connection:
            return tuple(map(_room, connection.execute(sql, (household_id,)).fetchall()))

    def save_room(self, room: Room) -> None:
        """Create or replace a room; raises `Conflict` if its household or its account does not exist."""
        with self._database.write() as connection:
            rows.put(connection, "rooms", "id", _row(room))


def _row(room: Room) -> rows.Row:
    speaker = room.speaker
    return {
        "id": room.id,
        "household_id": room.household_id,
        "name": room.name,
        "account": room.account,
        "speaker_name": speaker.name if speaker else None,
        "speaker_type": speaker.type if speaker else None,
        "speaker_last_id": speaker.last_id if speaker else None,
        "content": room.content,
        "volume": room.volume,
        "shuffle": room.shuffle,
        "timeout": unless_none(to_span_micros, room.timeout),
        "motion_gap": unless_none(to_span_micros, room.motion_gap),
        "quiet_hours": unless_none(to_hours_text, room.quiet_hours),
        "stand_ins": json.dumps(room.stand_ins),
        "day": _day_text(room.day),
        "beginning": room.beginning,
        "ending": room.ending,
        "fades_in": room.fades_in,
        "follows": room.follows,
        "snoozed_until": unless_none(to_micros, room.snoozed_until),
    }


def _room(row: sqlite3.Row) -> Room:
    return Room(
        id=row["id"],
        household_id=row["household_id"],
        name=row["name"],
        account=row["account"],
        speaker=_speaker(row),
        content=row["content"],
        volume=row["volume"],
        shuffle=bool(row["shuffle"]),
        timeout=unless_none(to_span, row["timeout"]),
        motion_gap=unless_none(to_span, row["motion_gap"]),
        quiet_hours=unless_none(to_hours, row["quiet_hours"]),
        stand_ins=_stand_ins(row["stand_ins"]),
        day=_day(row["day"]),
        beginning=Beginning(row["beginning"]),
        ending=Ending(row["ending"]),
        fades_in=bool(row["fades_in"]),
        follows=bool(row["follows"]),
        snoozed_until=unless_none(to_moment, row["snoozed_until"]),
    )


def _speaker(row: sqlite3.Row) -> Speaker | None:
    if row["speaker_name"] is None:
        return None
    return Speaker(name=row["speaker_name"], type=row["speaker_type"], last_id=row["speaker_last_id"])


def _day_text(day: tuple[Programme, ...]) -> str:
    return json.dumps([[now.part, now.starts.isoformat(), now.content, now.ceiling] for now in day])


@lru_cache(maxsize=_MOST_KEPT)
def _stand_ins(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


@lru_cache(maxsize=_MOST_KEPT)
def _day(text: str) -> tuple[Programme, ...]:
    return tuple(
        Programme(DayPart(part), time.fromisoformat(starts), content, ceiling)
        for part, starts, content, ceiling in json.loads(text)
    )
