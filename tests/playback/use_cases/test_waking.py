"""The ladder: speakers that sleep, take their time, or answer and keep silent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_BOX, BATH_MIX, QUIET, SOFT
from playback.stage import Stage
from spottypottysense.errors import NotFound
from spottypottysense.playback.model import KnownSpeaker, Outcome, Start, Wake
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker

SILENT_ROOM = replace(BATH, wishes=replace(QUIET, volume=None, shuffle=False))
LADDER = timedelta(seconds=15)


def known(stage: Stage) -> KnownSpeaker:
    """Return what is known of the bath's speaker."""
    speaker = stage.memory.speakers.known("anna", Speaker("Bath"))
    assert speaker is not None
    return speaker


def spent(stage: Stage) -> timedelta:
    """Return how long was waited in all."""
    return sum(stage.waits, timedelta(0))


def test_cold_speaker_takes_the_second_try(stage: Stage) -> None:
    """A speaker that is listed and not found is looked for again, made active, and asked again."""
    stage.player.cold.add("box-1")
    stage.player.plays_to_warm["box-1"] = 1
    assert stage.arrive(SILENT_ROOM).reason is Reason.STARTED
    assert stage.player.calls == [
        *("state", "speakers", "transfer", "play"),
        *("state", "speakers", "transfer", "state", "play", "state"),
    ]
    assert known(stage).wake is Wake.PATIENCE


def test_slow_speaker_is_given_a_moment(stage: Stage) -> None:
    """What a speaker needed once is begun with next time."""
    stage.player.cold.add("box-1")
    stage.player.plays_to_warm["box-1"] = 1
    stage.arrive(SILENT_ROOM)
    stage.depart()
    stage.player.forget("anna")
    stage.clock.advance(timedelta(hours=1))
    stage.calls()
    stage.waits.clear()
    assert stage.arrive(SILENT_ROOM).playing
    assert stage.calls() == ["state", "speakers", "transfer", "play", "state"]
    assert stage.waits == [timedelta(seconds=1)]


def test_slow_network_does_not_make_a_speaker_asleep(stage: Stage) -> None:
    """However long it took to find the speaker, it is asked once."""

    def take_long(step: str) -> None:
        if step == "speakers":
            stage.clock.advance(LADDER * 2)

    stage.player.after = take_long
    assert stage.arrive(SILENT_ROOM).reason is Reason.STARTED


def test_id_that_rotted(stage: Stage) -> None:
    """A speaker that has a new id is found by its name, and the new id is remembered."""
    stage.arrive()
    stage.depart()
    stage.player.forget("anna")
    del stage.player.boxes["box-1"]
    stage.player.boxes["box-9"] = replace(BATH_BOX, id="box-9")
    assert stage.arrive().playing
    assert (known(stage).last_id, stage.receipt().speaker_id) == ("box-9", "box-9")


def test_id_that_rots_while_it_starts(stage: Stage) -> None:
    """An active speaker whose id is gone a moment later is looked for, and the receipt follows."""
    stage.arrive()
    stage.depart()

    def rot(name: str) -> None:
        if name == "play" and "box-1" in stage.player.boxes:
            stage.player.boxes["box-9"] = replace(stage.player.boxes.pop("box-1"), id="box-9")
            stage.player.forget("anna")

    stage.player.before = rot
    assert stage.arrive().reason is Reason.RESUMED
    assert stage.player.starts == [Start(BATH_MIX), Start(BATH_MIX, None, f"{BATH_MIX}#0", timedelta(0))]
    assert stage.receipt().speaker_id == "box-9"
    assert stage.depart().reason is Reason.PAUSED


@pytest.mark.parametrize("transfers", [1, 2, 3])
def test_sleeping_speaker_that_wakes(stage: Stage, transfers: int) -> None:
    """A speaker that we know and Spotify does not list is addressed until it shows up."""
    stage.arrive()
    stage.depart()
    stage.player.fall_asleep("box-1")
    stage.player.transfers_to_wake["box-1"] = transfers
    stage.waits.clear()
    assert stage.arrive().playing
    assert spent(stage) <= LADDER
    assert known(stage).asleep == 0


def test_sleeping_speaker_that_does_not_wake(stage: Stage) -> None:
    """In the end it is said by its name that it sleeps, and the visit is counted."""
    stage.arrive()
    stage.depart()
    stage.player.fall_asleep("box-1")
    stage.waits.clear()
    outcome = stage.arrive()
    assert (outcome.playing, outcome.reason) == (False, Reason.SPEAKER_ASLEEP)
    assert "(Bath)" in outcome.detail
    assert (known(stage).asleep, known(stage).asleep_at) == (1, stage.clock.now())
    assert spent(stage) <= LADDER
    assert stage.receipts.receipts() == ()


def test_patience_ends_where_answers_are_slow(stage: Stage) -> None:
    """Slow answers count too: after a quarter of a minute nobody waits any more."""
    stage.arrive()
    stage.depart()
    stage.player.fall_asleep("box-1")
    stage.calls()

    def slowly(_: str) -> None:
        stage.clock.advance(timedelta(seconds=7))

    stage.player.before = slowly
    assert stage.arrive().reason is Reason.SPEAKER_ASLEEP
    assert stage.calls() == ["state", "speakers", "transfer", "speakers"]


def test_speaker_that_was_never_seen(stage: Stage) -> None:
    """What nobody knows is missing, and nobody waits for it."""
    stage.player.fall_asleep("box-1")
    outcome = stage.arrive()
    assert outcome.reason is Reason.SPEAKER_MISSING
    assert "(Bath)" in outcome.detail
    assert stage.waits == []


def test_speaker_that_is_listed_and_never_found(stage: Stage) -> None:
    """Three tries, and then it is said that it sleeps."""
    stage.player.cold.add("box-1")
    stage.player.plays_to_warm["box-1"] = 9
    assert stage.arrive().reason is Reason.SPEAKER_ASLEEP
    assert stage.player.calls.count("play") == 3
    assert spent(stage) <= LADDER
    assert (known(stage).asleep, stage.receipts.receipts()) == (1, ())


def test_renamed_speaker_that_sleeps(stage: Stage) -> None:
    """A speaker that is found by its id alone is told by the name that the room has for it."""
    visit = replace(BATH, wishes=replace(QUIET, speaker=Speaker("Old name", last_id="box-1")))
    stage.player.cold.add("box-1")
    stage.player.plays_to_warm["box-1"] = 9
    outcome = stage.arrive(visit)
    assert outcome.reason is Reason.SPEAKER_ASLEEP
    assert "(Old name)" in outcome.detail


def test_restricted_speaker(stage: Stage) -> None:
    """A speaker that takes no commands is told apart from one that sleeps."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, is_restricted=True)
    assert stage.arrive().reason is Reason.SPEAKER_RESTRICTED


@pytest.mark.parametrize("lag", [1, 2, 3])
def test_effect_that_takes_its_time(stage: Stage, lag: int) -> None:
    """Accepted is not done: it is read again before anything is asked again."""
    stage.player.lag = lag
    assert stage.arrive().playing
    assert stage.player.calls.count("play") == 1
    note = stage.arrive().first_note
    assert note is None


def test_first_note_is_timed(stage: Stage) -> None:
    """Accepted and heard are two moments."""
    stage.player.lag = 2
    note = stage.arrive().first_note
    assert note is not None
    assert note.confirmed_at is not None
    assert note.confirmed_at - note.accepted_at == timedelta(seconds=1.5)


def test_effect_that_comes_very_late(stage: Stage) -> None:
    """Music that shows only on the second rung is not started once more."""
    stage.player.lag = 4
    assert stage.arrive().playing
    assert stage.player.calls.count("play") == 1
    assert known(stage).wake is Wake.PATIENCE


def test_command_without_effect(stage: Stage) -> None:
    """A speaker that takes two commands and keeps silent is not asked a third time; its receipt stays."""
    stage.player.mute.add("box-1")
    outcome = stage.arrive()
    assert (outcome.playing, outcome.reason) == (False, Reason.NOT_CONFIRMED)
    assert outcome.first_note is not None
    assert outcome.first_note.confirmed_at is None
    assert stage.player.calls.count("play") == 2
    assert spent(stage) <= LADDER
    assert not stage.receipt().confirmed
    stage.player.mute.clear()
    assert stage.arrive().reason is Reason.STARTED
    assert stage.receipt().volume_before == 50


def test_fade_in_of_a_second_try(stage: Stage) -> None:
    """What the first try set is not taken for the volume that a person had set."""
    stage.player.mute.add("box-1")
    stage.player.after = lambda _: stage.player.mute.clear() if stage.waits else None
    visit = replace(SOFT, wishes=replace(SOFT.wishes, volume=None))
    assert stage.arrive(visit).playing
    assert [volume for _, volume in stage.player.volumes] == [12, 12, 30, 50]


def test_state_is_read_before_music_is_asked_for_again(stage: Stage) -> None:
    """Between two play commands there is always a read."""
    stage.player.mute.add("box-1")
    stage.arrive()
    calls = stage.player.calls
    first = calls.index("play")
    assert "state" in calls[first : calls.index("play", first + 1)]


def test_person_who_is_faster(stage: Stage) -> None:
    """Who starts something of his own while we climb keeps it."""
    stage.player.mute.add("box-1")

    def act(name: str) -> None:
        if name == "state" and stage.waits:
            stage.player.person_plays("anna", "box-2", "theirs")

    stage.player.after = act
    assert stage.arrive().reason is Reason.OWN_MUSIC
    assert stage.player.calls.count("transfer") == 1
    assert stage.player.hears("anna") == "theirs"


def test_person_who_is_faster_than_a_sleeper(stage: Stage) -> None:
    """What somebody begins while a speaker is woken is not brought along to it."""
    stage.arrive()
    stage.depart()
    stage.player.fall_asleep("box-1")
    stage.calls()

    def act(name: str) -> None:
        if name == "speakers" and stage.waits:
            stage.player.person_plays("anna", "box-2", "theirs")

    stage.player.after = act
    assert stage.arrive().reason is Reason.SPEAKER_ASLEEP
    assert stage.calls().count("transfer") == 1
    assert stage.player.hears("anna") == "theirs"


def test_person_who_begins_while_a_speaker_wakes(stage: Stage) -> None:
    """A start that took its time looks once more before its first note."""
    stage.arrive()
    stage.depart()
    stage.player.fall_asleep("box-1")
    stage.player.transfers_to_wake["box-1"] = 1

    def act(name: str) -> None:
        if name == "speakers" and stage.waits:
            stage.player.person_plays("anna", "box-2", "theirs")

    stage.player.after = act
    assert stage.arrive().reason is Reason.OWN_MUSIC
    assert stage.player.hears("anna") == "theirs"
    assert stage.receipts.receipts() == ()


def test_refusal_that_played_all_the_same(stage: Stage) -> None:
    """A speaker that says it is not there and plays is not started twice."""

    def lie(name: str) -> None:
        if name == "play":
            raise NotFound("speaker", "box-1")

    stage.player.after = lie
    outcome = stage.arrive()
    assert outcome == Outcome(True, Reason.STARTED, first_note=outcome.first_note)
    assert stage.player.calls.count("play") == 1
    assert stage.player.hears("anna") == BATH_MIX
