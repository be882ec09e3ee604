"""Commands that tend grants and notices: refresh, rotate-key, notices."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from spottypottysense.api.overview import called
from spottypottysense.grants.wire import failure_body, report_body
from spottypottysense.reasons import sentence
from spottypottysense.runtimes.appliance.cli.finding import opened
from spottypottysense.runtimes.appliance.cli.texts import add_row


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(refresh)
    app.command("rotate-key")(rotate_key)
    app.command()(notices)


def refresh(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of sentences.")] = False,
) -> None:
    """Refresh every grant that is due, as the appliance does by itself; exit code 1 if that fails."""
    with opened() as house:
        started_at, began = house.clock.now(), time.monotonic()

        def duration() -> timedelta:
            return timedelta(seconds=time.monotonic() - began)

        try:
            with _bar("refreshing") as advance:
                report = house.core.grants.refresh_due(advance)
        except Exception as error:
            if as_json:
                typer.echo(json.dumps(failure_body(error, started_at, duration())))
                raise typer.Exit(1) from None
            raise
        body = report_body(report, started_at, duration())
        house.core.notices.deliver_pending()
        names = {user_id: called(house.core.accounts, user_id) for user_id, _, _ in report.errors}
    if as_json:
        typer.echo(json.dumps(body))
        return
    typer.echo(
        f"{report.queried} due: {report.refreshed} refreshed, {report.skipped} left to others or to later, "
        f"{len(report.errors)} failed; {duration().total_seconds():.1f} s."
    )
    for user_id, _, message in report.errors:
        typer.echo(f"- {names[user_id]}: {message}")


def rotate_key() -> None:
    """Seal everything with a new key, then forget the old one; may be stopped and begun again."""
    with opened() as house:
        house.vault.add_key()
        house.apps.reseal()  # its transaction waits out every grant that is being sealed with the old key
        with _bar("sealing anew") as advance:
            count = house.core.connections.reseal(advance)
        house.vault.forget_old_keys()
        key_file = house.settings.key_file
    typer.echo(f"{count} grants are sealed with a new key. Copies of {key_file} are of no use any more:")
    typer.echo("make a new one, and keep the old one with the backups that were made before now.")


def notices(
    settle: Annotated[str | None, typer.Option(help="Id of a notice that you know of by now.")] = None,
) -> None:
    """Show what waits for a person; what is acknowledged is told again only if it happens anew."""
    with opened() as house:
        if settle is not None:
            house.core.notices.acknowledge(settle)
            typer.echo(f"{settle} is acknowledged.")
            return
        found = house.core.notices.unsettled()
        table = Table("Id", "Since (UTC)", "Who", "What", "Told", "Known")
        for notice in found:
            row = (
                notice.id,
                f"{notice.at:%Y-%m-%d %H:%M}",
                called(house.core.accounts, notice.subject),
                sentence(notice.reason),
                "yes" if notice.delivered_at else "not yet",
                "yes" if notice.acknowledged_at else "no",
            )
            add_row(table, *row)
    if found:
        Console().print(table)
    else:
        typer.echo("Nothing waits for anybody.")


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many are done, on standard error."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
