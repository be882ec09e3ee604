"""Commands about people, rooms and sensors."""

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from spottypottysense.accounts.model import Household
from spottypottysense.api.overview import line
from spottypottysense.errors import Invalid, NeedsPerson
from spottypottysense.grants.model import ClientApp, Secret
from spottypottysense.runtimes.appliance.cli.finding import (
    HouseholdName,
    household_named,
    member,
    opened,
    room_named,
)
from spottypottysense.runtimes.appliance.cli.texts import add_row, span
from spottypottysense.runtimes.appliance.standing import standing_of
from spottypottysense.runtimes.appliance.wiring import House
from spottypottysense.sensors.model import SensorKind, Speaker
from spottypottysense.sensors.policy import content_uri

_Quiet = Annotated[str | None, typer.Option(help="Quiet hours such as 22:00-07:00; 00:00-00:00 for none.")]
_Timeout = Annotated[float | None, typer.Option(help="Minutes without motion until the music stops.")]
_Gap = Annotated[float | None, typer.Option(help="Least minutes between two starts of music in a room.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    groups = {
        "user": ("People of a household.", (("add", user_add), ("list", user_list))),
        "household": ("What holds for all rooms of a household.", (("set", household_set),)),
        "room": ("Rooms: speaker, music, timeout.", (("list", room_list), ("set", room_set))),
        "sensor": ("Sensors and their certificates.", (("add", sensor_add), ("list", sensor_list))),
    }
    for name, (sentence, commands) in groups.items():
        group = typer.Typer(no_args_is_help=True, help=sentence)
        for command, function in commands:
            group.command(command)(function)
        app.add_typer(group, name=name)
    app.command()(decisions)


def user_add(
    email: str,
    household: Annotated[str, typer.Option(help="Name of the household; a new one is founded.")] = "Home",
    time_zone: Annotated[str, typer.Option(help="Of a new household, such as Europe/Berlin.")] = "UTC",
) -> None:
    """Add a person; the first one of a household is its owner."""
    with opened() as house:
        accounts = house.core.accounts
        known = next((h for h in accounts.households() if h.name == household), None)
        if known is None:
            accounts.found(household, email, time_zone)
        else:
            accounts.add_member(known.id, email)
    typer.echo(f"{email} belongs to {household}.")


def user_list() -> None:
    """Show households and their people."""
    table = Table("Household", "Time zone", "E-mail", "Role", "Spotify", "Consent ends")
    with opened() as house:
        for household in house.core.accounts.households():
            for user in house.core.accounts.users(household.id):
                standing = standing_of(house, user.id)
                ends = f"{standing.ends:%Y-%m-%d}" if standing.ends else "-"
                row = (household.name, household.time_zone, user.email, user.role, standing.sentence, ends)
                add_row(table, *row)
    Console().print(table)


def household_set(
    household: HouseholdName = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/Berlin.")] = None,
    timeout: _Timeout = None,
    gap: _Gap = None,
    quiet: _Quiet = None,
    client_id: Annotated[
        str | None, typer.Option(help="Client id of an app of its own at Spotify; `none` goes back.")
    ] = None,
    client_secret_file: Annotated[
        Path | None, typer.Option(help="File that holds the app's secret; without one, PKCE.")
    ] = None,
) -> None:
    """Change what holds for every room that has no value of its own, or the household's Spotify app."""
    with opened() as house:
        home = household_named(house, household)
        changes = _given(time_zone=time_zone, **_spans(timeout, gap, quiet))
        if client_id is not None or client_secret_file is not None:
            house.apps.set_app(home.id, _app(client_id, client_secret_file))
            again = _connected_elsewhere(house, home)
        else:
            again = []
        changed = house.core.accounts.change_household(home.id, **changes)
    said = [*changes, *(["client_id"] if client_id is not None else [])]
    typer.echo(f"{changed.name}: {', '.join(said) or 'nothing'} changed.")
    for email in again:
        typer.echo(f"{email} is connected through another app: run `spotty connect {email}`.")


def room_list() -> None:
    """Show rooms with their speakers and music."""
    table = Table("Room", "Speaker", "Music", "Whose Spotify", "Timeout", "Sensors")
    with opened() as house:
        for household in house.core.accounts.households():
            emails = {user.id: user.email for user in house.core.accounts.users(household.id)}
            sensors = house.core.sensors.sensors(household.id)
            for room in house.core.sensors.rooms(household.id):
                add_row(
                    table,
                    room.name,
                    room.speaker.name if room.speaker else "-",
                    room.content or "-",
                    emails.get(room.account or "", "-"),
                    f"{(room.timeout or household.timeout) / timedelta(minutes=1):g} min",
                    ", ".join(sensor.id for sensor in sensors if sensor.room_id == room.id) or "-",
                )
    Console().print(table)


def room_set(
    name: str,
    household: HouseholdName = None,
    speaker: Annotated[str | None, typer.Option(help="Name of the speaker, as Spotify shows it.")] = None,
    speaker_type: Annotated[str, typer.Option(help="Its type, if two share a name.")] = "",
    content: Annotated[str | None, typer.Option(help="Link or URI of a playlist, album or artist.")] = None,
    account: Annotated[str | None, typer.Option(help="E-mail of the user whose Spotify plays.")] = None,
    volume: Annotated[int | None, typer.Option(help="0 to 100.")] = None,
    timeout: _Timeout = None,
    gap: _Gap = None,
    quiet: _Quiet = None,
) -> None:
    """Change a room, or make one; what is not named stays as it is."""
    with opened() as house:
        home = household_named(house, household)
        changes = _given(
            speaker=Speaker(speaker, speaker_type) if speaker else None,
            content=content_uri(content) if content else None,
            account=member(house, home, account).id if account else None,
            volume=volume,
            **_spans(timeout, gap, quiet),
        )
        room = room_named(house, home, name)
        if room is None:
            house.core.sensors.add_room(home.id, name, **changes)
        else:
            house.core.sensors.change_room(room.id, **changes)
    typer.echo(f"{name}: {', '.join(changes) or 'nothing'} set.")


def sensor_add(
    sensor: Annotated[str, typer.Argument(help="1 to 64 of a-z, 0-9, '-' and '_'.")],
    room: Annotated[str, typer.Option(help="Room it watches; made if there is none of that name.")],
    level: Annotated[bool, typer.Option("--level", help="It also says when nobody is there.")] = False,
    household: HouseholdName = None,
) -> None:
    """Register a sensor and write its certificate, key and settings."""
    with opened() as house:
        kind = SensorKind.LEVEL if level else SensorKind.PULSE
        added = house.core.sensors.add_sensor(household_named(house, household).id, sensor, room, kind)
        bundle = house.broker.bundle(added.id) if house.broker else None
    typer.echo(f"{sensor} watches {room}.")
    if bundle is not None:
        typer.echo(f"Certificate, key and settings for it: {bundle}")


def sensor_list() -> None:
    """Show sensors and what they last said."""
    table = Table("Sensor", "Room", "Kind", "Status", "Battery", "Heard")
    with opened() as house:
        for household in house.core.accounts.households():
            rooms = {room.id: room.name for room in house.core.sensors.rooms(household.id)}
            statuses = {status.sensor_id: status for status in house.core.sensors.statuses(household.id)}
            for sensor in house.core.sensors.sensors(household.id):
                said = statuses.get(sensor.id)
                battery = f"{said.battery} %" if said and said.battery is not None else "-"
                heard = f"{said.at:%Y-%m-%d %H:%M} UTC" if said else "never"
                status = said.status if said else "-"
                add_row(table, sensor.id, rooms[sensor.room_id], sensor.kind, status, battery, heard)
    Console().print(table)


def decisions(
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 30,
) -> None:
    """Show the latest decisions and why they were made."""
    table = Table("Time (UTC)", "Room", "Sensor", "What", "Why")
    with opened() as house:
        core = house.core
        names = {r.id: r.name for h in core.accounts.households() for r in core.sensors.rooms(h.id)}
        for entry in core.presence.decisions(None, limit):
            said = line(entry, names)
            add_row(table, f"{said.at:%m-%d %H:%M:%S}", said.room, said.sensor, said.action, said.why)
    Console().print(table)


def _app(client_id: str | None, secret_file: Path | None) -> ClientApp | None:
    """Return the app that was named, or None for `none`; raises `Invalid`."""
    if client_id is None:
        raise Invalid("A secret needs its app: name it with --client-id.", field="clientId")
    if client_id == "none":
        return None
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", client_id):
        raise Invalid("A client id is made of letters and digits: copy it from the dashboard.", "clientId")
    if secret_file is None:
        return ClientApp(client_id)
    secret = secret_file.read_text(encoding="utf-8", errors="replace").strip()
    if not re.fullmatch(r"[\x21-\x7e]{1,256}", secret):
        message = f"{secret_file} holds no client secret: it must be one line of letters and digits."
        raise Invalid(message, field="clientSecret")
    return ClientApp(client_id, Secret(secret))


def _connected_elsewhere(house: House, home: Household) -> list[str]:
    """Return who is connected through another app than the one that is theirs now."""
    found = []
    for user in house.core.accounts.users(home.id):
        grant = house.core.grants.state_of(user.id)
        try:
            app = house.apps.app_for(user.id)
        except NeedsPerson:
            continue
        if grant is not None and grant.client_id != app.client_id:
            found.append(user.email)
    return found


def _spans(timeout: float | None, gap: float | None, quiet: str | None) -> dict[str, object]:
    return {
        "timeout": None if timeout is None else span(timeout, timedelta(minutes=1)),
        "motion_gap": None if gap is None else span(gap, timedelta(minutes=1)),
        "quiet_hours": None if quiet is None else _quiet_hours(quiet),
    }


def _quiet_hours(text: str) -> tuple[time, time]:
    match = re.fullmatch(r"(\d\d?:\d\d)-(\d\d?:\d\d)", text)
    try:
        if match is not None:
            return time.fromisoformat(match[1].zfill(5)), time.fromisoformat(match[2].zfill(5))
    except ValueError:
        pass
    message = f"{text!r} are no quiet hours: write 22:00-07:00."
    raise Invalid(message, field="quietHours")


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
