import json
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devices.device import Device, Ear, eventually
from spottypottysense.errors import Invalid, Unavailable
from spottypottysense.grants.model import Secret
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.mqtt import Handle, Intake

TOPIC = "sensors/bath/motion"
HUB = """
import sys, time
from pathlib import Path
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.mqtt import Intake

def handle(topic, payload, received_at, retained):
    if payload == b"5":
        print("busy with 5", flush=True)
        time.sleep(60)

ca_file, certificate_file, client_id_file = map(Path, sys.argv[2:])
endpoint = Endpoint("127.0.0.1", int(sys.argv[1]), True, ca_file=ca_file, certificate_file=certificate_file)
Intake(endpoint, client_id_file, handle).start()
time.sleep(60)
"""
Hub = Callable[..., Intake]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that serves."""
    broker = Broker(tmp_path, port=0)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def bath(broker: Broker) -> Iterator[Device]:
    """A sensor at the broker."""
    broker.admit("bath")
    device = Device.of(broker.bundle("bath"))
    assert device.connect()
    yield device
    device.close()


@pytest.fixture
def hub(broker: Broker, tmp_path: Path) -> Iterator[Hub]:
    """Connect a hub that hands its messages to the given function."""
    hubs: list[Intake] = []

    def connect(handle: Handle, keepalive: int = 30) -> Intake:
        hubs.append(Intake(broker.endpoint, tmp_path / "hub-client-id", handle, keepalive))
        hubs[-1].start()
        assert hubs[-1].wait_connected(5)
        return hubs[-1]

    yield connect
    for intake in hubs:
        intake.stop()


class Storage:
    """Storage that is down for a while, or refuses one payload by mistake of ours."""

    def __init__(self, down_for: float = 0.0, broken_by: bytes = b"") -> None:
        self.refused = 0
        self._down_for = down_for
        self._broken_by = broken_by
        self._up_at = 0.0

    def __call__(self, payload: bytes) -> None:
        """Refuse, or let it pass."""
        self._up_at = self._up_at or time.monotonic() + self._down_for
        if time.monotonic() < self._up_at:
            self.refused += 1
            raise Unavailable("The database is locked.")
        if payload == self._broken_by:
            raise KeyError("a mistake of ours")


def test_a_short_outage_of_the_storage_keeps_the_order(hub: Hub, bath: Device) -> None:
    """The message is offered again on the spot; nothing overtakes it and the line stays."""
    ear = Ear(Storage(down_for=0.6))
    intake = hub(ear)
    for word in (b"1", b"2", b"3"):
        bath.say(TOPIC, word)
    assert eventually(lambda: len(ear.messages) == 3)
    assert ear.payloads == [b"1", b"2", b"3"]
    assert intake.connected


def test_a_message_that_could_not_be_kept_comes_again(hub: Hub, bath: Device) -> None:
    """After a longer outage the hub drops the line and the broker sends everything once more."""
    storage = Storage(down_for=3.0)
    ear = Ear(storage)
    hub(ear)
    for number in range(20):
        bath.say(TOPIC, str(number))
    assert eventually(lambda: len(set(ear.payloads)) == 20, 20)
    assert storage.refused > 3


def test_a_poisoned_message_does_not_block_the_rest(
    hub: Hub, bath: Device, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours is logged with its traceback and counted; the next message is taken in."""
    ear = Ear(Storage(broken_by=b"poison"))
    intake = hub(ear)
    bath.say(TOPIC, "poison")
    bath.say(TOPIC, "good")
    assert eventually(lambda: ear.payloads == [b"good"])
    assert intake.poisoned == 1
    assert "KeyError" in caplog.text


def test_what_was_said_while_the_hub_was_away_is_not_lost(hub: Hub, bath: Device) -> None:
    """The broker keeps the hub's session: the next hub of this house hears all of it."""
    hub(Ear()).stop()
    for number in range(10):
        bath.say(TOPIC, str(number))
    ear = Ear()
    hub(ear)
    assert eventually(lambda: ear.payloads == [str(number).encode() for number in range(10)])


def test_a_retained_status_is_marked(hub: Hub, bath: Device) -> None:
    """A hub that comes later is told how things stand, and that it is not news."""
    bath.say("sensors/bath/status", "online", retain=True)
    ear = Ear()
    hub(ear)
    assert eventually(lambda: ear.messages == [("sensors/bath/status", b"online", True)])


def test_the_hub_speaks_to_a_sensor(hub: Hub, bath: Device) -> None:
    """A config waits at the broker, a command goes to who listens now."""
    intake = hub(Ear())
    intake.publish("sensors/bath/config", b"{}", retain=True)
    bath.listen("sensors/bath/config")
    bath.listen("sensors/bath/commands")
    intake.publish("sensors/bath/commands", b"restart")
    assert eventually(lambda: sorted(payload for _, payload in bath.heard) == [b"restart", b"{}"])


def test_a_slow_handler_does_not_cost_the_connection(hub: Hub, bath: Device) -> None:
    """Pings go out between messages: three keep-alives of work, and the line stays."""
    ear = Ear(lambda _: time.sleep(0.05))
    intake = hub(ear, keepalive=1)
    for number in range(60):
        bath.say(TOPIC, str(number))
    assert eventually(lambda: len(ear.messages) >= 60)
    assert ear.payloads == [str(number).encode() for number in range(60)]
    assert intake.connected


def test_the_client_id_is_private_and_stays(broker: Broker, tmp_path: Path) -> None:
    """Whoever knew it could erase the hub's session."""
    path = tmp_path / "hub-client-id"
    Intake(broker.endpoint, path, Ear())
    first = path.read_text()
    Intake(broker.endpoint, path, Ear())
    assert path.read_text() == first
    assert len(first) > 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_hub_without_a_broker_keeps_trying_quietly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It tells once that there is nobody, connects when somebody comes, and tells that once."""
    caplog.set_level(logging.INFO)
    early = Broker(tmp_path, port=0)
    early.start()
    endpoint = early.endpoint
    early.stop()
    intake = Intake(endpoint, tmp_path / "hub-client-id", Ear())
    intake.start()
    assert not intake.wait_connected(0.8)
    late = Broker(tmp_path, port=early.port)
    late.start()
    assert intake.wait_connected(10)
    assert caplog.text.count("cannot be reached") == 1
    assert caplog.text.count("is back") == 1
    intake.stop()
    assert not intake.connected
    late.stop()


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "username"),
    [
        ("mqtt://mosquitto.local", "mosquitto.local", 1883, False, None),
        ("mqtts://hub@10.0.0.2:1234", "10.0.0.2", 1234, True, "hub"),
        ("mqtts://a%40b@[::1]", "::1", 8883, True, "a@b"),
    ],
)
def test_a_url_names_a_broker(url: str, host: str, port: int, tls: bool, username: str | None) -> None:
    """Ports follow the scheme, and the password never shows."""
    endpoint = Endpoint.from_url(url, Secret("hunter2"))
    assert (endpoint.host, endpoint.port, endpoint.tls, endpoint.username) == (host, port, tls, username)
    assert "hunter2" not in repr(endpoint)


@pytest.mark.parametrize("url", ["", "http://a", "mqtt://", "mqtt://a:x", "mqtt://a:99999", "mqtt://u:pw@a"])
def test_a_url_that_cannot_be_is_refused(url: str) -> None:
    """A password in the URL is refused, too, and not repeated."""
    with pytest.raises(Invalid) as caught:
        Endpoint.from_url(url)
    assert "pw" not in str(caught.value)


class StubbornDevice:
    """Says each thing until it is thanked for it, over as many connections as that takes."""

    def __init__(self, bundle: Path) -> None:
        self.thanked: list[bytes] = []
        self._bundle = bundle
        self._device = Device.of(bundle)

    def say_all(self, count: int) -> None:
        """Say the numbers below `count`, one after the other."""
        self._device.connect()
        for number in range(count):
            payload = str(number).encode()
            while not self._is_thanked_for(payload):
                self._device.close()
                time.sleep(0.05)
                self._device = Device.of(self._bundle)
                self._device.connect()
            self.thanked.append(payload)
        self._device.close()

    def _is_thanked_for(self, payload: bytes) -> bool:
        if self._device.was_cut_off.is_set() or not self._device.is_connected.is_set():
            return False
        thanked = threading.Event()
        self._device.client.on_publish = lambda *_: thanked.set()
        self._device.client.publish(TOPIC, payload, qos=1)
        deadline = time.monotonic() + 2
        while not thanked.wait(0.01):
            if self._device.was_cut_off.is_set() or time.monotonic() > deadline:
                return False
        return True


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_over_kills_of_the_broker(
    hub: Hub, broker: Broker, tmp_path: Path
) -> None:
    """A sensor says 2,000 things over three kill -9; each one it was thanked for reaches the hub."""
    ear = Ear()
    hub(ear)
    broker.admit("bath")
    device = StubbornDevice(broker.bundle("bath"))
    thread = threading.Thread(target=device.say_all, args=(2000,))
    thread.start()
    for heard in (400, 900, 1400):
        assert eventually(lambda heard=heard: len(device.thanked) > heard, 60)  # type: ignore[misc]
        running = json.loads((tmp_path / "broker" / "running.json").read_bytes())
        os.kill(running["pid"], signal.SIGKILL)
    thread.join(60)
    assert len(device.thanked) == 2000
    assert eventually(lambda: set(ear.payloads) == set(device.thanked), 20)


@pytest.mark.slow
def test_what_a_killed_hub_was_busy_with_comes_again(
    hub: Hub, broker: Broker, bath: Device, tmp_path: Path
) -> None:
    """Kill -9 in the middle of a message: the next hub is handed that one and all that follow."""
    hub(Ear()).stop()
    for number in range(10):
        bath.say(TOPIC, str(number))
    files = [broker.endpoint.ca_file, broker.endpoint.certificate_file, tmp_path / "hub-client-id"]
    command = [sys.executable, "-c", HUB, str(broker.port), *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "busy with 5\n"
        first.kill()
    ear = Ear()
    hub(ear)
    assert eventually(lambda: set(ear.payloads) >= {b"5", b"6", b"7", b"8", b"9"}, 15)
    assert b"0" not in ear.payloads
