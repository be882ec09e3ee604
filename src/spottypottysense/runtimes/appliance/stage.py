"""Furnishes a house against the simulated Spotify: for the demo, live replays and benchmarks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from spottypottysense.runtimes.appliance import settings
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.wiring import House
from spottypottysense.sensors.model import Ending, Room, SensorKind, Speaker
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET
from spottypottysense.simulator.home import PretendSensor
from spottypottysense.simulator.remote import REDIRECT_URI, Remote


@dataclass(frozen=True)
class RoomPlan:
    """One room of a pretend house: `account` is the Spotify account that plays there."""

    name: str
    account: str
    speaker: str
    content: str
    sensors: tuple[str, ...]
    kind: SensorKind = SensorKind.LEVEL
    ending: Ending = Ending.STOP


def pretend_settings(directory: Path, spotify_url: str, **overrides: str) -> Settings:
    """Return settings for a house on loopback that plays at the simulator; ports are free ones."""
    texts = {
        "SPOTTY_DATA": str(directory),
        "SPOTTY_HTTP_PORT": "0",
        "SPOTTY_MQTT_PORT": "0",
        "SPOTTY_SPOTIFY_ACCOUNTS_URL": spotify_url,
        "SPOTTY_SPOTIFY_API_URL": spotify_url,
        "SPOTTY_SPOTIFY_CLIENT_ID": CLIENT_ID,
        "SPOTTY_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
        "SPOTTY_SPOTIFY_SEATS": "0",
    }
    return settings.read({}, texts | overrides)


def furnish(
    house: House,
    spotify: Remote,
    plans: Iterable[RoomPlan],
    timeout: timedelta,
    motion_gap: timedelta,
    time_zone: str = "UTC",
) -> dict[str, Room]:
    """Found a household with these rooms and sensors, connect its accounts, and return rooms by name.

    Each distinct account becomes a user who consents at the simulator.
    """
    core = house.core
    plans = tuple(plans)
    accounts = sorted({plan.account for plan in plans})
    household, owner = core.accounts.found("Home", f"{accounts[0]}@example.com", time_zone)
    core.accounts.change_household(household.id, timeout=timeout, motion_gap=motion_gap)
    users = {accounts[0]: owner}
    users |= {name: core.accounts.add_member(household.id, f"{name}@example.com") for name in accounts[1:]}
    for name, user in users.items():
        pending = core.connections.begin(user.id, REDIRECT_URI)
        core.connections.finish(user.id, pending.state, spotify.consent(CLIENT_ID, name))
    rooms: dict[str, Room] = {}
    for plan in plans:
        rooms[plan.name] = core.sensors.add_room(
            household.id,
            plan.name,
            account=users[plan.account].id,
            speaker=Speaker(plan.speaker),
            content=plan.content,
            ending=plan.ending,
        )
        for sensor in plan.sensors:
            core.sensors.add_sensor(household.id, sensor, plan.name, plan.kind)
    return rooms


def pretend_sensors(house: House, sensor_ids: Iterable[str]) -> Mapping[str, PretendSensor]:
    """Return a real MQTT client for each sensor, with its own certificate; not started yet."""
    broker = house.broker
    if broker is None:
        raise RuntimeError("Pretend sensors need the embedded broker.")
    sensors: dict[str, PretendSensor] = {}
    for sensor_id in sensor_ids:
        bundle = broker.bundle(sensor_id)
        sensors[sensor_id] = PretendSensor(
            sensor_id,
            "127.0.0.1",
            broker.port,
            ca_file=bundle / "ca.pem",
            cert_file=bundle / "cert.pem",
            key_file=bundle / "key.pem",
        )
    return sensors
