"""A house at a broker that somebody else runs: anybody may say anything there."""

import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from devices.device import eventually
from e2e.living import BATH, Living
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.broker.child import program
from spottypottysense.simulator.home import PretendSensor
from spottypottysense.simulator.remote import Remote

LAW = """
host: "127.0.0.1"
port: -1
server_name: foreign
max_payload: 1MB
jetstream: {{ store_dir: "{directory}/store" }}
mqtt: {{ host: "127.0.0.1", port: {port} }}
authorization: {{
  users: [ {{ user: "hub", password: "hunter2" }}, {{ user: "sensor", password: "sensor" }} ]
}}
no_auth_user: sensor
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a broker without TLS, with a password for the hub alone."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    law = tmp_path / "law.conf"
    law.write_text(LAW.format(directory=tmp_path, port=port))
    with subprocess.Popen([program(), "-c", law], stderr=subprocess.DEVNULL) as process:
        yield port
        process.terminate()


@pytest.fixture
def home(tmp_path: Path, spotify: Remote, port: int) -> Iterator[Living]:
    """A house that joins the broker."""
    living = Living(
        tmp_path / "data",
        spotify,
        SPOTTY_MQTT_URL=f"mqtt://127.0.0.1:{port}",
        SPOTTY_MQTT_USERNAME="hub",
        SPOTTY_MQTT_PASSWORD="hunter2",
    )
    try:
        yield living.start()
    finally:
        living.stop()


def test_music_follows_presence_there_too(home: Living, port: int) -> None:
    """A sensor without a certificate speaks, and the music starts and stops."""
    sensor = PretendSensor(BATH, "127.0.0.1", port)
    sensor.start()
    try:
        assert eventually(lambda: home.appliance.health()["mqtt"])
        sensor.motion(datetime.now(UTC))
        assert home.waits_for(Reason.STARTED, seconds=15)
        assert home.waits_for(Reason.PAUSED)
    finally:
        sensor.stop()
    assert home.house.broker is None
    assert "hunter2" not in (home.directory / "endpoints.json").read_text()


def test_a_motion_waits_for_its_hub(home: Living, port: int) -> None:
    """The house is away while a sensor speaks; back again, it takes the motion in, once."""
    assert eventually(lambda: home.appliance.health()["mqtt"])
    home.stop()
    sensor = PretendSensor(BATH, "127.0.0.1", port)
    sensor.start()
    try:
        sensor.motion(datetime.now(UTC), message_id="meanwhile").wait_for_publish(10)
    finally:
        sensor.stop()
    home.restart()
    assert home.waits_for(Reason.STARTED)
    assert home.reasons().count(Reason.ARRIVED) == 1


def test_strangers_messages_have_their_reason(home: Living, port: int) -> None:
    """Unknown senders, names that cannot be, and too much at once end in the journal, and only there."""
    assert eventually(lambda: home.appliance.health()["mqtt"])
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    good = '{"event": "motion_detected"}'
    messages = {
        "sensors/ghost/motion": (good, Reason.UNKNOWN_SENSOR),
        "sensors/BAD!/motion": (good, Reason.INVALID),
        "sensors/[/]/motion": (good, None),
        f"sensors/{BATH}/motion": (" " * 200_000, Reason.TOO_LARGE),
    }
    for topic, (payload, _) in messages.items():
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
    wanted = {reason for _, reason in messages.values() if reason is not None}
    assert eventually(lambda: wanted == {e.reason for e in home.house.core.presence.decisions(None)})
    assert home.house.core.presence.open_sessions() == ()
