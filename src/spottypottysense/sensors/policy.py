"""What a room and a sensor may look like."""

import re
from datetime import timedelta

from spottypottysense.errors import Invalid
from spottypottysense.sensors.model import Room

_CONTEXT = re.compile(r"spotify:(playlist|album|artist):[A-Za-z0-9]{1,64}\Z")
_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?(playlist|album|artist)/([A-Za-z0-9]{1,64})")


def content_uri(text: str) -> str:
    """Return the context URI that `text`, a Spotify URI or a link from the app, names; raises `Invalid`."""
    link = _LINK.match(text)
    uri = f"spotify:{link[1]}:{link[2]}" if link else text
    if not _CONTEXT.match(uri):
        message = "Give a link or URI of a playlist, album or artist, such as spotify:playlist:37i9dQ."
        raise Invalid(message, field="content")
    return uri


def checked_room(room: Room) -> Room:
    """Return `room` if its values can be lived with; raises `Invalid`."""
    if not room.name.strip() or len(room.name) > 100:
        raise Invalid("A room needs a name of at most 100 characters.", field="name")
    if room.volume is not None and not 0 <= room.volume <= 100:
        raise Invalid("A volume lies between 0 and 100.", field="volume")
    if room.timeout is not None and not timedelta(seconds=1) <= room.timeout <= timedelta(hours=4):
        raise Invalid("A timeout lies between 1 second and 4 hours.", field="timeout")
    if room.motion_gap is not None and not timedelta(0) <= room.motion_gap <= timedelta(hours=1):
        raise Invalid("A motion gap lies between 0 and 1 hour.", field="motionGap")
    if room.speaker is not None and not room.speaker.name.strip():
        raise Invalid("A speaker needs the name that Spotify shows for it.", field="speaker")
    return room
