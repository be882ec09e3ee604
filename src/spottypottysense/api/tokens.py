"""Access tokens: what a script shows instead of a password."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.access.model import AccessToken, Scope
from spottypottysense.api.answers import answer
from spottypottysense.api.asking import Reads
from spottypottysense.api.fields import Body, Text, moment
from spottypottysense.api.idempotency import shown_once
from spottypottysense.api.times import rfc3339, rfc3339_or_none
from spottypottysense.errors import Invalid

router = APIRouter(tags=["tokens"])

ScopeName = Literal["read", "control", "manage"]


class TokenJson(TypedDict):
    """An access token, without what proves it; without `expiresAt` it lives until it is revoked."""

    tokenId: str
    name: str
    scopes: list[ScopeName]
    createdAt: str
    expiresAt: str | None
    usedAt: str | None


class Tokens(TypedDict):
    """All access tokens of a person, newest first."""

    tokens: list[TokenJson]
    count: int


class MadeToken(TypedDict):
    """A new access token; `secret` is shown this once, and goes behind `Authorization: Bearer`."""

    token: TokenJson
    secret: str


class NewToken(Body):
    """What a new token is for, what it allows, and until when; without `expiresAt` until it is revoked."""

    name: Annotated[Text, Field(examples=["phone shortcut"])]
    scopes: Annotated[list[ScopeName], Field(max_length=3, examples=[["read", "control"]])]
    expires_at: Annotated[Text | None, Field(examples=["2027-03-01T00:00:00Z"])] = None


@router.get("/tokens", response_model=Tokens)
def all_tokens(ask: Reads) -> Response:
    """Return your access tokens, those that have ended too."""
    listed = [_shaped(each) for each in ask.core.access.tokens.tokens(ask.caller.user_id)]
    return answer({"tokens": listed, "count": len(listed)})


@router.post("/tokens", status_code=201, response_model=MadeToken)
def make(wanted: NewToken, ask: Reads) -> Response:
    """Make an access token; its secret is in this answer and nowhere else."""
    life = None
    if wanted.expires_at is not None:
        now = ask.front.clock.now()
        life = moment(wanted.expires_at, ask.household().time_zone, "expiresAt") - now
        if life.total_seconds() <= 0:
            raise Invalid("This time has passed: name one that is still to come.", field="expiresAt")
    scopes = frozenset(map(Scope, wanted.scopes))
    secret, token = ask.core.access.tokens.make(ask.caller, wanted.name, scopes, life, ask.address)
    shown_once(ask.request)
    return answer({"token": _shaped(token), "secret": secret.reveal()}, 201)


@router.delete("/tokens/{tokenId}", status_code=204, response_class=Response)
def revoke(tokenId: str, ask: Reads) -> Response:  # noqa: N803  named as in the address
    """End one of your access tokens at once."""
    ask.core.access.tokens.revoke(ask.caller, tokenId, ask.address)
    return Response(status_code=204)


def _shaped(token: AccessToken) -> TokenJson:
    names: dict[Scope, ScopeName] = {
        Scope.READ: "read",
        Scope.CONTROL: "control",
        Scope.MANAGE: "manage",
    }
    return {
        "tokenId": token.id,
        "name": token.name,
        "scopes": [names[scope] for scope in sorted(token.scopes)],
        "createdAt": rfc3339(token.created_at),
        "expiresAt": rfc3339_or_none(token.expires_at),
        "usedAt": rfc3339_or_none(token.used_at),
    }
