"""What is done with rooms and sensors."""

from dataclasses import replace

from spottypottysense import ids
from spottypottysense.errors import Conflict, Invalid, NotFound
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Status
from spottypottysense.sensors.policy import checked_room
from spottypottysense.sensors.ports import People, Provisioner, RoomStore, SensorStore


class Sensors:
    """Rooms and their sensors; `people` may play in them, `provisioner` hands out certificates."""

    def __init__(
        self, rooms: RoomStore, sensors: SensorStore, people: People, provisioner: Provisioner
    ) -> None:
        self._rooms = rooms
        self._sensors = sensors
        self._people = people
        self._provisioner = provisioner

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
        self, household_id: str, sensor_id: str, room_name: str, kind: SensorKind = SensorKind.PULSE
    ) -> Sensor:
        """Register a sensor with a certificate of its own.

        It joins the room named `room_name`; a room that does not exist yet is created. Raises `Invalid`
        for a name that cannot be, `Conflict` for one that is taken.
        """
        ids.sensor_id(sensor_id)
        self._refuse_taken(sensor_id)
        rooms = {room.name: room for room in self._rooms.rooms(household_id)}
        room = rooms.get(room_name) or self.add_room(household_id, room_name)
        certificate_id = self._provisioner.admit(sensor_id)
        sensor = Sensor(sensor_id, household_id, room.id, kind, certificate_id=certificate_id)
        self._sensors.save_sensor(sensor)
        return sensor

    def change_sensor(self, sensor_id: str, **changes: object) -> Sensor:
        """Change the named fields of a sensor; raises `NotFound`."""
        sensor = replace(self._sensors.sensor(sensor_id), **changes)  # type: ignore[arg-type]
        self._sensors.save_sensor(sensor)
        return sensor

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
