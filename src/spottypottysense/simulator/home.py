"""A pretend home: sensors that are real MQTT clients, and a resident who wanders through the rooms."""

import json
import random
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from spottypottysense import ids
from spottypottysense.clock import Clock, SystemClock

_FIRST_WAIT, _LONGEST_WAIT = 0.2, 2.0
_GOODBYE_WITHIN = 2.0


class PretendSensor:
    """A motion sensor on the network: MQTT 3.1.1, QoS 1, its own certificate, a retained Last Will.

    Without `ca_file` it speaks plain TCP. What is published while there is no connection is sent, in
    order, as soon as there is one.
    """

    def __init__(
        self,
        sensor_id: str,
        host: str,
        port: int,
        ca_file: Path | None = None,
        cert_file: Path | None = None,
        key_file: Path | None = None,
    ) -> None:
        self.sensor_id = ids.sensor_id(sensor_id)
        self._wait = _FIRST_WAIT
        self._online = threading.Event()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self.sensor_id, protocol=mqtt.MQTTv311, clean_session=True
        )
        self._client.will_set(self._topic("status"), self._status("offline"), qos=1, retain=True)
        if ca_file is not None:
            self._client.tls_set_context(_tls(ca_file, cert_file, key_file))
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.connect_async(host, port, keepalive=30)

    def start(self) -> None:
        """Connect, and keep connecting, in the background."""
        self._back_off()
        self._client.loop_start()

    def wait_online(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the broker's welcome and say whether it came."""
        return self._online.wait(timeout)

    def motion(
        self, at: datetime, detected: bool = True, message_id: str | None = None
    ) -> mqtt.MQTTMessageInfo:
        """Publish that somebody was seen at `at`, or that nobody is there any more."""
        payload: dict[str, Any] = {
            "event": "motion_detected" if detected else "motion_cleared",
            "sensorId": self.sensor_id,
            "timestamp": at.timestamp(),
            "metadata": {"batteryLevel": 85, "signalStrength": -45, "firmwareVersion": "1.0.0"},
        }
        if message_id is not None:
            payload["messageId"] = message_id
        info = self._client.publish(self._topic("motion"), json.dumps(payload), qos=1)
        if info.rc != MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            # Without connection paho keeps the message for later, yet waiting for it would raise.
            info.rc = MQTTErrorCode.MQTT_ERR_SUCCESS
        return info

    def stop(self) -> None:
        """Say goodbye (offline, retained) and disconnect."""
        if self._online.is_set():
            goodbye = self._client.publish(self._topic("status"), self._status("offline"), qos=1, retain=True)
            if goodbye.rc == MQTTErrorCode.MQTT_ERR_SUCCESS:
                goodbye.wait_for_publish(_GOODBYE_WITHIN)
        self._client.disconnect()
        self._client.loop_stop()

    def _topic(self, kind: str) -> str:
        return f"sensors/{self.sensor_id}/{kind}"

    def _status(self, status: str) -> str:
        now = datetime.now(UTC).timestamp()
        return json.dumps({"event": "status", "sensorId": self.sensor_id, "timestamp": now, "status": status})

    def _on_connect(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if reason.is_failure:
            return
        self._wait = _FIRST_WAIT
        client.publish(self._topic("status"), self._status("online"), qos=1, retain=True)
        self._online.set()

    def _on_disconnect(
        self, _client: mqtt.Client, _data: Any, _flags: Any, _reason: Any, _properties: Any
    ) -> None:
        self._online.clear()
        self._back_off()

    def _on_connect_fail(self, _client: mqtt.Client, _data: Any) -> None:
        self._back_off()

    def _back_off(self) -> None:
        """Make paho wait a jittered 0.1 to 2 s, longer from try to try, before it connects again."""
        jittered = self._wait * random.uniform(0.5, 1)  # noqa: S311  spreads sensors, guards nothing
        # paho waits for any number of seconds, though its signature says int.
        self._client.reconnect_delay_set(jittered, _LONGEST_WAIT)  # type: ignore[arg-type]
        self._wait = min(self._wait * 2, _LONGEST_WAIT)


def _tls(ca_file: Path, cert_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert_file is not None:
        context.load_cert_chain(cert_file, key_file)
    return context


OUTSIDE = ""
"""Where no sensor is."""


@dataclass(frozen=True, slots=True)
class Step:
    """A stay in one room, or outside: `motions` are the seconds after entering at which the sensor fires."""

    room: str
    dwell: float
    motions: tuple[float, ...]


def wander(rooms: Sequence[str], seed: int) -> Iterator[Step]:
    """Yield stays without end, never twice in a row in one room; the same for the same seed.

    Stays last 20 seconds to 15 minutes, mostly short; the sensor fires on entering and then every 5 to
    60 seconds.
    """
    if not rooms:
        raise ValueError("A resident needs at least one room.")
    dice = random.Random(seed)  # noqa: S311  must be repeatable
    room = ""
    while True:
        others = [each for each in rooms if each != room]
        room = dice.choice(others or list(rooms))
        dwell = min(900.0, 20.0 + dice.expovariate(1 / 180))
        motions = [0.0]
        while (following := motions[-1] + dice.uniform(5, 60)) < dwell:
            motions.append(following)
        yield Step(room, dwell, tuple(motions))


class Resident:
    """Somebody who walks through the rooms in a thread and is seen by their sensors.

    `sensors` are the sensors by room; those of `level_rooms` also tell when nobody is there any more.
    `pace` 60 lets an hour pass in a minute; `clock` is what the sensors date their messages by.
    """

    def __init__(
        self,
        sensors: Mapping[str, PretendSensor],
        steps: Iterable[Step],
        pace: float = 1.0,
        level_rooms: frozenset[str] = frozenset(),
        clock: Clock | None = None,
    ) -> None:
        self.room = OUTSIDE
        self._sensors = sensors
        self._steps = steps
        self._pace = pace
        self._level_rooms = level_rooms
        self._clock = clock or SystemClock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._walk, name="resident", daemon=True)

    def start(self) -> None:
        """Begin to walk."""
        self._thread.start()

    def stop(self) -> None:
        """Stand still for good."""
        self._stop.set()
        self._thread.join()

    def _walk(self) -> None:
        for step in self._steps:
            self.room = step.room
            if not self._stay(step):
                return

    def _stay(self, step: Step) -> bool:
        """Live through one step; say whether there is time for another."""
        passed = 0.0
        for moment in step.motions:
            if self._stop.wait((moment - passed) / self._pace):
                return False
            self._sensors[step.room].motion(self._clock.now())
            passed = moment
        if self._stop.wait((step.dwell - passed) / self._pace):
            return False
        if step.room in self._level_rooms:
            self._sensors[step.room].motion(self._clock.now(), detected=False)
        return True
