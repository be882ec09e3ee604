"""Commands that connect Spotify and disconnect it."""

import sys
from typing import Annotated

import typer

from spottypottysense.accounts.model import User
from spottypottysense.errors import Invalid, NeedsPerson, NotFound
from spottypottysense.grants.model import Grant, PendingConsent
from spottypottysense.grants.policy import consent_ends
from spottypottysense.grants.use_cases.connecting import PATIENCE
from spottypottysense.grants.wire import Answer, answer_in
from spottypottysense.reasons import Reason
from spottypottysense.runtimes.appliance.callback import PATH, Callback
from spottypottysense.runtimes.appliance.cli.finding import opened, person
from spottypottysense.runtimes.appliance.wiring import House

_LONGEST_PASTE = 4096


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(connect)
    app.command()(disconnect)


def connect(
    email: Annotated[str, typer.Argument(help="Whose Spotify it is, as `spotty user list` shows it.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to wait for the browser at; 0: a free one.")
    ] = 0,
    paste: Annotated[
        bool, typer.Option("--paste", help="The browser runs elsewhere: paste the address it ends at.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Accept another Spotify account than before.")
    ] = False,
) -> None:
    """Connect a user's Spotify: shows the page where they consent, and waits for the answer."""
    with opened() as house:
        user = person(house, email)
        elsewhere = house.settings.spotify_redirect_uri
        if paste or elsewhere is not None:
            local = f"http://127.0.0.1{f':{port}' if port else ''}{PATH}"
            grant = _by_paste(house, user, elsewhere or local, replace=replace)
        else:
            grant = _by_browser(house, user, port, replace=replace)
    _say_connected(email, grant)


def disconnect(email: Annotated[str, typer.Argument(help="Whose Spotify it is.")]) -> None:
    """Delete a user's tokens, and say what remains."""
    with opened() as house:
        user = person(house, email)
        try:
            house.core.connections.disconnect(user.id)
        except NotFound:
            raise NotFound("connection to Spotify of", email) from None
        days = house.settings.retention.days
        rooms = [room.name for room in house.core.sensors.rooms(user.household_id) if room.account == user.id]
    typer.echo(f"{email} is disconnected: the tokens are deleted, and nothing plays for this account.")
    typer.echo("What remains:")
    typer.echo("- at Spotify, the app's entry: remove it at https://www.spotify.com/account/apps")
    typer.echo(
        "- the seat on the app's allowlist: its owner frees it at https://developer.spotify.com/dashboard"
    )
    typer.echo(f"- sessions and decisions, which are kept for {days} days")
    if rooms:
        typer.echo(f"- rooms that were to play for this user: {', '.join(rooms)}")


def _by_browser(house: House, user: User, port: int, *, replace: bool) -> Grant:
    callback = Callback(port)
    try:
        pending = _begin(house, user, callback.redirect_uri, replace=replace)
        typer.echo("Waiting for the browser on this machine; without one, use --paste. Ctrl-C ends it.")
        answer = callback.wait(pending.state, PATIENCE)
    finally:
        callback.close()
    return _finish(house, user, answer, replace=replace)


def _by_paste(house: House, user: User, redirect_uri: str, *, replace: bool) -> Grant:
    _begin(house, user, redirect_uri, replace=replace)
    typer.echo(f"The browser then goes to {redirect_uri}?... and may show an error there: that is fine.")
    typer.echo("Copy the whole address from its address bar and paste it here:")
    text = sys.stdin.readline(_LONGEST_PASTE)
    if not text.strip():
        raise Invalid("Nothing was pasted, so nothing has changed.", field="redirectUri")
    return _finish(house, user, answer_in(text), replace=replace)


def _begin(house: House, user: User, redirect_uri: str, *, replace: bool) -> PendingConsent:
    connections = house.core.connections
    pending = connections.begin(user.id, redirect_uri)
    # Spotify would wave through whom it knows; a consent that is given anew lasts six months again.
    known = house.core.grants.state_of(user.id) is not None
    typer.echo("Open this page, sign in with the Spotify account that is to play, and agree:\n")
    typer.echo(f"  {connections.consent_url(pending, choose_account=replace or known)}\n")
    return pending


def _finish(house: House, user: User, answer: Answer, *, replace: bool) -> Grant:
    connections = house.core.connections
    state = answer.state.reveal()
    if answer.code is None:
        connections.denied(user.id, state, answer.error)
    try:
        return connections.finish(user.id, state, answer.code.reveal(), replace=replace)
    except NeedsPerson as error:
        raise _with_advice(error, user) from None


def _with_advice(error: NeedsPerson, user: User) -> NeedsPerson:
    """Return the error with what to do about it at this command line."""
    advice = {
        Reason.OTHER_ACCOUNT: f"Run `spotty connect {user.email} --replace` to take this one instead, or sign"
        " out at https://www.spotify.com and connect with the account of before.",
        Reason.NOT_ON_ALLOWLIST: "The app's owner adds its e-mail address under User Management at"
        " https://developer.spotify.com/dashboard; then connect again.",
        Reason.RECONNECT: "Spotify did not take the code: it works once, for a few minutes. Connect again.",
    }.get(error.reason)
    if advice is None:
        return error
    said = "" if error.reason is Reason.RECONNECT else f"{error} "
    return NeedsPerson(error.reason, said + advice)


def _say_connected(email: str, grant: Grant) -> None:
    typer.echo(f"{email} is connected.")
    typer.echo(f"  Spotify account: {grant.account_id}")
    typer.echo(f"  may: {', '.join(sorted(grant.scope))}")
    typer.echo(
        f"  until: {consent_ends(grant.consented_at):%Y-%m-%d}; you are reminded 30, 7 and 1 days before"
    )
