"""A recorded home played live: real sensors' messages through broker, core and the pretend Spotify."""

import logging
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from spottypottysense.accounts.model import Household
from spottypottysense.clock import ScaledClock
from spottypottysense.errors import Invalid
from spottypottysense.history.model import Reading, RecordedHome, Score, Span
from spottypottysense.history.policy import score
from spottypottysense.presence.model import MotionEvent
from spottypottysense.runtimes.appliance import logs
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.files import private_directory
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.stage import RoomPlan, furnish, pretend_sensors, pretend_settings
from spottypottysense.runtimes.appliance.wiring import House, build
from spottypottysense.simulator import server
from spottypottysense.simulator.demo_world import CLIENT_ID, CLIENT_SECRET, REDIRECT_URIS
from spottypottysense.simulator.home import PretendSensor
from spottypottysense.simulator.remote import Remote

_STALE_AT_LEAST = timedelta(seconds=2)
"""Real time: a motion younger than this is not stale, however fast the house's clock runs."""

_SETTLE_SECONDS = 2.0
_ARRIVE_SECONDS = 30.0
_ALL = 10_000_000
_MOST_DAYS = 36_500


@dataclass(frozen=True)
class Plan:
    """How to play: the household's rules, how many times as fast, and how many of the days."""

    household: Household
    stuck_after: timedelta
    speed: float
    days: float | None = None


@dataclass(frozen=True)
class Report:
    """Scores per room as the pretend Spotify heard them, and facts of the run."""

    scores: list[Score]
    facts: dict[str, object]


def run(home: RecordedHome, plan: Plan, keep: Path | None, console: Console) -> Report:
    """Play the home and return what came of it.

    Each room plays for an account of its own, so that rooms can be compared with a replay in virtual
    time, which knows no accounts.
    """
    if not 0.1 <= plan.speed <= 100_000:
        raise Invalid("A speed lies between 0.1 and 100000.", field="speed")
    home = _first_days(home, plan.days)
    with ExitStack() as stack:
        directory = _empty(keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spotty-"))))
        log = stack.enter_context((directory / "log.jsonl").open("a"))
        stack.callback(logging.getLogger().removeHandler, logs.set_up("info", "json", log))
        spotify = Remote(stack.enter_context(server.spawn(empty=True)))
        rooms = prepare_spotify(spotify, home)
        clock = ScaledClock(home.readings[0].at - timedelta(minutes=5), datetime.now(UTC), plan.speed)
        house = build(rehearsal_settings(directory, spotify.base_url, clock, plan.stuck_after))
        furnish(house, spotify, rooms, plan.household.timeout, plan.household.motion_gap)
        appliance = Appliance(house)
        stack.callback(appliance.stop)
        appliance.start()
        sensors = pretend_sensors(house, sorted({reading.sensor for reading in home.readings}))
        for sensor in sensors.values():
            stack.callback(sensor.stop)
            sensor.start()
        _play(home.readings, sensors, clock, console)
        _wait_until_silent(house, plan, clock, len(home.readings))
        return _report(home, plan, spotify, house, clock)


def prepare_spotify(spotify: Remote, home: RecordedHome) -> list[RoomPlan]:
    """Give each room of the home an account, a speaker and a playlist at the simulator."""
    spotify.post("apps", client_id=CLIENT_ID, secret=CLIENT_SECRET, redirect_uris=list(REDIRECT_URIS))
    plans = []
    for room in sorted({reading.room for reading in home.readings}):
        account = room.lower().replace(" ", "-")
        spotify.post("accounts", id=account)
        spotify.post("speakers", name=f"{room} speaker", accounts=[account])
        playlist = spotify.post("playlists", name=f"Music for {room}", owner=account)
        sensors = sorted({reading.sensor for reading in home.readings if reading.room == room})
        plans.append(RoomPlan(room, account, f"{room} speaker", playlist["uri"], tuple(sensors)))
    return plans


def rehearsal_settings(
    directory: Path, spotify_url: str, clock: ScaledClock, stuck_after: timedelta
) -> Settings:
    """Return settings for a house that lives by `clock`."""
    settings = pretend_settings(directory, spotify_url)
    stale_after = max(settings.stale_after, _STALE_AT_LEAST * clock.speed)
    return replace(settings, house_clock=clock, stuck_after=stuck_after, stale_after=stale_after)


def _empty(directory: Path) -> Path:
    """Return the directory, made if need be; raises `Invalid` unless it is empty and ours to write to."""
    try:
        if directory.exists() and any(directory.iterdir()):
            message = f"{directory} is not empty: name another directory with --keep."
            raise Invalid(message)
        return private_directory(directory)
    except OSError as error:
        message = f"{directory} cannot be used ({error.strerror}): name another directory with --keep."
        raise Invalid(message) from None


def _first_days(home: RecordedHome, days: float | None) -> RecordedHome:
    if days is None:
        return home
    if not 0 < days <= _MOST_DAYS:
        raise Invalid("Give a number of days above 0.", field="days")
    end = home.readings[0].at + timedelta(days=days)
    occupied = {
        room: tuple(Span(s.start, min(s.end, end)) for s in spans if s.start < end)
        for room, spans in home.occupied.items()
    }
    return RecordedHome(tuple(r for r in home.readings if r.at < end), occupied)


def _play(
    readings: Iterable[Reading], sensors: Mapping[str, PretendSensor], clock: ScaledClock, console: Console
) -> None:
    readings = tuple(readings)
    with Progress(console=console) as bar:
        task = bar.add_task(f"playing at {clock.speed:g} times the speed", total=len(readings))
        for number, reading in enumerate(readings):
            left = (clock.real_at(reading.at) - datetime.now(UTC)).total_seconds()
            while left > 0:
                time.sleep(min(left, 0.5))
                left = (clock.real_at(reading.at) - datetime.now(UTC)).total_seconds()
            sensors[reading.sensor].motion(reading.at, reading.on, message_id=f"{number}")
            bar.advance(task)


def _wait_until_silent(house: House, plan: Plan, clock: ScaledClock, sent: int) -> None:
    """Wait until all that was sent is taken in and the last visit has ended, while a sensor may be stuck."""
    arrived = time.monotonic() + _ARRIVE_SECONDS
    while _taken_in(house) < sent and time.monotonic() < arrived:
        time.sleep(0.1)
    longest = (plan.stuck_after + plan.household.timeout) / clock.speed + timedelta(seconds=_SETTLE_SECONDS)
    deadline = time.monotonic() + longest.total_seconds()
    while house.core.presence.open_sessions() and time.monotonic() < deadline:
        time.sleep(0.1)
    while house.core.playback.receipts() and time.monotonic() < deadline + _SETTLE_SECONDS:
        time.sleep(0.1)


def _taken_in(house: House) -> int:
    """Return how many motions the journal holds."""
    decisions = house.core.presence.decisions(None, _ALL)
    return sum(entry.event in set(MotionEvent) for entry in decisions)


def _report(home: RecordedHome, plan: Plan, spotify: Remote, house: House, clock: ScaledClock) -> Report:
    music = music_heard(spotify, clock)
    rule = f"live, x{plan.speed:g}"
    scores = [
        score(room, rule, music.get(room.lower().replace(" ", "-"), []), spans, home.length)
        for room, spans in sorted(home.occupied.items())
    ]
    reasons = Counter(str(entry.reason) for entry in house.core.presence.decisions(None, _ALL))
    facts: dict[str, object] = {
        "days": round(home.length / timedelta(days=1), 2),
        "motions_sent": len(home.readings),
        "motions_taken_in": _taken_in(house),
        "decisions": dict(sorted(reasons.items())),
        "open_sessions": len(house.core.presence.open_sessions()),
        "receipts_left": len(house.core.playback.receipts()),
        "playing_at_the_end": [a["id"] for a in spotify.get("state")["accounts"] if a["playing"]],
    }
    return Report(scores, facts)


def music_heard(spotify: Remote, clock: ScaledClock) -> dict[str, list[Span]]:
    """Return by account when music played, in house time, as the simulator's log of requests tells it."""
    offset = datetime.now(UTC) - timedelta(seconds=time.monotonic_ns() / 1e9)
    spans: dict[str, list[Span]] = {}
    since: dict[str, datetime] = {}
    for request in spotify.requests():
        if request["status"] != 204 or request["method"] != "PUT":
            continue
        at = clock.house_at(offset + timedelta(seconds=request["monotonic_ns"] / 1e9))
        account, path = request["account"], request["path"]
        if path == "/v1/me/player/play":
            since.setdefault(account, at)
        elif path == "/v1/me/player/pause" and account in since:
            spans.setdefault(account, []).append(Span(since.pop(account), at))
    for account, start in since.items():
        spans.setdefault(account, []).append(Span(start, clock.now()))
    return spans
