"""What playback is told of a visit: since when somebody is in the room, and when he was seen there last."""

from spottypottysense.playback.model import Stay
from spottypottysense.presence.model import Session
from spottypottysense.presence.policy.music import TAKEN
from spottypottysense.sensors.model import Room


def stay_of(session: Session, room: Room) -> Stay:
    """Return the stay that an open session is."""
    newest = max(session.heard, key=lambda heard: heard.at, default=None)
    clears_late = newest is not None and not newest.on and newest.at > session.last_motion_at
    return Stay(
        session_id=session.id,
        room_id=session.room_id,
        since=session.opened_at,
        seen_at=max([session.last_motion_at, *(heard.at for heard in session.heard)]),
        is_seen=any(heard.on for heard in session.heard),
        clears_late=clears_late,
        hands_off=session.silent_reason in TAKEN,
        follows=room.follows,
    )
