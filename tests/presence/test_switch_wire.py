"""Whatever a switch sends, it is a press or `Invalid` with its reason."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presence.test_wire import BODIES, JSON
from spottypottysense.errors import Invalid
from spottypottysense.presence.model import Switch, SwitchPress
from spottypottysense.presence.wire import LARGEST_PAYLOAD, sensor_id_from, switch_from
from spottypottysense.reasons import Reason

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PRESSES = st.fixed_dictionaries(
    {"switch": st.sampled_from(list(Switch))},
    optional={"room": JSON, "minutes": JSON | st.integers(10**300, 10**400), "messageId": JSON},
)


def press(**body: object) -> SwitchPress:
    """Return what a payload with these fields is taken for."""
    return switch_from("button", json.dumps({"switch": "snooze", **body}).encode(), NOW)


@given(st.binary(max_size=300))
def test_any_bytes(payload: bytes) -> None:
    """Bytes are a press or invalid, and nothing else happens."""
    with contextlib.suppress(Invalid):
        switch_from("button", payload, NOW)


@given(JSON | BODIES | PRESSES)
def test_any_json(body: object) -> None:
    """JSON is a press with a storable key, a short name and a span of at most a day, or invalid."""
    with contextlib.suppress(Invalid):
        found = switch_from("button", json.dumps(body).encode(), NOW)
        found.key.encode()
        assert found.room is None or 0 < len(found.room) <= 100
        assert found.span is None or MINUTE <= found.span <= 1440 * MINUTE


def test_every_switch() -> None:
    """Each command has its word; room and minutes are optional."""
    for switch in Switch:
        assert press(switch=switch.value).switch is switch
    found = press(room="Küche", minutes=1.5, timestamp=NOW.isoformat())
    assert (found.sensor_id, found.room, found.span, found.at) == ("button", "Küche", 1.5 * MINUTE, NOW)
    assert (press().room, press().span, press().at) == (None, None, NOW)


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        (b"[]", Reason.BAD_PAYLOAD, ""),
        (b" " * (LARGEST_PAYLOAD + 1), Reason.TOO_LARGE, ""),
        (b"{}", Reason.BAD_PAYLOAD, "switch"),
        (b'{"switch": "Play"}', Reason.BAD_PAYLOAD, "switch"),
        (b'{"switch": ["play"]}', Reason.BAD_PAYLOAD, "switch"),
        (b'{"switch": "play", "sensorId": "other"}', Reason.OTHER_SENSOR, "sensorId"),
        (b'{"switch": "play", "timestamp": NaN}', Reason.BAD_PAYLOAD, "timestamp"),
        (b'{"switch": "play", "messageId": {}}', Reason.BAD_PAYLOAD, "messageId"),
        (b'{"switch": "play", "room": ""}', Reason.BAD_PAYLOAD, "room"),
        (b'{"switch": "play", "room": 1}', Reason.BAD_PAYLOAD, "room"),
        (b'{"switch": "play", "room": "' + b"x" * 101 + b'"}', Reason.BAD_PAYLOAD, "room"),
        (b'{"switch": "snooze", "minutes": 0.9}', Reason.BAD_PAYLOAD, "minutes"),
        (b'{"switch": "snooze", "minutes": 1441}', Reason.BAD_PAYLOAD, "minutes"),
        (b'{"switch": "snooze", "minutes": NaN}', Reason.BAD_PAYLOAD, "minutes"),
        (b'{"switch": "snooze", "minutes": 1e999}', Reason.BAD_PAYLOAD, "minutes"),
        (b'{"switch": "snooze", "minutes": true}', Reason.BAD_PAYLOAD, "minutes"),
        (b'{"switch": "snooze", "minutes": "5"}', Reason.BAD_PAYLOAD, "minutes"),
    ],
    ids=lambda value: value[:50].decode(errors="replace") if isinstance(value, bytes) else str(value),
)
def test_refusals(payload: bytes, reason: Reason, field: str) -> None:
    """Each way to be wrong has its reason and its field."""
    with pytest.raises(Invalid) as caught:
        switch_from("button", payload, NOW)
    assert (caught.value.reason, caught.value.field) == (reason, field)


def test_keys_tell_presses_apart() -> None:
    """Copies share a key; another id, time or command makes another press."""
    keys = {press(messageId=1).key, press(messageId="1").key, press(messageId=2).key}
    keys |= {press(messageId=1, switch="wake").key, press(timestamp=1772452800).key}
    keys.add(press(messageId=1, room="Küche").key)
    assert len(keys) == 5
    assert "?" in press(room="\ud800").key


def test_topic_of_a_switch() -> None:
    """A switch does not speak where sensors do, nor the other way round."""
    assert sensor_id_from("sensors/button/switch", "switch") == "button"
    for topic, says in (("sensors/a/motion", "switch"), ("sensors/a/switch", "motion")):
        with pytest.raises(Invalid) as caught:
            sensor_id_from(topic, says)
        assert caught.value.reason is Reason.WRONG_TOPIC
