"""Where messages come in: each kind goes where it belongs, and none of them raises for its content."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from spottypottysense.accounts.model import Mode
from spottypottysense.clock import SystemClock
from spottypottysense.errors import Unavailable
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.reception import Reception
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.sensors.model import SensorKind

CLOCK = SystemClock()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with one sensor, that does not run."""
    built = build(pretend_settings(tmp_path / "data", "http://127.0.0.1:1"))
    home, _ = built.core.accounts.found("Home", "anna@example.com")
    built.core.sensors.add_sensor(home.id, "pir", "Bath")
    yield built
    built.close()


@pytest.fixture
def reception(house: House) -> Reception:
    """Its reception."""
    return Reception(house.core, CLOCK, house.metrics)


def _hear(reception: Reception, topic: str, payload: bytes, retained: bool = False) -> None:
    reception.handle(topic, payload, CLOCK.now(), retained)


def test_a_motion_is_decided_and_counted(house: House, reception: Reception) -> None:
    """It ends in the journal and in the figures."""
    _hear(reception, "sensors/pir/motion", b'{"event": "motion_detected"}')
    (entry,) = house.core.presence.decisions(None)
    assert (entry.reason, entry.outcome) == (Reason.ARRIVED, Reason.NO_ACCOUNT)
    figures = house.metrics.render().decode()
    assert 'spotty_motions_total{reason="arrived"} 1.0' in figures
    assert "spotty_motion_seconds_count 1.0" in figures


def test_a_status_is_noted(house: House, reception: Reception) -> None:
    """What a sensor says of itself is kept, a retained status as well."""
    said = {"event": "status", "status": "online", "metadata": {"batteryLevel": 70}}
    _hear(reception, "sensors/pir/status", json.dumps(said).encode(), retained=True)
    (status,) = house.core.sensors.statuses(house.core.accounts.households()[0].id)
    assert status.status == "online"


def test_a_switch_is_obeyed_and_counted(house: House, reception: Reception) -> None:
    """What is registered as a switch commands the house."""
    home = house.core.accounts.households()[0]
    house.core.sensors.add_sensor(home.id, "button", "Bath", SensorKind.SWITCH)
    _hear(reception, "sensors/button/switch", b'{"switch": "away"}')
    assert house.core.accounts.household(home.id).mode is Mode.AWAY
    assert 'spotty_switches_total{reason="switched"} 1.0' in house.metrics.render().decode()


def test_a_sensor_is_no_switch(house: House, reception: Reception) -> None:
    """The broker lets it say so; the house refuses it and keeps the reason, and a retained command too."""
    home = house.core.accounts.households()[0]
    _hear(reception, "sensors/pir/switch", b'{"switch": "away"}')
    house.core.sensors.add_sensor(home.id, "button", "Bath", SensorKind.SWITCH)
    _hear(reception, "sensors/button/switch", b'{"switch": "away"}', retained=True)
    reasons = [entry.reason for entry in house.core.presence.decisions(None)]
    assert reasons == [Reason.STALE, Reason.NOT_A_SWITCH]
    assert house.core.accounts.household(home.id).mode is Mode.HOME


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("sensors/pir/status", b"{"),
        ("sensors/ghost/status", b'{"event": "status", "status": "online"}'),
        ("sensors/B!/status", b'{"event": "status", "status": "online"}'),
        ("sensors/pir/register", b"anything"),
        ("sensors/pir/switch", b"\xff"),
        ("sensors/ghost/switch", b'{"switch": "play"}'),
        ("sensors/B!/switch", b'{"switch": "play"}'),
        ("sensors/[/]/motion", b"{}"),
        ("", b""),
    ],
)
def test_odd_messages_do_not_raise(reception: Reception, topic: str, payload: bytes) -> None:
    """They are refused and the next one is taken in."""
    _hear(reception, topic, payload)
    _hear(reception, "sensors/pir/motion", b'{"event": "motion_detected"}')


def test_a_storage_that_cannot_be_written_raises(house: House, reception: Reception) -> None:
    """The message must stay with the broker until it can be kept."""
    house.database.close()
    with pytest.raises(Unavailable):
        _hear(reception, "sensors/pir/motion", b'{"event": "motion_detected"}')
    with pytest.raises(Unavailable):
        _hear(reception, "sensors/pir/status", b'{"event": "status", "status": "online"}')
