"""What is done about presence: motions are taken in, visits end, people command, and the music follows."""

from spottypottysense.presence.use_cases.by_hand import ByHand
from spottypottysense.presence.use_cases.motion import Presence
from spottypottysense.presence.use_cases.music import RoomMusic
from spottypottysense.presence.use_cases.notes import Notes
from spottypottysense.presence.use_cases.records import Records
from spottypottysense.presence.use_cases.rulebook import Rulebook
from spottypottysense.presence.use_cases.upkeep import Upkeep
from spottypottysense.presence.use_cases.work import LaneWork

__all__ = ["ByHand", "LaneWork", "Notes", "Presence", "Records", "RoomMusic", "Rulebook", "Upkeep"]
