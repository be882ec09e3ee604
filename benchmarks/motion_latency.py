"""From a motion's MQTT publish to the play request's arrival at Spotify, beside the bare MQTT trip.

The pretend Spotify answers without delay, so that what is measured is ours. Both clocks are the
machine's monotonic one. Run: .venv/bin/python benchmarks/motion_latency.py [--json]
"""

import argparse
import json
import secrets
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from spottypottysense.runtimes.appliance.broker.authority import Authority
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.simulator import server
from spottypottysense.simulator.remote import Remote
from support.appliance import RunningAppliance, figures, pretend_rooms, running_appliance, show


class Bystander:
    """A bare MQTT client that receives the same motions and does nothing with them."""

    def __init__(self, house: RunningAppliance) -> None:
        self.heard: dict[str, int] = {}
        self._ready = threading.Event()
        hub_file, _ = Authority(house.data, None).hub()
        endpoint = Endpoint(
            "127.0.0.1",
            house.mqtt_port,
            True,
            ca_file=Authority(house.data, None).ca_file,
            certificate_file=hub_file,
        )
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"bystander-{secrets.token_hex(4)}")
        self._client.tls_set_context(endpoint.tls_context())
        self._client.on_message = self._hear
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect(endpoint.host, endpoint.port)
        self._client.subscribe("sensors/+/motion", qos=1)
        self._client.loop_start()
        if not self._ready.wait(10):
            raise RuntimeError("The bystander could not subscribe.")

    def stop(self) -> None:
        """Hang up."""
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        now = time.monotonic_ns()
        self.heard[json.loads(message.payload)["messageId"]] = now


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as directory, server.spawn(empty=True) as url:
        spotify = Remote(url)
        plans = pretend_rooms(spotify, options.accounts)
        tick = {"SPOTTY_TICK": "0.05"}
        with running_appliance(
            Path(directory), spotify, plans, timedelta(seconds=1), timedelta(0), **tick
        ) as house:
            bystander = Bystander(house)
            published = _publish(house, options.motions, options.rate)
            time.sleep(1)
            bystander.stop()
            requests = [r for r in spotify.requests() if r["path"].startswith("/v1/")]
    ours, calls = _latencies(published, requests, options.accounts)
    bare = [
        (bystander.heard[name] - at) / 1e6 for name, (_, at) in published.items() if name in bystander.heard
    ]
    rows = {
        "motions": len(published),
        "motions_a_second": options.rate,
        "accounts": options.accounts,
        "plays": len(ours),
        "publish_to_play_request_ms": figures(ours),
        "bare_mqtt_trip_ms": figures(bare),
        "most_spotify_calls_before_play": max(calls),
    }
    show("From motion to play request", rows, options.json)


def _publish(house: RunningAppliance, motions: int, rate: float) -> dict[str, tuple[int, int]]:
    """Publish evenly, one room after the other, and return room and moment by message id."""
    sensors = list(house.sensors.values())
    published: dict[str, tuple[int, int]] = {}
    start = time.monotonic()
    for number in range(motions):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        name, room = f"m{number}", number % len(sensors)
        published[name] = (room, time.monotonic_ns())
        sensors[room].motion(datetime.now(UTC), message_id=name)
    return published


def _latencies(
    published: dict[str, tuple[int, int]], requests: list[dict[str, object]], accounts: int
) -> tuple[list[float], list[int]]:
    """Pair each motion with the first play of its account after it, and count the calls in between."""
    latencies: list[float] = []
    calls: list[int] = []
    for room in range(accounts):
        mine = [r for r in requests if r["account"] == f"account-{room}"]
        moments = [at for where, at in published.values() if where == room]
        for at, following in zip(moments, [*moments[1:], time.monotonic_ns()], strict=True):
            between = [r for r in mine if at <= int(str(r["monotonic_ns"])) < following]
            plays = [n for n, r in enumerate(between) if r["path"] == "/v1/me/player/play"]
            if plays:
                latencies.append((int(str(between[plays[0]]["monotonic_ns"])) - at) / 1e6)
                calls.append(plays[0])
    return latencies, calls


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--motions", type=int, default=1200)
    parser.add_argument("--rate", type=float, default=20.0, help="motions a second")
    parser.add_argument("--accounts", type=int, default=40)
    return parser.parse_args()


if __name__ == "__main__":
    main()
