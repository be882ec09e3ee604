"""Which speaker is meant, and what is known of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from spottypottysense.playback.model import KnownSpeaker, SeenSpeaker, Wake
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker


def find_speaker(wanted: Speaker, seen: Iterable[SeenSpeaker]) -> SeenSpeaker | Reason:
    """Return the one speaker that is meant, or the reason why there is none.

    Name and type decide, for Spotify's ids rot; the last known id settles a tie and finds a renamed
    speaker. Never "the first in the list".
    """
    speakers = [speaker for speaker in seen if speaker.id is not None]
    matches = [speaker for speaker in speakers if is_called(speaker, wanted)]
    if len(matches) != 1:
        by_id = [speaker for speaker in matches or speakers if speaker.id == wanted.last_id]
        if len(by_id) != 1:
            return Reason.SPEAKER_AMBIGUOUS if matches else Reason.SPEAKER_MISSING
        matches = by_id
    return Reason.SPEAKER_RESTRICTED if matches[0].is_restricted else matches[0]


def remembered(wanted: Speaker, known: KnownSpeaker | None) -> Speaker:
    """Return the wanted speaker with the id it was seen under last, if the room names none itself.

    The room's own id goes first: a person chose it among speakers of one name.
    """
    return replace(wanted, last_id=wanted.last_id or (known.last_id if known is not None else None))


def is_surely(seen: SeenSpeaker | None, wanted: Speaker) -> bool:
    """Say whether this can only be the speaker that is meant, so that no other has to be looked at."""
    if seen is None or seen.is_restricted or seen.id is None:
        return False
    return is_called(seen, wanted) and seen.id == wanted.last_id


def is_one(speaker: SeenSpeaker | None, other: SeenSpeaker) -> bool:
    """Say whether two accounts see one speaker: by id, or by name and type where each has its own id."""
    if speaker is None:
        return False
    return speaker.id == other.id or (speaker.name, speaker.type) == (other.name, other.type)


def is_called(speaker: SeenSpeaker, wanted: Speaker) -> bool:
    """Say whether the speaker has the name, and the type if one is given."""
    return speaker.name == wanted.name and wanted.type in ("", speaker.type)


def after_seen(known: KnownSpeaker | None, account: str, seen: SeenSpeaker, now: datetime) -> KnownSpeaker:
    """Return what is known of a speaker that Spotify shows; an id that changed is healed silently."""
    fresh = known or KnownSpeaker(account, seen.name, seen.type, "", now)
    return replace(
        fresh,
        name=seen.name,
        type=seen.type,
        last_id=seen.id or fresh.last_id,
        seen_at=now,
        is_restricted=seen.is_restricted,
    )


def after_playing(known: KnownSpeaker, needed: Wake) -> KnownSpeaker:
    """Return what is known once it plays: next time we begin with the most that it ever needed."""
    steps = list(Wake)
    return replace(known, wake=max(known.wake, needed, key=steps.index))


def after_sleeping(known: KnownSpeaker, now: datetime) -> KnownSpeaker:
    """Return what is known after a visit that it slept through."""
    return replace(known, asleep=known.asleep + 1, asleep_at=now)
