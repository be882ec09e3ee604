"""Rooms: what plays in them, where, how, and when."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Annotated, Any, NotRequired

from fastapi import APIRouter, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.access.model import Act
from spottypottysense.api.answers import must_match, tagged
from spottypottysense.api.asking import Ask, Manages, Reads
from spottypottysense.api.fields import (
    Body,
    Clock,
    Id,
    Limit,
    Link,
    Minutes,
    NextToken,
    Percent,
    Text,
    wall_time,
)
from spottypottysense.api.minutes import (
    QuietHoursChange,
    QuietHoursJson,
    clock,
    fields_of,
    minutes_or_none,
    naming,
    quiet_hours_json,
)
from spottypottysense.api.pages import page
from spottypottysense.api.times import rfc3339_or_none
from spottypottysense.sensors.model import Beginning, DayPart, Ending, Programme, Room, Speaker

router = APIRouter(tags=["rooms"])

Content = Annotated[
    Link,
    Field(
        description="Link or URI of a playlist, album or artist.",
        examples=["spotify:playlist:37i9dQZF1DX4WYpdgoIcn6"],
    ),
]
UserId = Annotated[Text, Field(examples=["user-9f86d081884c7d65"])]


class SpeakerJson(TypedDict):
    """Where music plays, found by name and type; `lastId` is what Spotify called it last."""

    name: str
    type: str
    lastId: str | None


class ProgrammeJson(TypedDict):
    """What the room wishes for from `starts` until its next programme starts."""

    part: str
    starts: str
    content: str | None
    ceiling: int | None


class RoomJson(TypedDict):
    """A room; null leaves a value to the household. `account` is the user whose Spotify plays."""

    roomId: str
    name: str
    account: str | None
    speaker: SpeakerJson | None
    content: str | None
    volume: int | None
    shuffle: bool
    timeoutMinutes: float | None
    motionGapMinutes: float | None
    quietHours: QuietHoursJson | None
    standIns: list[str]
    day: list[ProgrammeJson]
    beginning: str
    ending: str
    fadesIn: bool
    follows: bool
    snoozedUntil: str | None
    sensorIds: list[str]


class RoomAnswer(TypedDict):
    """One room."""

    room: RoomJson


class RoomsAnswer(TypedDict):
    """The household's rooms, by name."""

    rooms: list[RoomJson]
    count: int
    nextToken: NotRequired[str]


class SpeakerChange(Body):
    """A speaker by the name that Spotify shows, and its type if two share a name."""

    name: Annotated[Text, Field(min_length=1, examples=["Bathroom"])]
    type: Annotated[Text, Field(examples=["Speaker"])] = ""


class ProgrammeChange(Body):
    """What the room wishes for from `starts`; `ceiling` is the volume that is never exceeded."""

    part: Annotated[DayPart, Field(strict=False)]
    starts: Clock
    content: Content | None = None
    ceiling: Percent | None = None


class RoomChange(Body):
    """What is to change; what is not named stays, and null leaves the value to the household."""

    name: Annotated[Text, Field(examples=["Bathroom"])] = ""
    account: UserId | None = None
    speaker: SpeakerChange | None = None
    content: Content | None = None
    volume: Percent | None = None
    shuffle: bool = True
    timeout_minutes: Minutes | None = None
    motion_gap_minutes: Minutes | None = None
    quiet_hours: QuietHoursChange | None = None
    stand_ins: Annotated[list[UserId], Field(max_length=20)] = Field(default_factory=list)
    day: Annotated[list[ProgrammeChange], Field(max_length=4)] = Field(default_factory=list)
    beginning: Annotated[Beginning, Field(strict=False)] = Beginning.ANYWHERE
    ending: Annotated[Ending, Field(strict=False)] = Ending.STOP
    fades_in: bool = False
    follows: bool = True


class NewRoom(RoomChange):
    """A room and what is known of it; all but the name may come later."""

    name: Annotated[Text, Field(examples=["Bathroom"])]


@router.get("/rooms", response_model=RoomsAnswer)
def all_rooms(ask: Reads, limit: Limit = 50, nextToken: NextToken = None) -> Response:  # noqa: N803  as in the address
    """Return the rooms of your household."""
    rooms = ask.core.sensors.rooms(ask.caller.household_id)
    shown, more = page(ask, "rooms", rooms, lambda room: [room.name, room.id], limit, nextToken)
    sensors = _sensors_by_room(ask)
    listed = [_room(room, sensors.get(room.id, ())) for room in shown]
    return tagged(ask.request, {"rooms": listed, "count": len(listed), **more})


@router.post("/rooms", status_code=201, response_model=RoomAnswer)
def add(wanted: NewRoom, ask: Manages) -> Response:
    """Add a room."""
    fields = room_fields(wanted, None)
    with ask.front.editing, _as_named():
        room = ask.core.sensors.add_room(ask.caller.household_id, fields.pop("name"), **fields)
    ask.core.access.audit.record(ask.caller, Act.ADDED, f"room {room.name}", ask.address)
    return tagged(ask.request, {"room": _room(room, ())}, 201)


@router.get("/rooms/{roomId}", response_model=RoomAnswer)
def read(roomId: Id, ask: Reads) -> Response:  # noqa: N803  as in the address
    """Return one room."""
    return tagged(ask.request, _answer(ask, ask.room(roomId)))


@router.put("/rooms/{roomId}", response_model=RoomAnswer)
def change(roomId: Id, change: RoomChange, ask: Manages) -> Response:  # noqa: N803  as in the address
    """Change a room."""
    with ask.front.editing:
        room = ask.room(roomId)
        must_match(ask.request, _answer(ask, room))
        if change.model_fields_set:
            with _as_named():
                room = ask.core.sensors.change_room(room.id, **room_fields(change, room))
            ask.core.access.audit.record(ask.caller, Act.CHANGED, f"room {room.name}", ask.address)
    return tagged(ask.request, _answer(ask, room))


def _as_named() -> AbstractContextManager[None]:
    """Let refusals name fields as the caller does."""
    return naming(timeout="timeoutMinutes", motionGap="motionGapMinutes")


def room_fields(change: RoomChange, before: Room | None) -> dict[str, Any]:
    """Return the named fields as the model has them; a speaker that stays the same keeps its last id."""
    fields = fields_of(change)
    if change.speaker is not None:
        fields["speaker"] = _speaker(change.speaker, before.speaker if before is not None else None)
    if "stand_ins" in fields:
        fields["stand_ins"] = tuple(change.stand_ins)
    if "day" in fields:
        fields["day"] = _day(change.day)
    return fields


def _speaker(given: SpeakerChange, known: Speaker | None) -> Speaker:
    if known is not None and known.name == given.name and given.type in ("", known.type):
        return known
    return Speaker(given.name, given.type)


def _day(given: Iterable[ProgrammeChange]) -> tuple[Programme, ...]:
    programmes = (Programme(now.part, wall_time(now.starts), now.content, now.ceiling) for now in given)
    return tuple(sorted(programmes, key=lambda programme: programme.starts))


def _answer(ask: Ask, room: Room) -> RoomAnswer:
    return {"room": _room(room, _sensors_by_room(ask).get(room.id, ()))}


def _sensors_by_room(ask: Ask) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sensor in ask.core.sensors.sensors(ask.caller.household_id):
        found.setdefault(sensor.room_id, []).append(sensor.id)
    return found


def _room(room: Room, sensor_ids: Iterable[str]) -> RoomJson:
    speaker = room.speaker
    return {
        "roomId": room.id,
        "name": room.name,
        "account": room.account,
        "speaker": {"name": speaker.name, "type": speaker.type, "lastId": speaker.last_id}
        if speaker
        else None,
        "content": room.content,
        "volume": room.volume,
        "shuffle": room.shuffle,
        "timeoutMinutes": minutes_or_none(room.timeout),
        "motionGapMinutes": minutes_or_none(room.motion_gap),
        "quietHours": quiet_hours_json(room.quiet_hours),
        "standIns": list(room.stand_ins),
        "day": [_programme(now) for now in room.day],
        "beginning": room.beginning,
        "ending": room.ending,
        "fadesIn": room.fades_in,
        "follows": room.follows,
        "snoozedUntil": rfc3339_or_none(room.snoozed_until),
        "sensorIds": list(sensor_ids),
    }


def _programme(now: Programme) -> ProgrammeJson:
    return {"part": now.part, "starts": clock(now.starts), "content": now.content, "ceiling": now.ceiling}
