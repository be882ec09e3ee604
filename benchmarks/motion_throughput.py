"""How many motions that start no music are taken in: broker, policy and SQLite, every one durable.

Sustained for minutes; afterwards the journal must hold every motion that was published, and the memory
of the appliance must not have grown. Run: .venv/bin/python benchmarks/motion_throughput.py [--json]
"""

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from spottypottysense.simulator import server
from spottypottysense.simulator.remote import Remote
from support.appliance import RunningAppliance, pretend_rooms, running_appliance, show

_DRAIN_SECONDS = 60


@dataclass
class Flow:
    """What was sent and how the appliance was doing meanwhile: seconds, MB, rows behind."""

    sent: int = 0
    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as directory, server.spawn(empty=True) as url:
        spotify = Remote(url)
        plans = [
            replace(plan, sensors=(plan.sensors[0],)) for plan in pretend_rooms(spotify, options.sensors)
        ]
        with running_appliance(
            Path(directory), spotify, plans, timedelta(hours=4), timedelta(hours=1)
        ) as house:
            _open_every_room(house)
            before = _rows(house)
            cpu = _cpu_seconds(house.pid)
            flow = _send(house, options.rate, options.seconds, before)
            used = _cpu_seconds(house.pid) - cpu
            lost = flow.sent - _drained(house, before, flow.sent)
    warm = flow.memory[len(flow.memory) // 5] if flow.memory else 0.0
    rows = {
        "motions": flow.sent,
        "seconds": round(flow.seconds, 1),
        "motions_a_second": round(flow.sent / flow.seconds, 1),
        "lost": lost,
        "most_behind": max(flow.behind, default=0),
        "appliance_cpu_ms_a_motion": round(used * 1000 / flow.sent, 2),
        "memory_mb_after_a_fifth": round(warm, 1),
        "memory_mb_at_the_end": round(flow.memory[-1] if flow.memory else 0.0, 1),
    }
    show("Motions taken in", rows, options.json)


def _open_every_room(house: RunningAppliance) -> None:
    """Let every room's music start, so that nothing after this starts any."""
    for number, sensor in enumerate(house.sensors.values()):
        sensor.motion(datetime.now(UTC), message_id=f"open-{number}")
    _wait(lambda: _rows(house) >= len(house.sensors))


def _send(house: RunningAppliance, rate: float, seconds: float, before: int) -> Flow:
    flow, sensors = Flow(), list(house.sensors.values())
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < seconds:
        while flow.sent < elapsed * rate:
            sensors[flow.sent % len(sensors)].motion(datetime.now(UTC), message_id=f"{flow.sent}")
            flow.sent += 1
            if flow.sent % int(rate * 5) == 0:
                flow.memory.append(_memory_mb(house.pid))
                flow.behind.append(flow.sent - (_rows(house) - before))
        time.sleep(0.002)
    flow.seconds = time.monotonic() - start
    return flow


def _drained(house: RunningAppliance, before: int, sent: int) -> int:
    """Wait until all that was sent is journaled, for a while at most, and return how many are."""
    _wait(lambda: _rows(house) - before >= sent)
    return _rows(house) - before


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _DRAIN_SECONDS
    while not until() and time.monotonic() < deadline:
        time.sleep(0.1)


def _rows(house: RunningAppliance) -> int:
    """Count the motions in the journal, looking at the file from outside."""
    with sqlite3.connect(f"file:{house.data / 'spotty.db'}?mode=ro", uri=True) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM journal WHERE event = 'motion_detected'"
        ).fetchone()
    connection.close()
    return int(count)


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rate", type=float, default=500.0, help="motions a second")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--sensors", type=int, default=50)
    return parser.parse_args()


if __name__ == "__main__":
    main()
