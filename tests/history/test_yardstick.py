"""A small home, reckoned by hand, under the fixed rules and under ours."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spottypottysense.history.model import FixedRule, Reading, Span
from spottypottysense.history.policy import FIXED_RULES, music_under, music_under_fixed_rule, score
from spottypottysense.presence.model import RoomRules
from spottypottysense.sensors.model import Room, Speaker

DAY = datetime(2026, 3, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BATH = Room("bath", "home", "Bath", "anna", Speaker("Bath"), "spotify:playlist:mix")


def at(text: str) -> datetime:
    """Return a moment of the day, such as 07:00:30."""
    return datetime.combine(DAY, datetime.strptime(text, "%H:%M:%S").time(), UTC)  # noqa: DTZ007  a time only


def readings(*words: str) -> list[Reading]:
    """Return readings of words such as `07:00:00 a on`."""
    split = [word.split() for word in words]
    return [Reading(at(when), sensor, "bath", state == "on") for when, sensor, state in split]


def spans(*pairs: tuple[str, str]) -> list[Span]:
    """Return spans between moments of the day."""
    return [Span(at(start), at(end)) for start, end in pairs]


def ours(timeout: timedelta = 5 * MINUTE, gap: timedelta = timedelta(0)) -> RoomRules:
    """Return our rules for the bath."""
    return RoomRules(BATH, timeout, gap, "UTC", None, MINUTE, 4 * HOUR)


# In at 07:00:00, still for a while, out at 07:03:20; back from 07:07:00 to 07:07:10; and in the evening
# two sensors overlap from 20:00:00 to 20:02:00.
MORNING = ("07:00:00 a on", "07:03:20 a off", "07:07:00 a on", "07:07:10 a off")
EVENING = ("20:00:00 a on", "20:01:00 b on", "20:01:30 a off", "20:02:00 b off")


def test_ours_by_hand() -> None:
    """Five minutes after the last sensor cleared: 07:07:10 + 5 min, 20:02:00 + 5 min."""
    expected = spans(("07:00:00", "07:12:10"), ("20:00:00", "20:07:00"))
    assert music_under(ours(), readings(*MORNING, *EVENING)) == expected


def test_ours_with_a_short_timeout() -> None:
    """With two minutes the music stops at 07:05:20, and the gap from 07:00:00 is long over at 07:07:00."""
    expected = spans(("07:00:00", "07:05:20"), ("07:07:00", "07:09:10"))
    assert music_under(ours(2 * MINUTE, 2 * MINUTE), readings(*MORNING)) == expected


def test_ours_inside_the_gap() -> None:
    """Back within the gap after a visit with music: it plays again at once, until 07:02:06 + 1 min."""
    words = (
        "07:00:00 a on",
        "07:00:05 a off",
        "07:01:30 a on",
        "07:01:31 a off",
        "07:02:05 b on",
        "07:02:06 b off",
    )
    expected = spans(("07:00:00", "07:01:05"), ("07:01:30", "07:03:06"))
    assert music_under(ours(MINUTE, 2 * MINUTE), readings(*words)) == expected


def test_ours_in_quiet_hours() -> None:
    """A visit that begins in quiet hours stays silent until somebody moves after them, or to its end."""
    rules = replace(ours(), quiet_hours=(time(6), time(7, 6)))
    assert music_under(rules, readings(*MORNING)) == spans(("07:07:00", "07:12:10"))
    assert music_under(replace(rules, quiet_hours=(time(6), time(8))), readings(*MORNING)) == []


def test_ours_with_a_stuck_sensor() -> None:
    """A sensor that never clears holds for four hours; an off of a room without visits is nothing."""
    assert music_under(ours(), readings("06:59:00 b off", "07:00:00 a on")) == spans(("07:00:00", "11:00:00"))
    assert music_under(ours(), []) == []


def test_five_minutes_with_ticks_and_gap() -> None:
    """Counted at 07:00:00, 07:02:00 (30 s steps; the gap is 2 min) and not at 07:03:20.

    The next motion is 07:07:00: 07:02:00 + 5 min = 07:07:00, and the first tick after that is 07:08:00,
    so the music goes on: 07:07:00 counts, 07:12:00 passes, the tick at 07:14:00 ends it.
    Evening: 20:00:00 counts, 20:02:00 counts, 20:07:00 passes, the tick at 20:08:00 ends it.
    """
    expected = spans(("07:00:00", "07:14:00"), ("20:00:00", "20:08:00"))
    assert music_under_fixed_rule(FIXED_RULES[0], readings(*MORNING, *EVENING)) == expected


def test_two_minutes_to_the_second() -> None:
    """07:03:20 + 2 min ends at the tick after it, 07:05:21; 07:07:10 + 2 min at 07:09:11."""
    expected = spans(("07:00:00", "07:05:21"), ("07:07:00", "07:09:11"))
    assert music_under_fixed_rule(FIXED_RULES[1], readings(*MORNING)) == expected


def test_fixed_rule_without_readings() -> None:
    """Nothing heard, nothing played."""
    assert music_under_fixed_rule(FIXED_RULES[1], []) == []


def test_score_by_hand() -> None:
    """Occupied 07:00:00-07:04:00 and 07:07:00-07:08:00 (5 min) of a recording of half a day.

    Music 07:00:00-07:03:00 stops a minute early (3 min heard), 07:07:30-07:12:00 comes half a minute
    late (0.5 min heard, 4 min wasted): coverage 3.5/5, and per day 2 x 4 min of waste, 2 false stops.
    """
    music = spans(("07:00:00", "07:03:00"), ("07:07:30", "07:12:00"))
    truth = spans(("07:00:00", "07:04:00"), ("07:07:00", "07:08:00"))
    found = score("bath", "ours", music, truth, 12 * HOUR)
    assert found.coverage == pytest.approx(0.7)
    assert (found.waste, found.false_stops, found.starts) == (8 * MINUTE, 2.0, 2)
    assert found.occupied == 10 * MINUTE


def test_stop_within_the_last_second_is_not_false() -> None:
    """Who stops a second before the person leaves is forgiven."""
    truth = spans(("07:00:00", "07:05:00"))
    assert score("bath", "x", spans(("07:00:00", "07:04:59")), truth, 24 * HOUR).false_stops == 0
    assert score("bath", "x", spans(("07:00:00", "07:04:58")), truth, 24 * HOUR).false_stops == 1


def test_score_of_nothing() -> None:
    """A room that was never occupied, in a recording without length."""
    found = score("bath", "x", [], [], timedelta(0))
    assert (found.coverage, found.waste, found.false_stops, found.starts) == (0.0, timedelta(0), 0.0, 0)


@st.composite
def level_rooms(draw: st.DrawFn) -> list[Reading]:
    """Draw what up to three level sensors of one room said: each goes on and off in turn, and ends off."""
    found = []
    for sensor in draw(st.sampled_from(["a", "ab", "abc"])):
        when = DAY
        for _ in range(draw(st.integers(0, 6))):
            when += draw(st.integers(1, 1200)) * SECOND
            found.append(Reading(when, sensor, "bath", on=True))
            when += draw(st.integers(1, 1200)) * SECOND
            found.append(Reading(when, sensor, "bath", on=False))
    return sorted(found, key=lambda reading: reading.at)


def played(music: list[Span]) -> set[int]:
    """Return the seconds of the day in which music played."""
    day = DAY.timestamp()
    return {
        second
        for span in music
        for second in range(int(span.start.timestamp() - day), int(span.end.timestamp() - day))
    }


@given(level_rooms(), st.integers(31, 600), st.integers(0, 3600))
def test_ours_is_the_fixed_rule_without_a_gap(room: list[Reading], seconds: int, gap: int) -> None:
    """With level sensors that always clear both play alike, but for the tick of a second.

    Ours may have a gap: it keeps nobody from hearing again what played when he left.
    """
    timeout = seconds * SECOND
    mine = music_under(ours(timeout, gap * SECOND), room)
    theirs = music_under_fixed_rule(FixedRule("x", timeout), room)
    assert played(mine) <= played(theirs)
    assert len(played(theirs) - played(mine)) <= len(mine)
    assert all(one.end <= other.start for one, other in pairwise(mine))
    assert all(one.end <= other.start for one, other in pairwise(theirs))


@given(level_rooms(), level_rooms(), st.integers(1, 600))
def test_score_identities(room: list[Reading], people: list[Reading], seconds: int) -> None:
    """Music is either in company or wasted, coverage is a share, and perfect music is perfect."""
    day = timedelta(days=1)
    truth = music_under(ours(SECOND), people)
    music = music_under(ours(seconds * SECOND), room)
    found = score("bath", "x", music, truth, day)
    assert 0 <= found.coverage <= 1
    together = found.coverage * (found.occupied / SECOND)
    assert together + found.waste / SECOND == pytest.approx(len(played(music)), abs=1e-3)
    assert 0 <= found.false_stops <= found.starts == len(music)
    perfect = score("bath", "x", truth, truth, day)
    assert perfect.coverage == (1.0 if truth else 0.0)
    assert (perfect.waste, perfect.false_stops) == (timedelta(0), 0.0)
