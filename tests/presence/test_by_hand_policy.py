"""What a command of a person means for a room: cases of the pure policy."""

from dataclasses import replace
from datetime import time

import pytest

from presence.room import BATH, HOUR, MINUTE, NOON, ON, SECOND, OneRoom, rules
from spottypottysense.accounts.model import Mode
from spottypottysense.presence.model import Action, Decision, Music, Order
from spottypottysense.presence.policy.by_hand import on_play, on_stop
from spottypottysense.presence.policy.music import after_playback
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room

ALL_DAY = (time(0), time(23, 59))


def play(room: OneRoom, now: int = 0) -> Decision:
    """Tell the policy that somebody asks for music, so many seconds after noon."""
    at = NOON + now * SECOND
    decision = on_play(Order("play", at, "key"), room.rules, room.latest, at, "visit-by-hand")
    room.latest = decision.session or room.latest
    return decision


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        (replace(BATH, account=None), Reason.NO_ACCOUNT),
        (replace(BATH, speaker=None), Reason.NO_SPEAKER),
        (replace(BATH, content=None), Reason.NO_CONTENT),
    ],
)
def test_room_that_lacks_something(room: Room, reason: Reason) -> None:
    """There is nothing that could be played, and no visit opens."""
    assert play(OneRoom(rules(room))) == Decision(Action.IGNORE, reason)


def test_play_in_an_empty_room() -> None:
    """A visit opens, whatever keeps motion from music, and ends by the usual timeout."""
    room = OneRoom(replace(rules(quiet_hours=ALL_DAY), mode=Mode.AWAY, snoozed_until=NOON + HOUR))
    decision = play(room)
    assert (decision.action, decision.reason) == (Action.START, Reason.BY_HAND)
    assert (room.open.sensor_id, room.open.music, room.open.motions) == ("by-hand", Music.PENDING, 0)
    assert (room.open.asked_at, room.open.acted_at) == (NOON, NOON)
    assert room.open.deadline_at == NOON + 5 * MINUTE
    assert room.end(NOON + 5 * MINUTE).reason is Reason.TIMEOUT


def test_play_where_somebody_is() -> None:
    """The open visit gets its music, in the room's own account, and lasts a timeout from now."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.latest = replace(
        after_playback(room.open, playing=False, reason=Reason.STOPPED_BY_HAND, now=NOON), account="ben"
    )
    decision = play(room, 60)
    assert (decision.action, room.open.sensor_id, room.open.account) == (Action.EXTEND, "a", "anna")
    assert (room.open.music, room.open.silent_reason) == (Music.PENDING, None)
    assert room.open.deadline_at == NOON + 6 * MINUTE


def test_play_where_music_plays() -> None:
    """A stand-in's music is not asked for at another account, or two would play."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.latest = replace(
        after_playback(room.open, playing=True, reason=Reason.STARTED, now=NOON), account="ben"
    )
    play(room, 60)
    assert room.open.account == "ben"


def test_play_after_a_visit() -> None:
    """A visit by hand follows the last one as any other does."""
    room = OneRoom()
    room.hear("a", ON, NOON)
    room.end(NOON + 5 * MINUTE)
    assert play(room, 400).action is Action.START
    assert room.open.opened_at == NOON + 400 * SECOND


def test_stop() -> None:
    """An open visit is silent until it ends; where nobody is there is none to be silenced."""
    room, order = OneRoom(), Order("stop", NOON, "key")
    assert on_stop(order, None, NOON) == Decision(Action.COMMAND, Reason.BY_HAND)
    room.hear("a", ON, NOON)
    silent = on_stop(order, room.latest, NOON).session
    assert silent is not None
    assert (silent.music, silent.silent_reason) == (Music.SILENT, Reason.STOPPED_BY_HAND)
    room.end(NOON + 5 * MINUTE)
    assert on_stop(order, room.latest, NOON + 5 * MINUTE).session is None
