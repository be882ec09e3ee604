"""People who walk about in the house, and what is heard where."""

from datetime import timedelta

from memory.home import PretendHome
from spottypottysense.presence.model import MotionEvent
from spottypottysense.reasons import Reason

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def see(home: PretendHome, sensor: str, event: MotionEvent = MotionEvent.DETECTED) -> None:
    """A sensor says something now."""
    home.core.presence.note_motion(home.motion(sensor, event))


def wait(home: PretendHome, span: timedelta) -> None:
    """Time passes; the ticker looks each second."""
    end = home.clock.now() + span
    while home.clock.now() < end:
        home.clock.advance(SECOND)
        home.core.presence.tick()


def music_of(home: PretendHome) -> dict[str, Reason | None]:
    """Return the open rooms, each with why it is silent (None: it plays)."""
    return {session.room_id: session.silent_reason for session in home.core.presence.open_sessions()}


def speaker_of(home: PretendHome) -> str | None:
    """Return the speaker on which Anna's music is heard."""
    return home.player.playing["anna"].speaker_id if home.player.hears("anna") else None
