"""Whose music it is: ours only while the receipt proves it."""

from dataclasses import replace

from spottypottysense.playback.model import PlayerState, Receipt, SeenSpeaker
from spottypottysense.reasons import Reason


def is_ours(state: PlayerState, receipt: Receipt) -> bool:
    """Say whether what the player holds is what the receipt says: our content on our speaker.

    Another song of the same content is still ours: songs end, and who skips one still listens.
    """
    return state.speaker is not None and state.content == receipt.content and is_there(state.speaker, receipt)


def is_confirmed(state: PlayerState, receipt: Receipt) -> bool:
    """Say whether the music that we asked for is heard."""
    return state.is_playing and is_ours(state, receipt)


def lost_to(state: PlayerState, receipt: Receipt) -> Reason | None:
    """Return why the music is not ours any more, or None while it is.

    What was never seen to play was not taken from us. A player that shows no speaker may have been paused
    long ago, or the speaker has gone: nobody knows.
    """
    if state.is_playing:
        if is_ours(state, receipt):
            return None
        return Reason.USER_TOOK_OVER if receipt.confirmed else Reason.OWN_MUSIC
    paused_here = state.speaker is not None and is_there(state.speaker, receipt)
    return Reason.USER_PAUSED if receipt.confirmed and paused_here else Reason.ALREADY_SILENT


def is_taken_over(state: PlayerState, since: PlayerState, receipt: Receipt) -> bool:
    """Say whether a person began something else since we began.

    What sounded when we began does not count: Spotify's answers may lag behind our commands.
    """
    if not state.is_playing or is_ours(state, receipt):
        return False
    return not since.is_playing or (state.content, _id_of(state)) != (since.content, _id_of(since))


def on_its_way(receipt: Receipt, to: SeenSpeaker) -> Receipt:
    """Return the receipt of music that is handed over: ours here and there, while nobody knows which.

    Id or name is proof enough, so it keeps the old speaker's id and takes the new one's name, for that one
    may wake with a new id. Session and room stay: until it arrives, the music belongs to the old visit.
    """
    return replace(receipt, speaker_name=to.name, speaker_type=to.type)


def is_there(speaker: SeenSpeaker, receipt: Receipt) -> bool:
    """Say whether this is the receipt's speaker: Spotify gives some a new id each day, and some none."""
    if speaker.id == receipt.speaker_id:
        return True
    return speaker.name == receipt.speaker_name and receipt.speaker_type in ("", speaker.type)


def _id_of(state: PlayerState) -> str | None:
    return state.speaker.id if state.speaker is not None else None
