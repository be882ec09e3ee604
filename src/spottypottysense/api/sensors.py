"""Sensors: what sees motion, and through it the values of its room."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Annotated, Any, NotRequired

from fastapi import APIRouter, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.access.model import Act
from spottypottysense.accounts.model import QuietHours
from spottypottysense.api.answers import must_match, tagged
from spottypottysense.api.asking import Ask, Manages, Reads
from spottypottysense.api.fields import Body, Clock, Id, Limit, Minutes, NextToken, Text, wall_time
from spottypottysense.api.minutes import fields_of, naming
from spottypottysense.api.pages import page
from spottypottysense.api.rooms import Content, UserId
from spottypottysense.api.sensor_json import SensorJson, Surroundings, settled
from spottypottysense.errors import Invalid
from spottypottysense.sensors.model import Room, Sensor, SensorKind, Speaker

router = APIRouter(tags=["sensors"])

Name = Annotated[Text, Field(max_length=100, examples=["Above the door"])]
Location = Annotated[Text, Field(min_length=1, max_length=100, examples=["Bathroom"])]


_QUIET_HOURS = ("quiet_hours_start", "quiet_hours_end")


class SensorAnswer(TypedDict):
    """One sensor."""

    sensor: SensorJson


class SensorDone(TypedDict):
    """One sensor, and what was done with it."""

    sensor: SensorJson
    message: str


class SensorsAnswer(TypedDict):
    """The household's sensors, by id."""

    sensors: list[SensorJson]
    count: int
    nextToken: NotRequired[str]


class SensorPreferencesChange(Body):
    """What is to change in the sensor's room; what is not named stays, null leaves it to the household."""

    timeout_minutes: Minutes | None = None
    motion_gap_minutes: Minutes | None = None
    quiet_hours_start: Clock | None = None
    quiet_hours_end: Clock | None = None

    def wishes(self, room: Room | None) -> dict[str, Any]:
        """Return the named fields as a room has them; raises `Invalid` for half of the quiet hours."""
        found = fields_of(self)
        times = {name: found.pop(name) for name in _QUIET_HOURS if name in found}
        if times:
            found["quiet_hours"] = _quiet_hours(times, room.quiet_hours if room is not None else None)
        return found


class SensorChange(Body):
    """What is to change; what is not named stays.

    `userId`, `spotifyDeviceId`, `playlistUri` and `preferences` are those of its room. Where a room is named
    as `location` says, the sensor joins it; else its room gets this name, or, if other sensors are there, a
    new one is made.
    """

    location: Location = ""
    name: Name = ""
    kind: Annotated[SensorKind, Field(strict=False)] = SensorKind.PULSE
    enabled: bool = True
    user_id: UserId | None = None
    spotify_device_id: Annotated[Text | None, Field(description="One of `spotifyDevices` of that user.")] = (
        None
    )
    playlist_uri: Content | None = None
    preferences: SensorPreferencesChange | None = None

    def own(self) -> dict[str, Any]:
        """Return the named fields that are the sensor's own."""
        names = self.model_fields_set & {"name", "kind", "enabled"}
        return {name: getattr(self, name) for name in names}


class NewSensor(SensorChange):
    """A sensor to register; its room is made if there is none of this name."""

    sensor_id: Annotated[Text, Field(examples=["bathroom_main"])]
    location: Location


@router.get("/sensors", response_model=SensorsAnswer)
def all_sensors(ask: Reads, limit: Limit = 50, nextToken: NextToken = None) -> Response:  # noqa: N803  as in the address
    """Return the sensors of your household."""
    key = ("sensors", ask.caller.household_id, limit, nextToken)
    return ask.front.remembered.tell(ask.request, key, lambda: _page_of_sensors(ask, limit, nextToken))


@router.post("/sensors", status_code=201, response_model=SensorDone)
def add(wanted: NewSensor, ask: Manages) -> Response:
    """Register a sensor; it gets a certificate of its own, by which the broker knows it."""
    home, sensors = ask.caller.household_id, ask.core.sensors
    with ask.front.editing, _as_named():
        room = _room_named(ask, wanted.location)
        wishes = _wishes(ask, wanted, room)
        sensor = sensors.add_sensor(
            home, wanted.sensor_id, wanted.location, wanted.kind, name=wanted.name, wishes=wishes
        )
        if not wanted.enabled:
            sensor = sensors.change_sensor(sensor.id, enabled=False)
    ask.core.access.audit.record(ask.caller, Act.ADDED, f"sensor {sensor.id}", ask.address)
    made = "Its certificate and key lie ready on the machine." if sensor.certificate_id else ""
    return _done(ask, sensor, f"Sensor {sensor.id} is registered. {made}".strip(), 201)


@router.get("/sensors/{sensorId}", response_model=SensorAnswer)
def read(sensorId: Id, ask: Reads) -> Response:  # noqa: N803  as in the address
    """Return one sensor; its ETag stays good for a change while the sensor only moves or speaks."""
    shaped = Surroundings.of(ask).shaped(ask.sensor(sensorId))
    return tagged(ask.request, {"sensor": shaped}, settled=settled(shaped))


@router.put("/sensors/{sensorId}", response_model=SensorAnswer)
def change(sensorId: Id, change: SensorChange, ask: Manages) -> Response:  # noqa: N803  as in the address
    """Change a sensor, and through it its room."""
    with ask.front.editing:
        sensor = ask.sensor(sensorId)
        before = Surroundings.of(ask).shaped(sensor)
        must_match(ask.request, {"sensor": before}, settled(before))
        if change.model_fields_set:
            room = _room_named(ask, change.location) or ask.core.sensors.room(sensor.room_id)
            with _as_named():
                wishes = _wishes(ask, change, room)
                location = change.location or None
                sensor = ask.core.sensors.settle_sensor(sensor.id, location, wishes, **change.own())
            ask.core.access.audit.record(ask.caller, Act.CHANGED, f"sensor {sensor.id}", ask.address)
    after = Surroundings.of(ask).shaped(sensor)
    return tagged(ask.request, {"sensor": after}, settled=settled(after))


@router.delete("/sensors/{sensorId}", response_model=SensorDone)
def remove(sensorId: Id, ask: Manages) -> Response:  # noqa: N803  as in the address
    """Switch a sensor off and shut its certificate out for good; what it saw stays in the history."""
    with ask.front.editing:
        sensor = ask.core.sensors.retire_sensor(ask.sensor(sensorId).id)
    ask.core.access.audit.record(ask.caller, Act.REMOVED, f"sensor {sensor.id}", ask.address)
    return _done(
        ask, sensor, f"Sensor {sensor.id} is switched off, and its certificate opens nothing any more."
    )


def _as_named() -> AbstractContextManager[None]:
    """Let refusals name fields as the caller does."""
    return naming(
        name="location",
        account="userId",
        content="playlistUri",
        timeout="preferences.timeoutMinutes",
        motionGap="preferences.motionGapMinutes",
    )


def _quiet_hours(named: Mapping[str, str | None], known: QuietHours | None) -> QuietHours | None:
    """Return quiet hours with the named times in place of the known ones; null ends them."""
    if not any(named.values()):
        return None
    given = [named.get(name) for name in _QUIET_HOURS]
    start, end = (text and wall_time(text) for text in given)
    start, end = start or (known and known[0]), end or (known and known[1])
    if start is None or end is None:
        message = "Quiet hours have a start and an end: send both, or null for both."
        raise Invalid(message, field="preferences.quietHoursStart")
    return start, end


def _page_of_sensors(ask: Ask, limit: int, token: str | None) -> dict[str, Any]:
    sensors = ask.core.sensors.sensors(ask.caller.household_id)
    shown, more = page(ask, "sensors", sensors, lambda sensor: [sensor.id], limit, token)
    around = Surroundings.of(ask)
    listed = [around.shaped(sensor) for sensor in shown]
    return {"sensors": listed, "count": len(listed), **more}


def _done(ask: Ask, sensor: Sensor, message: str, status: int = 200) -> Response:
    shaped = Surroundings.of(ask).shaped(sensor)
    return tagged(ask.request, {"sensor": shaped, "message": message}, status, settled(shaped))


def _room_named(ask: Ask, location: str) -> Room | None:
    rooms = ask.core.sensors.rooms(ask.caller.household_id)
    return next((room for room in rooms if room.name == location), None)


def _wishes(ask: Ask, change: SensorChange, room: Room | None) -> dict[str, Any]:
    """Return the named fields that are the room's; `room` is as it was, if there is one."""
    named = change.model_fields_set
    wishes = {} if change.preferences is None else change.preferences.wishes(room)
    if "user_id" in named:
        wishes["account"] = change.user_id
    if "playlist_uri" in named:
        wishes["content"] = change.playlist_uri
    if "spotify_device_id" in named:
        account = wishes.get("account", room.account if room is not None else None)
        wishes["speaker"] = _speaker(ask, change.spotify_device_id, account, room)
    return wishes


def _speaker(ask: Ask, device_id: str | None, account: str | None, room: Room | None) -> Speaker | None:
    """Return the speaker that Spotify called so last; raises `Invalid` if the account has none of this id."""
    if device_id is None:
        return None
    if room is not None and room.speaker is not None and room.speaker.last_id == device_id:
        return room.speaker
    if account is not None and ask.core.accounts.lives_in(ask.caller.household_id, account):
        for known in ask.core.playback.known_speakers(account):
            if known.last_id == device_id:
                return Speaker(known.name, known.type, known.last_id)
    message = "Nobody knows a speaker of this id: set userId, and take an id from GET /spotify/devices."
    raise Invalid(message, field="spotifyDeviceId")
