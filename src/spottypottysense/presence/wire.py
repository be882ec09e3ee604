"""From topic and payload to a motion or the press of a switch; anything else is `Invalid` with its reason."""

import json
import math
import re
from datetime import UTC, datetime, timedelta

from spottypottysense import ids
from spottypottysense.errors import Invalid
from spottypottysense.presence.model import Motion, MotionEvent, Switch, SwitchPress
from spottypottysense.reasons import Reason, sentence

LARGEST_PAYLOAD = 128 * 1024
"""Bytes; AWS IoT Core's limit, kept everywhere so that both runtimes behave alike."""

LONGEST_SNOOZE = timedelta(hours=24)
"""For so long a switch may silence the house."""

LONGEST_NAME = 100
"""Characters in the name of a room."""

_TOPIC = re.compile(r"sensors/([^/]+)/(motion|switch)\Z")
_EPOCH_MILLISECONDS = 1e11
"""A larger number is milliseconds: in seconds it would be the year 5138."""


def sensor_id_from(topic: str, says: str = "motion") -> str:
    """Return the sensor that a topic of motions (or what else it `says`) names; raises `Invalid`."""
    match = _TOPIC.match(topic)
    if match is None or match[2] != says:
        raise _invalid(Reason.WRONG_TOPIC, "topic")
    return ids.sensor_id(match[1])


def motion_from(sensor_id: str, payload: bytes, received_at: datetime) -> Motion:
    """Return the motion in a payload; the topic names the sensor, and a payload may not say otherwise.

    `timestamp` is epoch seconds (or milliseconds) or ISO 8601; without one the motion happened when it
    was received. Raises `Invalid` with the reason and the field.
    """
    body = _body_of(sensor_id, payload)
    try:
        event = MotionEvent(str(body.get("event")))
    except ValueError:
        raise _invalid(Reason.BAD_PAYLOAD, "event") from None
    at = _time_of(body, received_at)
    return Motion(sensor_id, event, at, received_at, _key(sensor_id, event, body, at), _battery(body))


def switch_from(sensor_id: str, payload: bytes, received_at: datetime) -> SwitchPress:
    """Return the press of a switch in a payload; sensor and `timestamp` as in `motion_from`.

    `room` is a room's name; `minutes` is a number from 1 to 1440. Raises `Invalid` with the reason and the
    field.
    """
    body = _body_of(sensor_id, payload)
    try:
        switch = Switch(str(body.get("switch")))
    except ValueError:
        raise _invalid(Reason.BAD_PAYLOAD, "switch") from None
    at = _time_of(body, received_at)
    room = _room(body)
    key = _storable(f"{_key(sensor_id, switch, body, at)}/{room or ''}")
    return SwitchPress(sensor_id, switch, at, received_at, key, room, _minutes(body))


def _body_of(sensor_id: str, payload: bytes) -> dict[str, object]:
    body = _object(payload)
    if body.get("sensorId", sensor_id) != sensor_id:
        raise _invalid(Reason.OTHER_SENSOR, "sensorId")
    return body


def _object(payload: bytes) -> dict[str, object]:
    if len(payload) > LARGEST_PAYLOAD:
        raise _invalid(Reason.TOO_LARGE, "")
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        raise _invalid(Reason.BAD_PAYLOAD, "") from None
    if not isinstance(body, dict):
        raise _invalid(Reason.BAD_PAYLOAD, "")
    return body


def _time_of(body: dict[str, object], received_at: datetime) -> datetime:
    stamp = body.get("timestamp")
    return received_at if stamp is None else _moment(stamp)


def _moment(stamp: object) -> datetime:
    try:
        if isinstance(stamp, str):
            moment = datetime.fromisoformat(stamp)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(stamp, int | float) and not isinstance(stamp, bool) and math.isfinite(stamp):
            seconds = stamp / 1000 if abs(stamp) > _EPOCH_MILLISECONDS else stamp
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise _invalid(Reason.BAD_PAYLOAD, "timestamp")


def _key(sensor_id: str, event: MotionEvent | Switch, body: dict[str, object], at: datetime) -> str:
    """Return what all copies of one message share; a counter that starts anew is told by its time."""
    message_id = body.get("messageId")
    if message_id is not None and not isinstance(message_id, str | int):
        raise _invalid(Reason.BAD_PAYLOAD, "messageId")
    stamp = at.isoformat() if message_id is None or "timestamp" in body else ""
    name = "" if message_id is None else str(message_id)[:128]
    return _storable(f"{sensor_id}/{event}/{name}/{stamp}")


def _storable(text: str) -> str:
    """Return the text with nothing in it that cannot be written as UTF-8."""
    return text.encode(errors="replace").decode()


def _room(body: dict[str, object]) -> str | None:
    name = body.get("room")
    if name is None or (isinstance(name, str) and 0 < len(name) <= LONGEST_NAME):
        return name
    raise _invalid(Reason.BAD_PAYLOAD, "room")


def _minutes(body: dict[str, object]) -> timedelta | None:
    minutes = body.get("minutes")
    if minutes is None:
        return None
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        raise _invalid(Reason.BAD_PAYLOAD, "minutes")
    if not 1 <= minutes <= LONGEST_SNOOZE / timedelta(minutes=1):  # nor is NaN
        raise _invalid(Reason.BAD_PAYLOAD, "minutes")
    return timedelta(minutes=minutes)


def _battery(body: dict[str, object]) -> int | None:
    metadata = body.get("metadata")
    level = metadata.get("batteryLevel") if isinstance(metadata, dict) else None
    if isinstance(level, bool) or not isinstance(level, int | float):
        return None
    if isinstance(level, float) and not math.isfinite(level):
        return None
    return int(min(max(level, 0), 100))


def _invalid(reason: Reason, field: str) -> Invalid:
    return Invalid(sentence(reason), field=field, reason=reason)
