"""Links that let somebody in once."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field, SecretStr
from typing_extensions import TypedDict

from spottypottysense.access.model import Invitation, Newcomer, Purpose
from spottypottysense.access.wire import link
from spottypottysense.accounts.model import Role
from spottypottysense.api.answers import answer
from spottypottysense.api.asking import Front, Manages, address_of
from spottypottysense.api.fields import Body, Email, Password, Text
from spottypottysense.api.idempotency import shown_once
from spottypottysense.api.refusals import documented
from spottypottysense.api.sign_in import CameIn, agent_of, came_in
from spottypottysense.api.times import rfc3339
from spottypottysense.secret import Secret

router = APIRouter(tags=["invitations"])

Shown = Annotated[
    SecretStr, Field(max_length=200, examples=["what stands behind the # of the link, 43 characters"])
]
_GONE = documented({403: "A page of another site sent it.", 404: "The link was used already or is too old."})


class LinkJson(TypedDict):
    """A link to hand over to one person; it works once, until `expiresAt`."""

    url: str
    role: Role
    expiresAt: str


class InvitationJson(TypedDict):
    """What a link is for; `household` is where one joins, `email` whose password is to be set."""

    purpose: Purpose
    role: Role
    household: str | None
    email: str | None
    expiresAt: str


class NewInvitation(Body):
    """As what somebody is invited."""

    role: Literal["owner", "member"] = "member"


class Look(Body):
    """What stands behind the `#` of a link."""

    invitation: Shown


class Acceptance(Body):
    """What stands behind the `#` of a link, and who comes; a reset needs the password alone."""

    invitation: Shown
    password: Password
    email: Email = ""
    name: Annotated[Text, Field(examples=["Anna"])] = ""
    time_zone: Annotated[Text, Field(examples=["Europe/Berlin"])] = "UTC"


@router.post("/household/invitations", status_code=201, response_model=LinkJson)
def invite(wanted: NewInvitation, ask: Manages) -> Response:
    """Make a link by which one person joins the household; it is shown this once."""
    role = Role(wanted.role)
    secret, made = ask.core.access.invitations.invite(ask.caller, role, ask.address)
    url = link(str(ask.request.base_url), made.purpose, secret)
    shown_once(ask.request)
    shown: LinkJson = {"url": url, "role": role, "expiresAt": rfc3339(made.expires_at)}
    return answer(shown, 201)


@router.post("/invitations/look", response_model=InvitationJson, responses=_GONE)
def look(wanted: Look, request: Request) -> Response:
    """Return what a link is for, without using it up."""
    front: Front = request.app.state.front
    found = front.core.access.invitations.look(Secret(wanted.invitation.get_secret_value()))
    return answer(_shaped(front, found))


@router.post("/invitations/accept", response_model=CameIn, responses=_GONE)
def accept(wanted: Acceptance, request: Request) -> Response:
    """Use a link up: set the password and sign in; the answer sets the cookie."""
    front: Front = request.app.state.front
    newcomer = Newcomer(
        Secret(wanted.password.get_secret_value()), wanted.email, wanted.name, wanted.time_zone
    )
    secret = Secret(wanted.invitation.get_secret_value())
    cookie, caller = front.core.access.invitations.accept(
        secret, newcomer, address_of(request), agent_of(request)
    )
    return came_in(request, cookie, caller)


def _shaped(front: Front, invitation: Invitation) -> InvitationJson:
    accounts, home = front.core.accounts, invitation.household_id
    return {
        "purpose": invitation.purpose,
        "role": invitation.role,
        "household": accounts.household(home).name if home else None,
        "email": accounts.email_of(invitation.user_id) if invitation.user_id else None,
        "expiresAt": rfc3339(invitation.expires_at),
    }
