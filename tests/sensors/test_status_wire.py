"""Whatever a sensor says of itself, it is a status or `Invalid` with its reason."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.home import NOON
from spottypottysense.errors import Invalid
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Status
from spottypottysense.sensors.wire import status_from

TOPIC = "sensors/pir/status"
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SCALARS, lambda some: st.lists(some) | st.dictionaries(st.text(), some), max_leaves=8)


@pytest.mark.parametrize("status", ["online", "offline", "low_battery", "error"])
def test_status(status: str) -> None:
    """Each status is taken as it is; the topic names the sensor."""
    payload = json.dumps({"event": "status", "status": status, "sensorId": "pir"}).encode()
    assert status_from(TOPIC, payload, NOON) == Status("pir", status, NOON)


@pytest.mark.parametrize(
    ("level", "battery"),
    [
        ("80", 80),
        ("80.9", 80),
        ("0", 0),
        ("100", 100),
        ("101", None),
        ("-1", None),
        ("NaN", None),
        ("1e999", None),
        ("true", None),
        ('"80"', None),
        ("null", None),
        ("9" * 400, None),
    ],
    ids=lambda value: str(value)[:10],
)
def test_battery(level: str, battery: int | None) -> None:
    """A battery is told in percent or not at all."""
    payload = '{"status": "online", "metadata": {"batteryLevel": ' + level + "}}"
    assert status_from(TOPIC, payload.encode(), NOON).battery == battery


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "field"),
    [
        (TOPIC, b"", Reason.BAD_PAYLOAD, "status"),
        (TOPIC, b"[]", Reason.BAD_PAYLOAD, "status"),
        (TOPIC, b"[" * 100_000, Reason.BAD_PAYLOAD, "status"),
        (TOPIC, b'{"status": "asleep"}', Reason.BAD_PAYLOAD, "status"),
        (TOPIC, b'{"status": ["online"]}', Reason.BAD_PAYLOAD, "status"),
        (TOPIC, b'{"status": "online", "sensorId": "eye"}', Reason.OTHER_SENSOR, "sensorId"),
        ("sensors/a/b/status", b'{"status": "online"}', Reason.INVALID, "sensorId"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_refusals(topic: str, payload: bytes, reason: Reason, field: str) -> None:
    """Each way to be wrong has its reason and its field."""
    with pytest.raises(Invalid) as caught:
        status_from(topic, payload, NOON)
    assert (caught.value.reason, caught.value.field) == (reason, field)


@given(
    st.binary(max_size=200)
    | JSON.map(lambda body: json.dumps(body).encode())
    | JSON.map(lambda body: json.dumps({"status": "online", "metadata": {"batteryLevel": body}}).encode())
)
def test_anything(payload: bytes) -> None:
    """Any payload is a status with a battery of 0 to 100, or invalid, and nothing else happens."""
    with contextlib.suppress(Invalid):
        found = status_from(TOPIC, payload, NOON)
        assert found.battery is None or 0 <= found.battery <= 100
