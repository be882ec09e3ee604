"""The caller's household, and who lives in it."""

from contextlib import suppress
from typing import Annotated, NotRequired

from fastapi import APIRouter, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.access.model import Act
from spottypottysense.accounts.model import Household, User
from spottypottysense.api.answers import answer, must_match, tagged
from spottypottysense.api.asking import Manages, Reads
from spottypottysense.api.fields import Body, Id, Limit, Minutes, NextToken, Text
from spottypottysense.api.minutes import (
    QuietHoursChange,
    QuietHoursJson,
    fields_of,
    minutes,
    naming,
    quiet_hours_json,
)
from spottypottysense.api.pages import page
from spottypottysense.api.times import rfc3339_or_none
from spottypottysense.errors import NotFound

router = APIRouter(tags=["household"])

TimeZone = Annotated[Text, Field(examples=["Europe/Berlin"])]


class HouseholdJson(TypedDict):
    """People who share rooms; its values hold in every room that names none of its own."""

    householdId: str
    name: str
    timeZone: str
    quietHours: QuietHoursJson | None
    timeoutMinutes: float
    motionGapMinutes: float
    takesOver: bool
    latestWins: bool
    mode: str
    snoozedUntil: str | None


class HouseholdAnswer(TypedDict):
    """The caller's household."""

    household: HouseholdJson


class MemberJson(TypedDict):
    """A person of the household; one who is not active cannot come in."""

    userId: str
    email: str
    name: str
    role: str
    active: bool
    createdAt: str | None


class MemberAnswer(TypedDict):
    """One person."""

    member: MemberJson


class MembersAnswer(TypedDict):
    """The people of the household, by e-mail address."""

    members: list[MemberJson]
    count: int
    nextToken: NotRequired[str]


class HouseholdChange(Body):
    """What is to change; what is not named stays."""

    name: Text = ""
    time_zone: TimeZone = ""
    quiet_hours: QuietHoursChange | None = None
    timeout_minutes: Minutes = 0
    motion_gap_minutes: Minutes = 0
    takes_over: Annotated[
        bool, Field(description="Motion starts music although its owner listens elsewhere.")
    ] = False
    latest_wins: Annotated[
        bool, Field(description="Where two rooms want one account, the later gets it.")
    ] = False


@router.get("/household", response_model=HouseholdAnswer)
def read(ask: Reads) -> Response:
    """Return your household: its clock, and what holds in every room that names nothing else."""
    return tagged(ask.request, _answer(ask.household()))


@router.put("/household", response_model=HouseholdAnswer)
def change(change: HouseholdChange, ask: Manages) -> Response:
    """Change the household; modes and snoozes are commands and not changed here."""
    with ask.front.editing:
        household = ask.household()
        must_match(ask.request, _answer(household))
        if change.model_fields_set:
            with naming(timeout="timeoutMinutes", motionGap="motionGapMinutes"):
                household = ask.core.accounts.change_household(household.id, **fields_of(change))
            ask.core.access.audit.record(ask.caller, Act.CHANGED, "household", ask.address)
    return tagged(ask.request, _answer(household))


@router.get("/household/members", response_model=MembersAnswer)
def members(ask: Reads, limit: Limit = 50, nextToken: NextToken = None) -> Response:  # noqa: N803  as in the address
    """Return who lives in your household, those who were switched off too."""
    users = ask.core.accounts.users(ask.caller.household_id)
    shown, more = page(ask, "members", users, lambda user: [user.email], limit, nextToken)
    return tagged(ask.request, {"members": [_member(user) for user in shown], "count": len(shown), **more})


@router.delete("/household/members/{userId}", response_model=MemberAnswer)
def remove(userId: Id, ask: Manages) -> Response:  # noqa: N803  as in the address
    """Switch a member off: sign-ins, access tokens and the connection to Spotify end at once."""
    with ask.front.editing:
        user = ask.core.access.leaving.deactivate(ask.caller, userId, ask.address)
        with suppress(NotFound):  # never connected
            ask.core.connections.disconnect(user.id)
    return answer({"member": _member(user)})


def _answer(household: Household) -> HouseholdAnswer:
    return {
        "household": {
            "householdId": household.id,
            "name": household.name,
            "timeZone": household.time_zone,
            "quietHours": quiet_hours_json(household.quiet_hours),
            "timeoutMinutes": minutes(household.timeout),
            "motionGapMinutes": minutes(household.motion_gap),
            "takesOver": household.takes_over,
            "latestWins": household.latest_wins,
            "mode": household.mode,
            "snoozedUntil": rfc3339_or_none(household.snoozed_until),
        }
    }


def _member(user: User) -> MemberJson:
    return {
        "userId": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "active": user.active,
        "createdAt": rfc3339_or_none(user.created_at),
    }
