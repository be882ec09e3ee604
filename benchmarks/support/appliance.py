"""A furnished appliance as a process of its own, a pretend Spotify as another, for benchmarks."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from spottypottysense.runtimes.appliance.listening import free_port
from spottypottysense.runtimes.appliance.stage import RoomPlan, furnish, pretend_sensors, pretend_settings
from spottypottysense.runtimes.appliance.wiring import build
from spottypottysense.sensors.model import SensorKind
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET, REDIRECT_URIS
from spottypottysense.simulator.home import PretendSensor
from spottypottysense.simulator.remote import Remote


@dataclass(frozen=True)
class RunningAppliance:
    """What a benchmark talks to: `pid` is the appliance's, `sensors` are connected MQTT clients."""

    pid: int
    data: Path
    mqtt_port: int
    sensors: Mapping[str, PretendSensor]


def pretend_rooms(spotify: Remote, count: int) -> list[RoomPlan]:
    """Give `count` rooms an account, a speaker and a playlist each at an empty simulator."""
    spotify.post("apps", client_id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uris=list(REDIRECT_URIS))
    plans = []
    for number in range(count):
        account = f"account-{number}"
        spotify.post("accounts", id=account)
        spotify.post("speakers", name=f"Speaker {number}", accounts=[account])
        uri = spotify.post("playlists", name=f"Music {number}", owner=account)["uri"]
        sensor = f"sensor-{number}"
        plans.append(
            RoomPlan(f"Room {number}", account, f"Speaker {number}", uri, (sensor,), SensorKind.PULSE)
        )
    return plans


@contextmanager
def running_appliance(
    data: Path,
    spotify: Remote,
    plans: Sequence[RoomPlan],
    timeout: timedelta,
    motion_gap: timedelta,
    **settings: str,
) -> Iterator[RunningAppliance]:
    """Furnish a house in `data`, run `spotty up` on it, connect its sensors, and stop it all at the end."""
    texts = {"SPOTTY_MQTT_PORT": str(free_port()), "SPOTTY_LOG_LEVEL": "warning", **settings}
    house = build(pretend_settings(data, spotify.base_url, **texts))
    furnish(house, spotify, plans, timeout, motion_gap)
    ids = [sensor for plan in plans for sensor in plan.sensors]
    sensors = pretend_sensors(house, ids)
    house.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "spottypottysense.runtimes.appliance.cli", "up"],
        env=_environment(data, spotify.base_url, texts),
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(data / "endpoints.json", process)
        for sensor in sensors.values():
            sensor.start()
        if not all(sensor.wait_online(30) for sensor in sensors.values()):
            raise RuntimeError("A sensor could not connect.")
        yield RunningAppliance(process.pid, data, int(texts["SPOTTY_MQTT_PORT"]), sensors)
    finally:
        for sensor in sensors.values():
            sensor.stop()
        process.terminate()
        process.wait(30)


def figures(values: Sequence[float]) -> dict[str, float]:
    """Return p50, p99 and the largest of some milliseconds, rounded."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p99": 0.99}
    found = {name: ordered[min(int(len(ordered) * share), len(ordered) - 1)] for name, share in at.items()}
    return {name: round(value, 2) for name, value in {**found, "max": ordered[-1]}.items()}


def show(title: str, rows: Mapping[str, object], as_json: bool) -> None:
    """Print a table for people, or one JSON object."""
    if as_json:
        print(json.dumps(rows))
        return
    print(title)
    for name, value in rows.items():
        print(f"  {name.replace('_', ' '):<42} {value}")


def _environment(data: Path, spotify_url: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "SPOTTY_DATA": str(data),
        "SPOTTY_HTTP_PORT": "0",
        "SPOTTY_SPOTIFY_ACCOUNTS_URL": spotify_url,
        "SPOTTY_SPOTIFY_API_URL": spotify_url,
        "SPOTTY_SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTTY_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        **texts,
    }


def _wait_for(endpoints: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not endpoints.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("The appliance did not come up; its message is above.")
        time.sleep(0.02)
