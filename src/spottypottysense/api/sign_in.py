"""Signing in and out, and the browsers in which somebody is signed in."""

from contextlib import suppress
from datetime import datetime

from fastapi import APIRouter, Request, Response
from typing_extensions import TypedDict

from spottypottysense.access.model import Caller, SignIn
from spottypottysense.access.policy.allowing import require_sign_in
from spottypottysense.access.policy.lifetimes import SIGN_IN_LONGEST, sign_in_end
from spottypottysense.accounts.model import Role
from spottypottysense.api.answers import answer
from spottypottysense.api.asking import Front, Reads, address_of
from spottypottysense.api.fields import Body, Email, Password
from spottypottysense.api.identity import COOKIE, cookie_in
from spottypottysense.api.refusals import documented
from spottypottysense.api.times import rfc3339
from spottypottysense.errors import Invalid, NotFound, NotSignedIn
from spottypottysense.secret import Secret

router = APIRouter(tags=["sign-in"])

_ID_LENGTH = 16
"""How much of a sign-in's digest names it: enough to tell it apart, too little to be of any other use."""


class WhoJson(TypedDict):
    """Somebody who came in."""

    userId: str
    email: str
    name: str


class CameIn(TypedDict):
    """Who is signed in by the cookie that came along; `expiresAt` moves on with every day of use."""

    user: WhoJson
    role: Role
    expiresAt: str


class SignInJson(TypedDict):
    """A browser in which one is signed in; `current` is the one that asks."""

    signInId: str
    agent: str
    createdAt: str
    seenAt: str
    expiresAt: str
    current: bool


class SignIns(TypedDict):
    """All browsers in which one is signed in, newest first."""

    signIns: list[SignInJson]
    count: int


class Ended(TypedDict):
    """In how many browsers one was signed out."""

    ended: int


class Credentials(Body):
    """What proves who somebody is."""

    email: Email
    password: Password


class PasswordChange(Body):
    """The password until now, and the next one: 8 to 256 characters."""

    old_password: Password
    new_password: Password


@router.post(
    "/sign-in",
    response_model=CameIn,
    responses=documented(
        {
            401: "E-mail address or password are wrong.",
            403: "A page of another site sent it.",
        }
    ),
)
def sign_in(wanted: Credentials, request: Request) -> Response:
    """Sign this browser in; the answer sets the cookie."""
    front: Front = request.app.state.front
    password = Secret(wanted.password.get_secret_value())
    cookie, caller = front.core.access.desk.sign_in(
        wanted.email, password, address_of(request), agent_of(request)
    )
    return came_in(request, cookie, caller)


@router.delete(
    "/sign-in",
    status_code=204,
    response_class=Response,
    responses=documented({403: "A page of another site sent it."}),
)
def sign_out(request: Request) -> Response:
    """Sign this browser out; whoever was not signed in is as well served."""
    front: Front = request.app.state.front
    cookie = cookie_in(request.headers)
    if cookie is not None:
        desk = front.core.access.desk
        with suppress(NotSignedIn, NotFound):  # it had ended already
            desk.sign_out(desk.caller_of_cookie(cookie), address_of(request))
    return _forget(request, Response(status_code=204))


@router.get("/sign-ins", response_model=SignIns)
def browsers(ask: Reads) -> Response:
    """Return the browsers in which you are signed in."""
    listed = [_shaped(each, ask.caller) for each in ask.core.access.desk.sign_ins(ask.caller.user_id)]
    return answer({"signIns": listed, "count": len(listed)})


@router.delete("/sign-ins", response_model=Ended)
def sign_out_everywhere(ask: Reads) -> Response:
    """Sign out in all browsers, this one too; access tokens stay."""
    ended = ask.core.access.desk.sign_out_everywhere(ask.caller, ask.address)
    return _forget(ask.request, answer({"ended": ended}))


@router.delete("/sign-ins/{signInId}", status_code=204, response_class=Response)
def sign_out_there(signInId: str, ask: Reads) -> Response:  # noqa: N803  named as in the address
    """Sign out in one browser."""
    require_sign_in(ask.caller)
    desk = ask.core.access.desk
    for each in desk.sign_ins(ask.caller.user_id):
        if _id_of(each) == signInId:
            desk.sign_out(ask.caller, ask.address, each.digest)
            done = Response(status_code=204)
            return _forget(ask.request, done) if each.digest == ask.caller.key else done
    raise NotFound("sign-in", signInId)


@router.put("/users/me/password", status_code=204, response_class=Response)
def change_password(wanted: PasswordChange, ask: Reads) -> Response:
    """Change your password; your other browsers are signed out, access tokens stay."""
    old, new = (Secret(each.get_secret_value()) for each in (wanted.old_password, wanted.new_password))
    try:
        ask.core.access.desk.set_password(ask.caller, old, new, ask.address)
    except Invalid as error:
        if error.field != "password":
            raise
        raise Invalid(str(error), field="newPassword") from None
    return Response(status_code=204)


def came_in(request: Request, cookie: Secret, caller: Caller) -> Response:
    """Return who came in, and let the browser keep the cookie.

    Lax and no stricter, because the way back from Spotify's consent page starts at another site. The browser
    keeps it for as long as any sign-in lives; when it really ends is decided here, not there.
    """
    front: Front = request.app.state.front
    now = front.clock.now()
    response = answer(_who(front, caller, sign_in_end(now, now)))
    response.set_cookie(
        COOKIE,
        cookie.reveal(),
        max_age=int(SIGN_IN_LONGEST.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_https(request),
    )
    return response


def agent_of(request: Request) -> str:
    """Return what the browser calls itself, so that its owner knows it again."""
    return request.headers.get("user-agent", "")


def _who(front: Front, caller: Caller, expires_at: datetime) -> CameIn:
    user = front.core.accounts.user(caller.household_id, caller.user_id)
    who: WhoJson = {"userId": user.id, "email": user.email, "name": user.name}
    return {"user": who, "role": caller.role, "expiresAt": rfc3339(expires_at)}


def _shaped(sign_in: SignIn, caller: Caller) -> SignInJson:
    return {
        "signInId": _id_of(sign_in),
        "agent": sign_in.agent,
        "createdAt": rfc3339(sign_in.created_at),
        "seenAt": rfc3339(sign_in.seen_at),
        "expiresAt": rfc3339(sign_in.expires_at),
        "current": sign_in.digest == caller.key,
    }


def _id_of(sign_in: SignIn) -> str:
    return sign_in.digest[:_ID_LENGTH]


def _forget(request: Request, response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_is_https(request))
    return response


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
