"""What a person should know or do, told once."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from typing_extensions import TypedDict

from spottypottysense.accounts.model import Role
from spottypottysense.api.answers import answer, tagged
from spottypottysense.api.asking import Ask, Controls, Reads
from spottypottysense.api.decisions import ReasonJson, because
from spottypottysense.api.times import rfc3339, rfc3339_or_none
from spottypottysense.errors import NotAllowed, NotFound
from spottypottysense.notices.model import Notice

router = APIRouter(tags=["notices"])

Known = Annotated[bool, Query(description="Also those that somebody acknowledged.")]


class NoticeJson(ReasonJson):
    """One notice: about a user of the household, or (`clientId`) about the Spotify app it uses."""

    noticeId: str
    userId: str | None
    email: str | None
    clientId: str | None
    at: str
    acknowledgedAt: str | None


class NoticesAnswer(TypedDict):
    """All notices that are not settled, newest first."""

    notices: list[NoticeJson]
    count: int


class NoticeAnswer(TypedDict):
    """One notice."""

    notice: NoticeJson


@router.get("/notices", response_model=NoticesAnswer)
def listed(ask: Reads, acknowledged: Known = False) -> Response:
    """Return what waits for somebody of the household; a notice goes when what it tells of is mended."""
    found = [notice for notice in _of_household(ask) if acknowledged or notice.acknowledged_at is None]
    emails = _emails(ask)
    page: NoticesAnswer = {"notices": [_shaped(notice, emails) for notice in found], "count": len(found)}
    return tagged(ask.request, page)


@router.post("/notices/{noticeId}/acknowledge", response_model=NoticeAnswer)
def acknowledge(noticeId: str, ask: Controls) -> Response:  # noqa: N803  as the API names it
    """Say that you know: it is shown no more, and not told again before it is settled."""
    notice = _notice(ask, noticeId)
    if notice.subject not in _emails(ask) and _serves_others(ask, notice.subject):
        message = "This Spotify app serves other households too: whoever runs the house acknowledges it."
        raise NotAllowed(message)
    ask.core.notices.acknowledge(notice.id)
    known: NoticeAnswer = {"notice": _shaped(_notice(ask, noticeId), _emails(ask))}
    return answer(known)


def _notice(ask: Ask, notice_id: str) -> Notice:
    found = (notice for notice in _of_household(ask) if notice.id == notice_id)
    notice = next(found, None)
    if notice is None:
        raise NotFound("open notice", notice_id)
    return notice


def _of_household(ask: Ask) -> list[Notice]:
    """Return notices about the household's people, and for its owners those about its Spotify app."""
    subjects = set(_emails(ask))
    if ask.caller.role is Role.OWNER:
        app = ask.core.connections.app_of(ask.caller.user_id)
        subjects |= {app} if app is not None else set()
    return [notice for notice in ask.core.notices.unsettled() if notice.subject in subjects]


def _serves_others(ask: Ask, client_id: str) -> bool:
    """Say whether another household connects through the app."""
    own, accounts = ask.caller.household_id, ask.core.accounts
    others = (
        users[0] for home in accounts.households() if home.id != own and (users := accounts.users(home.id))
    )
    return any(ask.core.connections.app_of(user.id) == client_id for user in others)


def _emails(ask: Ask) -> Mapping[str, str]:
    return {user.id: user.email for user in ask.core.accounts.users(ask.caller.household_id)}


def _shaped(notice: Notice, emails: Mapping[str, str]) -> NoticeJson:
    is_user = notice.subject in emails
    return {
        **because(notice.reason),
        "noticeId": notice.id,
        "userId": notice.subject if is_user else None,
        "email": emails.get(notice.subject),
        "clientId": None if is_user else notice.subject,
        "at": rfc3339(notice.at),
        "acknowledgedAt": rfc3339_or_none(notice.acknowledged_at),
    }
