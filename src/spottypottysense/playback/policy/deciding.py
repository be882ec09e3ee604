"""Who gets the music: start, keep, hand over, stay silent, pause, or leave alone."""

from datetime import datetime, timedelta

from spottypottysense.errors import NeedsPerson, NotFound, SpottyError, Unavailable
from spottypottysense.playback.model import (
    Action,
    Loss,
    PlayerState,
    Receipt,
    Stay,
    Verdict,
    Visit,
)
from spottypottysense.playback.policy.finding import is_called
from spottypottysense.playback.policy.ownership import is_ours, lost_to
from spottypottysense.reasons import Reason
from spottypottysense.sensors.model import Ending

SETTLE = timedelta(seconds=20)
"""How long somebody has to be in a room before music comes along: nobody stops that long in a hallway."""

WALK = timedelta(minutes=2)
"""Longest way from one room to another, with the time for which many sensors are blind after a motion."""

OVERLAP = timedelta(seconds=5)
"""A sensor near a door still sees somebody who is in the next room already."""

CLEARS_LATE = timedelta(minutes=2)
"""For so long a level sensor may go on saying that somebody is there."""

LONGEST_FINISH = timedelta(minutes=10)
"""What takes longer to finish (a podcast) is no song, and is paused at once."""

BEFORE_THE_NEXT = timedelta(seconds=1)
"""A song that may finish is paused so long before its end, or the next one would be heard."""


def on_arrival(visit: Visit, state: PlayerState, receipt: Receipt | None, now: datetime) -> Verdict:
    """Decide what happens when somebody is in a room and its music is silent.

    An account plays in one place at a time. What plays without our receipt is somebody's own music and is
    left alone. What a person paused or took over stays his until the visit there ends.
    """
    holder = _holder(visit, receipt)
    if not state.is_playing:
        return _in_silence(visit, receipt, holder)
    if receipt is None or not is_ours(state, receipt):
        lost = receipt is not None and receipt.confirmed and holder is not None
        loss = Loss(holder.session_id, Reason.USER_TOOK_OVER) if lost and holder else None
        if _takes_over(visit, state):
            return Verdict(Action.START, Reason.ARRIVED, _of_another(visit, loss))
        return Verdict(Action.STAY_SILENT, Reason.OWN_MUSIC, loss)
    if receipt.room_id == visit.room_id:
        return Verdict(Action.KEEP, Reason.ALREADY_PLAYING)
    return _while_it_plays_elsewhere(visit, holder, now)


def on_departure(state: PlayerState, receipt: Receipt, now: datetime) -> Verdict:
    """Decide what happens when a visit is over: end only what the receipt proves to be ours."""
    reason = lost_to(state, receipt)
    if reason is not None:
        return Verdict(Action.LEAVE, reason)
    finishes = receipt.ending is Ending.FINISH_SONG and receipt.pause_at is None
    if finishes and song_ends_at(state, now) is not None:
        return Verdict(Action.FINISH_SONG, Reason.SONG_FINISHES)
    return Verdict(Action.PAUSE, Reason.PAUSED)


def song_ends_at(state: PlayerState, now: datetime) -> datetime | None:
    """Return when to pause so that the song is heard to its end; None if that is now, far off or unknown."""
    if state.position is None or state.length is None:
        return None
    left = state.length - state.position - BEFORE_THE_NEXT
    return now + left if timedelta(0) < left <= LONGEST_FINISH else None


def may_follow(here: Stay, there: Stay, elsewhere: tuple[Stay, ...], now: datetime) -> bool:
    """Say whether the music goes along from `there` to `here`: somebody was seen to walk over, and stayed.

    Two people in two rooms are told from one who walks by the room that was left: it saw somebody shortly
    before, and nobody since. `elsewhere` are all other stays of the account: whoever was seen in a third room
    after that has gone on.
    """
    if not (here.follows and there.follows) or there.is_seen:
        return False
    overlap = CLEARS_LATE if there.clears_late else OVERLAP
    walked = there.seen_at - overlap <= here.since <= there.seen_at + WALK
    settled = now - here.since >= SETTLE
    gone_on = any(
        stay.since > here.since and (stay.is_seen or stay.seen_at > here.seen_at) for stay in elsewhere
    )
    return walked and settled and not gone_on


def reason_of(error: SpottyError) -> Reason:
    """Return the reason code for an error that came up while playing."""
    match error:
        case NeedsPerson() | Unavailable():
            return error.reason
        case NotFound():
            return Reason.SPEAKER_ASLEEP
        case _:
            return Reason.COMMAND_REFUSED


def _holder(visit: Visit, receipt: Receipt | None) -> Stay | None:
    """Return the open stay that our music belongs to, which may be the visit's own."""
    if receipt is None:
        return None
    stays = (visit.stay, *visit.elsewhere)
    return next((stay for stay in stays if stay.session_id == receipt.session_id), None)


def _takes_over(visit: Visit, state: PlayerState) -> bool:
    """Say whether somebody's own music gives way: on the room's own speaker only to who asks by hand."""
    speaker, wanted = state.speaker, visit.wishes.speaker
    is_here = speaker is not None and wanted is not None and is_called(speaker, wanted)
    return visit.takes_over and (visit.by_hand or not is_here)


def _of_another(visit: Visit, loss: Loss | None) -> Loss | None:
    """Return the loss unless it is the visit's own: what starts now makes good for that."""
    return None if loss is None or loss.session_id == visit.session_id else loss


def _in_silence(visit: Visit, receipt: Receipt | None, holder: Stay | None) -> Verdict:
    was_heard = receipt is not None and receipt.confirmed
    loss = Loss(holder.session_id, Reason.USER_PAUSED) if was_heard and holder is not None else None
    if visit.by_hand:
        return Verdict(Action.START, Reason.BY_HAND, _of_another(visit, loss))
    if loss is not None:
        return Verdict(Action.STAY_SILENT, Reason.USER_PAUSED, loss)
    if any(stay.hands_off for stay in visit.elsewhere):
        return Verdict(Action.STAY_SILENT, Reason.USER_PAUSED)
    return Verdict(Action.START, Reason.ARRIVED)


def _while_it_plays_elsewhere(visit: Visit, holder: Stay | None, now: datetime) -> Verdict:
    """Decide about our own music in another room; without `holder` the visit there is over."""
    here = visit.stay
    if holder is None:
        return Verdict(Action.HAND_OVER if here.follows else Action.START, Reason.HANDED_OVER)
    if visit.by_hand or may_follow(here, holder, visit.elsewhere, now):
        return Verdict(Action.HAND_OVER, Reason.HANDED_OVER, Loss(holder.session_id, Reason.WENT_ALONG))
    if visit.latest_wins:
        follows = here.follows and holder.follows
        loss = Loss(holder.session_id, Reason.BUSY_ELSEWHERE)
        return Verdict(Action.HAND_OVER if follows else Action.START, Reason.HANDED_OVER, loss)
    return Verdict(Action.STAY_SILENT, Reason.BUSY_ELSEWHERE)
