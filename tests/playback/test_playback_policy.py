"""Whose music it is, which speaker is meant, and what to do about both."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from spottypottysense.errors import Conflict, Invalid, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Action, PlayerState, Receipt, SeenSpeaker, Visit
from spottypottysense.playback.policy import (
    find_speaker,
    is_confirmed,
    is_ours,
    on_arrival,
    on_departure,
    reason_of,
)
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker

MIX = "spotify:playlist:mix"
BOX = SeenSpeaker("box-1", "Bath", "Speaker")
RECEIPT = Receipt("anna", "s1", "bath", "box-1", "Bath", MIX, datetime(2026, 3, 2, 12, tzinfo=UTC))
VISIT = Visit("s2", "bath", "anna", Speaker("Bath"), MIX, 30, shuffle=True)
OURS = PlayerState(BOX, is_playing=True, content=MIX)
NOTHING = PlayerState()
PAUSED = replace(OURS, is_playing=False)
THEIRS = replace(OURS, content="spotify:album:theirs")
NO_CONTEXT = replace(OURS, content=None)
ELSEWHERE = replace(OURS, speaker=SeenSpeaker("box-2", "Kitchen", "Speaker"))
NEW_ID = replace(OURS, speaker=replace(BOX, id="box-9"))
NO_ID = replace(OURS, speaker=replace(BOX, id=None))
RENAMED = replace(OURS, speaker=replace(BOX, name="Bad"))
NOWHERE = replace(OURS, speaker=None)


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        (OURS, True),
        (NEW_ID, True),
        (NO_ID, True),
        (RENAMED, True),
        (THEIRS, False),
        (NO_CONTEXT, False),
        (ELSEWHERE, False),
        (NOWHERE, False),
        (NOTHING, False),
    ],
)
def test_what_is_ours(state: PlayerState, ours: bool) -> None:
    """Our content on our speaker is ours, by id or by name; anything else is not."""
    assert is_ours(state, RECEIPT) is ours
    assert is_confirmed(state, RECEIPT) is ours
    assert not is_confirmed(replace(state, is_playing=False), RECEIPT)


@pytest.mark.parametrize(
    ("state", "receipt", "action", "reason"),
    [
        (NOTHING, None, Action.START, Reason.ARRIVED),
        (NOTHING, RECEIPT, Action.START, Reason.ARRIVED),
        (PAUSED, RECEIPT, Action.START, Reason.ARRIVED),
        (replace(THEIRS, is_playing=False), None, Action.START, Reason.ARRIVED),
        (OURS, RECEIPT, Action.KEEP, Reason.ALREADY_PLAYING),
        (OURS, replace(RECEIPT, room_id="kitchen"), Action.STAY_SILENT, Reason.BUSY_ELSEWHERE),
        (OURS, None, Action.STAY_SILENT, Reason.OWN_MUSIC),
        (THEIRS, None, Action.STAY_SILENT, Reason.OWN_MUSIC),
        (THEIRS, RECEIPT, Action.STAY_SILENT, Reason.OWN_MUSIC),
        (ELSEWHERE, RECEIPT, Action.STAY_SILENT, Reason.OWN_MUSIC),
        (NOWHERE, RECEIPT, Action.STAY_SILENT, Reason.OWN_MUSIC),
    ],
)
def test_arrival(state: PlayerState, receipt: Receipt | None, action: Action, reason: Reason) -> None:
    """Music starts in silence only; what plays already is kept if it is ours, and left alone if not."""
    verdict = on_arrival(VISIT, state, receipt)
    assert (verdict.action, verdict.reason) == (action, reason)


@pytest.mark.parametrize(
    ("session_id", "state", "action", "reason"),
    [
        ("s1", OURS, Action.PAUSE, Reason.PAUSED),
        ("s1", NEW_ID, Action.PAUSE, Reason.PAUSED),
        ("s1", PAUSED, Action.LEAVE, Reason.ALREADY_SILENT),
        ("s1", NOTHING, Action.LEAVE, Reason.ALREADY_SILENT),
        ("s1", THEIRS, Action.LEAVE, Reason.NOT_OURS),
        ("s1", ELSEWHERE, Action.LEAVE, Reason.NOT_OURS),
        ("s1", NOWHERE, Action.LEAVE, Reason.NOT_OURS),
        ("s2", OURS, Action.LEAVE, Reason.NOT_OURS),
    ],
)
def test_departure(session_id: str, state: PlayerState, action: Action, reason: Reason) -> None:
    """Only what the receipt of this very visit proves to be ours is paused."""
    verdict = on_departure(session_id, state, RECEIPT)
    assert (verdict.action, verdict.reason) == (action, reason)


KITCHEN = SeenSpeaker("box-2", "Kitchen", "Speaker")
PHONE = SeenSpeaker("phone", "Bath", "Smartphone")
TWIN = SeenSpeaker("box-3", "Bath", "Speaker")
RESTRICTED = replace(BOX, is_restricted=True)


@pytest.mark.parametrize(
    ("wanted", "seen", "found"),
    [
        (Speaker("Bath"), [], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [KITCHEN], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [KITCHEN, BOX], BOX),
        (Speaker("bath"), [BOX], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [replace(BOX, id=None)], Reason.SPEAKER_MISSING),
        (Speaker("Bath", "Speaker"), [PHONE, BOX], BOX),
        (Speaker("Bath", "TV"), [PHONE, BOX], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [PHONE, BOX], Reason.SPEAKER_AMBIGUOUS),
        (Speaker("Bath", last_id="box-3"), [BOX, TWIN], TWIN),
        (Speaker("Bath", last_id="box-9"), [BOX, TWIN], Reason.SPEAKER_AMBIGUOUS),
        (Speaker("Bath", last_id="box-2"), [BOX, TWIN, KITCHEN], Reason.SPEAKER_AMBIGUOUS),
        (Speaker("Bath", last_id="box-9"), [BOX], BOX),
        (Speaker("Old name", last_id="box-1"), [BOX, KITCHEN], BOX),
        (Speaker("Old name", last_id="box-9"), [BOX, KITCHEN], Reason.SPEAKER_MISSING),
        (Speaker("Old name"), [replace(BOX, id=None)], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [RESTRICTED], Reason.SPEAKER_RESTRICTED),
    ],
)
def test_finding_the_speaker(wanted: Speaker, seen: list[SeenSpeaker], found: SeenSpeaker | Reason) -> None:
    """Name and type decide, the last id settles ties and finds a renamed one; nothing is guessed."""
    assert find_speaker(wanted, seen) == found
    assert find_speaker(wanted, reversed(seen)) == found


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NeedsPerson(Reason.PREMIUM_REQUIRED), Reason.PREMIUM_REQUIRED),
        (Unavailable("later", reason=Reason.RATE_LIMITED), Reason.RATE_LIMITED),
        (NotFound("speaker", "box-1"), Reason.SPEAKER_MISSING),
        (Conflict("changed"), Reason.COMMAND_REFUSED),
        (Invalid("wrong"), Reason.COMMAND_REFUSED),
    ],
)
def test_reason_of_an_error(error: SpottyError, reason: Reason) -> None:
    """Whatever goes wrong has a reason that people can read."""
    assert reason_of(error) is reason
