"""Commands about sensors."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from spottypottysense.errors import Invalid
from spottypottysense.runtimes.appliance.cli.finding import HouseholdName, household_named, opened
from spottypottysense.runtimes.appliance.cli.texts import add_row
from spottypottysense.sensors.model import SensorKind


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Sensors and their certificates.")
    group.command("add")(sensor_add)
    group.command("set")(sensor_set)
    group.command("list")(sensor_list)
    app.add_typer(group, name="sensor")


def sensor_add(
    sensor: Annotated[str, typer.Argument(help="1 to 64 of a-z, 0-9, '-' and '_'.")],
    room: Annotated[str, typer.Option(help="Room it watches; made if there is none of that name.")],
    level: Annotated[bool, typer.Option("--level", help="It also says when nobody is there.")] = False,
    switch: Annotated[bool, typer.Option("--switch", help="It sees nobody: it commands the house.")] = False,
    household: HouseholdName = None,
) -> None:
    """Register a sensor or a switch and write its certificate, key and settings."""
    if level and switch:
        raise Invalid("A switch sees nobody: choose --level or --switch.", field="kind")
    kind = SensorKind.SWITCH if switch else SensorKind.LEVEL if level else SensorKind.PULSE
    with opened() as house:
        added = house.core.sensors.add_sensor(household_named(house, household).id, sensor, room, kind)
        bundle = house.broker.bundle(added.id) if house.broker else None
    typer.echo(f"{sensor} commands the house, from {room}." if switch else f"{sensor} watches {room}.")
    if bundle is not None:
        typer.echo(f"Certificate, key and settings for it: {bundle}")


def sensor_set(
    sensor: Annotated[str, typer.Argument(help="As `spotty sensor list` shows it.")],
    on: Annotated[bool, typer.Option("--on/--off", help="Whether what it says is taken in.")],
) -> None:
    """Switch a sensor on or off."""
    with opened() as house:
        house.core.sensors.change_sensor(sensor, enabled=on)
    typer.echo(f"{sensor} is switched {'on' if on else 'off: what it says is not taken in'}.")


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
                status = (said.status if said else "-") if sensor.enabled else "switched off"
                add_row(table, sensor.id, rooms[sensor.room_id], sensor.kind, status, battery, heard)
    Console().print(table)
