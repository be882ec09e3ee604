"""Starting and pausing over a player that behaves like people's speakers do."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from memory.home import BATH_MIX, KITCHEN_MIX
from playback.stage import BATH, KITCHEN, Stage
from spottypottysense.errors import Conflict, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Outcome
from spottypottysense.reasons import Reason


def failing(step: str, error: SpottyError) -> Callable[[str], None]:
    """Return a hook that raises at one step."""

    def fail(name: str) -> None:
        if name == step:
            raise error

    return fail


def test_music_starts(stage: Stage) -> None:
    """The volume is set before the first note, at most four calls come before it, and it is confirmed."""
    assert stage.arrive() == Outcome(playing=True, reason=Reason.STARTED)
    calls = stage.player.calls
    assert calls == ["state", "speakers", "transfer", "set_volume", "play", "set_shuffle", "state"]
    assert calls.index("set_volume") < calls.index("play") <= 4
    assert stage.player.hears("anna") == BATH_MIX
    receipt = stage.receipts.receipt("anna")
    assert receipt is not None
    assert (receipt.session_id, receipt.room_id, receipt.speaker_id, receipt.confirmed) == (
        "s1",
        "bath",
        "box-1",
        True,
    )
    assert stage.playback.receipts() == (receipt,)


def test_active_speaker_is_not_made_active_again(stage: Stage) -> None:
    """A paused speaker that is active already takes its volume at once."""
    stage.player.person_plays("anna", "box-1", "theirs")
    stage.player.person_pauses("anna")
    stage.arrive()
    assert "transfer" not in stage.player.calls


@pytest.mark.parametrize("visit", [replace(BATH, volume=None), replace(KITCHEN, volume=10)])
def test_volume_is_left_where_it_cannot_be_set(stage: Stage, visit: object) -> None:
    """A room without a wish, and a speaker without a control, start at once."""
    stage.player.boxes["box-2"] = replace(stage.player.boxes["box-2"], supports_volume=False)
    assert isinstance(visit, type(BATH))
    assert stage.arrive(visit).playing
    assert stage.player.calls[:3] == ["state", "speakers", "play"]


def test_receipt_comes_before_the_music(stage: Stage) -> None:
    """When the play command goes out, its receipt is stored, unconfirmed."""
    seen = []
    stage.player.before = lambda name: seen.append((name, stage.receipts.receipt("anna")))
    stage.arrive()
    written = {name: receipt for name, receipt in seen if name in ("transfer", "play")}
    assert all(receipt is not None and not receipt.confirmed for receipt in written.values())
    assert dict(reversed(seen))["speakers"] is None


def test_cold_speaker_takes_the_second_try(stage: Stage) -> None:
    """A speaker that is not found at first is made active and asked again."""
    stage.player.cold.add("box-2")
    assert stage.arrive(KITCHEN).playing
    assert stage.player.calls == ["state", "speakers", "play", "transfer", "play", "state"]


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (replace(BATH, account=None), Reason.NO_ACCOUNT),
        (replace(BATH, speaker=None), Reason.NO_SPEAKER),
        (replace(BATH, content=None), Reason.NO_CONTENT),
    ],
)
def test_unfinished_room(stage: Stage, visit: object, reason: Reason) -> None:
    """A wish that was taken back meanwhile is an outcome with its reason."""
    assert isinstance(visit, type(BATH))
    outcome = stage.arrive(visit)
    assert (outcome.playing, outcome.reason) == (False, reason)
    assert "play" not in stage.player.calls


def test_speaker_that_sleeps(stage: Stage) -> None:
    """A speaker that is not listed is told by its name."""
    stage.player.fall_asleep("box-1")
    outcome = stage.arrive()
    assert outcome.reason is Reason.SPEAKER_MISSING
    assert "(Bath)" in outcome.detail
    assert stage.receipts.receipts() == ()


def test_speaker_that_does_not_play(stage: Stage) -> None:
    """A command that is taken and has no effect is not confirmed; its receipt stays for the next try."""
    stage.player.mute.add("box-1")
    assert stage.arrive().reason is Reason.NOT_CONFIRMED
    assert stage.receipts.receipt("anna") is not None
    stage.player.mute.clear()
    assert stage.arrive().reason is Reason.STARTED
    assert len(stage.receipts.receipts()) == 1


def test_own_music_is_left_alone(stage: Stage) -> None:
    """What a person plays goes on, wherever it plays, and leaves no receipt."""
    for box in ("box-1", "box-2"):
        stage.player.person_plays("anna", box, "theirs")
        assert stage.arrive().reason is Reason.OWN_MUSIC
    assert stage.depart().reason is Reason.ALREADY_SILENT
    assert (stage.player.hears("anna"), stage.receipts.receipts()) == ("theirs", ())


def test_busy_elsewhere(stage: Stage) -> None:
    """One account plays in one room: the second one stays silent, and its departure pauses nothing."""
    stage.arrive(KITCHEN)
    assert stage.arrive(BATH).reason is Reason.BUSY_ELSEWHERE
    assert stage.depart("s1").reason is Reason.ALREADY_SILENT
    assert stage.player.hears("anna") == KITCHEN_MIX


def test_our_music_is_kept(stage: Stage) -> None:
    """After a restart a visit takes over what plays in its room, and only its own departure pauses it."""
    stage.arrive()
    again = stage.arrive(session_id="s9")
    assert (again.playing, again.reason) == (True, Reason.ALREADY_PLAYING)
    assert stage.player.calls.count("play") == 1
    assert stage.depart("s1").reason is Reason.ALREADY_SILENT
    assert stage.player.hears("anna") == BATH_MIX
    assert stage.depart("s9").reason is Reason.PAUSED
    assert stage.player.hears("anna") is None


@pytest.mark.parametrize(
    ("box", "content", "reason"),
    [
        ("box-1", "theirs", Reason.NOT_OURS),
        ("box-2", BATH_MIX, Reason.NOT_OURS),
    ],
)
def test_what_a_person_took_over_is_not_paused(stage: Stage, box: str, content: str, reason: Reason) -> None:
    """Other content, or our content on another speaker, is a person's by now."""
    stage.arrive()
    stage.player.person_plays("anna", box, content)
    assert stage.depart().reason is reason
    assert stage.player.hears("anna") == content
    assert stage.receipts.receipts() == ()


def test_silent_already(stage: Stage) -> None:
    """What a person paused is not paused again."""
    stage.arrive()
    stage.player.person_pauses("anna")
    assert stage.depart().reason is Reason.ALREADY_SILENT
    assert "pause" not in stage.player.calls
    assert stage.receipts.receipts() == ()


@pytest.mark.parametrize(
    "error", [NeedsPerson(Reason.COMMAND_REFUSED), NotFound("speaker", "box-1"), Conflict("?")]
)
def test_order_of_the_tracks_is_not_worth_the_receipt(stage: Stage, error: SpottyError) -> None:
    """When shuffle fails the music plays all the same, and is paused in the end."""
    stage.player.before = failing("set_shuffle", error)
    assert stage.arrive() == Outcome(playing=True, reason=Reason.STARTED)
    stage.player.before = lambda _: None
    assert stage.depart().reason is Reason.PAUSED


@pytest.mark.parametrize("step", ["transfer", "set_volume", "play"])
def test_refused_command_leaves_no_receipt(stage: Stage, step: str) -> None:
    """What Spotify refused did not start: there is nothing to prove."""
    stage.player.before = failing(step, NeedsPerson(Reason.PREMIUM_REQUIRED))
    assert stage.arrive().reason is Reason.PREMIUM_REQUIRED
    assert stage.receipts.receipts() == ()
    assert stage.player.hears("anna") is None


@pytest.mark.parametrize("step", ["play", "state"])
def test_answer_that_is_lost(stage: Stage, step: str) -> None:
    """A command whose answer never came may have worked: the receipt stays, and the music is ours."""
    lost = Unavailable("No answer.", reason=Reason.SPOTIFY_UNAVAILABLE)

    def lose(name: str) -> None:
        if name == step and "play" in stage.player.calls:
            raise lost

    stage.player.after = lose
    outcome = stage.arrive()
    assert (outcome.playing, outcome.reason) == (False, Reason.SPOTIFY_UNAVAILABLE)
    stage.player.after = lambda _: None
    assert stage.arrive().reason is Reason.ALREADY_PLAYING
    assert stage.depart().reason is Reason.PAUSED


def test_departure_out_of_reach(stage: Stage) -> None:
    """While Spotify is out of reach the receipt stays, and the next departure pauses."""
    stage.arrive()
    stage.player.before = failing("pause", Unavailable("No answer.", reason=Reason.RATE_LIMITED))
    outcome = stage.depart()
    assert (outcome.playing, outcome.reason) == (True, Reason.RATE_LIMITED)
    stage.player.before = lambda _: None
    assert stage.depart().reason is Reason.PAUSED


def test_departure_that_can_never_be(stage: Stage) -> None:
    """A speaker that is gone, or a grant that is dead, cannot be paused: the receipt goes."""
    stage.arrive()
    stage.player.before = failing("state", NeedsPerson(Reason.RECONNECT))
    outcome = stage.depart()
    assert (outcome.playing, outcome.reason) == (False, Reason.RECONNECT)
    assert stage.receipts.receipts() == ()
