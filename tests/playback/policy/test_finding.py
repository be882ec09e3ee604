"""Which speaker is meant, and what is known of it."""

from dataclasses import replace

import pytest

from playback.scene import BATH_BOX, KITCHEN_BOX, MINUTE, NOON
from spottypottysense.playback.model import KnownSpeaker, SeenSpeaker, Wake
from spottypottysense.playback.policy.finding import (
    after_playing,
    after_seen,
    after_sleeping,
    find_speaker,
    is_one,
    is_surely,
    remembered,
)
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker

BOX, KITCHEN = BATH_BOX, KITCHEN_BOX
PHONE = SeenSpeaker("phone", "Bath", "Smartphone")
TWIN = SeenSpeaker("box-3", "Bath", "Speaker")
RESTRICTED = replace(BOX, is_restricted=True)
NO_ID = replace(BOX, id=None)
KNOWN = KnownSpeaker("anna", "Bath", "Speaker", "box-1", NOON)


@pytest.mark.parametrize(
    ("wanted", "seen", "found"),
    [
        (Speaker("Bath"), [], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [KITCHEN], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [KITCHEN, BOX], BOX),
        (Speaker("bath"), [BOX], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [NO_ID], Reason.SPEAKER_MISSING),
        (Speaker("Bath", "Speaker"), [PHONE, BOX], BOX),
        (Speaker("Bath", "TV"), [PHONE, BOX], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [PHONE, BOX], Reason.SPEAKER_AMBIGUOUS),
        (Speaker("Bath", last_id="box-3"), [BOX, TWIN], TWIN),
        (Speaker("Bath", last_id="box-9"), [BOX, TWIN], Reason.SPEAKER_AMBIGUOUS),
        (Speaker("Bath", last_id="box-2"), [BOX, TWIN, KITCHEN], Reason.SPEAKER_AMBIGUOUS),
        (Speaker("Bath", last_id="box-9"), [BOX], BOX),
        (Speaker("Old name", last_id="box-1"), [BOX, KITCHEN], BOX),
        (Speaker("Old name", last_id="box-9"), [BOX, KITCHEN], Reason.SPEAKER_MISSING),
        (Speaker("Old name"), [NO_ID], Reason.SPEAKER_MISSING),
        (Speaker("Bath"), [RESTRICTED], Reason.SPEAKER_RESTRICTED),
    ],
)
def test_finding_the_speaker(wanted: Speaker, seen: list[SeenSpeaker], found: SeenSpeaker | Reason) -> None:
    """Name and type decide, the last id settles ties and finds a renamed one; nothing is guessed."""
    assert find_speaker(wanted, seen) == found
    assert find_speaker(wanted, reversed(seen)) == found


@pytest.mark.parametrize(
    ("seen", "wanted", "surely"),
    [
        (BOX, Speaker("Bath", last_id="box-1"), True),
        (BOX, Speaker("Bath"), False),
        (BOX, Speaker("Bath", last_id="box-3"), False),
        (BOX, Speaker("Bath", "TV", "box-1"), False),
        (KITCHEN, Speaker("Bath", last_id="box-2"), False),
        (RESTRICTED, Speaker("Bath", last_id="box-1"), False),
        (NO_ID, Speaker("Bath"), False),
        (None, Speaker("Bath"), False),
    ],
)
def test_only_name_and_id_together_spare_the_list(
    seen: SeenSpeaker | None, wanted: Speaker, surely: bool
) -> None:
    """An active speaker of the right name may still be the wrong twin."""
    assert is_surely(seen, wanted) is surely


def test_room_knows_its_speaker_better() -> None:
    """The id that a person chose goes before the one that was seen last."""
    assert remembered(Speaker("Bath"), None).last_id is None
    assert remembered(Speaker("Bath"), KNOWN).last_id == "box-1"
    assert remembered(Speaker("Bath", last_id="box-3"), KNOWN).last_id == "box-3"


@pytest.mark.parametrize(
    ("speaker", "one"),
    [
        (BOX, True),
        (replace(BOX, id="box-9"), True),
        (replace(BOX, name="Bad"), True),
        (KITCHEN, False),
        (PHONE, False),
        (None, False),
    ],
)
def test_two_accounts_see_one_speaker(speaker: SeenSpeaker | None, one: bool) -> None:
    """Each account may see a speaker under an id of its own."""
    assert is_one(speaker, BOX) is one


def test_what_is_learnt_of_a_speaker() -> None:
    """Ids heal silently, what was needed is kept, and visits that it slept through are counted."""
    later = NOON + MINUTE
    assert after_seen(None, "anna", BOX, NOON) == KNOWN
    healed = after_seen(KNOWN, "anna", replace(RESTRICTED, id="box-9"), later)
    assert healed == replace(KNOWN, last_id="box-9", seen_at=later, is_restricted=True)
    assert after_seen(KNOWN, "anna", NO_ID, later).last_id == "box-1"
    patient = after_playing(KNOWN, Wake.PATIENCE)
    assert patient.wake is Wake.PATIENCE
    assert after_playing(patient, Wake.TRANSFER) == patient
    twice = after_sleeping(after_sleeping(patient, NOON), later)
    assert (twice.asleep, twice.asleep_at, twice.wake) == (2, later, Wake.PATIENCE)
