"""Speakers that the caller's Spotify shows, and whether they play."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import Field
from typing_extensions import TypedDict

from spottypottysense.api.answers import answer, tagged
from spottypottysense.api.asking import Ask, Controls, Reads
from spottypottysense.api.decisions import ReasonJson, because
from spottypottysense.api.fields import Body, Link, Text
from spottypottysense.api.refusals import documented
from spottypottysense.api.times import rfc3339_or_none
from spottypottysense.errors import Invalid, NotFound
from spottypottysense.playback.model import SpeakerSight
from spottypottysense.sensors.model import Speaker
from spottypottysense.sensors.policy import content_uri

router = APIRouter(tags=["spotify"])

_SLOW_DOWN = {429: "Spotify asks us to slow down: wait as long as `Retry-After` says."}


class SpeakerJson(TypedDict):
    """A speaker; the first five members are named as Spotify names them.

    `isListed` says that Spotify shows it now, `lastSeen` when it did last. `asleepCount` counts the visits
    that it slept through. Where `sharesName` is true, it can be told from another one by its id only.
    """

    id: str | None
    name: str
    type: str
    is_active: bool
    volume_percent: int | None
    isListed: bool
    isRestricted: bool
    supportsVolume: bool
    asleepCount: int
    lastSeen: str | None
    sharesName: bool


class SpeakersAnswer(TypedDict):
    """Every speaker that is listed or known, by name."""

    devices: list[SpeakerJson]


class SpeakerTest(Body):
    """Which speaker is tried, and with what; without `content`, with what plays in one of your rooms."""

    device_id: Text = Field(min_length=1, examples=["5fbb3ba6aa454b5534c4ba43a8c7e8e45a63ad0e"])
    content: Link | None = Field(
        default=None,
        description="A playlist, album or artist: its link or URI.",
    )


class TestAnswer(ReasonJson):
    """Whether the speaker was heard; if not, `reason` says why, and `message` what a person reads."""

    message: str
    deviceId: str
    playing: bool


@router.get("/spotify/devices", response_model=SpeakersAnswer, responses=documented(_SLOW_DOWN))
def speakers(ask: Reads) -> Response:
    """Return the speakers of your Spotify, those that it shows now and those that it showed before."""
    now = ask.front.house_clock.now()
    found = ask.core.playback.speakers(ask.caller.user_id)
    return tagged(ask.request, {"devices": [_shaped(sight, now) for sight in found]})


@router.post(
    "/spotify/test",
    response_model=TestAnswer,
    responses=documented({404: "Your Spotify knows no such speaker."}),
)
def test(wish: SpeakerTest, ask: Controls) -> Response:
    """Play some quiet seconds on a speaker and say whether they were heard; music that plays goes on."""
    speaker, content = _speaker(ask, wish.device_id), _content(ask, wish.content)
    outcome = ask.core.by_hand.test(ask.caller.user_id, speaker, content)
    why = because(outcome.reason)
    tested: TestAnswer = {
        **why,
        "message": f"{speaker.name} plays." if outcome.playing else f"{speaker.name}: {why['sentence']}",
        "deviceId": wish.device_id,
        "playing": outcome.playing,
    }
    return answer(tested)


def _speaker(ask: Ask, device_id: str) -> Speaker:
    """Return the speaker that is listed under this id, else the one that was."""
    sights = ask.core.playback.speakers(ask.caller.user_id)
    found = [Speaker(seen.name, seen.type, seen.id) for sight in sights if (seen := sight.seen)]
    found += [Speaker(known.name, known.type, known.last_id) for sight in sights if (known := sight.known)]
    for speaker in found:
        if speaker.last_id == device_id:
            return speaker
    raise NotFound("speaker", device_id, "Your Spotify knows no such speaker: look at GET /spotify/devices.")


def _content(ask: Ask, link: str | None) -> str:
    """Return what a test plays: what was named, else what a room of the caller's plays, else any room."""
    if link is not None:
        return content_uri(link)
    rooms = sorted(
        ask.core.sensors.rooms(ask.caller.household_id), key=lambda room: room.account != ask.caller.user_id
    )
    content = next((room.content for room in rooms if room.content is not None), None)
    if content is None:
        message = "No room has anything to play yet: say what the test is to play."
        raise Invalid(message, field="content")
    return content


def _shaped(sight: SpeakerSight, now: datetime) -> SpeakerJson:
    seen, known = sight.seen, sight.known
    one = seen or known
    return {
        "id": seen.id if seen is not None else known.last_id or None if known is not None else None,
        "name": one.name if one is not None else "",
        "type": one.type if one is not None else "",
        "is_active": seen is not None and seen.is_active,
        "volume_percent": seen.volume if seen is not None else None,
        "isListed": seen is not None,
        "isRestricted": one is not None and one.is_restricted,
        "supportsVolume": seen is None or seen.supports_volume,
        "asleepCount": known.asleep if known is not None else 0,
        "lastSeen": rfc3339_or_none(
            now if seen is not None else known.seen_at if known is not None else None
        ),
        "sharesName": sight.shares_name,
    }
