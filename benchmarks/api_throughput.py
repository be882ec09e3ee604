"""How many requests the API answers, and how fast: 20 sensors, and a year of 100,000 visits summed up.

`spotty up` runs in a process of its own, on SQLite, and every request is signed in by an access token. A
bare route of the same framework is measured in the same run, as a yardstick. Needs wrk (Debian: wrk).
Run: .venv/bin/python benchmarks/api_throughput.py [--json]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spottypottysense.access.model import Newcomer, Scope
from spottypottysense.presence.model import Music, Session
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.sqlite import rows, tallies
from spottypottysense.runtimes.appliance.sqlite.session_rows import row_of
from spottypottysense.runtimes.appliance.stage import pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.secret import Secret
from support.progress import counted
from support.tables import show_tables
from support.wrk import Load, load, require_wrk

_NO_SPOTIFY = "http://127.0.0.1:1"
_PER_TRANSACTION = 5000
_PATIENCE = 30
_YEAR = timedelta(days=365)


def main() -> None:
    options = _options()
    require_wrk()
    with tempfile.TemporaryDirectory() as text:
        directory = Path(text)
        token = _furnish(directory / "data", options.sensors, options.sessions)
        loads = _measured(directory, token, options)
    hello, sensors = loads["hello_32_connections"], loads["sensors_32_connections"]
    facts = {
        "sensors": options.sensors,
        "sessions": options.sessions,
        "seconds_each": options.seconds,
        "sensors_beside_hello": round(sensors.requests_a_second / hello.requests_a_second, 2),
    }
    rows = {name: asdict(each) for name, each in loads.items()}
    show_tables("The API over HTTP", facts, {"loads": rows}, options.json)


def _measured(directory: Path, token: str, options: argparse.Namespace) -> dict[str, Load]:
    year = f"startDate={datetime.now(UTC) - _YEAR:%Y-%m-%d}"
    loads: dict[str, Load] = {}
    with _hello(directory) as url:
        for count in (8, 32):
            loads[f"hello_{count}_connections"] = load(f"{url}/hello", count, options.seconds, directory)
    with _appliance(directory / "data") as url:
        for name, path, counts in (
            ("sensors", "/sensors", (8, 32)),
            ("analytics", f"/analytics?{year}", (1, 8)),
        ):
            for count in counts:
                key = f"{name}_{count}_connection{'s' if count > 1 else ''}"
                loads[key] = load(f"{url}{path}", count, options.seconds, directory, token)
    return loads


def _furnish(data: Path, sensors: int, sessions: int) -> str:
    """Found a household with its sensors and its past; return an access token."""
    house = build(pretend_settings(data, _NO_SPOTIFY))
    access = house.core.access
    link, _ = access.invitations.set_up_link("")
    _, caller = access.invitations.accept(
        link, Newcomer(Secret("four words in a row"), "anna@example.com", "Anna", "Europe/Berlin"), ""
    )
    for number in range(sensors):
        house.core.sensors.add_sensor(caller.household_id, f"pir-{number}", f"Room {number // 2}")
    _fill(house, caller.household_id, sessions)
    secret, _ = access.tokens.make(caller, "benchmark", frozenset({Scope.READ}), None, "")
    house.close()
    return secret.reveal()


def _fill(house: House, household: str, count: int) -> None:
    """Strew visits evenly over the last year, and count them as the appliance does."""
    sensors = house.core.sensors.sensors(household)
    end = house.clock.now() - timedelta(hours=1)
    for start in counted(range(0, count, _PER_TRANSACTION), "filling"):
        with house.database.write() as connection:
            for number in range(start, min(start + _PER_TRANSACTION, count)):
                sensor = sensors[number % len(sensors)]
                at = end - _YEAR * (number / count)
                visit = _visit(f"visit-{number:08d}", household, sensor.room_id, sensor.id, at)
                rows.put(connection, "sessions", "id", row_of(visit))
            while tallies.count_uncounted(connection):
                pass


def _visit(key: str, household: str, room: str, sensor: str, at: datetime) -> Session:
    ends = at + timedelta(minutes=7)
    return Session(
        key,
        household,
        room,
        sensor,
        None,
        opened_at=at,
        last_motion_at=at + timedelta(minutes=2),
        deadline_at=ends,
        motions=4,
        music=Music.SILENT,
        silent_reason=Reason.QUIET_HOURS,
        ended_at=ends,
        end_reason=Reason.TIMEOUT,
        version=1,
    )


@contextmanager
def _appliance(data: Path) -> Iterator[str]:
    """Run `spotty up` on the data, with quiet logs, and yield the address of its API."""
    environment = os.environ | {
        "SPOTTY_DATA": str(data),
        "SPOTTY_HTTP_PORT": "0",
        "SPOTTY_MQTT_PORT": "0",
        "SPOTTY_LOG_LEVEL": "warning",
        "SPOTTY_RETENTION_DAYS": "400",  # else the first minute is spent on deleting eleven months
    }
    command = [sys.executable, "-m", "spottypottysense.runtimes.appliance.cli", "up"]
    with _process(command, environment, data / "endpoints.json") as text:
        yield json.loads(text)["api"]


@contextmanager
def _hello(directory: Path) -> Iterator[str]:
    program = Path(__file__).parent / "support" / "hello.py"
    command, told = [sys.executable, str(program), str(directory / "hello")], directory / "hello"
    with _process(command, dict(os.environ), told) as url:
        yield url


@contextmanager
def _process(command: list[str], environment: dict[str, str], told: Path) -> Iterator[str]:
    """Run a program until the block ends; yield what it writes to the file `told` once it is there."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + _PATIENCE
    try:
        while not (told.exists() and told.read_text(encoding="utf-8")):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{' '.join(command)} did not come up; its message is above.")
            time.sleep(0.02)
        yield told.read_text(encoding="utf-8")
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sensors", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=10, help="seconds of load for each figure")
    return parser.parse_args()


if __name__ == "__main__":
    main()
