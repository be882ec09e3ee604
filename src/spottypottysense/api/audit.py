"""The trail of who came in, who did not, and what was done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NotRequired

from fastapi import APIRouter, Response
from typing_extensions import TypedDict

from spottypottysense.access.model import Act, AuditEntry
from spottypottysense.api.answers import answer
from spottypottysense.api.asking import Ask, Manages
from spottypottysense.api.fields import Limit, NextToken
from spottypottysense.api.times import rfc3339

router = APIRouter(tags=["audit"])

_QUERY = "audit"
_INSTANT = timedelta(microseconds=1)


class EntryJson(TypedDict):
    """What was done, by whom, to what, and from which address; nobody's is what the machine did."""

    auditId: str
    at: str
    act: Act
    userId: str | None
    email: str | None
    subject: str
    address: str


class Trail(TypedDict):
    """Entries, newest first; `nextToken` where there are older ones."""

    entries: list[EntryJson]
    count: int
    nextToken: NotRequired[str]


@router.get("/audit", response_model=Trail)
def trail(ask: Manages, limit: Limit = 50, nextToken: NextToken = None) -> Response:  # noqa: N803
    """Return what was done in the household in the last 180 days; for owners."""
    home = ask.caller.household_id
    before, skipped = _place(ask, nextToken)
    found = ask.core.access.audit.entries(home, before, limit + skipped + 1)[skipped:]
    page = found[:limit]
    emails = {user.id: user.email for user in ask.core.accounts.users(home)}
    said: Trail = {"entries": [_shaped(each, emails) for each in page], "count": len(page)}
    if len(found) > limit:
        said["nextToken"] = ask.front.cursors.write(home, _QUERY, _after(page, before, skipped))
    return answer(said)


def _place(ask: Ask, token: str | None) -> tuple[datetime | None, int]:
    """Return before when to look, and how many of the newest were seen already."""
    if token is None:
        return None, 0
    place = ask.front.cursors.read(ask.caller.household_id, _QUERY, token)
    return datetime.fromisoformat(place["before"]), int(place["skipped"])


def _after(page: tuple[AuditEntry, ...], before: datetime | None, skipped: int) -> dict[str, Any]:
    """Return the place behind the page; several entries may be of one moment, and some of them seen."""
    last = page[-1].at
    next_before = last + _INSTANT
    seen = sum(each.at == last for each in page)
    return {"before": next_before.isoformat(), "skipped": seen + (skipped if next_before == before else 0)}


def _shaped(entry: AuditEntry, emails: Mapping[str, str]) -> EntryJson:
    return {
        "auditId": entry.id,
        "at": rfc3339(entry.at),
        "act": entry.act,
        "userId": entry.user_id,
        "email": emails.get(entry.user_id) if entry.user_id else None,
        "subject": entry.subject,
        "address": entry.address,
    }
