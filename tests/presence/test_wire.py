"""Whatever a sensor sends, it is a motion or `Invalid` with its reason."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.errors import Invalid
from spottypottysense.presence.model import Motion, MotionEvent
from spottypottysense.presence.wire import LARGEST_PAYLOAD, motion_from, sensor_id_from
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(SCALARS, lambda some: st.lists(some) | st.dictionaries(st.text(), some), max_leaves=8)
EPOCH = st.integers(-(10**30), 10**30) | st.floats() | st.sampled_from(["2026-03-02", "\ud800", "24:00"])
BODIES = st.fixed_dictionaries(
    {"event": st.sampled_from(["motion_detected", "motion_cleared"]) | JSON},
    optional={
        "sensorId": st.just("pir") | JSON,
        "timestamp": EPOCH | JSON,
        "messageId": JSON,
        "metadata": JSON | st.fixed_dictionaries({"batteryLevel": JSON | st.integers(10**300, 10**400)}),
    },
)


def motion(**body: object) -> Motion:
    """Return what a payload with these fields is taken for."""
    return motion_from("pir", json.dumps({"event": "motion_detected", **body}).encode(), NOW)


def refusal(payload: bytes) -> tuple[Reason, str]:
    """Return reason and field with which a payload is refused."""
    with pytest.raises(Invalid) as caught:
        motion_from("pir", payload, NOW)
    return caught.value.reason, caught.value.field


@given(st.binary(max_size=300))
def test_any_bytes(payload: bytes) -> None:
    """Bytes are a motion or invalid, and nothing else happens."""
    with contextlib.suppress(Invalid):
        motion_from("pir", payload, NOW)


@given(JSON | BODIES)
def test_any_json(body: object) -> None:
    """JSON is a motion with a storable key and a battery of 0 to 100, or invalid."""
    with contextlib.suppress(Invalid):
        found = motion_from("pir", json.dumps(body).encode(), NOW)
        assert found.at.tzinfo is UTC
        assert found.battery is None or 0 <= found.battery <= 100
        found.key.encode()
        later = NOW + timedelta(seconds=1)
        copy = motion_from("pir", json.dumps(body).encode(), later)
        assert isinstance(body, dict)
        if body.get("timestamp") is not None or body.get("messageId") is not None:
            assert copy.key == found.key


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        (None, NOW),
        (1772452800, NOW),
        (1772452800.5, NOW + timedelta(milliseconds=500)),
        (1772452800500, NOW + timedelta(milliseconds=500)),
        ("2026-03-02T12:00:00Z", NOW),
        ("2026-03-02T13:00:00+01:00", NOW),
        ("2026-03-02T12:00:00", NOW),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_timestamps(stamp: object, at: datetime) -> None:
    """Epoch seconds, milliseconds and ISO 8601 are understood; without one it happened just now."""
    assert motion(timestamp=stamp).at == at


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        (b"", Reason.BAD_PAYLOAD, ""),
        (b"[]", Reason.BAD_PAYLOAD, ""),
        (b"\xff\xfe\x00", Reason.BAD_PAYLOAD, ""),
        (b"[" * 100_000, Reason.BAD_PAYLOAD, ""),
        (b"9" * 10_000, Reason.BAD_PAYLOAD, ""),
        (b" " * (LARGEST_PAYLOAD + 1), Reason.TOO_LARGE, ""),
        (b'{"x": "' + b"x" * 200_000 + b'"}', Reason.TOO_LARGE, ""),
        (b"{}", Reason.BAD_PAYLOAD, "event"),
        (b'{"event": "Motion_Detected"}', Reason.BAD_PAYLOAD, "event"),
        (b'{"event": ["motion_detected"]}', Reason.BAD_PAYLOAD, "event"),
        (b'{"event": "motion_detected", "sensorId": "other"}', Reason.OTHER_SENSOR, "sensorId"),
        (b'{"event": "motion_detected", "sensorId": null}', Reason.OTHER_SENSOR, "sensorId"),
        (b'{"event": "motion_detected", "timestamp": NaN}', Reason.BAD_PAYLOAD, "timestamp"),
        (b'{"event": "motion_detected", "timestamp": 1e999}', Reason.BAD_PAYLOAD, "timestamp"),
        (b'{"event": "motion_detected", "timestamp": true}', Reason.BAD_PAYLOAD, "timestamp"),
        (b'{"event": "motion_detected", "timestamp": "noon"}', Reason.BAD_PAYLOAD, "timestamp"),
        (
            b'{"event": "motion_detected", "timestamp": 1' + b"0" * 400 + b"}",
            Reason.BAD_PAYLOAD,
            "timestamp",
        ),
        (b'{"event": "motion_detected", "messageId": {}}', Reason.BAD_PAYLOAD, "messageId"),
        (b'{"event": "motion_detected", "messageId": 1.5}', Reason.BAD_PAYLOAD, "messageId"),
    ],
    ids=lambda value: value[:40].decode(errors="replace") if isinstance(value, bytes) else str(value),
)
def test_refusals(payload: bytes, reason: Reason, field: str) -> None:
    """Each way to be wrong has its reason and its field."""
    assert refusal(payload) == (reason, field)


@pytest.mark.parametrize(
    ("level", "battery"),
    [("42", None), (42, 42), (42.9, 42), (-3, 0), (1e9, 100), (10**400, 100), (True, None), (None, None)],
    ids=lambda value: str(value)[:10],
)
def test_battery(level: object, battery: int | None) -> None:
    """A battery is told in percent or not at all; it never spoils the motion."""
    assert motion(metadata={"batteryLevel": level}).battery == battery


@pytest.mark.parametrize("level", ["NaN", "Infinity", "-1e999"])
def test_battery_that_is_no_number(level: str) -> None:
    """What JSON cannot really say is no battery level."""
    payload = '{"event": "motion_cleared", "metadata": {"batteryLevel": ' + level + "}}"
    found = motion_from("pir", payload.encode(), NOW)
    assert (found.event, found.battery) == (MotionEvent.CLEARED, None)


def test_keys_tell_messages_apart() -> None:
    """Copies share a key; another id, time, event or sensor makes another message."""
    keys = {
        motion(messageId=1).key,
        motion(messageId="1").key,
        motion(messageId=2).key,
        motion(messageId=1, timestamp=1772452800).key,
        motion(messageId=1, timestamp=1772452801).key,
        motion(timestamp=1772452800).key,
        motion(timestamp=1772452801).key,
        motion(messageId=1, event="motion_cleared").key,
    }
    assert len(keys) == 7
    assert motion(timestamp=1772452800).key == motion(timestamp="2026-03-02T12:00:00Z").key


def test_topic_names_the_sensor() -> None:
    """The sensor is the topic's middle level."""
    assert sensor_id_from("sensors/pir-1/motion") == "pir-1"


@pytest.mark.parametrize(
    "topic", ["", "sensors/pir", "sensors/pir/status", "sensors/a/b/motion", "x/p/motion"]
)
def test_wrong_topic(topic: str) -> None:
    """Any other topic is refused."""
    with pytest.raises(Invalid) as caught:
        sensor_id_from(topic)
    assert caught.value.reason is Reason.WRONG_TOPIC


@pytest.mark.parametrize("name", ["PIR", "p ir", "+", "#", "pir\n", "x" * 65])
def test_topic_with_an_impossible_sensor(name: str) -> None:
    """A name that no sensor can have is refused."""
    with pytest.raises(Invalid):
        sensor_id_from(f"sensors/{name}/motion")
