"""How somebody connects Spotify, how the connection stands, and how it ends.

Whoever has the scope `control` connects himself; an owner may do it for others of the household.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.access.model import Act, Scope
from spottypottysense.access.policy.allowing import require_scope
from spottypottysense.api.answers import answer, tagged
from spottypottysense.api.asking import Ask, Controls, Reads
from spottypottysense.api.fields import Body, Link, Text
from spottypottysense.api.refusals import documented
from spottypottysense.api.times import rfc3339, rfc3339_or_none
from spottypottysense.errors import Invalid, NeedsPerson, NotFound, Unavailable
from spottypottysense.grants.model import Grant, GrantState
from spottypottysense.grants.wire import Answer, answer_in
from spottypottysense.reasons import Reason, fix, sentence
from spottypottysense.secret import Secret

router = APIRouter(tags=["spotify"])

CALLBACK = "/spotify/callback"
"""Where Spotify sends browsers back to; it is registered with the app at Spotify."""

_SHOWN_OF_ACCOUNT = 2
_LONGEST_PASTE = 4096
_OF_APP = (Reason.APP_MISCONFIGURED, Reason.MASS_REFUSALS)
_NOBODY = documented({404: "There is no such user in your household, or no connection."})

Whose = Annotated[str | None, Query(max_length=200, description="Another one's; for owners.")]
FromSpotify = Annotated[str, Query(max_length=2048, description="As Spotify sends it.")]


class ConnectionJson(TypedDict):
    """How somebody stands with Spotify; `reason` is None where there is nothing to do or to know.

    `connected` says that music may play: the consent is there and was not refused for good. `accountId` is
    shortened.
    """

    userId: str
    connected: bool
    accountId: str | None
    consentEndsAt: str | None
    reason: str | None
    sentence: str
    fix: str | None


class Connect(Body):
    """Where Spotify sends the browser back to, and whose Spotify it is; left out: here, and the caller's."""

    redirect_uri: Link | None = Field(default=None, examples=["http://127.0.0.1:8765/spotify/callback"])
    user_id: Text | None = None
    choose_account: bool = Field(default=False, description="Let Spotify ask which account it is.")


class ConnectAnswer(TypedDict):
    """The page at Spotify to open, by when, and where it sends the browser back to."""

    url: str
    expiresAt: str
    redirectUri: str


class Returned(Body):
    """The address that the browser ended at; `replace` accepts another Spotify account than before."""

    redirect_url: str = Field(
        max_length=_LONGEST_PASTE,
        examples=["http://127.0.0.1/callback?code=AQD...&state=x7Yq..."],
    )
    replace: bool = False


class DisconnectAnswer(TypedDict):
    """What was done, and what remains of the connection elsewhere."""

    message: str
    remains: list[str]


@router.get("/spotify/connection", response_model=ConnectionJson, responses=_NOBODY)
def connection(ask: Reads, userId: Whose = None) -> Response:  # noqa: N803  as the API names it
    """Return how your Spotify is connected, until when, and what there is to do."""
    return tagged(ask.request, _standing(ask, _whose(ask, userId)))


@router.post("/spotify/connect", response_model=ConnectAnswer, responses=_NOBODY)
def connect(ask: Controls, wish: Connect | None = None) -> Response:
    """Begin to connect Spotify: open `url` within ten minutes, and agree there.

    Spotify sends the browser back to `redirectUri`. If that is `/spotify/callback` here, all is done with
    it; else hand in the whole address that the browser ended at: `POST /spotify/connection`.
    """
    wish = wish or Connect()
    user_id, connections = _whose(ask, wish.user_id), ask.core.connections
    pending = connections.begin(
        user_id, wish.redirect_uri if wish.redirect_uri is not None else _back_here(ask)
    )
    # Spotify would wave through whom it knows; a consent that is given anew lasts six months again.
    known = ask.core.grants.state_of(user_id) is not None
    begun: ConnectAnswer = {
        "url": connections.consent_url(pending, choose_account=wish.choose_account or known),
        "expiresAt": rfc3339(pending.expires_at),
        "redirectUri": pending.redirect_uri,
    }
    return answer(begun)


@router.get(CALLBACK, status_code=303, response_class=RedirectResponse)
def come_back(
    ask: Controls, state: FromSpotify = "", code: FromSpotify = "", error: FromSpotify = ""
) -> Response:
    """Take in what Spotify sends the browser back with, and send it on to the dashboard.

    What came of it is in the address there: `?spotify=connected`, or the code of the reason why not.
    """
    try:
        _take_in(ask, Answer(Secret(state), Secret(code) if code else None, error), replace=False)
    except (Invalid, NeedsPerson, Unavailable) as problem:
        return RedirectResponse(f"/app/?spotify={problem.reason}", 303)
    return RedirectResponse("/app/?spotify=connected", 303)


@router.post("/spotify/connection", response_model=ConnectionJson)
def hand_in(returned: Returned, ask: Controls) -> Response:
    """Finish connecting with the address that the browser ended at, where that was not here."""
    grant = _take_in(ask, answer_in(returned.redirect_url), replace=returned.replace)
    return answer(_standing(ask, grant.user_id))


@router.delete("/spotify/connection", response_model=DisconnectAnswer, responses=_NOBODY)
def disconnect(ask: Controls, userId: Whose = None) -> Response:  # noqa: N803  as the API names it
    """Delete the tokens of your Spotify, and say what remains."""
    user_id = _whose(ask, userId)
    email = ask.core.accounts.email_of(user_id) or user_id
    try:
        ask.core.connections.disconnect(user_id)
    except NotFound:
        raise NotFound("connection", user_id, "Spotify is not connected: there is nothing to end.") from None
    ask.core.access.audit.record(ask.caller, Act.REMOVED, f"Spotify of {email}", ask.address)
    message = f"{email} is disconnected: the tokens are deleted, and nothing plays for this account."
    return answer({"message": message, "remains": _remains(ask, user_id)})


def _whose(ask: Ask, user_id: str | None) -> str:
    """Return the user whom it is about: the caller, or whom an owner names; raises `NotFound`."""
    if user_id is None or user_id == ask.caller.user_id:
        return ask.caller.user_id
    if not ask.core.accounts.lives_in(ask.caller.household_id, user_id):
        raise NotFound("user", user_id)
    require_scope(ask.caller, Scope.MANAGE)
    return user_id


def _back_here(ask: Ask) -> str:
    """Return where Spotify sends the browser back to if nobody says otherwise."""
    url = ask.request.url
    return ask.front.redirect_uri or f"{url.scheme}://{url.netloc}{CALLBACK}"


def _take_in(ask: Ask, returned: Answer, *, replace: bool) -> Grant:
    """Trade Spotify's answer for a grant of whoever was sent there: the caller, or whom an owner sent."""
    others: frozenset[str] = frozenset()
    if Scope.MANAGE in ask.caller.scopes:
        others = frozenset(user.id for user in ask.core.accounts.users(ask.caller.household_id))
    connections, me, state = ask.core.connections, ask.caller.user_id, returned.state.reveal()
    if returned.code is None:
        connections.denied(me, state, returned.error, others=others)
    grant = connections.finish(me, state, returned.code.reveal(), replace=replace, others=others)
    email = ask.core.accounts.email_of(grant.user_id) or grant.user_id
    ask.core.access.audit.record(ask.caller, Act.ADDED, f"Spotify of {email}", ask.address)
    return grant


def _standing(ask: Ask, user_id: str) -> ConnectionJson:
    state, grant = ask.core.connections.connection(user_id), ask.core.grants.state_of(user_id)
    alive = grant is not None and grant.state is not GrantState.DEAD
    reason = state.reason
    if grant is None:
        reason = reason or Reason.NOT_CONNECTED
    elif alive:
        reason = _trouble(ask, grant) or reason
    return {
        "userId": user_id,
        "connected": alive and reason is not Reason.SCOPE_MISSING,
        "accountId": f"{grant.account_id[:_SHOWN_OF_ACCOUNT]}…" if grant and grant.account_id else None,
        "consentEndsAt": rfc3339_or_none(state.consent_ends),
        "reason": reason,
        "sentence": sentence(reason) if reason is not None else "Spotify is connected.",
        "fix": fix(reason) if reason is not None else None,
    }


def _trouble(ask: Ask, grant: Grant) -> Reason | None:
    """Return what keeps a grant that is not dead from serving: the app's trouble comes before its own."""
    told = {notice.reason for notice in ask.core.notices.unsettled() if notice.subject == grant.client_id}
    doubted = Reason.DOUBTED if grant.state is GrantState.DOUBTED else None
    return next((reason for reason in _OF_APP if reason in told), doubted)


def _remains(ask: Ask, user_id: str) -> list[str]:
    rooms = [room.name for room in ask.core.sensors.rooms(ask.caller.household_id) if room.account == user_id]
    left = [
        "At Spotify, the app's entry: remove it at https://www.spotify.com/account/apps.",
        "The seat on the app's allowlist: its owner frees it at https://developer.spotify.com/dashboard.",
        f"Sessions and decisions, which are kept for {ask.core.rules.retention.days} days.",
    ]
    return left + ([f"Rooms that were to play for this user: {', '.join(rooms)}."] if rooms else [])
