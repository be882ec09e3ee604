"""What a room and a sensor may look like."""

import re
from dataclasses import replace
from datetime import timedelta

from spottypottysense.errors import Invalid
from spottypottysense.sensors.model import BY_HAND, Programme, Room, Sensor

_CONTEXT = re.compile(r"spotify:(playlist|album|artist):[A-Za-z0-9]{1,64}\Z")
_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?(playlist|album|artist)/([A-Za-z0-9]{1,64})")


def content_uri(text: str) -> str:
    """Return the context URI that `text`, a Spotify URI or a link from the app, names; raises `Invalid`."""
    link = _LINK.match(text)
    uri = f"spotify:{link[1]}:{link[2]}" if link else text
    if not _CONTEXT.match(uri):
        message = "Give a link or URI of a playlist, album or artist, such as spotify:playlist:37i9dQ."
        raise Invalid(message, field="content")
    return uri


def checked_room(room: Room, before: Room | None = None) -> Room:
    """Return `room`, its contents as context URIs, if its values can be lived with; raises `Invalid`.

    What it played `before` is not looked at again: it must not forbid a change of something else.
    """
    if not room.name.strip() or len(room.name) > 100:
        raise Invalid("A room needs a name of at most 100 characters.", field="name")
    if room.volume is not None and not 0 <= room.volume <= 100:
        raise Invalid("A volume lies between 0 and 100.", field="volume")
    if room.timeout is not None and not timedelta(seconds=1) <= room.timeout <= timedelta(hours=4):
        raise Invalid("A timeout lies between 1 second and 4 hours.", field="timeout")
    if room.motion_gap is not None and not timedelta(0) <= room.motion_gap <= timedelta(hours=1):
        raise Invalid("A motion gap lies between 0 and 1 hour.", field="motionGap")
    if room.speaker is not None and not room.speaker.name.strip():
        raise Invalid("A speaker needs the name that Spotify shows for it.", field="speaker")
    if room.snoozed_until is not None and room.snoozed_until.tzinfo is None:
        raise Invalid("The end of a snooze needs a time zone.", field="snoozedUntil")
    _check_stand_ins(room)
    _check_day(room.day)
    return _with_uris(room, before)


def checked_sensor(sensor: Sensor) -> Sensor:
    """Return `sensor` if its values can be lived with; raises `Invalid`."""
    if sensor.id == BY_HAND:
        message = f"{BY_HAND!r} stands for people's own commands: choose another name for the sensor."
        raise Invalid(message, field="sensorId")
    if len(sensor.name) > 100:
        raise Invalid("The name of a sensor has at most 100 characters.", field="name")
    return sensor


def _check_stand_ins(room: Room) -> None:
    if len(set(room.stand_ins)) != len(room.stand_ins) or room.account in room.stand_ins:
        message = "Name everybody who stands in once, and not the one whose Spotify plays anyway."
        raise Invalid(message, field="standIns")


def _check_day(day: tuple[Programme, ...]) -> None:
    if len({now.part for now in day}) != len(day) or len({now.starts for now in day}) != len(day):
        raise Invalid("Each part of the day has one programme, with a start of its own.", field="day")
    if any(now.starts.tzinfo is not None for now in day):
        raise Invalid("A programme starts by the clock on the wall, without a time zone.", field="day")
    if any(now.ceiling is not None and not 0 <= now.ceiling <= 100 for now in day):
        raise Invalid("The loudest volume of a programme lies between 0 and 100.", field="day")


def _with_uris(room: Room, before: Room | None) -> Room:
    known = set() if before is None else {before.content, *(now.content for now in before.day)}

    def uri(content: str | None) -> str | None:
        return content if content is None or content in known else content_uri(content)

    day = tuple(replace(now, content=uri(now.content)) for now in room.day)
    return replace(room, content=uri(room.content), day=day)
