"""A furnished house that runs: real broker, real database, real HTTP, and a pretend Spotify to play at."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from devices.device import Device, eventually
from spottypottysense.presence.model import JournalEntry
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.sqlite.columns import to_micros
from spottypottysense.runtimes.appliance.stage import RoomPlan, furnish, pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.sensors.model import SensorKind
from spottypottysense.simulator.demo_world import OWNER, PARTNER, playlist_uri
from spottypottysense.simulator.remote import Remote

BATH, KITCHEN = "bath-pir", "kitchen-pir"
MORNING = playlist_uri("morning")
PLANS = (
    RoomPlan("Bathroom", OWNER, "Bathroom speaker", MORNING, (BATH,), SensorKind.PULSE),
    RoomPlan("Kitchen", PARTNER, "Kitchen speaker", playlist_uri("focus"), (KITCHEN,), SensorKind.PULSE),
)
TIMEOUT = timedelta(seconds=1.2)


class Living:
    """Alex plays in the bathroom, Sam in the kitchen; music stops 1.2 s after the last motion."""

    def __init__(self, directory: Path, spotify: Remote, timeout: timedelta = TIMEOUT, **more: str) -> None:
        self.directory = directory
        self.spotify = spotify
        self._settings = {"SPOTTY_TICK": "0.05", "SPOTTY_SPOTIFY_TIMEOUT": "2"} | more
        self._devices: dict[str, Device] = {}
        self.house = self._build()
        self.rooms = furnish(self.house, spotify, PLANS, timeout, timedelta(0))
        self.household = next(iter(self.rooms.values())).household_id
        self.appliance = Appliance(self.house)

    def start(self) -> "Living":
        """Start broker, intake, jobs and HTTP."""
        self.appliance.start()
        return self

    def stop(self) -> None:
        """Stop everything; `restart` begins anew with the same data."""
        for device in self._devices.values():
            device.close()
        self._devices.clear()
        self.appliance.stop()

    def restart(self) -> "Living":
        """Start again with what is on the disk."""
        self.house = self._build()
        self.appliance = Appliance(self.house)
        return self.start()

    def waits_in_rooms(self, timeout: timedelta) -> None:
        """Let visits last longer from now on."""
        (household,) = self.house.core.accounts.households()
        self.house.core.accounts.change_household(household.id, timeout=timeout)

    def device(self, sensor: str) -> Device:
        """Return the sensor, connected with its own certificate."""
        device = self._devices.get(sensor)
        if device is None or device.was_cut_off.is_set():
            broker = self.house.broker
            assert broker is not None
            device = Device("127.0.0.1", broker.port, broker.ca_file, broker.bundle(sensor), sensor)
            assert device.connect()
            self._devices[sensor] = device
        return device

    def moves(self, sensor: str = BATH, ago: float = 0.0, **fields: Any) -> None:
        """Publish a motion that happened so many seconds ago."""
        at = datetime.now(UTC).timestamp() - ago
        self.says(json.dumps({"event": "motion_detected", "timestamp": at, **fields}), sensor)

    def says(self, payload: str | bytes, sensor: str = BATH, topic: str = "") -> None:
        """Publish whatever it is, on the sensor's own topic unless told otherwise."""
        self.device(sensor).say(topic or f"sensors/{sensor}/motion", payload)

    def journal(self, sensor: str = BATH) -> list[JournalEntry]:
        """Return what was decided about a sensor's messages, oldest first."""
        entries = self.house.core.presence.decisions(None, 1000)
        return [entry for entry in reversed(entries) if entry.sensor_id == sensor]

    def reasons(self, sensor: str = BATH) -> list[Reason]:
        """Return the reasons of the decisions about a sensor's messages, oldest first."""
        return [entry.reason for entry in self.journal(sensor)]

    def outcomes(self, sensor: str = BATH) -> list[Reason]:
        """Return what became of the music, oldest first."""
        return [entry.outcome for entry in self.journal(sensor) if entry.outcome is not None]

    def waits_for(self, outcome: Reason, sensor: str = BATH, seconds: float = 10.0) -> bool:
        """Wait until this became of the music in the latest entry that tells."""
        return eventually(lambda: self.outcomes(sensor)[-1:] == [outcome], seconds)

    def falls_silent(self, account: str = OWNER, seconds: float = 10.0) -> bool:
        """Wait until every visit is over and the account plays nothing."""
        presence = self.house.core.presence
        return eventually(lambda: not presence.open_sessions() and not self.plays(account), seconds)

    def plays(self, account: str = OWNER) -> bool:
        """Say whether the account's music is heard."""
        return bool(account_of(self.spotify, account)["playing"])

    def _build(self) -> House:
        return build(pretend_settings(self.directory, self.spotify.base_url, **self._settings))


def make_due(house: House) -> None:
    """Turn every living grant into one that is due now, as time would."""
    with house.database.write() as connection:  # whoever refreshes at this moment loses nothing by it
        connection.execute("UPDATE grants SET due_at = ?", (to_micros(house.clock.now()),))


def account_of(spotify: Remote, account: str) -> dict[str, Any]:
    """Return what the simulator shows of an account."""
    accounts: list[dict[str, Any]] = spotify.get("state")["accounts"]
    return next(each for each in accounts if each["id"] == account)


def commands(spotify: Remote, account: str) -> list[str]:
    """Return what an account's player was told to do: `play`, `shuffle`, `pause`, oldest first."""
    return [each["path"].rpartition("/")[2] for each in calls(spotify, account) if each["method"] == "PUT"]


def calls(spotify: Remote, account: str = "") -> list[dict[str, Any]]:
    """Return the calls to players, of an account or of all, oldest first."""
    return [
        each
        for each in spotify.requests()
        if each["path"].startswith("/v1/me/player") and account in ("", each["account"])
    ]


def fault(spotify: Remote, name: str, **settings: object) -> None:
    """Switch a fault on."""
    spotify.post("faults", name=name, **settings)


def heal(spotify: Remote) -> None:
    """Switch every fault off."""
    spotify._control("DELETE", "faults", None)


def let_pass(seconds: float) -> None:
    """Let time go by that is itself what a test is about: a wait after which nothing may have happened."""
    time.sleep(seconds)
