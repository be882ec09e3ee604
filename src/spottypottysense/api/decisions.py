"""What was decided and why: the answer to "why is it silent?"."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from typing_extensions import TypedDict

from spottypottysense.api.answers import tagged
from spottypottysense.api.asking import Reads
from spottypottysense.api.fields import Limit, NextToken
from spottypottysense.api.refusals import documented
from spottypottysense.api.times import rfc3339
from spottypottysense.presence.model import JournalEntry
from spottypottysense.reasons import Reason, fix, sentence

router = APIRouter(tags=["decisions"])

_LONGEST_DETAIL = 500

RoomOnly = Annotated[str | None, Query(max_length=200, description="Of this room only.")]


class ReasonJson(TypedDict):
    """A reason: its code, what people read for it, and the code of what mends it, if anything does."""

    reason: str
    sentence: str
    fix: str | None


class DecisionJson(ReasonJson):
    """One decision. `fix` is for what it came to in the end; `timestamp` is `at` in epoch seconds.

    `outcome` is what became of the music; it follows when that is known.
    """

    decisionId: str
    at: str
    timestamp: int
    roomId: str | None
    room: str | None
    sensorId: str
    sessionId: str | None
    event: str
    action: str
    outcome: str | None
    outcomeSentence: str | None
    detail: str


class _Going(TypedDict, total=False):
    nextToken: str


class DecisionsAnswer(_Going):
    """A page of decisions; with more to come, `nextToken` says where it goes on."""

    decisions: list[DecisionJson]
    count: int


@router.get(
    "/decisions",
    response_model=DecisionsAnswer,
    responses=documented({404: "There is no such room in your household."}),
)
def feed(ask: Reads, limit: Limit = 50, nextToken: NextToken = None, roomId: RoomOnly = None) -> Response:  # noqa: N803  as the API names them
    """Return what was decided and why, newest first: who came, why it is silent, and what mends that."""
    if roomId is not None:
        ask.room(roomId)
    home, query = ask.caller.household_id, f"decisions {roomId or ''}"
    before = None if nextToken is None else ask.front.cursors.read(home, query, nextToken)["before"]
    found = ask.core.presence.decisions(home, limit + 1, roomId, before)
    names = {room.id: room.name for room in ask.core.sensors.rooms(home)}
    page: DecisionsAnswer = {
        "decisions": [shaped(entry, names) for entry in found[:limit]],
        "count": min(len(found), limit),
    }
    if len(found) > limit:
        page["nextToken"] = ask.front.cursors.write(home, query, {"before": found[limit - 1].id})
    return tagged(ask.request, page)


def because(reason: Reason) -> ReasonJson:
    """Return a reason as people and programs read it."""
    return {"reason": reason, "sentence": sentence(reason), "fix": fix(reason)}


def where_outcomes_are(room_id: str | None = None) -> str:
    """Return the address at which the outcome of a command is found once it is known."""
    return "/decisions" if room_id is None else f"/decisions?roomId={room_id}"


def shaped(entry: JournalEntry, rooms: Mapping[str, str]) -> DecisionJson:
    """Return a decision as it is told; `rooms` are names by id."""
    return {
        "decisionId": entry.id,
        "at": rfc3339(entry.at),
        "timestamp": int(entry.at.timestamp()),
        "roomId": entry.room_id,
        "room": rooms.get(entry.room_id or ""),
        "sensorId": entry.sensor_id,
        "sessionId": entry.session_id,
        "event": entry.event,
        "action": entry.action,
        "reason": entry.reason,
        "sentence": sentence(entry.reason),
        "outcome": entry.outcome,
        "outcomeSentence": sentence(entry.outcome) if entry.outcome is not None else None,
        "detail": entry.detail[:_LONGEST_DETAIL],
        "fix": fix(entry.outcome or entry.reason),
    }
