"""What visits come to."""

from datetime import timedelta
from typing import Annotated, NotRequired
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from typing_extensions import TypedDict

from spottypottysense.api.answers import tagged
from spottypottysense.api.asking import Ask, Reads
from spottypottysense.api.fields import Date, Text
from spottypottysense.api.sessions import UNKNOWN, OfRoom, OfSensor, selected
from spottypottysense.errors import Invalid
from spottypottysense.history.model import Analysis, Latency, Totals
from spottypottysense.reasons import sentence

router = APIRouter(tags=["analytics"])

_USUAL_SPAN = timedelta(days=29)


class Sums(TypedDict):
    """What visits come to; the average duration is over those that have ended."""

    totalSessions: int
    completedSessions: int
    activeSessions: int
    sessionsWithPlayback: int
    totalMotionEvents: int
    totalDurationMinutes: float
    totalPlaybackMinutes: float
    averageDurationMinutes: float
    averageMotionEventsPerSession: float


class OfOneSensor(Sums):
    """What one sensor's visits come to; `sensorId` opened them."""

    sensorId: str
    roomId: str


class FirstNote(TypedDict):
    """Milliseconds from a motion to the first note, at most 5 % too many."""

    count: int
    p50Ms: int
    p95Ms: int


class OfOneRoom(Sums):
    """What one room's visits come to; no name, if the room is gone."""

    roomId: str
    roomName: NotRequired[str]
    firstNote: NotRequired[FirstNote]


class Week(TypedDict):
    """Visits by when they began: 7 days, Monday first, of 24 hours by a clock in `timeZone`."""

    timeZone: str
    sessions: list[list[int]]


class OfOnePlaylist(TypedDict):
    """How many visits had this music, as far as it is known what played."""

    playlist: str
    sessions: int


class Silence(TypedDict):
    """How many visits had no music for this reason."""

    reason: str
    sentence: str
    sessions: int


class DateRange(TypedDict):
    """The days that are counted, both included, by the household's clock."""

    startDate: str
    endDate: str


class Analytics(TypedDict):
    """What the visits of some days come to."""

    summary: Sums
    bySensor: list[OfOneSensor]
    byRoom: list[OfOneRoom]
    heatMap: Week
    byPlaylist: list[OfOnePlaylist]
    silentReasons: list[Silence]
    dateRange: DateRange


@router.get("/analytics", response_model=Analytics, responses=UNKNOWN)
def analytics(
    ask: Reads,
    sensorId: OfSensor = None,  # noqa: N803  as it is written in the address
    roomId: OfRoom = None,  # noqa: N803  as above
    startDate: Date = None,  # noqa: N803  as above
    endDate: Date = None,  # noqa: N803  as above
    timeZone: Annotated[  # noqa: N803  as above
        Text | None, Query(description="The clock of the heat map.", examples=["Europe/Berlin"])
    ] = None,
) -> Response:
    """Sum up the visits of whole days, the last 30 if none are named.

    Days are by the household's clock, and a time counts as its whole day. Visits that are too old to be kept
    one by one still count. Hours of another time zone than the household's are rounded down to whole hours.
    """
    clock_in = ask.household().time_zone
    zone = _zone(timeZone) if timeZone is not None else clock_in
    selection = selected(ask, sensorId, roomId, startDate, endDate)
    local, moment = ZoneInfo(clock_in), timedelta(microseconds=1)
    today = ask.front.house_clock.now().astimezone(local).date()
    last = (selection.end - moment).astimezone(local).date() if selection.end else today
    first = selection.start.astimezone(local).date() if selection.start else last - _USUAL_SPAN
    if last < first:
        raise Invalid("It ends before it starts: let endDate be later than startDate.", field="endDate")
    now = ask.core.presence.open_sessions()
    found = ask.core.history.analysis(selection, first, last, clock_in, zone, now)
    days: DateRange = {"startDate": first.isoformat(), "endDate": last.isoformat()}
    return tagged(ask.request, _shaped(ask, found, zone, days))


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError):
        message = f"{name!r} is no time zone: use a name such as Europe/Berlin."
        raise Invalid(message, field="timeZone") from None


def _shaped(ask: Ask, found: Analysis, zone: str, days: DateRange) -> Analytics:
    names = {room.id: room.name for room in ask.core.sensors.rooms(ask.caller.household_id)}
    return {
        "summary": _sums(found.total),
        "bySensor": [
            {"sensorId": sensor_id, "roomId": room_id, **_sums(totals)}
            for (room_id, sensor_id), totals in found.sensors.items()
        ],
        "byRoom": [
            _room(room_id, totals, names.get(room_id), found.first_notes.get(room_id))
            for room_id, totals in found.rooms.items()
        ],
        "heatMap": {"timeZone": zone, "sessions": [list(day) for day in found.week]},
        "byPlaylist": [{"playlist": uri, "sessions": count} for uri, count in found.contents.items()],
        "silentReasons": [
            {"reason": reason, "sentence": sentence(reason), "sessions": count}
            for reason, count in found.silent.items()
        ],
        "dateRange": days,
    }


def _room(room_id: str, totals: Totals, name: str | None, first_note: Latency | None) -> OfOneRoom:
    value: OfOneRoom = {"roomId": room_id, **_sums(totals)}  # type: ignore[typeddict-item]  # it takes ** for a whole
    if name is not None:
        value["roomName"] = name
    if first_note is not None:
        p50, p95 = (round(span / timedelta(milliseconds=1)) for span in (first_note.p50, first_note.p95))
        value["firstNote"] = {"count": first_note.count, "p50Ms": p50, "p95Ms": p95}
    return value


def _sums(totals: Totals) -> Sums:
    ended, minute = totals.sessions - totals.open, timedelta(minutes=1)
    return {
        "totalSessions": totals.sessions,
        "completedSessions": ended,
        "activeSessions": totals.open,
        "sessionsWithPlayback": totals.with_music,
        "totalMotionEvents": totals.motions,
        "totalDurationMinutes": round(totals.visit_time / minute, 1),
        "totalPlaybackMinutes": round(totals.music_time / minute, 1),
        "averageDurationMinutes": round(totals.visit_time / minute / ended, 1) if ended else 0.0,
        "averageMotionEventsPerSession": round(totals.motions / totals.sessions, 1)
        if totals.sessions
        else 0.0,
    }
