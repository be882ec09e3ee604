"""What is done with rooms and sensors."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from spottypottysense import ids
from spottypottysense.clock import Clock
from spottypottysense.errors import Conflict, Invalid, NotFound
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Status
from spottypottysense.sensors.policy import checked_room, checked_sensor
from spottypottysense.sensors.ports import People, Provisioner, RoomStore, SensorStore

_NO_WISHES: Mapping[str, Any] = {}


class Sensors:
    """Rooms and their sensors; `people` may play in them, `provisioner` hands out certificates.

    `clock` is real time.
    """

    def __init__(
        self,
        rooms: RoomStore,
        sensors: SensorStore,
        people: People,
        provisioner: Provisioner,
        clock: Clock,
    ) -> None:
        self._rooms = rooms
        self._sensors = sensors
        self._people = people
        self._provisioner = provisioner
        self._clock = clock

    def add_room(self, household_id: str, name: str, **wishes: object) -> Room:
        """Create a room; raises `Invalid`, or `Conflict` if the household has one of this name."""
        room = replace(Room(ids.new_id("room"), household_id, name), **wishes)  # type: ignore[arg-type]
        return self._save(room, None)

    def change_room(self, room_id: str, **changes: object) -> Room:
        """Change the named fields of a room.

        Raises `NotFound`, `Invalid`, or `Conflict` if another room of the household has this name.
        """
        before = self._rooms.room(room_id)
        return self._save(replace(before, **changes), before)  # type: ignore[arg-type]

    def add_sensor(
        self,
        household_id: str,
        sensor_id: str,
        room_name: str,
        kind: SensorKind = SensorKind.PULSE,
        name: str = "",
        wishes: Mapping[str, Any] = _NO_WISHES,
    ) -> Sensor:
        """Register a sensor with a certificate of its own.

        It joins the room named `room_name`; a room that does not exist yet is created. `wishes` are fields of
        that room. Raises `Invalid` for a value that cannot be, `Conflict` for a sensor that is there already.
        """
        now = self._clock.now()
        new = Sensor(
            ids.sensor_id(sensor_id), household_id, "", kind, name=name, created_at=now, updated_at=now
        )
        checked_sensor(new)
        self._refuse_taken(sensor_id)
        room = self._named(household_id, room_name)
        if room is None:
            room = self.add_room(household_id, room_name, **wishes)
        elif wishes:
            room = self.change_room(room.id, **wishes)
        sensor = replace(new, room_id=room.id, certificate_id=self._provisioner.admit(sensor_id))
        self._sensors.save_sensor(sensor)
        return sensor

    def change_sensor(self, sensor_id: str, **changes: object) -> Sensor:
        """Change the named fields of a sensor; raises `NotFound` or `Invalid`."""
        changes = {"updated_at": self._clock.now(), **changes}
        sensor = checked_sensor(replace(self._sensors.sensor(sensor_id), **changes))  # type: ignore[arg-type]
        self._sensors.save_sensor(sensor)
        return sensor

    def settle_sensor(
        self, sensor_id: str, room_name: str | None, wishes: Mapping[str, Any], **changes: object
    ) -> Sensor:
        """Change a sensor, the room that it is in, and fields of that room (`wishes`).

        Where a room is named so, the sensor joins it. Else its own room gets the name if the sensor is alone
        there, and a new room is made if it is not. Raises as `change_room` and `change_sensor` do.
        """
        sensor = self._sensors.sensor(sensor_id)
        checked_sensor(replace(sensor, **changes))  # type: ignore[arg-type]
        room = self._rooms.room(sensor.room_id)
        if room_name is not None and room_name != room.name:
            others = (other for other in self._sensors.sensors(sensor.household_id) if other.id != sensor_id)
            joined = self._named(sensor.household_id, room_name)
            if joined is not None:
                room = joined
            elif any(other.room_id == room.id for other in others):
                room = self.add_room(sensor.household_id, room_name, **wishes)
            else:
                wishes = {**wishes, "name": room_name}
        if wishes:
            self.change_room(room.id, **wishes)
        return self.change_sensor(sensor_id, room_id=room.id, **changes)

    def retire_sensor(self, sensor_id: str) -> Sensor:
        """Switch a sensor off and shut its certificate out; what it did stays known. Raises `NotFound`."""
        sensor = self.change_sensor(sensor_id, enabled=False)
        if sensor.certificate_id is None:
            return sensor
        with suppress(NotFound):  # shut out before
            self._provisioner.revoke(sensor.certificate_id)
        return self.change_sensor(sensor_id, certificate_id=None)

    def note_status(self, status: Status) -> None:
        """Keep what a registered sensor said of itself; raises `NotFound`."""
        self._sensors.sensor(status.sensor_id)
        self._sensors.note_status(status)

    def room(self, room_id: str) -> Room:
        """Return one room; raises `NotFound`."""
        return self._rooms.room(room_id)

    def sensor(self, sensor_id: str) -> Sensor:
        """Return one sensor; raises `NotFound`."""
        return self._sensors.sensor(sensor_id)

    def rooms(self, household_id: str) -> tuple[Room, ...]:
        """Return the rooms of a household, by name."""
        return self._rooms.rooms(household_id)

    def sensors(self, household_id: str | None = None) -> tuple[Sensor, ...]:
        """Return the sensors of a household, or of all, by id."""
        return self._sensors.sensors(household_id)

    def statuses(self, household_id: str) -> tuple[Status, ...]:
        """Return what each sensor of a household last said of itself, by id."""
        return self._sensors.statuses(household_id)

    def _named(self, household_id: str, room_name: str) -> Room | None:
        return next((room for room in self._rooms.rooms(household_id) if room.name == room_name), None)

    def _save(self, room: Room, before: Room | None) -> Room:
        """Write a room if it can be; what was so `before` is not asked about again."""
        room = checked_room(room, before)
        others = (other for other in self._rooms.rooms(room.household_id) if other.id != room.id)
        if any(other.name == room.name for other in others):
            message = f"This household has a room named {room.name!r} already."
            raise Conflict(message)
        if before is None or room.account != before.account:
            self._refuse_strangers(room, "account", room.account)
        if before is None or room.stand_ins != before.stand_ins:
            self._refuse_strangers(room, "standIns", *room.stand_ins)
        self._rooms.save_room(room)
        return room

    def _refuse_strangers(self, room: Room, field: str, *user_ids: str | None) -> None:
        for user_id in user_ids:
            if user_id is not None and not self._people.lives_in(room.household_id, user_id):
                message = f"{user_id!r} is nobody of this household: only its members play in its rooms."
                raise Invalid(message, field=field)

    def _refuse_taken(self, sensor_id: str) -> None:
        try:
            self._sensors.sensor(sensor_id)
        except NotFound:
            return
        message = f"A sensor {sensor_id!r} is registered already."
        raise Conflict(message)
