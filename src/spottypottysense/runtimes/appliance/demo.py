"""The demo: a whole appliance, a pretend Spotify, and two pretend people who walk through their home."""

import logging
import math
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from spottypottysense.clock import ScaledClock
from spottypottysense.errors import Conflict, Invalid
from spottypottysense.playback.policy.deciding import SETTLE
from spottypottysense.runtimes.appliance import logs
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.files import locked, private_directory
from spottypottysense.runtimes.appliance.listening import free_port
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.stage import furnish, pretend_sensors, pretend_settings
from spottypottysense.runtimes.appliance.story import PLANS, WALKS, acts
from spottypottysense.runtimes.appliance.telling import Teller
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.simulator import server
from spottypottysense.simulator.home import Resident
from spottypottysense.simulator.remote import Remote

PACE = 12
"""The house's clock and its people are so much faster than ours: a minute shows a quarter of an hour."""

TIMEOUT = timedelta(minutes=1)
MOTION_GAP = timedelta(seconds=30)

_MARK = "this-is-a-demo"
_PORTS_LOCK = Path(tempfile.gettempdir()) / f"spotty-demo-{os.getuid()}.lock"
"""Demos that start at once choose their ports one after the other, each when the last one listens."""


def run(directory: Path, stopping: threading.Event, seconds: float | None) -> None:
    """Run the demo in `directory` until `stopping` is set, or for so many seconds."""
    began = time.monotonic()
    console = Console(highlight=False)
    with ExitStack() as stack:
        stack.enter_context(_room(directory))
        log = stack.enter_context((directory / "log.jsonl").open("a", encoding="utf-8"))
        stack.callback(logging.getLogger().removeHandler, logs.set_up("info", "json", log))
        spotify = Remote(stack.enter_context(server.spawn()))
        clock = ScaledClock(now := datetime.now(UTC), now, PACE)
        with locked(_PORTS_LOCK):
            house = build(_settings(directory, spotify.base_url, clock))
            teller = Teller(house.core, console, clock)
            house.feed.listen(teller.tell)
            furnish(house, spotify, PLANS, TIMEOUT, MOTION_GAP)
            appliance = Appliance(house)
            stack.callback(appliance.stop)
            appliance.start()
        _greet(console, appliance.url, time.monotonic() - began)
        for resident in _people(stack, house, clock):
            stack.callback(resident.stop)
            resident.start()
        _live(spotify, teller.say, stopping, math.inf if seconds is None else seconds)
        console.print("\nStopping.")
    console.print(f"Everything it wrote is in {directory}.")


def _people(stack: ExitStack, house: House, clock: ScaledClock) -> list[Resident]:
    """Return who will walk; the sensors that see them are connected."""
    rooms = {plan.sensors[0]: plan.name for plan in PLANS}
    sensors = {rooms[sensor_id]: sensor for sensor_id, sensor in pretend_sensors(house, rooms).items()}
    for sensor in sensors.values():
        stack.callback(sensor.stop)
        sensor.start()
    return [Resident(sensors, walk.steps(), PACE, frozenset(sensors), clock) for walk in WALKS]


def _live(spotify: Remote, say: Callable[[str], None], stopping: threading.Event, seconds: float) -> None:
    """Let people do what they do besides walking, until the end."""
    end = time.monotonic() + seconds
    for act in acts():
        left = min(act.wait / PACE, end - time.monotonic())
        if stopping.wait(max(left, 0)) or time.monotonic() >= end:
            return
        say(act.text)
        spotify.post(act.thing, **act.fields)


def _greet(console: Console, url: str, seconds: float) -> None:
    console.print(
        f"[bold]SpottyPottySense[/] runs after {seconds:.1f} s. Open [bold]{url}[/]; Ctrl-C ends it.",
        soft_wrap=True,
    )
    waits, settles = TIMEOUT / PACE, SETTLE / PACE
    console.print(
        "Alex and Sam live here, with four speakers and a phone: all pretended, and so is Spotify. The clock "
        f"of the house runs {PACE} times as fast as yours: it waits a minute before music stops, and "
        f"{SETTLE.seconds} seconds before music comes along to another room; you wait "
        f"{waits.total_seconds():g} and {settles.total_seconds():.1f}. What it advises are commands for a "
        "house of your own.\n",
        soft_wrap=True,
    )


@contextmanager
def _room(directory: Path) -> Iterator[None]:
    """Begin with an empty directory, and keep other demos out of it.

    Only what a demo left behind is removed.
    """
    mark = directory / _MARK
    with ExitStack() as stack:
        try:
            if directory.exists() and any(directory.iterdir()) and not mark.exists():
                message = f"{directory} holds something that is not a demo's: choose another place with --in."
                raise Invalid(message)
            private_directory(directory)
            stack.enter_context(locked(mark, wait=False))
        except BlockingIOError:
            message = f"Another demo runs in {directory}: stop it, or choose another place with --in."
            raise Conflict(message) from None
        except OSError as error:
            message = f"{directory} cannot be used ({error.strerror}): choose another place with --in."
            raise Invalid(message) from None
        for path in directory.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path != mark:
                path.unlink()
        yield


def _settings(directory: Path, spotify_url: str, clock: ScaledClock) -> Settings:
    ports = {"SPOTTY_HTTP_PORT": _usual_or_free(8765), "SPOTTY_MQTT_PORT": _usual_or_free(8883)}
    settings = pretend_settings(directory.absolute(), spotify_url, **ports, SPOTTY_TICK="3")
    return replace(settings, house_clock=clock)


def _usual_or_free(port: int) -> str:
    """Return the usual port, or 0 if somebody has it."""
    try:
        return str(free_port(port=port))
    except OSError:
        return "0"
