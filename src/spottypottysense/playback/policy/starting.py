"""How music begins: what, where in it, and how loud."""

from datetime import datetime, time, timedelta

from spottypottysense.playback.model import (
    Bookmark,
    ContentLength,
    PlayerState,
    SeenSpeaker,
    Start,
    Wishes,
)
from spottypottysense.sensors.model import Beginning, Programme, Room

COME_BACK = timedelta(minutes=10)
"""Whoever comes back within this time hears the music go on, not begin anew."""

ASK_LENGTH_EVERY = timedelta(days=1)
"""Playlists grow slowly."""


def wishes_of(room: Room, wall: time) -> Wishes:
    """Return what is wished for in a room when the clock on its wall shows `wall`."""
    now = programme_at(room.day, wall)
    return Wishes(
        speaker=room.speaker,
        content=(now.content if now is not None else None) or room.content,
        volume=room.volume,
        ceiling=now.ceiling if now is not None else None,
        shuffle=room.shuffle,
        beginning=room.beginning,
        ending=room.ending,
        fades_in=room.fades_in,
        follows=room.follows,
    )


def programme_at(day: tuple[Programme, ...], wall: time) -> Programme | None:
    """Return the programme that started last; before the first one of the day, yesterday's last goes on."""
    by_start = sorted(day, key=lambda programme: programme.starts)
    started = [programme for programme in by_start if programme.starts <= wall]
    return (started or by_start)[-1] if by_start else None


def start_of(
    wishes: Wishes,
    content: str,
    state: PlayerState,
    bookmark: Bookmark | None,
    length: int | None,
    roll: float,
    now: datetime,
) -> Start | None:
    """Return how `content` begins; None goes on with what the player holds.

    `bookmark` is where this room's music stopped; `length` is the number of songs, if known; `roll` (0 to 1,
    below 1) chooses one.
    """
    if bookmark is not None and bookmark.content == content:
        comes_back = timedelta(0) <= now - bookmark.at <= COME_BACK
        holds_it = (state.content, state.item) == (content, bookmark.item) and not state.is_playing
        if comes_back and holds_it:
            return None
        if (comes_back or wishes.beginning is Beginning.RESUME) and takes_offset(content):
            return Start(content, item=bookmark.item, position=bookmark.position)
    if wishes.beginning is Beginning.TOP:
        return Start(content)
    if length and takes_offset(content):
        return Start(content, place=int(roll * length))
    return Start(content, skips=wishes.shuffle)


def takes_offset(content: str) -> bool:
    """Say whether Spotify lets this kind of content begin at a song of our choice (albums and playlists)."""
    return content.split(":")[1:2] in (["playlist"], ["album"])


def spelled_out(start: Start | None, content: str, held: PlayerState) -> Start:
    """Return a start that needs nothing of the player's memory; `held` is what it had when we began."""
    if start is not None or not takes_offset(content):
        return start or Start(content)
    return Start(content, item=held.item, position=held.position)


def is_resumed(start: Start | None) -> bool:
    """Say whether music goes on where it had stopped."""
    return start is None or start.item is not None


def is_placed(start: Start | None) -> bool:
    """Say whether music begins anywhere but at the top, which Spotify may refuse where it takes the rest."""
    return is_resumed(start) or (start is not None and start.place is not None)


def needs_length(wishes: Wishes, content: str, known: ContentLength | None, now: datetime) -> bool:
    """Say whether to ask how many songs there are: once a day, where a song is chosen by number."""
    if wishes.beginning is Beginning.TOP or not takes_offset(content):
        return False
    return known is None or now - known.asked_at >= ASK_LENGTH_EVERY


def wanted_volume(wishes: Wishes, speaker: SeenSpeaker) -> int | None:
    """Return how loud music should be (0 to 100), or None if that is left as it is or cannot be set."""
    if not speaker.supports_volume:
        return None
    if wishes.volume is None and wishes.ceiling is None:
        return speaker.volume if wishes.fades_in else None
    wanted = speaker.volume if wishes.volume is None else wishes.volume
    limits = [level for level in (wanted, wishes.ceiling) if level is not None]
    return min(limits)
