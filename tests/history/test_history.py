"""Recorded homes from text, played again, and the figures of a household."""

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.home import NOON, PretendHome
from spottypottysense.errors import Invalid
from spottypottysense.history.model import Latency, Reading, RoomFigures, Span
from spottypottysense.history.policy import FIXED_RULES, figures, latency, totals
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
    without = replace(still, id="s3", motions=1, music_time=timedelta(0))
    found = totals([ended, still, without])
    assert (found.sessions, found.open, found.motions, found.with_music) == (3, 2, 7, 2)
    assert (found.visit_time, found.music_time) == (5 * MINUTE, 5 * MINUTE)
    assert totals([]).sessions == 0


def visit(number: int, room_id: str = "bath", music: Music = Music.SILENT, **changes: object) -> Session:
    """Return a visit to a room."""
    session = Session(f"s{number}", "home", room_id, "pir", "anna", NOON, NOON, NOON, music=music)
    return replace(session, **changes)  # type: ignore[arg-type]


def test_figures_of_rooms() -> None:
    """Per room: visits, those with music (also if a person ended it), silent ones by reason, latencies."""
    second = timedelta(seconds=1)
    visits = [
        visit(1, music=Music.PLAYING, accepted_after=second, confirmed_after=2 * second),
        visit(2, music=Music.PLAYING, accepted_after=3 * second),
        visit(3, music_time=MINUTE, silent_reason=Reason.USER_PAUSED, accepted_after=2 * second),
        visit(4, silent_reason=Reason.OWN_MUSIC),
        *(visit(number, silent_reason=Reason.QUIET_HOURS) for number in (5, 6)),
        visit(7, silent_reason=Reason.NOT_CONFIRMED, accepted_after=4 * second),
        visit(8, music=Music.PENDING),
        visit(9),
        visit(10, "attic"),
    ]
    attic, bath = figures(visits)
    assert attic == RoomFigures("attic", 1, 0, {}, None, None)
    assert (bath.room_id, bath.visits, bath.with_music) == ("bath", 9, 3)
    assert list(bath.silent.items()) == [
        (Reason.QUIET_HOURS, 2),
        (Reason.OWN_MUSIC, 1),
        (Reason.NOT_CONFIRMED, 1),
    ]
    assert bath.accepted == Latency(4, 2 * second, 4 * second)
    assert bath.confirmed == Latency(1, 2 * second, 2 * second)
    assert figures([]) == ()


@pytest.mark.parametrize(
    ("count", "p50", "p95"), [(1, 1, 1), (2, 1, 2), (19, 10, 19), (20, 10, 19), (21, 11, 20), (100, 50, 95)]
)
def test_percentiles_by_nearest_rank(count: int, p50: int, p95: int) -> None:
    """Of 1 to n minutes, the rank is the share of n, rounded up: always one of the spans themselves."""
    spans = [number * MINUTE for number in range(count, 0, -1)]
    assert latency(spans) == Latency(count, p50 * MINUTE, p95 * MINUTE)


@given(st.lists(st.timedeltas(timedelta(0), timedelta(minutes=1)), min_size=1))
def test_what_percentiles_promise(spans: list[timedelta]) -> None:
    """So many of all spans do not exceed the percentile, and fewer do not exceed any shorter one."""
    found = latency(spans)
    assert found is not None
    for percent, value in ((50, found.p50), (95, found.p95)):
        assert sum(span <= value for span in spans) * 100 >= percent * len(spans)
        assert sum(span < value for span in spans) * 100 < percent * len(spans)


def test_history_of_a_household() -> None:
    """A household sees the visits that opened in a stretch of time, and their sums."""
    home = PretendHome()
    home.core.presence.note_motion(home.motion())
    assert len(home.core.history.sessions("home", NOON, NOON + MINUTE)) == 1
    assert home.core.history.totals("home", NOON, NOON + MINUTE).sessions == 1
    assert home.core.history.totals("home", NOON + MINUTE, NOON + 2 * MINUTE).sessions == 0
    assert [room.visits for room in home.core.history.figures("home", NOON, NOON + MINUTE)] == [1]
    assert home.core.history.figures("home", NOON + MINUTE, NOON + 2 * MINUTE) == ()
