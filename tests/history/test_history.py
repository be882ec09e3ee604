"""Recorded homes from text, played again, and the figures of a household."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.home import NOON, PretendHome
from spottypottysense.errors import Invalid
from spottypottysense.history.model import Reading, Span
from spottypottysense.history.policy import FIXED_RULES, totals
from spottypottysense.history.use_cases import replay
from spottypottysense.history.wire import home_from
from spottypottysense.presence.model import Music, RoomRules, Session
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Room, Speaker

MINUTE = timedelta(minutes=1)
HEAD = "at,sensor,room,state"
EVENTS = [HEAD, "2026-03-02T07:05:00,pir,Bath,off", "2026-03-02T08:00:00+01:00,pir,Bath,on"]
OCCUPIED = ["start,end,room", "2026-03-02T07:00:00,2026-03-02T07:05:00,Bath"]
SEVEN = datetime(2026, 3, 2, 7, tzinfo=UTC)


def rules_of(room: str) -> RoomRules:
    """Return the usual rules for a room."""
    whole = Room(room, "home", room, "anna", Speaker(room), "spotify:playlist:mix")
    return RoomRules(whole, 5 * MINUTE, 2 * MINUTE, "UTC", None, MINUTE, timedelta(hours=4))


def test_home_from_text() -> None:
    """Readings are put in order, times without a zone are UTC."""
    home = home_from(EVENTS, OCCUPIED)
    assert home.readings == (
        Reading(SEVEN, "pir", "Bath", on=True),
        Reading(SEVEN + 5 * MINUTE, "pir", "Bath", on=False),
    )
    assert home.occupied == {"Bath": (Span(SEVEN, SEVEN + 5 * MINUTE),)}
    assert home.length == 5 * MINUTE
    assert home_from(EVENTS).occupied == {}


@pytest.mark.parametrize(
    ("events", "occupied", "field", "says"),
    [
        ([], [], "events.csv", "no readings"),
        ([HEAD], [], "events.csv", "no readings"),
        (["a,b", "1,2"], [], "at", "line 2"),
        ([HEAD, "2026-03-02T07:00:00,pir,Bath"], [], "state", "line 2"),
        ([HEAD, "2026-03-02T07:00:00,pir,Bath,ON"], [], "state", "write on or off"),
        ([HEAD, "seven,pir,Bath,on"], [], "at", "'seven' is no time"),
        ([HEAD, '2026-03-02T07:00:00,"' + "x" * 200_000 + '",Bath,on'], [], "events.csv", "field larger"),
        (EVENTS, ["start,end,room", "2026-03-02T07:00:00,,Bath"], "end", "occupied.csv, line 2"),
        (
            EVENTS,
            ["start,end,room", "2026-03-02T07:00:00,2026-03-02T06:00:00,Bath"],
            "end",
            "before it starts",
        ),
    ],
)
def test_text_that_is_no_home(events: list[str], occupied: list[str], field: str, says: str) -> None:
    """Whatever is wrong is told with its file and line."""
    with pytest.raises(Invalid, match=says) as caught:
        home_from(events, occupied)
    assert caught.value.field == field


@given(st.lists(st.text(alphabet='2026-03T:,"\x00onf\n\rZ', max_size=40)))
def test_any_text(lines: list[str]) -> None:
    """Any lines at all are a home or invalid."""
    with contextlib.suppress(Invalid):
        home_from([HEAD, *lines], ["start,end,room", *lines])


def test_replay_scores_every_room() -> None:
    """Each room that was watched is scored under our rules and every yardstick, and progress reaches all."""
    steps: list[tuple[int, int]] = []
    home = home_from([*EVENTS, "2026-03-02T09:00:00,eye,Attic,on"], OCCUPIED)
    scores = replay(home, rules_of, FIXED_RULES, lambda done, count: steps.append((done, count)))
    assert [(s.room, s.rule) for s in scores] == [
        ("Bath", rule) for rule in ("ours", *(r.name for r in FIXED_RULES))
    ]
    assert scores[0].coverage == 1.0
    assert steps == [(2, 2)]


def test_totals_of_sessions() -> None:
    """Visits, motions, music and times are summed; an open visit counts with what it has so far."""
    ended = Session(
        "s1", "home", "bath", "pir", "anna", NOON, NOON, NOON + 5 * MINUTE, motions=3,
        music=Music.PLAYING, music_time=4 * MINUTE, ended_at=NOON + 5 * MINUTE, end_reason=Reason.TIMEOUT,
    )  # fmt: skip
    still = replace(ended, id="s2", music=Music.SILENT, music_time=MINUTE, ended_at=None, end_reason=None)
    found = totals([ended, still])
    assert (found.sessions, found.open, found.motions, found.with_music) == (2, 1, 6, 1)
    assert (found.visit_time, found.music_time) == (5 * MINUTE, 5 * MINUTE)
    assert totals([]).sessions == 0


def test_history_of_a_household() -> None:
    """A household sees the visits that opened in a stretch of time, and their sums."""
    home = PretendHome()
    home.core.presence.note_motion(home.motion())
    assert len(home.core.history.sessions("home", NOON, NOON + MINUTE)) == 1
    assert home.core.history.totals("home", NOON, NOON + MINUTE).sessions == 1
    assert home.core.history.totals("home", NOON + MINUTE, NOON + 2 * MINUTE).sessions == 0
