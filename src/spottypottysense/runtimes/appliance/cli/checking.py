"""Commands that look and change nothing: settings, doctor, decisions, figures."""

import os
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spottypottysense.api.advice import advice
from spottypottysense.api.overview import RoomLabel, line, room_labels
from spottypottysense.history.model import Latency, RoomFigures
from spottypottysense.reasons import sentence
from spottypottysense.runtimes.appliance import doctor as practice
from spottypottysense.runtimes.appliance import settings as table
from spottypottysense.runtimes.appliance.cli.finding import opened
from spottypottysense.runtimes.appliance.cli.texts import add_row


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(settings)
    app.command()(doctor)
    app.command()(decisions)
    app.command()(figures)


def settings() -> None:
    """Show every setting, what it is now, and what it is for; secrets stay masked."""
    rows = Table("Setting", "Now", "What it is")
    for row in table.shown(table.read(os.environ)):
        add_row(rows, *row)
    Console().print(rows)


def doctor() -> None:
    """Say what is wrong with this installation, in plain words; exit code 1 if something is."""
    findings = practice.examine(os.environ)
    console = Console(highlight=False)
    for finding in findings:
        mark, style = ("ok", "green") if finding.well else ("!!", "bold red")
        said = escape(f"{finding.subject}: {finding.sentence}")
        console.print(f"[{style}]{mark}[/]  {said}", soft_wrap=True)
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def decisions(
    limit: Annotated[int, typer.Option("-n", min=1, max=1000, help="How many.")] = 30,
) -> None:
    """Show the latest decisions, why they were made, and what to do about them."""
    table = Table("Time (UTC)", "Room", "Sensor", "What", "Why", "What to do")
    with opened() as house:
        labels = room_labels(house.core)
        for entry in house.core.presence.decisions(None, limit):
            said = line(entry, labels)
            row = (said.room, said.sensor, said.action, said.why, said.advice)
            add_row(table, f"{said.at:%m-%d %H:%M:%S}", *row)
    Console().print(table)


def figures(
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days back.")] = 7,
) -> None:
    """Show how well the music followed: visits, music, the first note, and why it stayed silent."""
    table = Table("Room", "Visits", "With music", "First note", "Why silent", "What to do")
    with opened() as house:
        core, now = house.core, house.house_clock.now()
        labels = room_labels(core)
        for household in core.accounts.households():
            for room in core.history.figures(household.id, now - timedelta(days=days), now):
                add_row(table, *_figures_row(room, labels[room.room_id]))
    if table.row_count:
        Console().print(table)
    else:
        typer.echo(
            f"Nobody visited a room in the last {days} days: `spotty sensor list` shows who was heard."
        )


def _figures_row(room: RoomFigures, label: RoomLabel) -> tuple[str, ...]:
    silent = "; ".join(f"{count} x {sentence(reason)}" for reason, count in room.silent.items())
    most = next(iter(room.silent), None)
    todo = advice(most, label.name, email=label.email) if most is not None else ""
    row = (f"{room.visits}", f"{room.with_music}", _first_note(room.confirmed), silent or "-", todo)
    return (label.name, *row)


def _first_note(latency: Latency | None) -> str:
    if latency is None:
        return "-"
    half, most = latency.p50.total_seconds(), latency.p95.total_seconds()
    return f"{half:.1f} s, 95 of 100 within {most:.1f} s"
