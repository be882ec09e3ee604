"""Commands about households and their people."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from spottypottysense.accounts.model import Household
from spottypottysense.errors import Invalid, NeedsPerson
from spottypottysense.grants.model import ClientApp, Secret
from spottypottysense.runtimes.appliance.cli.entering import user_reset
from spottypottysense.runtimes.appliance.cli.finding import HouseholdName, household_named, opened
from spottypottysense.runtimes.appliance.cli.texts import Gap, Quiet, Timeout, add_row, given, spans
from spottypottysense.runtimes.appliance.standing import standing_of
from spottypottysense.runtimes.appliance.wiring import House


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    users = typer.Typer(no_args_is_help=True, help="People of a household.")
    users.command("add")(user_add)
    users.command("list")(user_list)
    users.command("reset")(user_reset)
    app.add_typer(users, name="user")
    households = typer.Typer(no_args_is_help=True, help="What holds for all rooms of a household.")
    households.command("set")(household_set)
    app.add_typer(households, name="household")


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
    timeout: Timeout = None,
    gap: Gap = None,
    quiet: Quiet = None,
    takes_over: Annotated[
        bool | None,
        typer.Option("--take-over/--no-take-over", help="Motion may replace somebody's own music."),
    ] = None,
    latest_wins: Annotated[
        bool | None,
        typer.Option("--latest-wins/--no-latest-wins", help="Who came last gets the music of two rooms."),
    ] = None,
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
        wishes = given(time_zone=time_zone, takes_over=takes_over, latest_wins=latest_wins)
        changes = wishes | given(**spans(timeout, gap, quiet))
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
