"""What can be wrong with an installation, looked at from outside, and told in plain words."""

import json
import shutil
import socket
import ssl
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from spottypottysense.api.advice import with_advice
from spottypottysense.api.overview import called, silenced_by
from spottypottysense.errors import SpottyError
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance import settings as table
from spottypottysense.runtimes.appliance.settings import Settings
from spottypottysense.runtimes.appliance.standing import standing_of
from spottypottysense.runtimes.appliance.wiring import House, build

_LEAST_FREE = 200 * 1024 * 1024
_MOST_CLOCK_ERROR = timedelta(minutes=2)
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; the sentence says what to do if it is not well."""

    subject: str
    well: bool
    sentence: str


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look at everything that can be looked at; what comes first is needed by what follows."""
    try:
        settings = table.read(environ)
    except SpottyError as error:
        return [Finding("settings", False, str(error))]
    findings = [
        Finding(
            "python",
            sys.version_info >= (3, 11),
            f"Python {sys.version.split()[0]}; 3.11 or newer is needed.",
        ),
        _directory(settings),
        _disk(settings),
        _running(settings),
        _app(settings),
        *_spotify(settings),
    ]
    return findings + _house(settings)


def _directory(settings: Settings) -> Finding:
    path = settings.data
    if not path.exists():
        return Finding("data", True, f"{path} does not exist yet; it is made at the first start.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if not path.is_dir():
        return Finding("data", False, f"{path} is no directory: name another one with SPOTTY_DATA.")
    if mode & 0o077:
        return Finding("data", False, f"{path} can be read by others: run `chmod 700 {path}`.")
    return Finding("data", True, f"{path} is yours alone.")


def _disk(settings: Settings) -> Finding:
    place = settings.data if settings.data.exists() else settings.data.parent
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    room = f"{free // 1024**2} MB are free at {place}"
    if free < _LEAST_FREE:
        return Finding("disk", False, f"{room}; make room, or motions cannot be kept.")
    return Finding("disk", True, f"{room}.")


def _running(settings: Settings) -> Finding:
    """Say whether the appliance runs and is well, or whether its port is free for it."""
    try:
        endpoints = json.loads((settings.data / "endpoints.json").read_text())
        status = _status(f"{endpoints['api']}/healthz")
    except (OSError, ValueError, KeyError, HTTPException):
        return _port(settings)
    if status != 200:
        return Finding("appliance", False, "It runs but is unwell: its log says what it misses.")
    return Finding("appliance", True, f"It runs; its page is {endpoints['dashboard']}.")


def _port(settings: Settings) -> Finding:
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.http_host, settings.http_port))
        except OSError as error:
            sentence = f"It does not run, and port {settings.http_port} is not to be had ({error.strerror}): "
            return Finding("appliance", False, sentence + "stop what has it, or set SPOTTY_HTTP_PORT.")
    return Finding("appliance", True, "It does not run; `spotty up` starts it.")


def _app(settings: Settings) -> Finding:
    if settings.spotify_client_id is None:
        sentence = (
            "No Spotify app is set: register one at developer.spotify.com, set SPOTTY_SPOTIFY_CLIENT_ID."
        )
        return Finding("spotify app", False, sentence)
    return Finding("spotify app", True, f"Client id {settings.spotify_client_id[:6]}... is set.")


def _spotify(settings: Settings) -> Iterable[Finding]:
    try:
        date = _date_at(settings.spotify_accounts_url)
    except ssl.SSLCertVerificationError:
        yield Finding("spotify", False, "Its certificate was not accepted: is the machine's date right?")
        return
    except (OSError, HTTPException) as error:
        sentence = f"{settings.spotify_accounts_url} does not answer ({error}): is there internet?"
        yield Finding("spotify", False, sentence)
        return
    yield Finding("spotify", True, f"{settings.spotify_accounts_url} answers.")
    if date is not None and abs(datetime.now(UTC) - date) > _MOST_CLOCK_ERROR:
        yield Finding("clock", False, f"This machine's clock is off: Spotify says it is {date:%H:%M} UTC.")


def _house(settings: Settings) -> list[Finding]:
    if not (settings.data / "spotty.db").exists():
        return [Finding("house", True, "Nothing is set up yet: begin with `spotty user add EMAIL`.")]
    try:
        house = build(settings)
    except SpottyError as error:
        return [Finding("database", False, str(error))]
    try:
        return [
            Finding("database", True, "It opens."),
            *_people(house),
            *_seats(house),
            *_messages(house),
            *_silenced(house),
            *_rooms(house),
        ]
    finally:
        house.close()


def _people(house: House) -> Iterable[Finding]:
    core = house.core
    for household in core.accounts.households():
        for user in core.accounts.users(household.id):
            standing = standing_of(house, user.id)
            ends = f" The consent ends on {standing.ends:%Y-%m-%d}." if standing.ends else ""
            advice = f" Run `spotty connect {user.email}`." if standing.connect_anew else ""
            yield Finding(user.email, standing.well, standing.sentence + ends + advice)


def _seats(house: House) -> Iterable[Finding]:
    """Say how many users each app has, of those that Spotify allows it."""
    core, most = house.core, house.settings.spotify_seats
    users = (user for household in core.accounts.households() for user in core.accounts.users(household.id))
    grants = (core.grants.state_of(user.id) for user in users)
    for client_id, taken in sorted(Counter(grant.client_id for grant in grants if grant).items()):
        of_all = f" of {most}" if most else ""
        well = not most or taken <= most
        sentence = f"{taken}{of_all} seats are taken."
        if not well:
            sentence += " Spotify allows no more: give a household an app of its own."
        yield Finding(f"spotify app {client_id}", well, sentence)


def _messages(house: House) -> Iterable[Finding]:
    """Say whether notices find their way to people."""
    if house.settings.notify_urls is None:
        yield Finding("notices", True, "They go to the log only: SPOTTY_NOTIFY_URLS sends them to you.")
    for number in house.messenger.unusable():
        yield Finding("notices", False, f"Address {number} of SPOTTY_NOTIFY_URLS is not one of Apprise's.")
    for notice in house.core.notices.waiting():
        told = "" if notice.delivered_at else " It could not be sent yet."
        email = house.core.accounts.email_of(notice.subject) or ""
        said = with_advice(notice.reason, email=email)
        yield Finding("notice", False, f"{called(house.core.accounts, notice.subject)}: {said}{told}")


def _silenced(house: House) -> Iterable[Finding]:
    """Say what somebody switched on purpose, and may have forgotten."""
    now = house.house_clock.now()
    for household in house.core.accounts.households():
        reason = silenced_by(household, now)
        if reason is not None:
            yield Finding(f"household {household.name}", True, with_advice(reason))
        for room in house.core.sensors.rooms(household.id):
            if room.snoozed_until is not None and now < room.snoozed_until:
                yield Finding(f"room {room.name}", True, with_advice(Reason.SNOOZED, room.name))


def _rooms(house: House) -> Iterable[Finding]:
    core = house.core
    for household in core.accounts.households():
        heard = {status.sensor_id for status in core.sensors.statuses(household.id)}
        sensors = core.sensors.sensors(household.id)
        for room in core.sensors.rooms(household.id):
            here = [sensor.id for sensor in sensors if sensor.room_id == room.id]
            missing = _missing(
                ("a speaker", room.speaker),
                ("music", room.content),
                ("an account", room.account),
                ("a sensor", here),
            )
            if missing:
                what = (
                    f"It has not got {' or '.join(missing)}: use `spotty room set` and `spotty sensor add`."
                )
                yield Finding(f"room {room.name}", False, what)
            silent = [sensor for sensor in here if sensor not in heard]
            if silent:
                yield Finding(f"room {room.name}", True, f"Nothing was heard yet of {', '.join(silent)}.")


def _missing(*things: tuple[str, object]) -> list[str]:
    return [name for name, thing in things if not thing]


def _status(url: str) -> int:
    return _answer(url)[0]


def _date_at(url: str) -> datetime | None:
    date = _answer(url)[1]
    try:
        return datetime.strptime(date or "", "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def _answer(url: str) -> tuple[int, str | None]:
    """Return status and date of a GET; raises `OSError` or `HTTPException`."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", parts.path or "/")
        answer = connection.getresponse()
        return answer.status, answer.getheader("Date")
    finally:
        connection.close()
