"""Music by hand: a room plays or stops, the house is quiet for a while, or is switched."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.accounts.model import Mode
from spottypottysense.api.answers import answer, must_match, tagged
from spottypottysense.api.asking import Ask, Controls, Reads
from spottypottysense.api.decisions import ReasonJson, because, where_outcomes_are
from spottypottysense.api.fields import Body, Text
from spottypottysense.api.overview import silenced_by
from spottypottysense.api.refusals import documented
from spottypottysense.api.times import rfc3339_or_none
from spottypottysense.presence.model import Decision
from spottypottysense.presence.use_cases.by_hand import LONGEST_SNOOZE

router = APIRouter(tags=["by hand"])

_MINUTE = timedelta(minutes=1)
_USUAL_MINUTES = 60.0

SnoozeMinutes = Annotated[
    float,
    Field(gt=0, le=LONGEST_SNOOZE / _MINUTE, allow_inf_nan=False, examples=[60], description="Minutes."),
]
SnoozedRoom = Annotated[str | None, Query(max_length=200, description="Without one, the whole house.")]


class Play(Body):
    """How music is asked for; `takesOver` replaces what somebody listens to on that account."""

    takes_over: bool = Field(default=False, examples=[False])


class Snooze(Body):
    """For how long, and where motion starts no music; without `roomId`, in the whole house."""

    minutes: SnoozeMinutes
    room_id: Text | None = None


class EverythingOff(Body):
    """For how long motion starts no music afterwards."""

    minutes: SnoozeMinutes = _USUAL_MINUTES


class ModeChange(Body):
    """What the house is switched to: `guests` keeps motion from starting music, `away` also stops it."""

    mode: Literal["home", "away", "guests"] = Field(examples=["away"])


class MadeJson(ReasonJson):
    """What was decided at once."""

    decisionId: str
    action: str


class CommandAnswer(TypedDict):
    """What was decided; the music follows, and what became of it is in the decision at `outcomeAt`."""

    decision: MadeJson
    roomId: str
    sessionId: str | None
    outcomeAt: str


class SnoozeAnswer(TypedDict):
    """Until when motion starts no music there; None: it does."""

    roomId: str | None
    snoozedUntil: str | None


class EverythingOffAnswer(TypedDict):
    """In how many rooms the music is stopped, and until when motion starts none; see `outcomeAt`."""

    rooms: int
    snoozedUntil: str | None
    outcomeAt: str


class ModeAnswer(TypedDict):
    """What the house is switched to; `silenced` says what keeps all of it silent now, if anything does."""

    mode: str
    snoozedUntil: str | None
    silenced: ReasonJson | None


@router.post("/rooms/{roomId}/play", response_model=CommandAnswer)
def play(roomId: str, ask: Controls, wish: Play | None = None) -> Response:  # noqa: N803  as the API names it
    """Start a room's music now, whatever the hour; it ends when the room is empty, as always."""
    room = ask.room(roomId)
    decision = ask.core.by_hand.play(room.id, takes_over=wish is not None and wish.takes_over)
    return answer(_commanded(decision, room.id))


@router.post("/rooms/{roomId}/stop", response_model=CommandAnswer)
def stop(roomId: str, ask: Controls) -> Response:  # noqa: N803  as the API names it
    """Stop the music of ours in a room; it stays silent there until the visit ends."""
    room = ask.room(roomId)
    return answer(_commanded(ask.core.by_hand.stop(room.id), room.id))


@router.post(
    "/snooze",
    response_model=SnoozeAnswer,
    responses=documented({404: "There is no such room in your household."}),
)
def snooze(wish: Snooze, ask: Controls) -> Response:
    """Let motion start no music for a while, in a room or the whole house; what plays goes on."""
    return answer(_snooze(ask, wish.minutes * _MINUTE, wish.room_id))


@router.delete(
    "/snooze",
    response_model=SnoozeAnswer,
    responses=documented({404: "There is no such room in your household."}),
)
def wake(ask: Controls, roomId: SnoozedRoom = None) -> Response:  # noqa: N803  as the API names it
    """Let motion start music again, in a room, or in the whole house with all its rooms."""
    return answer(_snooze(ask, None, roomId))


@router.post("/everything-off", response_model=EverythingOffAnswer)
def everything_off(ask: Controls, wish: EverythingOff | None = None) -> Response:
    """Stop our music in every room, and let motion start none for a while."""
    minutes = wish.minutes if wish is not None else _USUAL_MINUTES
    rooms = ask.core.by_hand.everything_off(ask.caller.household_id, minutes * _MINUTE)
    done: EverythingOffAnswer = {
        "rooms": rooms,
        "snoozedUntil": rfc3339_or_none(ask.household().snoozed_until),
        "outcomeAt": where_outcomes_are(),
    }
    return answer(done)


@router.get("/mode", response_model=ModeAnswer)
def mode(ask: Reads) -> Response:
    """Return what the house is switched to, and what keeps all of it silent."""
    return tagged(ask.request, _standing(ask))


@router.put("/mode", response_model=ModeAnswer)
def switch(wish: ModeChange, ask: Controls) -> Response:
    """Switch the house: when away or with guests motion starts no music; away also stops what plays."""
    with ask.front.editing:
        must_match(ask.request, _standing(ask))
        ask.core.by_hand.switch(ask.caller.household_id, Mode(wish.mode))
        return tagged(ask.request, _standing(ask))


def _commanded(decision: Decision, room_id: str) -> CommandAnswer:
    made: MadeJson = {
        **because(decision.reason),
        "decisionId": decision.entry_id,
        "action": decision.action,
    }
    return {
        "decision": made,
        "roomId": room_id,
        "sessionId": decision.session.id if decision.session is not None else None,
        "outcomeAt": where_outcomes_are(room_id),
    }


def _snooze(ask: Ask, span: timedelta | None, room_id: str | None) -> SnoozeAnswer:
    room = ask.room(room_id).id if room_id is not None else None
    until = ask.core.by_hand.snooze(ask.caller.household_id, span, room)
    return {"roomId": room, "snoozedUntil": rfc3339_or_none(until)}


def _standing(ask: Ask) -> ModeAnswer:
    household, now = ask.household(), ask.front.house_clock.now()
    until, reason = household.snoozed_until, silenced_by(household, now)
    return {
        "mode": household.mode,
        "snoozedUntil": rfc3339_or_none(until if until is not None and now < until else None),
        "silenced": because(reason) if reason is not None else None,
    }
