"""How music begins."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.scene import BATH_BOX, BATH_MIX, KITCHEN_MIX, MINUTE, NOON, PLAYING, QUIET, SILENCE
from spottypottysense.playback.model import Bookmark, ContentLength, PlayerState, SeenSpeaker, Start, Wishes
from spottypottysense.playback.policy.starting import (
    is_placed,
    is_resumed,
    needs_length,
    programme_at,
    start_of,
    takes_offset,
    wanted_volume,
    wishes_of,
)
from spottypottysense.sensors.model import Beginning, DayPart, Ending, Programme, Room, Speaker

MORNING = Programme(DayPart.MORNING, time(6), content=KITCHEN_MIX)
NIGHT = Programme(DayPart.NIGHT, time(22), ceiling=15)
EVENING = Programme(DayPart.EVENING, time(18))
DAY = (NIGHT, MORNING, EVENING)


@pytest.mark.parametrize(
    ("wall", "part"),
    [
        (time(6), DayPart.MORNING),
        (time(17, 59), DayPart.MORNING),
        (time(18), DayPart.EVENING),
        (time(22), DayPart.NIGHT),
        (time(23, 59), DayPart.NIGHT),
        (time(0), DayPart.NIGHT),
        (time(5, 59), DayPart.NIGHT),
    ],
)
def test_programme_of_the_hour(wall: time, part: DayPart) -> None:
    """The programme that started last goes on, over midnight too."""
    programme = programme_at(DAY, wall)
    assert programme is not None
    assert programme.part is part


def test_wishes_at_an_hour() -> None:
    """A programme may name content and ceiling; what it leaves open is the room's own."""
    room = Room("bath", "home", "Bath", "anna", Speaker("Bath"), BATH_MIX, 30, ending=Ending.FADE)
    plain = Wishes(Speaker("Bath"), BATH_MIX, 30, ending=Ending.FADE)
    assert wishes_of(room, time(7)) == plain
    room = replace(room, day=DAY)
    assert wishes_of(room, time(7)) == replace(plain, content=KITCHEN_MIX)
    assert wishes_of(room, time(19)) == plain
    assert wishes_of(room, time(3)) == replace(plain, ceiling=15)


ANYWHERE = replace(QUIET, beginning=Beginning.ANYWHERE)
RESUMES = replace(QUIET, beginning=Beginning.RESUME)
MARK = Bookmark("bath", "anna", BATH_MIX, "song-7", MINUTE, NOON - MINUTE)
OLD_MARK = replace(MARK, at=NOON - timedelta(hours=9))
HELD = PlayerState(BATH_BOX, content=BATH_MIX, item="song-7")
AT_MARK = Start(BATH_MIX, item="song-7", position=MINUTE)


@pytest.mark.parametrize(
    ("wishes", "state", "mark", "length", "start"),
    [
        (QUIET, SILENCE, None, 40, Start(BATH_MIX)),
        (ANYWHERE, SILENCE, None, 40, Start(BATH_MIX, place=20)),
        (ANYWHERE, SILENCE, None, 0, Start(BATH_MIX, skips=True)),
        (ANYWHERE, SILENCE, None, None, Start(BATH_MIX, skips=True)),
        (replace(ANYWHERE, shuffle=False), SILENCE, None, None, Start(BATH_MIX)),
        # Whoever comes back soon hears the music go on, whatever is wished for.
        (QUIET, HELD, MARK, 40, None),
        (QUIET, SILENCE, MARK, 40, AT_MARK),
        (QUIET, replace(HELD, item="song-8"), MARK, 40, AT_MARK),
        (QUIET, replace(HELD, is_playing=True), MARK, 40, AT_MARK),
        (QUIET, HELD, replace(MARK, content=KITCHEN_MIX), 40, Start(BATH_MIX)),
        (QUIET, HELD, replace(MARK, at=NOON + MINUTE), 40, Start(BATH_MIX)),
        # Later only where that is wished for.
        (QUIET, HELD, OLD_MARK, 40, Start(BATH_MIX)),
        (ANYWHERE, HELD, OLD_MARK, 40, Start(BATH_MIX, place=20)),
        (RESUMES, HELD, OLD_MARK, 40, AT_MARK),
        (RESUMES, SILENCE, None, 40, Start(BATH_MIX, place=20)),
    ],
)
def test_where_music_begins(
    wishes: Wishes, state: PlayerState, mark: Bookmark | None, length: int | None, start: Start | None
) -> None:
    """At the top, at any song, or where this room's music stopped."""
    assert start_of(wishes, BATH_MIX, state, mark, length, 0.5, NOON) == start


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_place_is_within_the_list(length: int, roll: float) -> None:
    """Chance never asks for a song that is not there."""
    start = start_of(ANYWHERE, BATH_MIX, SILENCE, None, length, roll, NOON)
    assert start is not None
    assert start.place is not None
    assert 0 <= start.place < length


def test_artists_have_no_places() -> None:
    """Only playlists and albums can begin at a song of our choice."""
    assert [takes_offset(f"spotify:{kind}:x") for kind in ("playlist", "album", "artist")] == [
        True,
        True,
        False,
    ]
    assert not takes_offset("spotify")
    content = "spotify:artist:x"
    artist = start_of(ANYWHERE, content, SILENCE, None, 40, 0.5, NOON)
    assert artist == Start(content, skips=True)
    mark = replace(MARK, content=content)
    assert start_of(ANYWHERE, content, SILENCE, mark, None, 0.5, NOON) == artist
    assert start_of(ANYWHERE, content, replace(HELD, content=content), mark, None, 0.5, NOON) is None


@pytest.mark.parametrize(
    ("start", "resumed", "placed"),
    [
        (None, True, True),
        (AT_MARK, True, True),
        (Start(BATH_MIX, place=0), False, True),
        (Start(BATH_MIX), False, False),
        (Start(BATH_MIX, skips=True), False, False),
    ],
)
def test_kinds_of_starts(start: Start | None, resumed: bool, placed: bool) -> None:
    """What goes on is told apart from what begins, and what Spotify may refuse from what it may not."""
    assert is_resumed(start) is resumed
    assert is_placed(start) is placed


@pytest.mark.parametrize(
    ("wishes", "content", "known", "needs"),
    [
        (ANYWHERE, BATH_MIX, None, True),
        (ANYWHERE, BATH_MIX, ContentLength(BATH_MIX, 40, NOON - timedelta(hours=23)), False),
        (ANYWHERE, BATH_MIX, ContentLength(BATH_MIX, None, NOON - timedelta(hours=23)), False),
        (ANYWHERE, BATH_MIX, ContentLength(BATH_MIX, 40, NOON - timedelta(days=1)), True),
        (ANYWHERE, "spotify:artist:x", None, False),
        (QUIET, BATH_MIX, None, False),
    ],
)
def test_length_is_asked_once_a_day(
    wishes: Wishes, content: str, known: ContentLength | None, needs: bool
) -> None:
    """Only where a song is chosen by its number, and not again before tomorrow."""
    assert needs_length(wishes, content, known, NOON) is needs


UNKNOWN = replace(BATH_BOX, volume=None)
PLAIN = replace(QUIET, volume=None)


@pytest.mark.parametrize(
    ("wishes", "speaker", "volume"),
    [
        (QUIET, BATH_BOX, 30),
        (QUIET, UNKNOWN, 30),
        (QUIET, replace(BATH_BOX, supports_volume=False), None),
        (replace(QUIET, ceiling=10), BATH_BOX, 10),
        (replace(QUIET, ceiling=80), BATH_BOX, 30),
        (PLAIN, BATH_BOX, None),
        (replace(PLAIN, ceiling=20), BATH_BOX, 20),
        (replace(PLAIN, ceiling=80), BATH_BOX, 50),
        (replace(PLAIN, ceiling=20), UNKNOWN, 20),
        (replace(PLAIN, fades_in=True), BATH_BOX, 50),
        (replace(PLAIN, fades_in=True), UNKNOWN, None),
    ],
)
def test_how_loud_it_should_be(wishes: Wishes, speaker: SeenSpeaker, volume: int | None) -> None:
    """The room's wish, never above the hour's ceiling; without either it stays as it is."""
    assert wanted_volume(wishes, speaker) == volume


def test_playing_state_is_no_bookmark() -> None:
    """What plays already is not gone on with."""
    assert start_of(QUIET, BATH_MIX, PLAYING, None, None, 0.5, NOON) == Start(BATH_MIX)
