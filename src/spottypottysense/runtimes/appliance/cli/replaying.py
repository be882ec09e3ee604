"""Replays of recorded homes: in virtual time, or live through broker, core and simulator."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from spottypottysense.accounts.model import Household
from spottypottysense.accounts.policy import checked_household
from spottypottysense.history.model import FixedRule, RecordedHome, Score
from spottypottysense.history.policy import FIXED_RULES
from spottypottysense.history.use_cases import replay as replay_home
from spottypottysense.presence.model import RoomRules
from spottypottysense.presence.policy import rules_for
from spottypottysense.runtimes.appliance import recording, rehearsal
from spottypottysense.runtimes.appliance.cli.texts import span
from spottypottysense.sensors.model import Room, Speaker


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(replay)


def replay(
    directory: Annotated[Path | None, typer.Argument(help="A recorded home; else one of our own.")] = None,
    timeout: Annotated[float, typer.Option(help="Minutes without motion until the music stops.")] = 5.0,
    gap: Annotated[float, typer.Option(help="Least minutes between two starts of music in a room.")] = 2.0,
    stuck_after: Annotated[float, typer.Option(help="Hours that a sensor may stay on.")] = 4.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
    live: Annotated[bool, typer.Option("--live", help="As real MQTT through broker and simulator.")] = False,
    speed: Annotated[float, typer.Option(help="Live: how many times as fast as it happened.")] = 600.0,
    days: Annotated[float | None, typer.Option(help="Live: only the first so many days.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Live: directory for data and logs; else none.")] = None,
) -> None:
    """Play a recorded home again and show how well the music would have followed its people.

    coverage: share of occupied time with music; waste: minutes of music a day in an empty room; false
    stops: ends a day while somebody was there.
    """
    home = recording.load(directory or recording.sample_directory())
    minute = timedelta(minutes=1)
    household = Household("home", "Home", timeout=span(timeout, minute), motion_gap=span(gap, minute))
    checked_household(household)
    stuck = span(stuck_after, timedelta(hours=1))
    console = Console(stderr=True)
    if live:
        plan = rehearsal.Plan(household, stuck, speed, days)
        report = rehearsal.run(home, plan, keep, console)
        scores, facts = report.scores, report.facts
    else:
        scores, facts = _in_virtual_time(home, household, stuck, console), {}
    if as_json:
        typer.echo(json.dumps({"scores": [_figures(score) for score in scores], **facts}))
        return
    _show(scores, facts, Console())


def _in_virtual_time(
    home: RecordedHome, household: Household, stuck_after: timedelta, console: Console
) -> list[Score]:
    def rules_of(room: str) -> RoomRules:
        furnished = Room(room, household.id, room, "-", Speaker(room), "-")
        return rules_for(furnished, household, timedelta(minutes=1), stuck_after)

    yardsticks: tuple[FixedRule, ...] = FIXED_RULES
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("replaying", total=len(home.readings))
        return replay_home(
            home, rules_of, yardsticks, lambda done, of: bar.update(task, completed=done, total=of)
        )


def _figures(score: Score) -> dict[str, object]:
    minute = timedelta(minutes=1)
    return asdict(score) | {
        "waste": round(score.waste / minute, 2),
        "occupied": round(score.occupied / minute, 2),
        "coverage": round(score.coverage, 4),
        "false_stops": round(score.false_stops, 3),
    }


def _show(scores: list[Score], facts: dict[str, object], console: Console) -> None:
    table = Table("Room", "Rule")
    for title in ("Coverage", "Waste min/day", "False stops/day", "Occupied min/day", "Starts"):
        table.add_column(title, justify="right")
    minute = timedelta(minutes=1)
    for number, score in enumerate(scores):
        table.add_row(
            escape(score.room),
            score.rule,
            f"{score.coverage:.1%}",
            f"{score.waste / minute:.1f}",
            f"{score.false_stops:.1f}",
            f"{score.occupied / minute:.0f}",
            str(score.starts),
            end_section=number + 1 == len(scores) or scores[number + 1].room != score.room,
        )
    console.print(table)
    for name, value in facts.items():
        console.print(f"{name.replace('_', ' ')}: {value}")
