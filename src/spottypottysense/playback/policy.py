"""What to do about the music, from what plays now and what we started."""

from collections.abc import Iterable

from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import Action, PlayerState, Receipt, SeenSpeaker, Verdict, Visit
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Speaker


def on_arrival(visit: Visit, state: PlayerState, receipt: Receipt | None) -> Verdict:
    """Decide what happens when somebody comes into a room.

    An account plays in one place at a time. What plays without our receipt is somebody's own music and
    is left alone; what we play in another room stays there.
    """
    if not state.is_playing:
        return Verdict(Action.START, Reason.ARRIVED)
    if receipt is None or not is_ours(state, receipt):
        return Verdict(Action.STAY_SILENT, Reason.OWN_MUSIC)
    if receipt.room_id == visit.room_id:
        return Verdict(Action.KEEP, Reason.ALREADY_PLAYING)
    return Verdict(Action.STAY_SILENT, Reason.BUSY_ELSEWHERE)


def on_departure(session_id: str, state: PlayerState, receipt: Receipt) -> Verdict:
    """Decide what happens when a visit is over: pause only what the receipt proves to be ours."""
    if receipt.session_id != session_id:
        return Verdict(Action.LEAVE, Reason.NOT_OURS)
    if not state.is_playing:
        return Verdict(Action.LEAVE, Reason.ALREADY_SILENT)
    if is_ours(state, receipt):
        return Verdict(Action.PAUSE, Reason.PAUSED)
    return Verdict(Action.LEAVE, Reason.NOT_OURS)


def is_ours(state: PlayerState, receipt: Receipt) -> bool:
    """Say whether what plays is what the receipt says: our content on our speaker.

    The speaker's id counts where Spotify tells one; some speakers have none, or a new one each day, so
    the name counts too.
    """
    speaker = state.speaker
    if speaker is None or state.content != receipt.content:
        return False
    return speaker.id == receipt.speaker_id or speaker.name == receipt.speaker_name


def find_speaker(wanted: Speaker, seen: Iterable[SeenSpeaker]) -> SeenSpeaker | Reason:
    """Return the one speaker that is meant, or the reason why there is none.

    Name and type decide, for Spotify's ids rot; the last known id settles a tie and finds a renamed
    speaker. Never "the first in the list".
    """
    speakers = [speaker for speaker in seen if speaker.id is not None]
    matches = [speaker for speaker in speakers if _is_called(speaker, wanted)]
    if len(matches) != 1:
        by_id = [speaker for speaker in matches or speakers if speaker.id == wanted.last_id]
        if len(by_id) != 1:
            return Reason.SPEAKER_AMBIGUOUS if matches else Reason.SPEAKER_MISSING
        matches = by_id
    return Reason.SPEAKER_RESTRICTED if matches[0].is_restricted else matches[0]


def is_confirmed(state: PlayerState, receipt: Receipt) -> bool:
    """Say whether the music that we asked for is heard."""
    return state.is_playing and is_ours(state, receipt)


def reason_of(error: SpottyError) -> Reason:
    """Return the reason code for an error that came up while playing."""
    match error:
        case NeedsPerson() | Unavailable():
            return error.reason
        case NotFound():
            return Reason.SPEAKER_MISSING
        case _:
            return Reason.COMMAND_REFUSED


def _is_called(speaker: SeenSpeaker, wanted: Speaker) -> bool:
    return speaker.name == wanted.name and wanted.type in ("", speaker.type)
