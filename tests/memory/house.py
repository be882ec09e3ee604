"""Accounts, rooms and sensors in dicts."""

import threading

from spottypottysense.accounts.model import Household, User
from spottypottysense.errors import Conflict, NotFound
from spottypottysense.sensors.model import Room, Sensor, Status


class MemoryAccounts:
    """An `AccountStore` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._households: dict[str, Household] = {}
        self._users: dict[str, User] = {}

    def household(self, household_id: str) -> Household:
        """Return one household; raises `NotFound`."""
        with self._lock:
            if household_id not in self._households:
                raise NotFound("household", household_id)
            return self._households[household_id]

    def households(self) -> tuple[Household, ...]:
        """Return all households, by name."""
        with self._lock:
            return tuple(sorted(self._households.values(), key=lambda household: household.name))

    def save_household(self, household: Household) -> None:
        """Create or replace a household."""
        with self._lock:
            self._households[household.id] = household

    def users(self, household_id: str) -> tuple[User, ...]:
        """Return the users of a household, by e-mail."""
        with self._lock:
            members = (user for user in self._users.values() if user.household_id == household_id)
            return tuple(sorted(members, key=lambda user: user.email))

    def save_user(self, user: User) -> None:
        """Create or replace a user; raises `Conflict` if another user has this e-mail address."""
        with self._lock:
            others = (other for other in self._users.values() if other.id != user.id)
            if any(other.email == user.email for other in others):
                raise Conflict("Another user has this e-mail address.")
            self._users[user.id] = user

    def remove_user(self, user_id: str) -> None:
        """Forget a user; what other stores keep of it stays there."""
        with self._lock:
            self._users.pop(user_id, None)

    def remove_household(self, household_id: str) -> None:
        """Forget a household and its users; what other stores keep of it stays there."""
        with self._lock:
            self._households.pop(household_id, None)
            self._users = {
                key: user for key, user in self._users.items() if user.household_id != household_id
            }


class MemoryRooms:
    """A `RoomStore` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}

    def room(self, room_id: str) -> Room:
        """Return one room; raises `NotFound`."""
        with self._lock:
            if room_id not in self._rooms:
                raise NotFound("room", room_id)
            return self._rooms[room_id]

    def rooms(self, household_id: str) -> tuple[Room, ...]:
        """Return the rooms of a household, by name."""
        with self._lock:
            rooms = (room for room in self._rooms.values() if room.household_id == household_id)
            return tuple(sorted(rooms, key=lambda room: room.name))

    def save_room(self, room: Room) -> None:
        """Create or replace a room."""
        with self._lock:
            self._rooms[room.id] = room


class MemorySensors:
    """A `SensorStore` that forgets all when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sensors: dict[str, Sensor] = {}
        self._statuses: dict[str, Status] = {}

    def sensor(self, sensor_id: str) -> Sensor:
        """Return one sensor; raises `NotFound`."""
        with self._lock:
            if sensor_id not in self._sensors:
                raise NotFound("sensor", sensor_id)
            return self._sensors[sensor_id]

    def sensors(self, household_id: str | None = None) -> tuple[Sensor, ...]:
        """Return the sensors of a household, or of all, by id."""
        with self._lock:
            sensors = (s for s in self._sensors.values() if household_id in (None, s.household_id))
            return tuple(sorted(sensors, key=lambda sensor: sensor.id))

    def save_sensor(self, sensor: Sensor) -> None:
        """Create or replace a sensor."""
        with self._lock:
            self._sensors[sensor.id] = sensor

    def note_status(self, status: Status) -> None:
        """Keep what a sensor said of itself; raises `Conflict` if it is not registered."""
        with self._lock:
            if status.sensor_id not in self._sensors:
                raise Conflict("No such sensor is registered.")
            self._statuses[status.sensor_id] = status

    def statuses(self, household_id: str) -> tuple[Status, ...]:
        """Return what each sensor of a household last said, by id."""
        heard_of = [sensor.id for sensor in self.sensors(household_id)]
        with self._lock:
            return tuple(self._statuses[sensor_id] for sensor_id in heard_of if sensor_id in self._statuses)
