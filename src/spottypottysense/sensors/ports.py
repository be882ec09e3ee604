"""What rooms and sensors need from a store, and from whoever hands out certificates."""

from typing import Protocol

from spottypottysense.sensors.model import Room, Sensor, Status


class RoomStore(Protocol):
    """Rooms of households."""

    def room(self, room_id: str) -> Room:
        """Return one room; raises `NotFound`."""
        ...

    def rooms(self, household_id: str) -> tuple[Room, ...]:
        """Return the rooms of a household, by name."""
        ...

    def save_room(self, room: Room) -> None:
        """Create or replace a room."""
        ...


class SensorStore(Protocol):
    """Sensors and what they last said of themselves."""

    def sensor(self, sensor_id: str) -> Sensor:
        """Return one sensor; raises `NotFound`."""
        ...

    def sensors(self, household_id: str | None = None) -> tuple[Sensor, ...]:
        """Return the sensors of a household, or of all, by id."""
        ...

    def save_sensor(self, sensor: Sensor) -> None:
        """Create or replace a sensor."""
        ...

    def note_status(self, status: Status) -> None:
        """Keep what a sensor said of itself, in place of what it said before."""
        ...

    def statuses(self, household_id: str) -> tuple[Status, ...]:
        """Return what each sensor of a household last said, by id."""
        ...


class People(Protocol):
    """Knows who lives together."""

    def lives_in(self, household_id: str, user_id: str) -> bool:
        """Say whether the user is of the household."""
        ...


class Provisioner(Protocol):
    """Hands out the certificates by which a sensor is known to the broker."""

    def admit(self, sensor_id: str) -> str | None:
        """Make a certificate for the sensor, let the broker know it, and return its id.

        None where the broker is not ours and admits sensors by rules of its own.
        """
        ...

    def revoke(self, certificate_id: str) -> None:
        """Shut a certificate out for good and end its connections; raises `NotFound`."""
        ...
