"""What every `Bookmarks`, `KnownSpeakers` and `ContentLengths` keeps its word on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from spottypottysense.core import Stores
from spottypottysense.playback.model import Bookmark, ContentLength, KnownSpeaker, Wake
from spottypottysense.sensors.model import Speaker

NOW = datetime(2026, 3, 1, 12, 0, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOOKMARK = Bookmark(
    room_id="bath",
    account="anna",
    content="spotify:playlist:1",
    item="spotify:track:2",
    position=timedelta(seconds=83, microseconds=1),
    at=NOW,
)
SPEAKER = KnownSpeaker("anna", "Küche 🎵", "Speaker", "5fbb3ba6", NOW)
FULL = replace(SPEAKER, wake=Wake.PATIENCE, is_restricted=True, asleep=3, asleep_at=NOW + MINUTE)


@pytest.mark.parametrize("bookmark", [BOOKMARK, replace(BOOKMARK, position=timedelta(0))])
def test_bookmark_comes_back_whole(stores: Stores, bookmark: Bookmark) -> None:
    """Every field of a bookmark survives storage."""
    stores.bookmarks.keep(bookmark)
    assert stores.bookmarks.bookmark("bath") == bookmark


def test_newest_bookmark_of_each_room(stores: Stores) -> None:
    """A room's bookmark replaces its last one, every field of it, and no other room's."""
    stores.bookmarks.keep(BOOKMARK)
    stores.bookmarks.keep(replace(BOOKMARK, room_id="kitchen"))
    newer = Bookmark("bath", "ben", "spotify:album:3", "spotify:track:4", MINUTE, NOW + MINUTE)
    stores.bookmarks.keep(newer)
    assert stores.bookmarks.bookmark("bath") == newer
    assert stores.bookmarks.bookmark("kitchen") == replace(BOOKMARK, room_id="kitchen")


def test_room_without_a_bookmark(stores: Stores) -> None:
    """A room whose music we never paused has none."""
    assert stores.bookmarks.bookmark("bath") is None


@pytest.mark.parametrize("known", [SPEAKER, FULL, replace(FULL, type="", wake=Wake.TRANSFER)])
def test_speaker_comes_back_whole(stores: Stores, known: KnownSpeaker) -> None:
    """Every field of a known speaker survives storage."""
    stores.speakers.keep(known)
    assert stores.speakers.known("anna", Speaker(known.name, known.type)) == known
    assert stores.speakers.all_of("anna") == (known,)


@pytest.mark.parametrize(("before", "after"), [(SPEAKER, FULL), (FULL, SPEAKER)])
def test_speaker_is_learnt_anew(stores: Stores, before: KnownSpeaker, after: KnownSpeaker) -> None:
    """What is kept replaces what was known of the speaker, every field of it."""
    newer = replace(after, last_id="0d1841b0", seen_at=NOW + MINUTE)
    for known in (before, newer):
        stores.speakers.keep(known)
    assert stores.speakers.all_of("anna") == (newer,)


def test_speakers_are_told_apart(stores: Stores) -> None:
    """Account, name and type make a speaker; an account's are listed by name."""
    mine = [replace(SPEAKER, name=name, type=kind) for name, kind in (("B", "TV"), ("A", "TV"), ("B", "AVR"))]
    for known in (*mine, replace(mine[0], account="ben", last_id="his")):
        stores.speakers.keep(known)
    assert stores.speakers.all_of("anna") == (mine[1], mine[2], mine[0])
    assert stores.speakers.known("anna", Speaker("B", "AVR")) == mine[2]
    his = stores.speakers.known("ben", Speaker("B", "TV"))
    assert his is not None
    assert his.last_id == "his"


def test_speaker_without_a_type(stores: Stores) -> None:
    """A name alone means the speaker that was seen last, whatever is named as the last id."""
    for kind, minutes in (("TV", 1), ("Speaker", 3), ("AVR", 2)):
        stores.speakers.keep(replace(SPEAKER, type=kind, seen_at=NOW + minutes * MINUTE))
    known = stores.speakers.known("anna", Speaker(SPEAKER.name, last_id="other"))
    assert known is not None
    assert known.type == "Speaker"


@pytest.mark.parametrize("speaker", [Speaker("Bad"), Speaker(SPEAKER.name, "TV"), Speaker("", "Speaker")])
def test_stranger_among_speakers(stores: Stores, speaker: Speaker) -> None:
    """Of a speaker that was never kept nothing is known."""
    stores.speakers.keep(SPEAKER)
    assert stores.speakers.known("anna", speaker) is None
    assert stores.speakers.known("ben", Speaker(SPEAKER.name, SPEAKER.type)) is None
    assert stores.speakers.all_of("ben") == ()


@pytest.mark.parametrize("songs", [None, 0, 1, 12_345])
def test_length_comes_back_whole(stores: Stores, songs: int | None) -> None:
    """What Spotify told is kept, also that it told nothing; each content has its own."""
    told = ContentLength("spotify:playlist:1", songs, NOW)
    stores.lengths.keep(replace(told, songs=7, asked_at=NOW - MINUTE))
    stores.lengths.keep(told)
    stores.lengths.keep(ContentLength("spotify:album:2", 3, NOW))
    assert stores.lengths.length("spotify:playlist:1") == told


def test_length_that_was_never_asked_for(stores: Stores) -> None:
    """Who never asked knows nothing."""
    assert stores.lengths.length("spotify:playlist:1") is None
