"""Commands that look and change nothing: settings, doctor."""

import os

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from spottypottysense.runtimes.appliance import doctor as practice
from spottypottysense.runtimes.appliance import settings as table
from spottypottysense.runtimes.appliance.cli.texts import add_row


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(settings)
    app.command()(doctor)


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
