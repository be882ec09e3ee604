"""Pretend sensors speak real MQTT to a real broker; a resident wanders the same way each time."""

import json
import queue
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from spottypottysense.errors import Invalid
from spottypottysense.simulator.home import PretendSensor, Resident, wander

AT = datetime(2026, 1, 5, 7, 30, tzinfo=UTC)
ROOMS = ["bathroom", "bedroom", "kitchen"]


class Broker:
    """A NATS server with MQTT over plain TCP, which can be stopped and started again on its port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._config = folder / "nats.conf"
        self._config.write_text(
            f'server_name: home\nlisten: "127.0.0.1:-1"\njetstream {{ store_dir: "{folder}" }}\n'
            f'mqtt {{ listen: "127.0.0.1:{self.port}" }}\n'
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it listens."""
        binary = Path(sys.executable).with_name("nats-server")
        self._process = subprocess.Popen([binary, "-c", self._config], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError("nats-server did not listen within 10 s")

    def stop(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


class Listener:
    """Hears everything under sensors/, also what was published while it or the broker was away."""

    def __init__(self, port: int, name: str = "listener") -> None:
        self.heard: queue.Queue[mqtt.MQTTMessage] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("sensors/#", qos=1)
        self._client.on_message = lambda _client, _data, message: self.heard.put(message)
        subscribed: queue.Queue[bool] = queue.Queue()
        self._client.on_subscribe = lambda *_: subscribed.put(True)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        subscribed.get(timeout=5)

    def next(self) -> tuple[str, Any, bool]:
        """Return topic, payload and whether it was retained, of the next message."""
        message = self.heard.get(timeout=8)
        return message.topic, json.loads(message.payload), message.retain

    def close(self) -> None:
        """Go away."""
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A running broker of this test's own."""
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.stop()


def test_a_sensors_life(broker: Broker) -> None:
    """Online on connect, motions in the agreed shape, offline on leaving, the last status retained."""
    listener = Listener(broker.port)
    sensor = PretendSensor("bathroom_main", "127.0.0.1", broker.port)
    sensor.start()
    topic, status, _ = listener.next()
    assert (topic, status["event"], status["status"]) == ("sensors/bathroom_main/status", "status", "online")
    sensor.motion(AT, message_id="m-1").wait_for_publish(5)
    topic, motion, retained = listener.next()
    assert (topic, retained) == ("sensors/bathroom_main/motion", False)
    assert motion.pop("metadata").keys() == {"batteryLevel", "signalStrength", "firmwareVersion"}
    assert motion == {
        "event": "motion_detected",
        "sensorId": "bathroom_main",
        "timestamp": AT.timestamp(),
        "messageId": "m-1",
    }
    sensor.motion(AT, detected=False)
    assert listener.next()[1]["event"] == "motion_cleared"
    sensor.stop()
    assert listener.next()[1]["status"] == "offline"
    listener.close()
    late = Listener(broker.port, "late")
    topic, status, retained = late.next()
    assert (topic, status["status"], retained) == ("sensors/bathroom_main/status", "offline", True)
    late.close()


def test_what_is_seen_offline_is_sent_later(broker: Broker) -> None:
    """A sensor starts without its broker, comes back by itself, and sends what it saw meanwhile in order."""
    listener = Listener(broker.port)
    broker.stop()
    sensor = PretendSensor("hall", "127.0.0.1", broker.port)
    sensor.start()
    infos = [sensor.motion(AT, message_id=f"m-{number}") for number in range(3)]
    assert not any(info.is_published() for info in infos)
    broker.start()
    assert sensor.wait_online(8)
    infos[-1].wait_for_publish(8)
    broker.stop()
    broker.start()
    assert sensor.wait_online(8)
    infos.append(sensor.motion(AT, message_id="m-3"))
    for info in infos:
        info.wait_for_publish(8)
    seen: list[str] = []
    while "m-3" not in seen:
        _, payload, _ = listener.next()
        seen += [payload["messageId"]] if "messageId" in payload else []
    assert list(dict.fromkeys(seen)) == ["m-0", "m-1", "m-2", "m-3"]
    sensor.stop()
    listener.close()


def test_a_sensor_needs_a_fit_name() -> None:
    """A sensor's id must be a topic level and a certificate's name at once."""
    with pytest.raises(Invalid):
        PretendSensor("sensors/#", "127.0.0.1", 1)


def test_wandering() -> None:
    """The same seed takes the same way, from room to other room, each motion within its stay."""
    steps = list(islice(wander(ROOMS, seed=7), 200))
    assert steps == list(islice(wander(ROOMS, seed=7), 200))
    assert steps != list(islice(wander(ROOMS, seed=8), 200))
    assert {step.room for step in steps} == set(ROOMS)
    assert all(first.room != second.room for first, second in pairwise(steps))
    for step in steps:
        assert 20 <= step.dwell <= 900
        assert step.motions[0] == 0
        assert list(step.motions) == sorted(step.motions)
        assert step.motions[-1] < step.dwell


def test_no_rooms_no_walk() -> None:
    """A resident without a room is refused."""
    with pytest.raises(ValueError, match="at least one room"):
        next(wander([], seed=1))


def test_a_resident_is_seen(broker: Broker) -> None:
    """Walking fires the sensor of the room that was entered, and clears a level sensor on leaving."""
    listener = Listener(broker.port)
    sensors = {room: PretendSensor(room, "127.0.0.1", broker.port) for room in ROOMS}
    for sensor in sensors.values():
        sensor.start()
        assert sensor.wait_online(8)
    resident = Resident(sensors, wander(ROOMS, seed=3), pace=2000, level_rooms=frozenset(ROOMS))
    resident.start()
    expected = list(islice(wander(ROOMS, seed=3), 3))
    events: list[tuple[str, str]] = []
    while sum(event == "motion_cleared" for _, event in events) < 3:
        topic, payload, _ = listener.next()
        if topic.endswith("/motion"):
            events.append((payload["sensorId"], payload["event"]))
    resident.stop()
    for step in expected:
        assert events.count((step.room, "motion_cleared")) >= 1
    assert events[0] == (expected[0].room, "motion_detected")
    for sensor in sensors.values():
        sensor.stop()
    listener.close()
