"""Accounts, rooms and people that want one speaker."""

from dataclasses import replace

import pytest

from playback.scene import BATH, BATH_MIX, KITCHEN, NOON, QUIET
from playback.stage import Stage
from spottypottysense.errors import Conflict, NeedsPerson, Unavailable
from spottypottysense.playback.model import FirstNote, Outcome
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning

ANYWHERE = replace(BATH, wishes=replace(QUIET, beginning=Beginning.ANYWHERE))
STARTED = Outcome(playing=True, reason=Reason.STARTED, first_note=FirstNote(NOON, NOON))


def test_own_music_is_left_alone(stage: Stage) -> None:
    """What a person plays goes on, wherever it plays, and leaves no receipt."""
    for box in ("box-1", "box-2"):
        stage.player.person_plays("anna", box, "theirs")
        assert stage.arrive() == Outcome(playing=False, reason=Reason.OWN_MUSIC)
    assert stage.depart().reason is Reason.ALREADY_SILENT
    assert (stage.player.hears("anna"), stage.receipts.receipts()) == ("theirs", ())


def test_takes_over_from_afar(stage: Stage) -> None:
    """Music that gives way is not brought along to the speaker first."""
    stage.player.person_plays("anna", "box-2", "theirs")
    assert stage.arrive(replace(BATH, takes_over=True)).playing
    assert stage.calls() == ["state", "speakers", "set_volume", "play", "state", "set_shuffle"]
    assert stage.player.hears("anna") == BATH_MIX


def test_lost_music_is_told(stage: Stage) -> None:
    """What a person took over or paused has no receipt any more, and its session is named."""
    stage.arrive()
    stage.player.person_pauses("anna")
    outcome = stage.arrive(replace(KITCHEN, elsewhere=(BATH.stay,)))
    assert outcome.reason is Reason.USER_PAUSED
    assert [(loss.session_id, loss.reason) for loss in outcome.losses] == [("s1", Reason.USER_PAUSED)]
    assert stage.receipts.receipts() == ()


def test_conflict_is_no_start(stage: Stage) -> None:
    """Who finds another one's receipt in the place of his own starts nothing."""

    def meddle(name: str) -> None:
        if name == "speakers":
            stage.receipts.save(replace(stage_receipt, version=0))

    stage.arrive()
    stage_receipt = stage.receipt()
    stage.depart()
    stage.player.forget("anna")
    stage.calls()
    stage.player.before = meddle
    with pytest.raises(Conflict):
        stage.receipts.save(replace(stage_receipt, version=7))
    assert not stage.arrive().playing
    assert "play" not in stage.player.calls


@pytest.mark.parametrize(
    ("others", "by_hand", "takes_over", "reason"),
    [
        (("ben",), False, False, Reason.SPEAKER_TAKEN),
        (("ben",), True, False, Reason.SPEAKER_TAKEN),
        (("ben",), False, True, Reason.SPEAKER_TAKEN),
        (("ben",), True, True, Reason.STARTED),
        (("cleo",), False, False, Reason.STARTED),
        ((), False, False, Reason.STARTED),
    ],
)
def test_speaker_of_several_accounts(
    stage: Stage, others: tuple[str, ...], by_hand: bool, takes_over: bool, reason: Reason
) -> None:
    """A speaker that plays somebody else's music is left to him; only others of the room are looked at."""
    stage.player.person_plays("ben", "box-1", "theirs")
    outcome = stage.arrive(replace(BATH, others=others, by_hand=by_hand, takes_over=takes_over))
    assert outcome.reason is reason
    assert outcome.detail == ("ben" if reason is Reason.SPEAKER_TAKEN else "")


@pytest.mark.parametrize(("confirmed", "reason"), [(True, Reason.SPEAKER_TAKEN), (False, Reason.STARTED)])
def test_other_account_that_does_not_answer(stage: Stage, confirmed: bool, reason: Reason) -> None:
    """Where the other player cannot be read, the receipt says what we know."""
    stage.playback.arrive(replace(BATH, account="ben"))
    ben = stage.receipts.receipt("ben")
    assert ben is not None
    stage.receipts.save(replace(ben, confirmed=confirmed))
    asked = []

    def lose(name: str) -> None:
        asked.append(name)
        if asked.count("state") == 2:
            asked.append("state")
            raise Unavailable("No answer.")

    stage.player.before = lose
    assert stage.arrive(replace(BATH, others=("ben",))).reason is reason


def test_other_account_of_which_nothing_is_known(stage: Stage) -> None:
    """Who can neither be read nor has a receipt holds nothing."""

    def lose(_: str) -> None:
        if stage.player.calls == ["state", "speakers", "state"]:
            raise NeedsPerson(Reason.RECONNECT)

    stage.player.before = lose
    assert stage.arrive(replace(BATH, others=("ben",))).playing
