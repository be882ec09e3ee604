"""The demo: a whole appliance, a pretend Spotify, and two pretend people who walk through their home."""

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from spottypottysense.errors import Conflict, Invalid
from spottypottysense.presence.model import Action, JournalEntry
from spottypottysense.reasons import Reason, sentence
from spottypottysense.runtimes.appliance import logs
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.files import locked, private_directory
from spottypottysense.runtimes.appliance.listening import free_port
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.stage import RoomPlan, furnish, pretend_sensors, pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.simulator import server
from spottypottysense.simulator.demo_world import OWNER, PARTNER, playlist_uri
from spottypottysense.simulator.home import PretendSensor, Resident
from spottypottysense.simulator.remote import Remote

PLANS = (
    RoomPlan("Bathroom", OWNER, "Bathroom speaker", playlist_uri("morning"), ("bathroom-pir",)),
    RoomPlan("Kitchen", OWNER, "Kitchen speaker", playlist_uri("kitchen"), ("kitchen-pir",)),
    RoomPlan("Living room", PARTNER, "Living room speaker", playlist_uri("focus"), ("living-room-pir",)),
    RoomPlan("Bedroom", PARTNER, "Bedroom speaker", playlist_uri("sleep"), ("bedroom-pir",)),
)
WALKS = {("Bathroom", "Kitchen"): 209, ("Living room", "Bedroom"): 276}
"""Where each of the two people walks, and by which dice: with these the first stays are short."""

TIMEOUT = timedelta(seconds=4)
MOTION_GAP = timedelta(seconds=2)
PACE = 12.0
"""Pretend people hurry, so that a minute shows what an evening would."""

_MARK = "this-is-a-demo"
_PORTS_LOCK = Path(tempfile.gettempdir()) / f"spotty-demo-{os.getuid()}.lock"
"""Demos that start at once choose their ports one after the other, each when the last one listens."""

_OWN_MUSIC_EVERY, _OWN_MUSIC_FOR = 40.0, 12.0


def run(directory: Path, stopping: threading.Event, seconds: float | None) -> None:
    """Run the demo in `directory` until `stopping` is set, or for so many seconds."""
    began = time.monotonic()
    console = Console(highlight=False)
    with ExitStack() as stack:
        stack.enter_context(_room(directory))
        log = stack.enter_context((directory / "log.jsonl").open("a", encoding="utf-8"))
        stack.callback(logging.getLogger().removeHandler, logs.set_up("info", "json", log))
        spotify = Remote(stack.enter_context(server.spawn()))
        names = {plan.name: plan.sensors[0] for plan in PLANS}
        with locked(_PORTS_LOCK):
            house = build(_settings(directory, spotify.base_url))
            house.feed.listen(_Teller(house, console).tell)
            furnish(house, spotify, PLANS, TIMEOUT, MOTION_GAP)
            appliance = Appliance(house)
            stack.callback(appliance.stop)
            appliance.start()
        _greet(console, appliance.url, time.monotonic() - began)
        sensors = pretend_sensors(house, names.values())
        for sensor in sensors.values():
            stack.callback(sensor.stop)
            sensor.start()
        for walk, seed in WALKS.items():
            stack.callback(_send_walking({room: sensors[names[room]] for room in walk}, seed).stop)
        _live(spotify, console, stopping, seconds)
        console.print("\nStopping.")
    console.print(f"Everything it wrote is in {directory}.")


def _live(spotify: Remote, console: Console, stopping: threading.Event, seconds: float | None) -> None:
    """Wait for the end, and let Alex listen to music of his own now and then."""
    end = None if seconds is None else time.monotonic() + seconds
    wait, listens = _OWN_MUSIC_EVERY, False
    while end is None or time.monotonic() < end:
        left = wait if end is None else max(min(wait, end - time.monotonic()), 0)
        if stopping.wait(left):
            return
        listens = not listens
        wait = _OWN_MUSIC_FOR if listens else _OWN_MUSIC_EVERY
        spotify.post(f"accounts/{OWNER}/act", **_own_music(listens))
        what = "starts music of his own on the iPhone" if listens else "pauses it again"
        console.print(f"[magenta]{time.strftime('%H:%M:%S')}  Alex {what}.[/]")


def _own_music(starts: bool) -> dict[str, object]:
    return (
        {"do": "play", "speaker": "iphone", "context_uri": playlist_uri("evening")}
        if starts
        else {"do": "pause"}
    )


def _send_walking(sensors: dict[str, PretendSensor], seed: int) -> Resident:
    resident = Resident(sensors, seed, PACE, level_rooms=frozenset(sensors))
    resident.start()
    return resident


def _greet(console: Console, url: str, seconds: float) -> None:
    console.print(
        f"[bold]SpottyPottySense[/] runs after {seconds:.1f} s. Open [bold]{url}[/]; Ctrl-C ends it.",
        soft_wrap=True,
    )
    console.print(
        f"Two pretend people hurry through four rooms ({PACE:g} times as fast as you would); music stops "
        f"{TIMEOUT.seconds} s after the last of them left a room.\n"
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


def _settings(directory: Path, spotify_url: str) -> Settings:
    ports = {"SPOTTY_HTTP_PORT": _usual_or_free(8765), "SPOTTY_MQTT_PORT": _usual_or_free(8883)}
    return pretend_settings(directory.absolute(), spotify_url, **ports, SPOTTY_TICK="0.5")


def _usual_or_free(port: int) -> str:
    """Return the usual port, or 0 if somebody has it."""
    try:
        return str(free_port(port=port))
    except OSError:
        return "0"


class _Teller:
    """Prints what is decided, as it happens."""

    def __init__(self, house: House, console: Console) -> None:
        self._house = house
        self._console = console

    def tell(self, entry: JournalEntry) -> None:
        room = self._house.core.sensors.room(entry.room_id).name if entry.room_id else entry.sensor_id
        style, mark, text = _words(entry)
        line = f"{entry.at.astimezone():%H:%M:%S}  {room:<12}  {entry.event:<15}  {mark} {text}"
        self._console.print(line, style=style, soft_wrap=True)


def _words(entry: JournalEntry) -> tuple[str, str, str]:
    """Return style, mark and text of an entry; its outcome, once known, is the news."""
    reason = sentence(entry.reason)
    if entry.outcome in (Reason.STARTED, Reason.ALREADY_PLAYING):
        return "bold green", "♪", sentence(entry.outcome)
    if entry.outcome is Reason.PAUSED:
        return "bold blue", "■", sentence(entry.outcome)
    if entry.outcome is not None:
        return "yellow", "·", f"{reason} Silent: {sentence(entry.outcome)}"
    if entry.action is Action.END:
        return "blue", "□", reason
    if entry.action is Action.START or entry.reason is Reason.TRY_AGAIN:
        return "green", "▶", reason
    return "dim", " ", reason
