"""Sensors and what they last said of themselves, in SQLite."""

import sqlite3

from spottypottysense.errors import NotFound
from spottypottysense.runtimes.appliance.sqlite import rows
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros, to_moment, unless_none
from spottypottysense.runtimes.appliance.sqlite.database import Database
from spottypottysense.sensors.model import Sensor, SensorKind, Status


class SqliteSensors:
    """The `SensorStore` of the appliance."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sensor(self, sensor_id: str) -> Sensor:
        """Return one sensor; raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM sensors WHERE id = ?", (sensor_id,)).fetchone()
        if row is None:
            raise NotFound("sensor", sensor_id)
        return _sensor(row)

    def sensors(self, household_id: str | None = None) -> tuple[Sensor, ...]:
        """Return the sensors of a household, or of all, by id."""
        with self._database.read() as connection:
            if household_id is None:
                found = connection.execute("SELECT * FROM sensors ORDER BY id").fetchall()
            else:
                sql = "SELECT * FROM sensors WHERE household_id = ? ORDER BY id"
                found = connection.execute(sql, (household_id,)).fetchall()
        return tuple(map(_sensor, found))

    def save_sensor(self, sensor: Sensor) -> None:
        """Create or replace a sensor; raises `Conflict` if its household or its room does not exist."""
        row: rows.Row = {
            "id": sensor.id,
            "household_id": sensor.household_id,
            "room_id": sensor.room_id,
            "kind": sensor.kind,
            "enabled": sensor.enabled,
            "certificate_id": sensor.certificate_id,
            "name": sensor.name,
            "created_at": unless_none(to_micros, sensor.created_at),
            "updated_at": unless_none(to_micros, sensor.updated_at),
        }
        with self._database.write() as connection:
            rows.put(connection, "sensors", "id", row)

    def note_status(self, status: Status) -> None:
        """Keep what a sensor said of itself; raises `Conflict` if it is not registered."""
        row: rows.Row = {
            "sensor_id": status.sensor_id,
            "status": status.status,
            "at": to_micros(status.at),
            "battery": status.battery,
        }
        with self._database.write() as connection:
            rows.put(connection, "statuses", "sensor_id", row)

    def statuses(self, household_id: str) -> tuple[Status, ...]:
        """Return what each sensor of a household last said, by id."""
        sql = (
            "SELECT statuses.* FROM sensors JOIN statuses ON statuses.sensor_id = sensors.id"
            " WHERE sensors.household_id = ? ORDER BY sensors.id"
        )
        with self._database.read() as connection:
            return tuple(map(_status, connection.execute(sql, (household_id,)).fetchall()))


def _sensor(row: sqlite3.Row) -> Sensor:
    return Sensor(
        id=row["id"],
        household_id=row["household_id"],
        room_id=row["room_id"],
        kind=SensorKind(row["kind"]),
        enabled=bool(row["enabled"]),
        certificate_id=row["certificate_id"],
        name=row["name"],
        created_at=unless_none(to_moment, row["created_at"]),
        updated_at=unless_none(to_moment, row["updated_at"]),
    )


def _status(row: sqlite3.Row) -> Status:
    return Status(
        sensor_id=row["sensor_id"],
        status=row["status"],
        at=to_moment(row["at"]),
        battery=row["battery"],
    )
