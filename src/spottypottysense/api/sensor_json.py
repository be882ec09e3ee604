"""How a sensor looks over the API: with the values of its room, and what it said and did last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from spottypottysense.api.asking import Ask
from spottypottysense.api.minutes import clock, minutes_or_none
from spottypottysense.api.times import rfc3339, rfc3339_or_none
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Status

SensorState = Literal["registered", "active", "idle", "error"]

_MOVING = frozenset({"status", "lastMotionTime", "metadata"})
_TROUBLE = frozenset({"error", "offline"})


class SensorPreferencesJson(TypedDict):
    """Values of the sensor's room; null leaves one to the household."""

    timeoutMinutes: float | None
    motionGapMinutes: float | None
    quietHoursStart: str | None
    quietHoursEnd: str | None


class SensorMetadataJson(TypedDict):
    """What kind of device it is, and what it last said of itself."""

    deviceType: str
    batteryPowered: NotRequired[bool]
    batteryLevel: NotRequired[int]
    lastStatus: NotRequired[str]
    lastStatusTime: NotRequired[str]


class SensorJson(TypedDict):
    """A sensor. `location` is the name of its room; user, speaker, playlist and preferences are the room's.

    Its status is `registered` until it is first heard, `active` while it keeps its room occupied, `error`
    where it reported one or went offline, else `idle`.
    """

    sensorId: str
    userId: str | None
    roomId: str
    location: str
    name: str
    kind: str
    spotifyDeviceId: str | None
    playlistUri: str | None
    enabled: bool
    status: SensorState
    lastMotionTime: str | None
    preferences: SensorPreferencesJson
    metadata: SensorMetadataJson
    thingName: str
    certificateId: str | None
    createdAt: str | None
    updatedAt: str | None


@dataclass(frozen=True)
class Surroundings:
    """All that belongs to a household's sensors, by room or sensor id: one read of each kind."""

    rooms: Mapping[str, Room]
    statuses: Mapping[str, Status]
    motions: Mapping[str, datetime]
    active: frozenset[str]

    @classmethod
    def of(cls, ask: Ask) -> "Surroundings":
        """Return what is around the sensors of the caller's household."""
        core, home = ask.core, ask.caller.household_id
        return cls(
            {room.id: room for room in core.sensors.rooms(home)},
            {status.sensor_id: status for status in core.sensors.statuses(home)},
            core.presence.last_motions(home),
            core.presence.active_sensors(home),
        )

    def shaped(self, sensor: Sensor) -> SensorJson:
        """Return the sensor as JSON."""
        room = self.rooms[sensor.room_id]
        return {
            "sensorId": sensor.id,
            "userId": room.account,
            "roomId": room.id,
            "location": room.name,
            "name": sensor.name,
            "kind": sensor.kind,
            "spotifyDeviceId": room.speaker.last_id if room.speaker is not None else None,
            "playlistUri": room.content,
            "enabled": sensor.enabled,
            "status": self._state(sensor.id),
            "lastMotionTime": rfc3339_or_none(self.motions.get(sensor.id)),
            "preferences": _preferences(room),
            "metadata": _metadata(sensor, self.statuses.get(sensor.id)),
            "thingName": sensor.id,
            "certificateId": sensor.certificate_id,
            "createdAt": rfc3339_or_none(sensor.created_at),
            "updatedAt": rfc3339_or_none(sensor.updated_at),
        }

    def _state(self, sensor_id: str) -> SensorState:
        said, moved = self.statuses.get(sensor_id), self.motions.get(sensor_id)
        if said is not None and said.status in _TROUBLE and (moved is None or moved < said.at):
            return "error"
        if sensor_id in self.active:
            return "active"
        return "registered" if said is None and moved is None else "idle"


def settled(sensor: SensorJson) -> dict[str, Any]:
    """Return what of a sensor people change; the rest moves on by itself."""
    return {name: value for name, value in sensor.items() if name not in _MOVING}


def _preferences(room: Room) -> SensorPreferencesJson:
    hours = room.quiet_hours
    return {
        "timeoutMinutes": minutes_or_none(room.timeout),
        "motionGapMinutes": minutes_or_none(room.motion_gap),
        "quietHoursStart": clock(hours[0]) if hours else None,
        "quietHoursEnd": clock(hours[1]) if hours else None,
    }


def _metadata(sensor: Sensor, said: Status | None) -> SensorMetadataJson:
    kind = "switch" if sensor.kind is SensorKind.SWITCH else "motion_sensor"
    found: SensorMetadataJson = {"deviceType": kind}
    if said is not None:
        found["lastStatus"] = said.status
        found["lastStatusTime"] = rfc3339(said.at)
        if said.battery is not None:
            found["batteryPowered"] = True
            found["batteryLevel"] = said.battery
    return found
