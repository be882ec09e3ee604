"""Commands about who may come in: links that work once, access tokens, the trail of what was done."""

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from spottypottysense.access.model import Caller, Purpose, Scope
from spottypottysense.access.policy.allowing import scopes_of
from spottypottysense.access.wire import link
from spottypottysense.accounts.model import User
from spottypottysense.errors import NotFound
from spottypottysense.runtimes.appliance.cli.finding import opened, person
from spottypottysense.runtimes.appliance.cli.texts import add_row, span
from spottypottysense.runtimes.appliance.web import url_of
from spottypottysense.runtimes.appliance.wiring import House

HERE = "command line"
"""What the trail says instead of an address."""

_DAY = timedelta(days=1)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("set-up-link")(set_up_link)
    app.command()(audit)
    tokens = typer.Typer(no_args_is_help=True, help="What scripts show instead of a password.")
    tokens.command("add")(token_add)
    tokens.command("list")(token_list)
    tokens.command("revoke")(token_revoke)
    app.add_typer(tokens, name="token")


def set_up_link() -> None:
    """Print a link for the first owner, as long as nobody has a password; it works once, for an hour."""
    with opened() as house:
        secret, _ = house.core.access.invitations.set_up_link(HERE)
        typer.echo(link(_url(house), Purpose.SET_UP, secret))


def say_how_to_begin(house: House, url: str) -> None:
    """Print a link for the first owner if nobody has a password yet."""
    invitations = house.core.access.invitations
    if not invitations.is_set_up():
        secret, _ = invitations.set_up_link(HERE)
        typer.echo(f"Set up (once, within an hour): {link(url, Purpose.SET_UP, secret)}")


def user_reset(email: str) -> None:
    """Print a link to a new password for a person; it works once, for an hour."""
    with opened() as house:
        secret, _ = house.core.access.invitations.reset_link(person(house, email).id, HERE)
        typer.echo(link(_url(house), Purpose.RESET, secret))


def token_add(
    email: str,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it allows; give it several times for more than one.")
    ] = None,
    days: Annotated[float | None, typer.Option(help="How long it lives; without this, for ever.")] = None,
) -> None:
    """Make an access token for a person and print it, this once; without a scope it may look only."""
    with opened() as house:
        caller = _as(person(house, email))
        scopes = frozenset(scope or [Scope.READ])
        life = None if days is None else span(days, _DAY)
        secret, _ = house.core.access.tokens.make(caller, name, scopes, life, HERE)
    typer.echo(secret.reveal())


def token_list() -> None:
    """Show the access tokens of everybody."""
    table = Table("Id", "Whose", "Name", "Scopes", "Made (UTC)", "Ends", "Used")
    with opened() as house:
        for user in _everybody(house):
            for token in house.core.access.tokens.tokens(user.id):
                ends = f"{token.expires_at:%Y-%m-%d %H:%M}" if token.expires_at else "never"
                used = f"{token.used_at:%Y-%m-%d %H:%M}" if token.used_at else "never"
                scopes = ", ".join(sorted(token.scopes))
                made = f"{token.created_at:%Y-%m-%d %H:%M}"
                add_row(table, token.id, user.email, token.name, scopes, made, ends, used)
    Console().print(table)


def token_revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `spotty token list` shows it.")],
) -> None:
    """End an access token at once."""
    with opened() as house:
        tokens = house.core.access.tokens
        for user in _everybody(house):
            if token_id in {token.id for token in tokens.tokens(user.id)}:
                tokens.revoke(_as(user), token_id, HERE)
                typer.echo(f"{token_id} of {user.email} lets nobody in any more.")
                return
    raise NotFound("access token", token_id)


def audit(limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many entries.")] = 50) -> None:
    """Show who came in, who did not, and what was done, newest first."""
    table = Table("At (UTC)", "Who", "Did", "What", "From")
    with opened() as house:
        names = {user.id: user.email for user in _everybody(house)}
        for entry in house.core.access.audit.entries(None, limit=limit):
            who = names.get(entry.user_id, entry.user_id) if entry.user_id else "-"
            did = entry.act.replace("_", " ")
            add_row(table, f"{entry.at:%Y-%m-%d %H:%M:%S}", who, did, entry.subject, entry.address)
    Console().print(table)


def _everybody(house: House) -> list[User]:
    accounts = house.core.accounts
    return [user for home in accounts.households() for user in accounts.users(home.id)]


def _as(user: User) -> Caller:
    """Return the person as a caller: whoever may act on this machine may act for anybody."""
    return Caller(user.id, user.household_id, user.role, scopes_of(user.role))


def _url(house: House) -> str:
    """Return where the appliance is, or where it will be."""
    try:
        endpoints = json.loads((house.settings.data / "endpoints.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return url_of(house.settings.http_host, house.settings.http_port)
    return str(endpoints["api"])
