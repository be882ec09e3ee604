"""Visits to rooms, one by one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NotRequired

from fastapi import APIRouter, Query, Response
from typing_extensions import TypedDict

from spottypottysense.api.answers import tagged
from spottypottysense.api.asking import Ask, Reads
from spottypottysense.api.fields import Date, Limit, NextToken, Text, moment
from spottypottysense.api.refusals import documented
from spottypottysense.api.times import rfc3339
from spottypottysense.errors import Invalid
from spottypottysense.history.model import Place, Selection
from spottypottysense.history.policy import had_music
from spottypottysense.presence.model import Session
from spottypottysense.reasons import Reason, sentence

router = APIRouter(tags=["sessions"])

OfSensor = Annotated[Text | None, Query(description="Only of this sensor.")]
OfRoom = Annotated[Text | None, Query(description="Only of this room.")]

UNKNOWN = documented({404: "There is no such sensor or room in your household."})

FAILURES = frozenset(
    {
        Reason.SPEAKER_ASLEEP,
        Reason.SPEAKER_MISSING,
        Reason.SPEAKER_AMBIGUOUS,
        Reason.SPEAKER_RESTRICTED,
        Reason.COMMAND_REFUSED,
        Reason.NOT_CONFIRMED,
        Reason.RESTARTED,
        Reason.NOT_CONNECTED,
        Reason.RECONNECT,
        Reason.CONSENT_ENDED,
        Reason.DOUBTED,
        Reason.LOST_IN_CRASH,
        Reason.MASS_REFUSALS,
        Reason.OTHER_ACCOUNT,
        Reason.SEATS_TAKEN,
        Reason.CONSENT_DENIED,
        Reason.NO_APP,
        Reason.SCOPE_MISSING,
        Reason.PREMIUM_REQUIRED,
        Reason.NOT_ON_ALLOWLIST,
        Reason.APP_MISCONFIGURED,
        Reason.RATE_LIMITED,
        Reason.QUOTA_EXCEEDED,
        Reason.SPOTIFY_UNAVAILABLE,
        Reason.STORAGE_UNAVAILABLE,
    }
)
"""Silence that nobody wished for: something was in the way of the music."""

_DATE = len("2026-03-01")


class SessionJson(TypedDict):
    """One visit; spans are seconds, `startTime`, `endTime` and `lastMotionTime` are epoch seconds."""

    sessionId: str
    sensorId: str
    roomId: str
    userId: str | None
    startTime: int
    startedAt: str
    endTime: NotRequired[int]
    endedAt: NotRequired[str]
    lastMotionTime: int
    duration: int
    motionEvents: int
    spotifyStarted: bool
    playbackDuration: int
    playlist: NotRequired[str]
    status: Literal["active", "completed", "error"]
    silentReason: NotRequired[str]
    errorMessage: NotRequired[str]
    firstNoteMs: NotRequired[int]


class Sessions(TypedDict):
    """Visits, newest first."""

    sessions: list[SessionJson]
    count: int
    nextToken: NotRequired[str]


@router.get("/sessions", response_model=Sessions, responses=UNKNOWN)
def sessions(
    ask: Reads,
    sensorId: OfSensor = None,  # noqa: N803  as it is written in the address
    roomId: OfRoom = None,  # noqa: N803  as above
    startDate: Date = None,  # noqa: N803  as above
    endDate: Date = None,  # noqa: N803  as above
    limit: Limit = 50,
    nextToken: NextToken = None,  # noqa: N803  as above
) -> Response:
    """List the visits to the household's rooms, newest first.

    Those that began from startDate on and before endDate; a date counts by the household's clock and includes
    its whole day. Visits older than the household keeps them are in /analytics only.
    """
    selection = selected(ask, sensorId, roomId, startDate, endDate)
    query = repr(("sessions", sensorId, roomId, startDate, endDate))
    home, after = ask.caller.household_id, None
    if nextToken is not None:
        after = _place(ask.front.cursors.read(home, query, nextToken))
    found = ask.core.history.page(selection, after, limit + 1)
    shown, now = found[:limit], ask.front.house_clock.now()
    value: Sessions = {"sessions": [shaped(session, now) for session in shown], "count": len(shown)}
    if len(found) > limit:
        place = {"at": shown[-1].opened_at.isoformat(), "id": shown[-1].id}
        value["nextToken"] = ask.front.cursors.write(home, query, place)
    return tagged(ask.request, value)


def selected(
    ask: Ask, sensor_id: str | None, room_id: str | None, start: str | None, end: str | None
) -> Selection:
    """Return what is asked about; raises `NotFound` for what is not the caller's, `Invalid` for odd times."""
    if sensor_id is not None:
        ask.sensor(sensor_id)
    if room_id is not None:
        ask.room(room_id)
    starts, ends = asked_span(start, end, ask.household().time_zone)
    return Selection(ask.caller.household_id, starts, ends, room_id, sensor_id)


def asked_span(start: str | None, end: str | None, zone: str) -> tuple[datetime | None, datetime | None]:
    """Return [start, end), None where it is open; dates by a clock in `zone`, an end date with its whole day.

    Raises `Invalid` for what is no time, or ends before it starts.
    """
    starts = moment(start, zone, "startDate") if start is not None else None
    ends = moment(end, zone, "endDate") if end is not None else None
    if ends is not None and end is not None and len(end) == _DATE:
        ends += timedelta(days=1)
    if starts is not None and ends is not None and ends < starts:
        raise Invalid("It ends before it starts: let endDate be later than startDate.", field="endDate")
    return starts, ends


def shaped(session: Session, now: datetime) -> SessionJson:
    """Return a visit as it is told; one that goes on has lasted until `now`."""
    ended, reason = session.ended_at, session.silent_reason
    value: SessionJson = {
        "sessionId": session.id,
        "sensorId": session.sensor_id,
        "roomId": session.room_id,
        "userId": session.account,
        "startTime": int(session.opened_at.timestamp()),
        "startedAt": rfc3339(session.opened_at),
        "lastMotionTime": int(session.last_motion_at.timestamp()),
        "duration": max(int(((ended or now) - session.opened_at).total_seconds()), 0),
        "motionEvents": session.motions,
        "spotifyStarted": had_music(session),
        "playbackDuration": _music_seconds(session, now),
        "status": "active" if ended is None else "error" if reason in FAILURES else "completed",
    }
    if ended is not None:
        value["endTime"], value["endedAt"] = int(ended.timestamp()), rfc3339(ended)
    if session.content is not None:
        value["playlist"] = session.content
    if reason is not None:
        value["silentReason"] = reason
        if reason in FAILURES:
            value["errorMessage"] = sentence(reason)
    if session.confirmed_after is not None:
        value["firstNoteMs"] = round(session.confirmed_after.total_seconds() * 1000)
    return value


def _music_seconds(session: Session, now: datetime) -> int:
    played = session.music_time
    if session.music_since is not None:
        played += max(now - session.music_since, timedelta(0))
    return int(played.total_seconds())


def _place(token: Mapping[str, Any]) -> Place:
    return datetime.fromisoformat(token["at"]), token["id"]
