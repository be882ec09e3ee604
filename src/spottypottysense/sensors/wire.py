"""From topic and payload to what a sensor says of itself; anything else is `Invalid`."""

import json
from datetime import datetime

from spottypottysense import ids
from spottypottysense.errors import Invalid
from spottypottysense.reasons import Reason, sentence
from spottypottysense.sensors.model import Status

STATUSES = frozenset({"online", "offline", "low_battery", "error"})


def status_from(topic: str, payload: bytes, received_at: datetime) -> Status:
    """Return the status in a message on `sensors/{sensorId}/status`; raises `Invalid`.

    The topic names the sensor, and a payload may not say otherwise.
    """
    sensor_id = ids.sensor_id(topic.removeprefix("sensors/").removesuffix("/status"))
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or str(body.get("status")) not in STATUSES:
        raise _invalid(Reason.BAD_PAYLOAD, "status")
    if body.get("sensorId", sensor_id) != sensor_id:
        raise _invalid(Reason.OTHER_SENSOR, "sensorId")
    metadata = body.get("metadata")
    battery = metadata.get("batteryLevel") if isinstance(metadata, dict) else None
    if isinstance(battery, bool) or not isinstance(battery, int | float) or not 0 <= battery <= 100:
        battery = None
    return Status(sensor_id, str(body["status"]), received_at, None if battery is None else int(battery))


def _invalid(reason: Reason, field: str) -> Invalid:
    return Invalid(sentence(reason), field=field, reason=reason)
