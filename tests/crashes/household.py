"""A furnished house on fixed ports, its sensors, and the pretend Spotify that outlives every crash."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crashes.victim import Victim, wait_for
from spottypottysense.clock import ScaledClock
from spottypottysense.history.model import Reading, RecordedHome
from spottypottysense.runtimes.appliance.listening import free_port
from spottypottysense.runtimes.appliance.rehearsal import prepare_spotify
from spottypottysense.runtimes.appliance.stage import furnish, pretend_sensors, pretend_settings
from spottypottysense.runtimes.appliance.wiring import build
from spottypottysense.simulator import server
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET
from spottypottysense.simulator.home import PretendSensor
from spottypottysense.simulator.remote import Remote

SPEED = 100.0
TIMEOUT = timedelta(minutes=5)
_MOTION_GAP = timedelta(minutes=1)
_FRESH_SECONDS = 4.0 * SPEED
"""In house time: what waits for a start of the appliance, a few real seconds, may still start music."""

_HEAD_START = timedelta(minutes=5)
_STUCK_HOURS = 1


@dataclass(frozen=True)
class Household:
    """All that takes part in a replay; `accounts` are the Spotify accounts by room."""

    database: Path
    spotify: Remote
    victim: Victim
    clock: ScaledClock
    sensors: Mapping[str, PretendSensor]
    accounts: Mapping[str, str]


@contextmanager
def household(directory: Path, readings: tuple[Reading, ...]) -> Iterator[Household]:
    """Furnish a house for these readings, start it, connect its sensors; the clock begins only now."""
    with ExitStack() as stack:
        spotify = Remote(stack.enter_context(server.spawn(empty=True)))
        http_port, mqtt_port = free_port(), free_port()
        environ = {
            "SPOTTY_DATA": str(directory / "data"),
            "SPOTTY_HTTP_PORT": str(http_port),
            "SPOTTY_MQTT_PORT": str(mqtt_port),
            "SPOTTY_LOG_FORMAT": "json",
            "SPOTTY_STALE_AFTER": f"{_FRESH_SECONDS:g}",
            "SPOTTY_STUCK_AFTER": f"{_STUCK_HOURS}",
        }
        plans = prepare_spotify(spotify, RecordedHome(readings, {}))
        house = build(pretend_settings(directory / "data", spotify.base_url, **environ))
        furnish(house, spotify, plans, TIMEOUT, _MOTION_GAP)
        sensors = pretend_sensors(house, [sensor for plan in plans for sensor in plan.sensors])
        house.close()
        start, now = readings[0].at - _HEAD_START, datetime.now(UTC)
        environ |= {
            "SPOTTY_SPOTIFY_ACCOUNTS_URL": spotify.base_url,
            "SPOTTY_SPOTIFY_API_URL": spotify.base_url,
            "SPOTTY_SPOTIFY_CLIENT_ID": CLIENT_ID,
            "SPOTTY_SPOTIFY_CLIENT_SECRET": CLIENT_SECRET,
            "SPOTTY_HOUSE_CLOCK": f"{start.isoformat()}@{now.isoformat()}x{SPEED:g}",
        }
        victim = Victim(directory / "data", environ, directory / "log.jsonl")
        stack.callback(victim.end)
        victim.start()
        wait_for("the first start", 30, victim.is_up)
        for sensor in sensors.values():
            stack.callback(sensor.stop)
            sensor.start()
        accounts = {plan.name: plan.account for plan in plans}
        clock = ScaledClock(start, now, SPEED)
        yield Household(directory / "data" / "spotty.db", spotify, victim, clock, sensors, accounts)
