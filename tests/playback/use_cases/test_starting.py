"""Beginning music over a player that behaves as people's speakers do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from playback.scene import BATH, BATH_BOX, BATH_MIX, KITCHEN, MINUTE, NOON, QUIET, SOFT
from playback.stage import Stage, failing
from spottypottysense.errors import Conflict, NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Bookmark, ContentLength, FirstNote, Outcome, Start, Visit
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Beginning, Speaker

ANYWHERE = replace(BATH, wishes=replace(QUIET, beginning=Beginning.ANYWHERE))
STARTED = Outcome(playing=True, reason=Reason.STARTED, first_note=FirstNote(NOON, NOON))


def test_cold_start(stage: Stage) -> None:
    """The speaker is made active and set low before the first note, and the music is confirmed."""
    assert stage.arrive() == STARTED
    cold = ["state", "speakers", "transfer", "set_volume", "play", "state", "set_shuffle"]
    assert stage.player.calls == cold
    assert stage.player.hears("anna") == BATH_MIX
    receipt = stage.receipt()
    assert (receipt.session_id, receipt.room_id, receipt.speaker_id) == ("s1", "bath", "box-1")
    assert (receipt.confirmed, receipt.item) == (True, f"{BATH_MIX}#0")
    assert (receipt.volume, receipt.volume_before) == (30, 50)
    assert stage.playback.receipts() == (receipt,)


def test_warm_start(stage: Stage) -> None:
    """A speaker that is active under its known id, with volume and shuffle right, is asked three times."""
    stage.arrive()
    stage.depart()
    stage.clock.advance(timedelta(hours=1))
    stage.calls()
    assert stage.arrive().reason is Reason.STARTED
    assert stage.calls() == ["state", "play", "state"]


def test_shuffle_that_a_start_resets(stage: Stage) -> None:
    """Shuffle that was on and is found off is switched on once more."""
    stage.arrive()
    stage.depart()
    stage.clock.advance(timedelta(hours=1))
    stage.calls()

    def reset(name: str) -> None:
        if name == "play":
            stage.player.shuffle["anna"] = False

    stage.player.after = reset
    stage.arrive()
    assert stage.calls() == ["state", "play", "state", "set_shuffle"]


def test_shuffle_that_is_known_to_be_wrong(stage: Stage) -> None:
    """Shuffle that is off in a player that shows itself is switched on right after the start, once."""
    stage.player.person_plays("anna", "box-1", "theirs")
    stage.player.person_pauses("anna")
    stage.player.lag = 1
    stage.arrive()
    assert stage.player.calls.count("set_shuffle") == 1
    assert stage.player.calls.index("set_shuffle") == stage.player.calls.index("play") + 1


def test_twins_are_told_apart_by_the_list(stage: Stage) -> None:
    """An active speaker of the right name spares the list only under the id that is known."""
    stage.player.boxes["twin"] = replace(BATH_BOX, id="twin")
    stage.player.person_plays("anna", "twin", "theirs")
    stage.player.person_pauses("anna")
    outcome = stage.arrive()
    assert outcome.reason is Reason.SPEAKER_AMBIGUOUS
    assert "play" not in stage.player.calls
    first = replace(BATH, wishes=replace(QUIET, speaker=Speaker("Bath", last_id="box-1")))
    assert stage.arrive(first).playing
    assert stage.receipt().speaker_id == "box-1"


@pytest.mark.parametrize("supports", [True, False])
def test_volume_is_left_alone(stage: Stage, supports: bool) -> None:
    """A room without a wish, and a speaker without a control, start without a word about volume."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, supports_volume=supports)
    visit = replace(BATH, wishes=replace(QUIET, volume=None)) if supports else BATH
    assert stage.arrive(visit).playing
    assert "set_volume" not in stage.player.calls
    assert stage.receipt().volume is None


def test_volume_that_shows_only_after_waking(stage: Stage) -> None:
    """Where the ceiling depends on a volume that nobody knows yet, it is looked at before the first note."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, volume=None)
    stage.player.loud["box-1"] = 12
    visit = replace(BATH, wishes=replace(QUIET, volume=None, ceiling=20))
    assert stage.arrive(visit).playing
    assert stage.player.volumes == [("box-1", 12)]
    assert stage.player.calls[:4] == ["state", "speakers", "transfer", "state"]
    assert (stage.receipt().volume, stage.receipt().volume_before) == (12, 12)


def test_speaker_that_wakes_loud(stage: Stage) -> None:
    """A speaker that plays with a volume of its own is set right as soon as that shows."""
    stage.arrive()
    stage.depart()
    stage.player.loud["box-1"] = 80
    stage.player.volumes.clear()
    stage.arrive()
    assert stage.player.boxes["box-1"].volume == 30
    assert stage.player.volumes == [("box-1", 30)]


def test_fade_in(stage: Stage) -> None:
    """The first note is soft; three volumes make a fade, and the last one is looked at before."""
    assert stage.arrive(SOFT).playing
    assert [volume for _, volume in stage.player.volumes] == [10, 24, 40]
    assert stage.player.calls == [
        *("state", "speakers", "transfer", "set_volume", "play", "state", "set_shuffle"),
        *("set_volume", "state", "set_volume"),
    ]
    assert stage.waits == [timedelta(seconds=2)]
    assert (stage.receipt().volume, stage.receipt().volume_before) == (40, 50)


@pytest.mark.parametrize("deed", ["turns", "pauses"])
def test_fade_in_that_a_person_ends(stage: Stage, deed: str) -> None:
    """Who turns the volume or pauses while it rises is not overruled."""

    def act(name: str) -> None:
        if name == "set_volume" and len(stage.player.volumes) == 2:
            if deed == "turns":
                stage.player.person_turns("box-1", 15)
            else:
                stage.player.person_pauses("anna")

    stage.player.after = act
    assert stage.arrive(SOFT).playing
    assert [volume for _, volume in stage.player.volumes] == [10, 24]


def test_fade_in_of_a_speaker_that_tells_no_volume(stage: Stage) -> None:
    """Where nobody can tell who set it, the volume rises to what is wished for."""
    stage.player.boxes["box-1"] = replace(BATH_BOX, volume=None)

    def silent(_: str) -> None:
        stage.player.boxes["box-1"] = replace(BATH_BOX, volume=None)

    stage.player.after = silent
    stage.arrive(SOFT)
    assert [volume for _, volume in stage.player.volumes] == [10, 24, 40]


def test_receipt_comes_before_the_music(stage: Stage) -> None:
    """When anything is asked of the speaker its receipt is stored, with the volume that it will have."""
    seen = []
    stage.player.before = lambda name: seen.append((name, stage.receipts.receipt("anna")))
    stage.arrive()
    written = dict(reversed(seen))
    assert written["speakers"] is None
    for step in ("transfer", "set_volume", "play"):
        receipt = written[step]
        assert receipt is not None
        assert (receipt.confirmed, receipt.speaker_id, receipt.volume) == (False, "box-1", 30)


def test_music_goes_on(stage: Stage) -> None:
    """Who comes back soon hears the song go on where it was."""
    stage.arrive()
    stage.clock.advance(MINUTE)
    stage.depart()
    stage.clock.advance(5 * MINUTE)
    assert stage.arrive().reason is Reason.RESUMED
    assert stage.player.starts[-1] is None
    assert stage.player.state("anna").position == MINUTE


def test_music_goes_on_in_another_player(stage: Stage) -> None:
    """Where Spotify has forgotten what was paused, the bookmark remembers."""
    stage.arrive()
    stage.clock.advance(MINUTE)
    stage.depart()
    stage.player.forget("anna")
    assert stage.arrive().reason is Reason.RESUMED
    assert stage.player.starts[-1] == Start(BATH_MIX, item=f"{BATH_MIX}#0", position=MINUTE)


def test_any_song(stage: Stage) -> None:
    """The first time one song is skipped, and the length is learnt; then chance chooses."""
    stage.player.lengths[BATH_MIX] = 40
    stage.arrive(ANYWHERE)
    assert stage.player.starts == [Start(BATH_MIX, skips=True)]
    assert stage.player.calls[-5:] == ["play", "set_shuffle", "skip", "state", "length"]
    assert stage.receipt().item == f"{BATH_MIX}#1"
    assert stage.memory.lengths.length(BATH_MIX) == ContentLength(BATH_MIX, 40, NOON)
    stage.depart()
    stage.clock.advance(timedelta(hours=1))
    stage.arrive(ANYWHERE)
    assert stage.player.starts[-1] == Start(BATH_MIX, place=20)
    assert stage.player.calls.count("length") == 1
    stage.depart()
    stage.clock.advance(timedelta(days=1))
    stage.arrive(ANYWHERE)
    assert stage.player.calls.count("length") == 2


def test_length_that_nobody_tells(stage: Stage) -> None:
    """A question that fails is no failure of the start, and is not asked again before tomorrow."""
    stage.player.before = failing("length", Unavailable("No answer."))
    assert stage.arrive(ANYWHERE).playing
    assert stage.memory.lengths.length(BATH_MIX) == ContentLength(BATH_MIX, None, NOON)
    stage.memory.lengths.keep(ContentLength(BATH_MIX, 40, NOON - timedelta(days=2)))
    stage.depart()
    stage.clock.advance(MINUTE)
    assert stage.arrive(ANYWHERE).playing
    length = stage.memory.lengths.length(BATH_MIX)
    assert length == ContentLength(BATH_MIX, 40, NOON + MINUTE)


def test_song_that_is_not_there_any_more(stage: Stage) -> None:
    """A place that Spotify refuses is given up, and the content begins at its top."""
    stage.memory.lengths.keep(ContentLength(BATH_MIX, 40, NOON))
    stage.player.refuses_offsets = True
    assert stage.arrive(ANYWHERE).reason is Reason.STARTED
    assert stage.player.starts == [Start(BATH_MIX, place=20), Start(BATH_MIX)]
    assert stage.player.calls[4:8] == ["play", "state", "play", "state"]


def test_refused_place_that_plays_all_the_same(stage: Stage) -> None:
    """A refusal of what plays already starts nothing a second time."""
    stage.memory.bookmarks.keep(Bookmark("bath", "anna", BATH_MIX, f"{BATH_MIX}#3", MINUTE, NOON))
    stage.player.after = failing("play", NeedsPerson(Reason.COMMAND_REFUSED))
    assert stage.arrive().playing
    assert stage.player.calls.count("play") == 1


def test_content_that_is_refused(stage: Stage) -> None:
    """What Spotify refuses as such is not asked for twice, and leaves no receipt."""
    stage.player.before = failing("play", NeedsPerson(Reason.COMMAND_REFUSED))
    assert stage.arrive().reason is Reason.COMMAND_REFUSED
    assert stage.player.calls.count("play") == 1
    assert stage.receipts.receipts() == ()


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (replace(BATH, account=None), Reason.NO_ACCOUNT),
        (replace(BATH, wishes=replace(QUIET, speaker=None)), Reason.NO_SPEAKER),
        (replace(BATH, wishes=replace(QUIET, content=None)), Reason.NO_CONTENT),
    ],
)
def test_unfinished_room(stage: Stage, visit: Visit, reason: Reason) -> None:
    """A wish that was taken back meanwhile is an outcome with its reason."""
    outcome = stage.arrive(visit)
    assert (outcome.playing, outcome.reason) == (False, reason)
    assert "play" not in stage.player.calls


@pytest.mark.parametrize(
    "error", [NeedsPerson(Reason.COMMAND_REFUSED), NotFound("speaker", "box-1"), Unavailable("No answer.")]
)
@pytest.mark.parametrize("step", ["set_shuffle", "skip"])
def test_order_of_the_songs_is_not_worth_the_receipt(stage: Stage, error: SpottyError, step: str) -> None:
    """When shuffle or skip fail the music plays all the same, and is paused in the end."""
    stage.player.before = failing(step, error)
    assert stage.arrive(ANYWHERE).playing
    assert stage.arrive(BATH).playing
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

    def lose(name: str) -> None:
        if name == step and "play" in stage.player.calls:
            raise Unavailable("No answer.")

    stage.player.after = lose
    outcome = stage.arrive()
    assert (outcome.playing, outcome.reason) == (False, Reason.SPOTIFY_UNAVAILABLE)
    stage.player.after = lambda _: None
    assert stage.arrive().reason is Reason.ALREADY_PLAYING
    assert stage.depart().reason is Reason.PAUSED


@pytest.mark.parametrize("crash", ["before", "after"])
@pytest.mark.parametrize("step", ["transfer", "set_volume", "play", "set_shuffle"])
def test_crash_while_it_starts(stage: Stage, crash: str, step: str) -> None:
    """Wherever the process dies, music that plays has a receipt, and the visit's end pauses it."""
    setattr(stage.player, crash, failing(step, Crash()))
    with pytest.raises(Crash):
        stage.arrive()
    setattr(stage.player, crash, lambda _: None)
    assert stage.receipt().session_id == "s1"
    stage.depart()
    assert stage.player.hears("anna") is None
    assert stage.receipts.receipts() == ()


class Crash(Exception):
    """The process dies here."""


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
    assert stage.calls() == ["state", "speakers", "set_volume", "play", "set_shuffle", "state"]
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
