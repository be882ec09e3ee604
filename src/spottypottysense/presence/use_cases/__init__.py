"""What is done about presence: motions are taken in, visits end, and the music follows."""

from spottypottysense.presence.use_cases.motion import Presence
from spottypottysense.presence.use_cases.music import RoomMusic

__all__ = ["Presence", "RoomMusic"]
