"""Leaving for good."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field, SecretStr
from typing_extensions import TypedDict

from spottypottysense.access.model import Act
from spottypottysense.api.answers import answer
from spottypottysense.api.asking import Ask, Controls
from spottypottysense.api.fields import Body
from spottypottysense.api.identity import COOKIE
from spottypottysense.errors import NotFound, SpottyError
from spottypottysense.secret import Secret

router = APIRouter(tags=["users"])


class Farewell(Body):
    """The password once more: this cannot be undone."""

    password: Annotated[SecretStr, Field(max_length=1024, examples=["the password that you sign in with"])]


class Gone(TypedDict):
    """What is gone."""

    message: str
    householdDeleted: bool


@router.delete("/users/me", response_model=Gone)
def leave(farewell: Farewell, ask: Controls) -> Response:
    """Delete your account; if you are the last owner, the household with everybody and everything in it.

    Sign-ins, access tokens and the connection to Spotify end at once; certificates of sensors that go are
    revoked. Take an export first: nothing can be brought back.
    """
    core, caller = ask.core, ask.caller
    core.access.desk.prove(caller, Secret(farewell.password.get_secret_value()), ask.address)
    with ask.front.editing:
        is_last = core.accounts.is_last_owner(caller.household_id, caller.user_id)
        if is_last:
            _close_household(ask)
            core.access.audit.record_at_machine(None, Act.REMOVED, "household", ask.address)
        else:
            core.access.audit.record(caller, Act.REMOVED, "account", ask.address)
            _disconnect(ask, caller.user_id)
            core.accounts.remove_user(caller.household_id, caller.user_id)
    what = "Your household and everything in it is deleted." if is_last else "Your account is deleted."
    gone: Gone = {"message": what, "householdDeleted": is_last}
    reply = answer(gone)
    reply.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return reply


def _close_household(ask: Ask) -> None:
    """Shut sensors out and give up grants while it is known whose they are, then forget everything."""
    core, home = ask.core, ask.caller.household_id
    for sensor in core.sensors.sensors(home):
        with suppress(SpottyError):  # the broker may be another's, or the certificate gone already
            core.sensors.retire_sensor(sensor.id)
    for user in core.accounts.users(home):
        _disconnect(ask, user.id)
    core.accounts.remove_household(home)


def _disconnect(ask: Ask, user_id: str) -> None:
    with suppress(NotFound):  # never connected
        ask.core.connections.disconnect(user_id)
