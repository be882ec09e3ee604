"""A real broker and real sensors, on free ports."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devices.device import Device, Ear
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.mqtt import Intake


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that serves."""
    broker = Broker(tmp_path, port=0)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def connected(broker: Broker) -> Iterator[Callable[..., Device]]:
    """Admit a sensor of this name, if need be, and return it connected."""
    with ExitStack() as after:

        def connect(sensor_id: str, client_id: str = "") -> Device:
            if not broker.bundle(sensor_id).exists():
                broker.admit(sensor_id)
            device = Device.of(broker.bundle(sensor_id), client_id)
            assert device.connect()
            after.callback(device.close)
            return device

        yield connect


@pytest.fixture
def ear() -> Ear:
    """What the hub hears."""
    return Ear()


@pytest.fixture
def hub(broker: Broker, tmp_path: Path, ear: Ear) -> Iterator[Intake]:
    """A hub at the broker."""
    hub = Intake(broker.endpoint, tmp_path / "hub-client-id", ear)
    hub.start()
    assert hub.wait_connected(5)
    yield hub
    hub.stop()
