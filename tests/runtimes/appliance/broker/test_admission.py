"""Attacks on a real broker: who gets in, and what each may say and hear."""

import socket
import ssl
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.device import Device, Ear, eventually
from spottypottysense.clock import ManualClock
from spottypottysense.errors import NotFound
from spottypottysense.runtimes.appliance.broker.authority import Authority, Issued
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.mqtt import Intake

Connected = Callable[..., Device]


def device_with(broker: Broker, issued: Issued, directory: Path) -> Device:
    """Return a device that shows a certificate of the attacker's choice."""
    directory.mkdir()
    (directory / "cert.pem").write_bytes(issued.certificate)
    (directory / "key.pem").write_bytes(issued.key)
    return Device("127.0.0.1", broker.port, broker.ca_file, directory, "bath")


def test_an_admitted_sensor_is_heard(hub: Intake, ear: Ear, connected: Connected) -> None:
    """From admission to the hub's ear without a restart of anything."""
    connected("bath").say("sensors/bath/motion", "hello")
    assert eventually(lambda: ear.messages == [("sensors/bath/motion", b"hello", False)])
    assert hub.connected


def test_a_bundle_is_for_its_owner_alone(broker: Broker) -> None:
    """Nobody else on the machine may read a sensor's key."""
    broker.admit("bath")
    bundle = broker.bundle("bath")
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o700
    assert {path.name for path in bundle.iterdir()} == {"ca.pem", "cert.pem", "key.pem", "config.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in bundle.iterdir()} == {0o600}


def test_admitting_one_does_not_disturb_another(broker: Broker, connected: Connected) -> None:
    """The law changes under live connections, and they stay."""
    bath = connected("bath")
    broker.admit("hall")
    assert not bath.was_cut_off.wait(0.3)
    bath.say("sensors/bath/motion", "x")


def test_who_has_no_certificate_is_refused(broker: Broker) -> None:
    """There is no anonymous access."""
    assert not Device("127.0.0.1", broker.port, broker.ca_file, None, "bath").connect()


def test_a_certificate_of_another_house_is_refused(broker: Broker, tmp_path: Path) -> None:
    """The same name, signed by a stranger."""
    broker.admit("bath")
    issued = Authority(tmp_path / "elsewhere").sensor("bath")
    assert not device_with(broker, issued, tmp_path / "foreign").connect()


def test_an_expired_certificate_is_refused(broker: Broker, tmp_path: Path) -> None:
    """What was issued two years ago is over."""
    past = ManualClock(datetime.now(UTC) - timedelta(days=730))
    issued = Authority(tmp_path, past).sensor("bath")
    assert not device_with(broker, issued, tmp_path / "expired").connect()


def test_a_valid_certificate_that_nobody_admitted_is_refused(broker: Broker, tmp_path: Path) -> None:
    """A second certificate for the same sensor counts for nothing until it is admitted."""
    broker.admit("bath")
    issued = Authority(tmp_path).sensor("bath")
    assert not device_with(broker, issued, tmp_path / "spare").connect()


def test_nobody_speaks_for_another(hub: Intake, ear: Ear, connected: Connected) -> None:
    """A foreign motion, a foreign status and a reserved topic reach nobody."""
    connected("bath")
    hall = connected("hall")
    for topic in ("sensors/bath/motion", "sensors/bath/status", "sensors/hall/config", "other/hall/motion"):
        hall.say(topic, "forged")
    hall.say("sensors/hall/motion", "honest")
    assert eventually(lambda: b"honest" in ear.payloads)
    assert ear.payloads == [b"honest"]
    assert hub.poisoned == 0


@pytest.mark.parametrize(
    "topic",
    ["sensors/bath/config", "sensors/+/config", "sensors/#", "#", "sensors/bath/motion", "$MQTT/sub/#"],
)
def test_nobody_listens_in_on_another(hub: Intake, connected: Connected, topic: str) -> None:
    """A sensor hears its own config only, whatever it subscribes to."""
    bath, hall = connected("bath"), connected("hall")
    bath.listen("sensors/bath/config")
    hall.listen(topic)
    hub.publish("sensors/bath/config", b"for the bath", retain=True)
    bath.say("sensors/bath/motion", "x")
    assert eventually(lambda: bath.heard == [("sensors/bath/config", b"for the bath")])
    assert hall.heard == []


def test_a_forged_last_will_is_not_executed(
    hub: Intake, ear: Ear, broker: Broker, connected: Connected
) -> None:
    """A dying sensor cannot declare another one dead."""
    assert hub.connected
    for sensor_id, about in (("bath", "bath"), ("hall", "bath")):
        broker.admit(sensor_id)
        device = Device.of(broker.bundle(sensor_id))
        device.client.will_set(f"sensors/{about}/status", f"{sensor_id} says offline", qos=1, retain=True)
        device.connect()
        line = device.client.socket()
        if isinstance(line, socket.socket):
            line.shutdown(socket.SHUT_RDWR)
        device.close()
    connected("lamp").say("sensors/lamp/motion", "afterwards")
    assert eventually(lambda: b"afterwards" in ear.payloads and b"bath says offline" in ear.payloads)
    assert b"hall says offline" not in ear.payloads


def test_the_brokers_own_protocol_admits_nobody(broker: Broker, tmp_path: Path) -> None:
    """With a sensor's certificate one cannot listen in by speaking NATS on the loopback port."""
    broker.admit("bath")
    law = (tmp_path / "broker" / "nats.conf").read_text()
    port = int(law.split('host: "127.0.0.1"\nport: ')[1].split()[0])
    context = ssl.create_default_context(cafile=str(broker.ca_file))
    context.load_cert_chain(broker.bundle("bath") / "cert.pem", broker.bundle("bath") / "key.pem")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        assert raw.recv(4096).startswith(b"INFO")
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as line:
            line.sendall(b'CONNECT {"verbose":true}\r\nSUB $MQTT.sub.> 1\r\nPING\r\n')
            assert b"Authorization Violation" in line.recv(4096)


def test_a_revoked_certificate_is_out_at_once_and_alone(broker: Broker, connected: Connected) -> None:
    """Its live connection ends and it never comes back; the others notice nothing."""
    certificate_id = broker.admit("bath")
    bath, hall = connected("bath"), connected("hall")
    broker.revoke(certificate_id)
    assert bath.was_cut_off.wait(2)
    assert not Device.of(broker.bundle("bath")).connect()
    hall.say("sensors/hall/motion", "x")
    assert not hall.was_cut_off.is_set()


@pytest.mark.parametrize("certificate_id", ["00ff", "../hub", ""])
def test_revoking_what_is_not_there_says_so(broker: Broker, certificate_id: str) -> None:
    """A certificate that was never admitted, or a path in its place."""
    with pytest.raises(NotFound):
        broker.revoke(certificate_id)
